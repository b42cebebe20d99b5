"""A scenario laid over the whole list (整单推演): the hit rate before and after, and who moves."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from kernel.clock import WorkCalendar
from kernel.labelled import Labelled
from kernel.plan import Plan
from workflows.overview.queries import rate
from workflows.whatif.applying import fitting, plan
from workflows.whatif.comparing import Shift, shift
from workflows.whatif.queries import Stand, Standing
from workflows.whatif.scenario import OF_PROJECT, Change, Scenario, ScenarioRefused


class Turn(Labelled):
    """What the scenario makes of a project's hit (按期)."""

    KEPT = "kept", "仍按期"
    WON = "won", "转为按期"
    LOST = "lost", "转为赶不上"
    MISSED = "missed", "仍赶不上"


@dataclass(frozen=True, slots=True)
class Row:
    """One project before and after. Without procedures it has no plan and hits nothing."""

    stand: Stand
    scenario: Scenario
    after: Plan | None
    finish: Shift | None

    @property
    def before(self) -> Plan | None:
        return self.stand.plan

    @property
    def turn(self) -> Turn:
        return _TURNS[hits(self.before), hits(self.after)]

    @property
    def moved(self) -> bool:
        return self.finish is not None and self.finish.moved

    @property
    def days(self) -> int:
        """Working days the finish moves; negative is earlier."""
        return self.finish.days if self.finish else 0


_TURNS = {
    (True, True): Turn.KEPT,
    (False, True): Turn.WON,
    (True, False): Turn.LOST,
    (False, False): Turn.MISSED,
}


@dataclass(frozen=True, slots=True)
class Whole:
    """The list before and after. ``reach`` counts the projects that take each change."""

    rows: tuple[Row, ...]
    reach: Mapping[Change, int]

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def hits_before(self) -> int:
        return sum(hits(row.before) for row in self.rows)

    @property
    def hits_after(self) -> int:
        return sum(hits(row.after) for row in self.rows)

    @property
    def rate_before(self) -> Decimal | None:
        return rate(self.hits_before, self.total)

    @property
    def rate_after(self) -> Decimal | None:
        return rate(self.hits_after, self.total)

    def count(self, turn: Turn) -> int:
        return sum(row.turn is turn for row in self.rows)

    @property
    def moved(self) -> list[Row]:
        """Rows whose finish moves, the greatest effect first."""
        rows = [row for row in self.rows if row.moved]
        return sorted(rows, key=lambda row: (-abs(row.days), row.stand.number))


def hits(plan: Plan | None) -> bool:
    """按期: everything is done, or expected to be, by the target (clause A3)."""
    return plan is not None and plan.feasible


def lay_over(scenario: Scenario, standing: Standing) -> Whole:
    """``scenario`` on every project of the list, as far as each can take it.

    A project that takes none of it keeps its own plan, so that no change is the list as it stands.
    Raises ScenarioRefused when a change fits no project, or a project can't be planned with it.
    """
    if own := [change for change in scenario.changes if change.kind in OF_PROJECT]:
        raise ScenarioRefused(
            [
                f"{change.kind.label}是单个项目的，不能对整张清单改；请到那个项目的推演页去改。"
                for change in own
            ]
        )
    rows, reach = [], Counter[Change]()
    for stand in standing.projects:
        taken = fitting(scenario, stand.graph)
        reach.update(taken.changes)
        rows.append(_row(stand, taken, standing.calendar))
    if idle := [change for change in scenario.changes if not reach[change]]:
        names = names_of(standing.projects)
        raise ScenarioRefused(
            [
                f"“{change.said(names)}”没有项目可用：清单里没有这样的事项或前置关系，或者都已起算、办结；请去掉这项改动。"
                for change in idle
            ]
        )
    return Whole(tuple(rows), reach)


def names_of(stands: Iterable[Stand]) -> dict[str, str]:
    """Short names of all matters of these projects, by code in order."""
    names: dict[str, str] = {}
    for stand in stands:
        names |= stand.names
    return dict(sorted(names.items()))


def _row(stand: Stand, scenario: Scenario, calendar: WorkCalendar) -> Row:
    before = stand.plan
    if before is None:
        return Row(stand, scenario, None, None)
    after = before
    if scenario:
        try:
            after = plan(scenario, stand.graph, calendar)
        except ScenarioRefused as refusal:
            raise ScenarioRefused(
                [f"项目“{stand.name}”（{stand.number}）：{fault}" for fault in refusal.faults]
            ) from refusal
    return Row(stand, scenario, after, shift(before.finish_on, after.finish_on, calendar))
