"""Questions to the reports (半月调度): figures, their rows, and the difference to another report."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import F, Func, JSONField, QuerySet, Value
from django.http import HttpRequest

from kernel.authority.permissions import Permission
from kernel.clock import WorkCalendar
from tenants.registry.freezing import digest_of
from workflows.dispatch.lifecycle import Period, State
from workflows.dispatch.models import Report

if TYPE_CHECKING:
    from kernel.web.http import SignedInRequest

#: Working days after its last day within which a period is reported: this product's proposal (未核实).
ISSUE_WITHIN = 3
TREND = 12
OUT = (State.ISSUED, State.SUPERSEDED)


def reports_for(request: "SignedInRequest") -> QuerySet[Report]:
    """Reports the member may see: who compiles or reviews them all, everybody else the issued ones."""
    found = Report.objects.select_related("issued").defer("issued__paper")
    may = request.permissions
    if Permission.DISPATCH_CHANGE in may or Permission.DISPATCH_REVIEW in may:
        return found
    return found.filter(state__in=OUT)


def holds(report: Report) -> bool:
    """Whether the snapshot is what it was when it was taken."""
    return digest_of(report.snapshot) == report.digest


def issued_before(report: Report) -> Report | None:
    """The report in force for the nearest earlier period."""
    return (
        Report.objects.filter(state=State.ISSUED, first__lt=report.first).order_by("-first").first()
    )


def figures_of(report: Report) -> dict[str, dict[str, Any]]:
    """Every figure by its key."""
    return {
        figure["key"]: figure for part in report.snapshot["parts"] for figure in part["figures"]
    }


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure beside the same one of an earlier report: what came, what went, what stayed."""

    figure: Mapping[str, Any]
    before: int | str | None
    came: list[Any]
    went: list[Any]

    @property
    def change(self) -> int | None:
        now = self.figure["value"]
        if isinstance(now, int) and isinstance(self.before, int):
            return now - self.before
        return None

    @property
    def words(self) -> str:
        if self.change is None:
            return "上期没有"
        return f"{self.change:+d}" if self.change else "持平"

    @property
    def tone(self) -> str:
        """green where it went the good way, red where the bad one."""
        way = (self.change or 0) * self.figure["good"]
        return "green" if way > 0 else "red" if way < 0 else ""


def differences(report: Report, before: Report | None) -> dict[str, Difference]:
    """Each figure of ``report`` against ``before``, by key."""
    old = figures_of(before) if before else {}
    found = {}
    for key, figure in figures_of(report).items():
        known = old.get(key)
        now = {row[0]: row for row in figure["rows"]}
        then = {row[0]: row for row in known["rows"]} if known else {}
        found[key] = Difference(
            figure,
            known["value"] if known else None,
            [row for k, row in now.items() if k not in then] if known else [],
            [row for k, row in then.items() if k not in now],
        )
    return found


def standing_since(report: Report, key: str) -> dict[str, int]:
    """For each row of a figure, in how many reports on end it has stood, this one included."""
    runs = {row[0]: 1 for row in figures_of(report).get(key, {"rows": []})["rows"]}
    alive = set(runs)
    keys = _taken("jsonb_path_query_array", key, "rows[*][0]")
    for there in _earlier(report).annotate(keys=keys).values_list("keys", flat=True)[:TREND]:
        alive &= set(there)
        if not alive:
            break
        for row in alive:
            runs[row] += 1
    return runs


def trend(report: Report, keys: Sequence[str]) -> list[tuple[Period, list[Any]]]:
    """What the figures ``keys`` were in the last issued reports up to this one, oldest first; 0 where
    a report had no such figure. One query, which leaves the rows of the figures where they are."""
    figures = {
        f"figure{n}": _taken("jsonb_path_query_first", k, "value") for n, k in enumerate(keys)
    }
    earlier = _earlier(report).annotate(**figures).values_list("first", "last", *figures)
    own = figures_of(report)
    return [
        *(
            (Period(first, last), [value or 0 for value in values])
            for first, last, *values in reversed(earlier[: TREND - 1])
        ),
        (report.period, [own[key]["value"] if key in own else 0 for key in keys]),
    ]


def _earlier(report: Report) -> QuerySet[Report]:
    return Report.objects.filter(state=State.ISSUED, first__lt=report.first).order_by("-first")


def _taken(function: str, key: str, what: str) -> Func:
    """Something of one figure, taken out of the snapshot where it lies."""
    path = f"$.parts[*].figures[*] ? (@.key == $key).{what}"
    return Func(
        F("snapshot"),
        Func(Value(path), template="%(expressions)s::jsonpath"),
        Func(Value(json.dumps({"key": key})), template="%(expressions)s::jsonb"),
        function=function,
        output_field=JSONField(),
    )


def due_on(period: Period, calendar: WorkCalendar) -> date:
    """The day by which a period has to be reported."""
    return calendar.add(period.last, ISSUE_WITHIN)


def prepares_on(period: Period, calendar: WorkCalendar) -> date:
    """The first working day after a period: its report is prepared by itself."""
    return calendar.on_or_after(period.last + timedelta(days=1))


def unread_count(request: HttpRequest) -> int:
    """For the navigation: a report to review, or one not read yet."""
    permissions = request.permissions  # type: ignore[attr-defined]
    membership = request.membership  # type: ignore[attr-defined]
    if Permission.DISPATCH_CHANGE in permissions:
        return 0
    newest = Report.objects.filter(state=State.ISSUED).order_by("-first").only("pk").first()
    unread = newest is not None and not newest.readings.filter(user_id=membership.user_id).exists()
    review = Permission.DISPATCH_REVIEW in permissions
    waiting = Report.objects.filter(state=State.REVIEW).count() if review else 0
    return int(unread) + waiting


def late_period(on: date, calendar: WorkCalendar) -> Period | None:
    """The period that should have been reported by ``on`` and was not."""
    period = Period.of(on).before
    if on <= due_on(period, calendar):
        return None
    reported = Report.objects.filter(first=period.first, state__in=OUT).exists()
    return None if reported else period
