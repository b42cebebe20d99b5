"""Terms (办理条件): what a procedure copies from the catalogue and the promise when it opens.

A later edit of either never moves a clock that runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, Self

from kernel.clock import Limit, Unit
from workflows.catalogue.combing import MatterFact

UNITS = {unit.value: unit for unit in Unit}
NOTICE_DAYS = 5  # 行政许可法第三十二条
DELIVERY_DAYS = 10  # 行政许可法第四十四条
LICENSING_EXTENSION = 10  # 行政许可法第四十二条第一款


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Limits, materials and basis of one procedure.

    ``limit_days`` counts in ``unit``; None is no statutory count, 0 is decided on the spot.
    ``promised_days`` are working days, as the tenant promises them. ``allowance_days`` are a guess
    for the plan alone where the law grants no count. ``marks`` tell where each fact was read.
    """

    unit: Unit
    limit_days: int | None
    promised_days: int | None = None
    allowance_days: int | None = None
    starts: Literal["accept", "receive"] = "accept"
    notice_days: int = NOTICE_DAYS
    extension_days: int | None = None
    extension_approver: str = ""
    excluded: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    marks: Mapping[str, str]
    deficiency: str = ""
    materials: tuple[tuple[str, bool], ...] = ()  # name, and whether it may follow later
    verified: bool = False

    @classmethod
    def copied(cls, fact: MatterFact, promised_days: int | None) -> Self:
        """The terms of ``fact`` and of this tenant's promise, as they are today."""
        counted = fact.unit in ("working", "calendar")
        return cls(
            unit=Unit.CALENDAR if fact.unit == "calendar" else Unit.WORKING,
            limit_days=fact.limit_days if counted else (0 if fact.unit == "instant" else None),
            promised_days=promised_days,
            allowance_days=fact.allowance_days,
            starts=fact.starts,
            notice_days=fact.accept_days or NOTICE_DAYS,
            extension_days=fact.extension_days,
            extension_approver=fact.extension_approver,
            excluded=tuple(fact.excluded),
            basis=tuple(_cited(basis.law, basis.article) for basis in fact.basis),
            marks=dict(fact.marks),
            deficiency=fact.deficiency,
            materials=tuple((material.name, material.deficient) for material in fact.materials),
            verified=fact.verified,
        )

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """The terms that `write` put down."""
        known = {f.name for f in fields(cls)}
        values = {key: value for key, value in data.items() if key in known}
        for key in ("excluded", "basis"):
            values[key] = tuple(values.get(key, ()))
        values["materials"] = tuple((name, later) for name, later in values.get("materials", ()))
        return cls(**values | {"unit": UNITS[data["unit"]]})

    def write(self) -> dict[str, Any]:
        """The terms as JSON values."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        return plain | {
            "unit": self.unit.value,
            "marks": dict(self.marks),
            "excluded": list(self.excluded),
            "basis": list(self.basis),
            "materials": [list(material) for material in self.materials],
        }

    @property
    def article(self) -> str:
        return self.basis[0] if self.basis else ""

    @property
    def statutory(self) -> Limit:
        """What the law grants (法定时限). An extension the law does not name is none."""
        licensing = self.extension_days == LICENSING_EXTENSION and self.unit is Unit.WORKING
        return Limit(
            days=self.limit_days,
            unit=self.unit,
            article=self.article,
            starts=self.starts,
            notice_days=self.notice_days,
            delivery_days=DELIVERY_DAYS,
            extension_days=self.extension_days or 0,
            extension_article="《行政许可法》第四十二条" if licensing else self.article,
            verified=self.marks.get("limit") == "V",
        )

    @property
    def promised(self) -> Limit | None:
        """What this tenant promises (承诺时限): stops count, extensions do not."""
        if self.promised_days is None:
            return None
        return Limit(
            days=self.promised_days,
            unit=Unit.WORKING,
            article="本级公开承诺",
            starts=self.starts,
            notice_days=self.notice_days,
            delivery_days=DELIVERY_DAYS,
            extension_days=0,
            verified=True,
        )

    @property
    def planned(self) -> Limit:
        """What the plan reckons with (计划用时): the promise, else the law, else the catalogue's
        allowance, else nothing."""
        if self.promised:
            return self.promised
        if self.limit_days is not None:
            return self.statutory
        return Limit(
            days=self.allowance_days or 0,
            unit=Unit.WORKING,
            article="无法定时限，按目录的计划假设",
            starts=self.starts,
            notice_days=self.notice_days,
        )

    @property
    def plan_is_guess(self) -> bool:
        """The plan rests on an assumption (未核实): neither the law nor a promise sets a time."""
        return self.promised_days is None and self.limit_days is None


def _cited(law: str, article: str) -> str:
    """《城乡规划法》第四十条；a document number in brackets stays outside the title marks."""
    title, bracket, number = law.partition("（")
    return f"《{title}》{bracket}{number}{article}"
