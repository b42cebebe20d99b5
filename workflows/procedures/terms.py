"""Terms (办理条件): what a procedure copies from the catalogue and the promise when it opens.

A later edit of either never moves a clock that runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import time
from typing import Any, Literal, Self

from kernel.clock import Limit, Unit
from workflows.catalogue.combing import MatterFact

UNITS = {unit.value: unit for unit in Unit}
NOTICE_DAYS = 5  # 行政许可法第三十二条
DELIVERY_DAYS = 10  # 行政许可法第四十四条
LICENSING_EXTENSION = 10  # 行政许可法第四十二条第一款
JOINT_DAYS, JOINT_EXTENSION = 45, 15  # 行政许可法第四十二条第二款
JOINT_ARTICLE = "《行政许可法》第四十二条第二款"
UPPER_DAYS = (
    20  # 行政许可法第四十二条第一款, what the higher level takes when nothing else is known
)

#: 行政许可法第二十六条: one department for all, all at one time, all in one place.
HANDLINGS: Mapping[str, str] = {
    "unified": "统一办理",
    "joint": "联合办理",
    "concentrated": "集中办理",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Limits, materials and basis of one procedure.

    ``limit_days`` counts in ``unit``; None is no statutory count, 0 is decided on the spot.
    ``promised_days`` are working days, as the tenant promises them. ``allowance_days`` are a guess
    for the plan alone where the law grants no count; so are ``preparation_days`` (working days).
    ``cut_off`` is the window's last hour. ``handling`` names the joint mode the procedure is in,
    ``single`` the (limit, extension, approver) it had by itself. ``marks`` tell where each fact
    was read.
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
    cut_off: time | None = None
    preparation_days: int = 0
    public_notice_days: int = 0
    public_notice_unit: Unit = Unit.CALENDAR
    validity_months: int | None = None
    renewal_lead_days: int = 0
    handed_up: bool = False
    handling: str = ""  # a key of HANDLINGS
    single: tuple[int | None, int | None, str] | None = None

    @classmethod
    def copied(
        cls, fact: MatterFact, promised_days: int | None, cut_off: time | None = None
    ) -> Self:
        """The terms of ``fact`` and of this tenant's promise and window, as they are today."""
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
            cut_off=cut_off,
            preparation_days=fact.preparation_days or 0,
            public_notice_days=fact.public_notice_days or 0,
            public_notice_unit=UNITS[fact.public_notice_unit],
            validity_months=fact.validity_months,
            renewal_lead_days=fact.renewal_lead_days or 0,
            handed_up=fact.handed_up,
        )

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """The terms that `write` put down."""
        known = {f.name for f in fields(cls)}
        values = {key: value for key, value in data.items() if key in known}
        for key in ("excluded", "basis"):
            values[key] = tuple(values.get(key, ()))
        values["materials"] = tuple((name, later) for name, later in values.get("materials", ()))
        if cut_off := data.get("cut_off"):
            values["cut_off"] = time.fromisoformat(cut_off)
        if single := data.get("single"):
            values["single"] = tuple(single)
        if "public_notice_unit" in data:
            values["public_notice_unit"] = UNITS[data["public_notice_unit"]]
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
            "cut_off": self.cut_off.isoformat() if self.cut_off else None,
            "public_notice_unit": self.public_notice_unit.value,
            "single": list(self.single) if self.single else None,
        }

    def jointly(self, handling: str) -> Self:
        """The same matter handled together with others (行政许可法第四十二条第二款)."""
        return replace(
            self,
            handling=handling,
            single=(self.limit_days, self.extension_days, self.extension_approver),
            limit_days=JOINT_DAYS,
            extension_days=JOINT_EXTENSION,
            extension_approver="government",
        )

    def singly(self) -> Self:
        """The matter by itself again (行政许可法第四十二条第一款)."""
        if self.single is None:
            return self
        days, extension, approver = self.single
        return replace(
            self,
            handling="",
            single=None,
            limit_days=days,
            extension_days=extension,
            extension_approver=approver,
        )

    @property
    def article(self) -> str:
        if self.handling:
            return JOINT_ARTICLE
        return self.basis[0] if self.basis else ""

    @property
    def statutory(self) -> Limit:
        """What the law grants (法定时限). An extension the law does not name is none."""
        licensing = self.extension_days == LICENSING_EXTENSION and self.unit is Unit.WORKING
        general = JOINT_ARTICLE if self.handling else "《行政许可法》第四十二条第一款"
        return Limit(
            days=self.limit_days,
            unit=self.unit,
            article=self.article,
            starts=self.starts,
            notice_days=self.notice_days,
            delivery_days=DELIVERY_DAYS,
            extension_days=self.extension_days or 0,
            extension_article=general if licensing or self.handling else self.article,
            extension_level=self.extension_approver,
            cut_off=self.cut_off,
            verified=bool(self.handling) or self.marks.get("limit") == "V",
        )

    @property
    def upper(self) -> Limit:
        """What the higher level has once the file is handed up to it (上级审查, 未核实)."""
        return Limit(
            days=UPPER_DAYS,
            unit=Unit.WORKING,
            article="《行政许可法》第四十二条第一款",
            verified=False,
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
            cut_off=self.cut_off,
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
            cut_off=self.cut_off,
        )

    @property
    def plan_is_guess(self) -> bool:
        """The plan rests on an assumption (未核实): neither the law nor a promise sets a time."""
        return self.promised_days is None and self.limit_days is None


def _cited(law: str, article: str) -> str:
    """《城乡规划法》第四十条；a document number in brackets stays outside the title marks."""
    title, bracket, number = law.partition("（")
    return f"《{title}》{bracket}{number}{article}"
