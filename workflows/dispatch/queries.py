"""Questions to the reports (半月调度): figures, their rows, and the difference to another report."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import F, Func, JSONField, Q, QuerySet, Value
from django.http import HttpRequest

from kernel.authority.permissions import Permission
from kernel.clock import WorkCalendar
from tenants.registry.freezing import digest_of_frozen
from workflows.catalogue.queries import departments
from workflows.dispatch.comparing import Difference, difference, figures_in, frozen_difference
from workflows.dispatch.lifecycle import IN_FORCE, IN_WORK, OUT, Period, State
from workflows.dispatch.models import Report
from workflows.mechanism.queries import units_in_force

if TYPE_CHECKING:
    from kernel.web.http import SignedInRequest

#: Working days after its last day within which a period is reported.
ISSUE_WITHIN: int = settings.DISPATCH_ISSUE_WITHIN
TREND = 12
YEAR = 24  # half-months


def reports_for(request: "SignedInRequest") -> QuerySet[Report]:
    """Reports the member may see: who compiles or reviews them all, everybody else the issued ones."""
    found = Report.objects.select_related("issued").defer("issued__paper")
    may = request.permissions
    if Permission.DISPATCH_CHANGE in may or Permission.DISPATCH_REVIEW in may:
        return found
    return found.filter(state__in=OUT)


def holds(report: Report) -> bool:
    """Whether the snapshot is what it was when it was taken."""
    return digest_of_frozen(report.snapshot) == report.digest


def issued_before(period: Period) -> Report | None:
    """The report in force for the nearest earlier period."""
    return in_force().filter(first__lt=period.first).order_by("-first").first()


def in_force() -> QuerySet[Report]:
    """Reports that stand for their period."""
    return Report.objects.filter(state__in=IN_FORCE)


def figures_of(report: Report) -> dict[str, dict[str, Any]]:
    """Every figure by its key."""
    return figures_in(report.snapshot)


def differences(report: Report) -> list[Difference]:
    """Each figure against the last issued report, as it was frozen."""
    return [frozen_difference(figure) for figure in figures_of(report).values()]


def differences_between(report: Report, other: Report) -> list[Difference]:
    """Each figure against the same one of any other report."""
    old = figures_of(other)
    return [difference(figure, old.get(key)) for key, figure in figures_of(report).items()]


def trend(report: Report, keys: Iterable[str]) -> list[tuple[Period, dict[str, int]]]:
    """The figures ``keys`` of the last reports in force up to this one, oldest first. The database
    picks them out of the snapshots, so that no list is read."""
    names = {f"figure_{place}": key for place, key in enumerate(keys)}
    picked = {
        name: Func(
            F("snapshot"),
            Value(f'$.parts[*].figures[*] ? (@.key == "{key}").value'),
            function="jsonb_path_query_first",
            template="%(function)s(%(expressions)s::jsonpath)",
            output_field=JSONField(),
        )
        for name, key in names.items()
    }
    shown = Q(pk=report.pk) | Q(state__in=IN_FORCE, first__lt=report.first)
    rows = (
        Report.objects.filter(shown)
        .order_by("-first")
        .annotate(**picked)
        .values("first", "last", *names)
    )[:TREND]
    return [
        (
            Period(row["first"], row["last"]),
            {key: row[name] for name, key in names.items() if isinstance(row[name], int)},
        )
        for row in reversed(rows)
    ]


def due_on(period: Period, calendar: WorkCalendar) -> date:
    """The day by which a period has to be reported."""
    return calendar.add(period.last, ISSUE_WITHIN)


def prepares_on(period: Period, calendar: WorkCalendar) -> date:
    """The first working day after a period: its report is prepared by itself."""
    return calendar.on_or_after(period.last + timedelta(days=1))


def unread(user_id: int, states: Iterable[str]) -> Report | None:
    """The newest report in one of ``states``, if the member has not confirmed having read it."""
    newest = Report.objects.filter(state__in=states).defer("snapshot").order_by("-first").first()
    if newest is None or newest.readings.filter(user_id=user_id).exists():
        return None
    return newest


def not_read(report: Report, on: date) -> list[str]:
    """Member units of which nobody has confirmed having read the report, by name."""
    read = set(report.readings.values_list("department_code", flat=True))
    names = departments()
    codes = [unit.department_code for unit in units_in_force(on)]
    return [names[c].short_name if c in names else c for c in codes if c not in read]


def unread_count(request: HttpRequest) -> int:
    """For the navigation: reports to review, or the newest one where it is not read yet."""
    permissions = request.permissions  # type: ignore[attr-defined]
    membership = request.membership  # type: ignore[attr-defined]
    if Permission.DISPATCH_CHANGE in permissions:
        return 0
    review = Permission.DISPATCH_REVIEW in permissions
    waiting = Report.objects.filter(state=State.REVIEW).count() if review else 0
    states = IN_FORCE if review else [State.COPIED]
    return waiting + (unread(membership.user_id, states) is not None)


def in_work() -> QuerySet[Report]:
    """Reports that are not issued yet, the oldest first."""
    return Report.objects.filter(state__in=IN_WORK).defer("snapshot").order_by("first")


def offered(on: date) -> list[Period]:
    """Periods without a report that may be compiled on ``on``, the oldest first: this one, the last, and
    any before it that were missed since the first report, at most a year back."""
    return _without_report(_reported(), on)


def late_period(on: date, calendar: WorkCalendar) -> Period | None:
    """The oldest period that should have been reported by ``on`` and was not; one query."""
    reported = _reported()
    in_work = [Period.of(first) for first, out in reported.items() if not out]
    waiting = [*_without_report(reported, on), *in_work]
    return min((period for period in waiting if on > due_on(period, calendar)), default=None)


def _reported() -> dict[date, bool]:
    """Whether a report is out, by the first day of each period that has one."""
    found: dict[date, bool] = {}
    for first, state in Report.objects.order_by().values_list("first", "state"):
        found[first] = found.get(first, False) or state in OUT
    return found


def _without_report(reported: Mapping[date, bool], on: date) -> list[Period]:
    this = Period.of(on)
    found = [this, this.before]
    while reported and found[-1].first > min(reported) and len(found) <= YEAR:
        found.append(found[-1].before)
    return [period for period in reversed(found) if period.first not in reported]
