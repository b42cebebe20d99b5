"""The rule of chasing (督办规则): on which working day each stage begins, who is told, and which one is a letter.

Data, in versions. Pure Python. The shipped figures are this product's proposal.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Self

from kernel.clock import WorkCalendar
from workflows.supervision.lifecycle import Stage

#: Whom a stage tells; the department concerned is always told.
AUDIENCES: Mapping[str, str] = {
    "office": "机制办公室",
    "supervision": "督查室",
    "leader": "召集人",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRule:
    """A stage begins ``offset`` working days after the deadline, before it when negative."""

    stage: Stage
    offset: int
    tells: tuple[str, ...] = ()
    letter: bool = False

    def begins_on(self, due_on: date, calendar: WorkCalendar) -> date:
        if self.offset < 0:
            return calendar.subtract(due_on, -self.offset)
        return calendar.add(due_on, self.offset)


@dataclass(frozen=True, slots=True)
class ChaseRule:
    """A version of the rule. ``number`` 1 is the shipped one and holds since ever. ``own`` are the
    stages of the sources that have their own; all others are chased by ``stages``."""

    number: int
    effective_from: date
    stages: tuple[StageRule, ...]
    own: Mapping[str, tuple[StageRule, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, number: int, effective_from: date, data: Any) -> Self:
        """The rule that `write` put down; a bare list is from before sources could have their own."""
        if isinstance(data, list):
            data = {"stages": data, "own": {}}
        own = {source: _read(rows) for source, rows in data["own"].items()}
        return cls(number, effective_from, _read(data["stages"]), own)

    def write(self) -> dict[str, Any]:
        """The stages as JSON values."""
        own = {source: _written(stages) for source, stages in sorted(self.own.items())}
        return {"stages": _written(self.stages), "own": own}

    def for_source(self, source: str) -> Self:
        """The rule as it holds for one kind of duty."""
        return replace(self, stages=self.own.get(source, self.stages), own={})

    def with_own(self, source: str, stages: tuple[StageRule, ...] | None) -> Self:
        """The rule with other stages for ``source``, for all that have none of their own where it is
        empty; None takes a source's own away."""
        if not source:
            return replace(self, stages=stages or self.stages)
        others = {key: own for key, own in self.own.items() if key != source}
        return replace(self, own=others | ({source: stages} if stages else {}))

    def of(self, stage: str) -> StageRule:
        return next(rule for rule in self.stages if rule.stage == stage)

    def due(self, due_on: date, on: date, calendar: WorkCalendar) -> StageRule | None:
        """The hardest stage that has begun on ``on`` for a deadline; None before the first."""
        begun = [rule for rule in self.stages if rule.begins_on(due_on, calendar) <= on]
        return begun[-1] if begun else None

    @property
    def lead_days(self) -> int:
        """Working days before a deadline from which it is looked at."""
        return max(0, -self.stages[0].offset)


STANDARD = ChaseRule(
    1,
    date(2000, 1, 1),
    (
        StageRule(stage=Stage.REMIND, offset=-3),
        StageRule(stage=Stage.URGE, offset=1, tells=("office",), letter=True),
        StageRule(stage=Stage.SUPERVISE, offset=3, tells=("office", "supervision")),
        StageRule(stage=Stage.REPORT, offset=5, tells=("office", "supervision", "leader")),
    ),
)


def faults(stages: Sequence[StageRule]) -> Iterator[str]:
    """What is wrong with the stages, a sentence each."""
    offsets = [each.offset for each in stages]
    if offsets != sorted(set(offsets)):
        yield "各阶段的天数须一级比一级晚，不能相同。请改天数。"
    for each in stages:
        if each.letter and each.offset <= 0:
            yield f"“{each.stage.label}”还在期限以内，不发催办函。请取消催办函，或者改到期限以后。"


def in_force(versions: Iterable[ChaseRule], on: date) -> ChaseRule:
    """The last of ``versions`` that holds on ``on``."""
    return max(
        (rule for rule in versions if rule.effective_from <= on), key=lambda rule: rule.number
    )


def with_offsets(rule: ChaseRule, offsets: Mapping[str, int]) -> ChaseRule:
    return replace(
        rule, stages=tuple(replace(s, offset=offsets[s.stage.value]) for s in rule.stages)
    )


def _read(rows: Iterable[Mapping[str, Any]]) -> tuple[StageRule, ...]:
    return tuple(
        StageRule(
            stage=Stage(row["stage"]),
            offset=row["offset"],
            tells=tuple(row["tells"]),
            letter=row["letter"],
        )
        for row in rows
    )


def _written(stages: Iterable[StageRule]) -> list[dict[str, Any]]:
    return [
        {
            "stage": rule.stage.value,
            "offset": rule.offset,
            "tells": list(rule.tells),
            "letter": rule.letter,
        }
        for rule in stages
    ]
