"""Questions about filings (报备). The walls show a tenant only what it sent or received."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from kernel.authority.permissions import Permission, Role
from kernel.clock import WorkCalendar
from kernel.papers.attaching import attached
from kernel.papers.models import Attachment
from tenants.models import Kind, Tenant
from tenants.registry.freezing import digest_of
from tenants.registry.models import Filing, FilingKind, FilingState
from workflows.filings.contents import CONTENTS
from workflows.filings.contents.base import Snapshot, Term, draft_of
from workflows.filings.models import Draft
from workflows.mechanism.queries import signing_name

if TYPE_CHECKING:
    from kernel.web.http import SignedInRequest

ROOM = "filings"
#: Working days after the day of sending within which the receiver answers: the office's own rule.
ANSWER_WITHIN = 5
#: What a list has no use for.
HEAVY = ("snapshot", "letter")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A filing nobody has answered yet, and the day by which somebody should."""

    filing: Filing
    answer_by: date
    late: bool


def filings_for(request: "SignedInRequest") -> QuerySet[Filing]:
    """Filings the member may see: what the tenant sent or received, of a department its own alone."""
    name = request.tenant.schema_name
    found = Filing.objects.filter(Q(sender=name) | Q(receiver=name))
    if request.membership.role in (Role.DEPARTMENT, Role.REPRESENTATIVE):
        found = found.filter(sender=name, unit_code=request.membership.department_code or "-")
    return found.select_related("superseded_by", "supersedes").order_by("-sent_at", "-pk")


def filing_tenants(tenant: Tenant, words: str = "") -> QuerySet[Tenant]:
    """Whose duties ``tenant`` sees, in the city's order: those of all below the city, else its own."""
    found = Tenant.objects.filter(ready=True).order_by("order", "code")
    if not tenant.is_city:
        return found.filter(pk=tenant.pk)
    found = found.exclude(kind=Kind.CITY)
    return found.filter(name__icontains=words) if words else found


def sent(tenant: Tenant) -> QuerySet[Filing]:
    """What ``tenant`` has filed, newest first."""
    found = Filing.objects.filter(sender=tenant.schema_name)
    return found.select_related("superseded_by", "supersedes").order_by("-sent_at", "-pk")


def narrowed(
    filings: QuerySet[Filing], chosen: Mapping[str, Any], tenant: Tenant
) -> QuerySet[Filing]:
    """Those that fit a cleaned `FilingFilter`."""
    if words := chosen.get("q"):
        filings = filings.filter(
            Q(number__icontains=words)
            | Q(receipt_number__icontains=words)
            | Q(title__icontains=words)
            | Q(unit_name__icontains=words)
        )
    if box := chosen.get("box"):
        filings = filings.filter(**{box: tenant.schema_name})
    for name in ("kind", "year", "state", "sender"):
        if value := chosen.get(name):
            filings = filings.filter(**{name: value})
    return filings


def waiting(tenant: Tenant, on: date, calendar: WorkCalendar) -> list[Waiting]:
    """What waits for ``tenant``'s answer on day ``on``, oldest first."""
    filings = Filing.objects.filter(receiver=tenant.schema_name, state=FilingState.SENT)
    return with_deadlines(filings.defer(*HEAVY).order_by("sent_at", "pk"), on, calendar)


def with_deadlines(filings: Iterable[Filing], on: date, calendar: WorkCalendar) -> list[Waiting]:
    days = [
        (filing, calendar.add(timezone.localtime(filing.sent_at).date(), ANSWER_WITHIN))
        for filing in filings
    ]
    return [Waiting(filing, by, on > by) for filing, by in days]


def in_hand(request: "SignedInRequest") -> list[Filing]:
    """What waits for the member's answer, and what it sent for itself, oldest first; one query a request."""
    if not hasattr(request, "filings_in_hand"):
        request.filings_in_hand = _in_hand(request)  # type: ignore[attr-defined]
    found: list[Filing] = request.filings_in_hand  # type: ignore[attr-defined]
    return found


