"""By when a tenant files what (报备日历), and who is late. The days are this product's proposals (未核实)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone

from kernel.clock import WorkCalendar
from kernel.web.lamps import Lamp
from tenants.models import Tenant
from tenants.registry.models import Filing, FilingKind, FilingState
from workflows.dispatch.lifecycle import Period
from workflows.filings.contents import CONTENTS
from workflows.filings.contents.base import Term
from workflows.filings.contents.half_month import term_of
from workflows.filings.queries import HEAVY

#: Working days: after a mechanism was set up; after the end of October; after a half-month has ended.
SET_UP_WITHIN, LIST_WITHIN, HALF_MONTH_WITHIN = 20, 5, 5
#: The year-end summary comes by this day of January.
SUMMARY_BY = 15
#: Half-months the calendar shows.
HALF_MONTHS = 4
#: Working days ahead from which a day is a reminder.
AHEAD = 3

Key = tuple[str, str, int, str]
#: What was filed, oldest first, by sender, kind, year and period.
Filed = Mapping[Key, Sequence[Filing]]


@dataclass(frozen=True, slots=True)
class Duty:
    """Something a tenant files by ``due_on``, and what it has filed of it, if anything."""

    kind: str
    term: Term
    due_on: date
    filing: Filing | None
    lamp: Lamp
    late_days: int

    @property
    def words(self) -> str:
        return CONTENTS[self.kind].words(self.term)

    @property
    def open(self) -> bool:
        """Nothing is filed, or what was filed came back."""
        return self.filing is None or self.filing.state == FilingState.RETURNED


def filed(on: date, tenants: Collection[Tenant] | None = None) -> dict[Key, list[Filing]]:
    """What is in sight of these tenants' (or everybody's) and may answer a duty around day ``on``, by
    sender, kind, year and period, oldest first; one query."""
    rows = Filing.objects.filter(
        Q(kind=FilingKind.MECHANISM) | Q(year__gte=on.year - 1), unit_code=""
    )
    if tenants is not None:
        rows = rows.filter(sender__in=[tenant.schema_name for tenant in tenants])
    return by_key(rows.defer(*HEAVY).order_by("sent_at", "pk"))


def by_key(filings: Iterable[Filing]) -> dict[Key, list[Filing]]:
    """``filings``, oldest first, by what they are for."""
    found: dict[Key, list[Filing]] = {}
    for filing in filings:
        key = (filing.sender, filing.kind, filing.year, filing.period)
        found.setdefault(key, []).append(filing)
    return found


def duties_of(tenant: Tenant, on: date, calendar: WorkCalendar, found: Filed) -> list[Duty]:
    """What ``tenant`` files around day ``on``, by day. A mechanism is filed once; what it says of a change
    is filed anew and replaces it."""
    opened = timezone.localtime(tenant.opened_at).date() if tenant.opened_at else on
    set_up = calendar.add(opened, SET_UP_WITHIN)
    due = [
        (FilingKind.MECHANISM, Term(opened.year), set_up),
        *_of_lists(on, set_up, calendar),
        *_of_half_months(opened, on, calendar),
        *_of_summaries(opened, on, calendar),
    ]
    return sorted(
        (_duty(tenant, kind, term, day, on, calendar, found) for kind, term, day in due),
        key=lambda duty: (duty.due_on, duty.kind),
    )


def _of_lists(
    on: date, set_up: date, calendar: WorkCalendar
) -> Iterator[tuple[FilingKind, Term, date]]:
    """The list of next year, confirmed by the end of October (A4.1)."""
    year = on.year + 1 if on.month >= 10 else on.year
    by = calendar.add(date(year - 1, 10, 31), LIST_WITHIN)
    yield FilingKind.ANNUAL_LIST, Term(year), max(by, set_up)


def _of_half_months(
    opened: date, on: date, calendar: WorkCalendar
) -> Iterator[tuple[FilingKind, Term, date]]:
    period = Period.of(on).before
    for _ in range(HALF_MONTHS):
        if period.last < opened:
            return
        yield FilingKind.HALF_MONTH, term_of(period), calendar.add(period.last, HALF_MONTH_WITHIN)
        period = period.before


def _of_summaries(
    opened: date, on: date, calendar: WorkCalendar
) -> Iterator[tuple[FilingKind, Term, date]]:
    """Of the year that has ended until summer, of this year from then on."""
    year = on.year - 1 if on.month <= 6 else on.year
    if opened.year <= year:
        by = calendar.on_or_after(date(year + 1, 1, SUMMARY_BY))
        yield FilingKind.SUMMARY, Term(year), by


def _duty(
    tenant: Tenant,
    kind: FilingKind,
    term: Term,
    due_on: date,
    on: date,
    calendar: WorkCalendar,
    found: Filed,
) -> Duty:
    rows = _of(tenant, kind, term, found)
    good = [row for row in rows if row.state != FilingState.RETURNED]
    # In time is who filed it in time for the first time, whatever replaced it since.
    came = timezone.localtime(good[0].sent_at).date() if good else on
    late = max(calendar.between(due_on, came), 0) if came > due_on else 0
    soon = on >= calendar.subtract(due_on, AHEAD)
    lamp = Lamp.GREEN if good else Lamp.RED if on > due_on else Lamp.YELLOW if soon else Lamp.NONE
    return Duty(kind.value, term, due_on, rows[-1] if rows else None, lamp, late)


def _of(tenant: Tenant, kind: FilingKind, term: Term, found: Filed) -> Sequence[Filing]:
    if kind != FilingKind.MECHANISM:
        return found.get((tenant.schema_name, kind, term.year, term.period), ())
    # A mechanism is filed for the year it is filed in; any year will do.
    return [
        filing
        for (sender, of_kind, _, _), rows in sorted(found.items())
        if (sender, of_kind) == (tenant.schema_name, kind)
        for filing in rows
    ]


def near(tenant: Tenant, on: date, calendar: WorkCalendar, found: Filed) -> list[Duty]:
    """What the office has to file soon or is late with, the earliest day first; the city files nothing."""
    duties = [] if tenant.is_city else duties_of(tenant, on, calendar, found)
    return [duty for duty in duties if duty.open and duty.lamp in (Lamp.RED, Lamp.YELLOW)]
