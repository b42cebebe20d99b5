"""Questions about filings (报备). The walls show a tenant only what it sent or received."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from kernel.clock import WorkCalendar
from tenants.models import Tenant
from tenants.registry.freezing import digest_of, frozen
from tenants.registry.models import Filing, FilingKind, FilingState
from workflows.filings.documents import sealed
from workflows.mechanism import queries as mechanism
from workflows.projects import queries as projects

#: Working days after the day of sending within which the city answers: the office's own rule.
ANSWER_WITHIN = 5


@dataclass(frozen=True, slots=True)
class Waiting:
    """A filing nobody has answered yet, and the day by which somebody should."""

    filing: Filing
    answer_by: date
    late: bool


def sent(tenant: Tenant) -> QuerySet[Filing]:
    """What ``tenant`` has filed, newest first."""
    return _with_neighbours(Filing.objects.filter(sender=tenant.schema_name))


def received(tenant: Tenant) -> QuerySet[Filing]:
    """What was filed with ``tenant``, newest first."""
    return _with_neighbours(Filing.objects.filter(receiver=tenant.schema_name))


def _with_neighbours(filings: QuerySet[Filing]) -> QuerySet[Filing]:
    return filings.select_related("superseded_by", "supersedes").order_by("-sent_at", "-pk")


def narrowed(filings: QuerySet[Filing], chosen: Mapping[str, Any]) -> QuerySet[Filing]:
    """Those that fit a cleaned `FilingFilter`."""
    for name in ("kind", "year", "state", "sender"):
        if value := chosen.get(name):
            filings = filings.filter(**{name: value})
    return filings


def waiting(tenant: Tenant, on: date, calendar: WorkCalendar) -> list[Waiting]:
    """What waits for ``tenant``'s answer on day ``on``, oldest first."""
    filings = Filing.objects.filter(receiver=tenant.schema_name, state=FilingState.SENT)
    oldest = filings.defer("snapshot", "letter").order_by("sent_at", "pk")
    return with_deadlines(oldest, on, calendar)


def with_deadlines(filings: Iterable[Filing], on: date, calendar: WorkCalendar) -> list[Waiting]:
    days = [
        (filing, calendar.add(timezone.localtime(filing.sent_at).date(), ANSWER_WITHIN))
        for filing in filings
    ]
    return [Waiting(filing, by, on > by) for filing, by in days]


def waiting_count(tenant: Tenant) -> int:
    return Filing.objects.filter(receiver=tenant.schema_name, state=FilingState.SENT).count()


def returned(tenant: Tenant) -> QuerySet[Filing]:
    """What came back and was not sent again."""
    return sent(tenant).filter(state=FilingState.RETURNED)


def last_sent(tenant: Tenant, kind: str, year: int) -> Filing | None:
    """The one that a new filing of this kind and year would replace."""
    return sent(tenant).filter(kind=kind, year=year).exclude(state=FilingState.SUPERSEDED).first()


def draft(kind: str, year: int, on: date) -> dict[str, Any]:
    """What would be filed now, frozen: the mechanism on day ``on``, or the confirmed list of ``year``."""
    taken = mechanism.snapshot(on) if kind == FilingKind.MECHANISM else projects.snapshot(year)
    content: dict[str, Any] = frozen(taken)
    return content


def years_to_file(kind: str, on: date) -> list[int]:
    """Years a filing of this kind can be for; the first is the one offered.

    A mechanism is filed as it stands. A list is drawn up before the end of October for the year
    after (A4.1), so from October on the next year comes first when it is there.
    """
    if kind == FilingKind.MECHANISM:
        return [on.year]
    listed = projects.years()
    ahead = on.year + 1 if on.month >= 10 else on.year
    return sorted(listed, key=lambda year: (abs(year - ahead), -year)) or [ahead]


def digest_holds(filing: Filing) -> bool:
    """Counts the digest again from what is on file."""
    content = sealed(
        kind=filing.kind, year=filing.year, sender=filing.sender, snapshot=filing.snapshot
    )
    return digest_of(content) == filing.digest