def _in_hand(request: "SignedInRequest") -> list[Filing]:
    name = request.tenant.schema_name
    mine = Q(sender=name, unit_code=_unit(request))
    if Permission.FILINGS_RECEIVE in request.permissions:
        mine |= Q(receiver=name, state=FilingState.SENT)
    return list(Filing.objects.filter(mine).defer(*HEAVY).order_by("sent_at", "pk"))


def counts(request: "SignedInRequest") -> tuple[int, int]:
    """How many came back to the member, and how many wait for an answer; one query."""
    name = request.tenant.schema_name
    back = Q(sender=name, unit_code=_unit(request), state=FilingState.RETURNED)
    waits = Q(receiver=name, state=FilingState.SENT)
    found = Filing.objects.order_by().aggregate(
        returned=Count("pk", filter=back), waiting=Count("pk", filter=waits)
    )
    return found["returned"], found["waiting"]


def _unit(request: "SignedInRequest") -> str:
    """The department a member files for; the office files for none."""
    if request.membership.role in (Role.DEPARTMENT, Role.REPRESENTATIVE):
        return request.membership.department_code or "-"
    return ""


def last_sent(tenant: Tenant, kind: str, term: Term, unit_code: str = "") -> Filing | None:
    """The one that a new filing of this kind and term would replace."""
    found = sent(tenant).filter(kind=kind, year=term.year, period=term.period, unit_code=unit_code)
    return found.exclude(state=FilingState.SUPERSEDED).first()


def preview(kind: str, term: Term, on: date, draft: Draft | None = None) -> dict[str, Any]:
    """What would be filed now, frozen; ``draft`` is what people wrote where they write it."""
    return draft_of(CONTENTS[kind], term, on, given_of(draft, on) if draft else {})


def given_of(draft: Draft, on: date) -> Snapshot:
    """The words of a draft, the name of its unit, and its files by name, size and digest."""
    given: dict[str, Any] = draft.given
    return given | {
        "unit": signing_name(draft.unit_code, on) if draft.unit_code else "",
        "files": [
            {"name": file.name, "size": file.size, "digest": file.digest}
            for file in files_of(draft)
        ],
    }


def files_of(draft: Draft) -> QuerySet[Attachment]:
    """The files of a draft that were not taken off again."""
    left_out = draft.given.get("left_out", [])
    return attached(ROOM, f"draft:{draft.pk}").exclude(token__in=left_out)


def draft_for(kind: str, term: Term, unit_code: str = "") -> Draft | None:
    found = Draft.objects.filter(kind=kind, year=term.year, period=term.period)
    return found.filter(unit_code=unit_code).first()


def measures_for(request: "SignedInRequest") -> QuerySet[Draft]:
    """Measures the member's department writes."""
    code = request.membership.department_code or "-"
    return Draft.objects.filter(kind=FilingKind.MEASURE, unit_code=code)


def terms_to_file(kind: str, on: date) -> list[Term]:
    """What the office may file for; the first is the one offered."""
    return CONTENTS[kind].terms(on)


def again_url(filing: Filing) -> str:
    """Where a returned filing is put right and sent again."""
    if filing.kind == FilingKind.MEASURE:
        found = draft_for(filing.kind, Term(filing.year, filing.period), filing.unit_code)
        return reverse("filings:measure", args=[found.pk]) if found else reverse("filings:list")
    return f"{reverse('filings:new', args=[filing.kind])}?{Term(filing.year, filing.period).query}"


def sealed(
    *, kind: str, term: Term, unit_code: str, sender: str, snapshot: Snapshot
) -> dict[str, Any]:
    """What the digest covers: kind, year, sender and content, with period and unit where it has them.
    Either side can put it together."""
    content = {"kind": kind, "year": term.year, "sender": sender, "snapshot": snapshot}
    named = {"period": term.period, "unit_code": unit_code}
    return content | {name: value for name, value in named.items() if value}


def digest_holds(filing: Filing) -> bool:
    """Counts the digest again from what is on file."""
    content = sealed(
        kind=filing.kind,
        term=Term(filing.year, filing.period),
        unit_code=filing.unit_code,
        sender=filing.sender,
        snapshot=filing.snapshot,
    )
    return digest_of(content) == filing.digest
