"""A project's chain risk (连锁风险) read for the pages: what is missing, what stands on it, how late at worst."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from kernel.clock import WorkCalendar
from kernel.plan import Plan
from kernel.web.gantt import Bar, Rest, gantt
from kernel.web.gantt import State as BarState
from workflows.deficiency import chains, queries
from workflows.deficiency.chains import Exposed
from workflows.deficiency.lifecycle import MISSING, State
from workflows.deficiency.models import Deficiency
from workflows.procedures.live import Live, live_of
from workflows.procedures.planning import graph_of
from workflows.projects.models import Project

MARGIN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Missing:
    """One missing paper, the last day it is awaited, and the permits that stand on it."""

    row: Deficiency
    last_on: date
    exposed: list[Exposed]


@dataclass(frozen=True, slots=True)
class Risk:
    """``worst`` is the plan when every paper comes on its last day, ``live.plan`` the one of today."""

    live: Live
    missing: list[Missing]
    worst: Plan

    @property
    def late_days(self) -> int:
        """Working days the worst finish lies behind the target; negative is before it."""
        return self.live.calendar.between(self.live.project.target_on, self.worst.finish_on)

    @property
    def moved_days(self) -> int:
        """Working days the finish moves."""
        return self.live.calendar.between(self.live.plan.finish_on, self.worst.finish_on)

    @property
    def numbers(self) -> frozenset[str]:
        """The procedures that stand on anything missing."""
        return frozenset(each.procedure.number for one in self.missing for each in one.exposed)


def last_day(row: Deficiency, on: date, longest: int, calendar: WorkCalendar) -> date:
    """The last day the paper is awaited: its day as it may still be extended once.

    A broken promise has none: today at the earliest, and each day more is another.
    """
    last = row.due_on
    if row.state != State.BREACHED and not row.extended and on <= row.due_on:
        last = calendar.add(row.due_on, longest)
    return calendar.on_or_after(max(last, on))


def risk_of(project: Project, on: date, *, only: int | None = None) -> Risk:
    """What is missing in the project, or the one paper ``only``; six queries. Nothing is written."""
    live = live_of(project, on)
    rows = Deficiency.objects.filter(procedure__project=project, state__in=MISSING)
    if only is not None:
        rows = rows.filter(pk=only)
    longest, calendar = queries.longest_days(on), live.calendar
    found = [
        (row, last_day(row, on, longest, calendar))
        for row in rows.select_related("procedure__project").order_by("due_on", "pk")
    ]
    until: dict[str, date] = {}
    for row, last in found:
        code = row.procedure.matter_code
        until[code] = max(last, until.get(code, last))
    worst = live.plan
    if until:
        graph = graph_of(live.book, live.clocks, calendar=calendar, on=on)
        worst = chains.held_back(graph, live.plan, until, calendar)
    return Risk(
        live,
        [
            Missing(
                row,
                last,
                chains.exposed(
                    live.book,
                    live.book.procedure(row.procedure.number),
                    now=live.plan,
                    worst=worst,
                ),
            )
            for row, last in found
        ],
        worst,
    )


def picture(risk: Risk) -> str:
    """The chains as a picture: the bar at worst, the thin line as planned today; red runs past the target."""
    bars = [
        _bar(each, f"{one.row.procedure.short_name}缺{one.row.material}", risk)
        for one in risk.missing
        for each in one.exposed
        if not each.decided
    ]
    if not bars:
        return ""
    live = risk.live
    spans = [span for bar in bars for span in (bar.planned, bar.actual) if span]
    begin = min([live.on, *(span[0] for span in spans)])
    until = max([live.project.target_on, *(span[1] for span in spans)]) + MARGIN
    return gantt(
        bars,
        begin_on=begin,
        until_on=until,
        today=live.on,
        target_on=live.project.target_on,
        rests=[
            Rest(rest.name, rest.from_on, rest.until_on)
            for rest in live.calendar.holidays_between(begin, until)
        ],
        label="容缺连锁风险",
    )


def _bar(each: Exposed, group: str, risk: Risk) -> Bar:
    past = each.worst.earliest_finish_on > risk.live.project.target_on
    return Bar(
        label=each.procedure.short_name,
        state=BarState.LATE if past else BarState.PLANNED,
        planned=(each.now.earliest_start_on, each.now.earliest_finish_on),
        actual=(each.worst.earliest_start_on, each.worst.earliest_finish_on),
        provisional=risk.live.calendar.is_provisional(each.worst.earliest_finish_on),
        url=reverse("procedures:detail", args=[each.procedure.number]),
        note=" → ".join(link.short_name for link in each.chain),
        group=group,
    )


def lines(
    exposed: Sequence[Exposed], names: Mapping[str, str], target_on: date
) -> Collection[tuple[Exposed, str, bool]]:
    """Each exposed permit with its unit and whether it ends past the target."""
    return [
        (
            each,
            names.get(each.procedure.department_code, each.procedure.department_code),
            not each.decided and each.worst.earliest_finish_on > target_on,
        )
        for each in exposed
    ]
