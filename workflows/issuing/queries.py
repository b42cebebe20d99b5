"""Questions to the letterheads and the register (发文登记)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Q, QuerySet

from kernel.authority.permissions import Permission
from tenants.gateway import current_tenant
from tenants.models import Tenant
from workflows.issuing.kinds import MANNERS, Kind
from workflows.issuing.models import Issued, Letterhead
from workflows.mechanism.models import Unit

if TYPE_CHECKING:
    from kernel.web.http import SignedInRequest


@dataclass(frozen=True, slots=True)
class Head:
    """What a paper of the office carries on a day: mark, signer, whose seal, and the office's word."""

    mark: str
    signer: str
    sealer: str
    word: str


def head_on(on: date) -> Head:
    """The letterhead in force on ``on``; a tenant that has set none uses its own name and the seal of
    the unit its office stands in (A5.1)."""
    own = Letterhead.objects.filter(effective_from__lte=on).first()
    if own:
        return Head(own.mark, own.signer, own.sealer, own.word)
    tenant = current_tenant()
    host = Unit.objects.in_force(on).filter(hosts_office=True).first()
    return Head(tenant.office_name, tenant.office_name, host.name if host else "", word_of(tenant))


def word_of(tenant: Tenant) -> str:
    """The office's word in a number until it sets its own: 准格尔联审办."""
    return f"{tenant.name.rstrip('市旗区')}联审办"


def issued_about(room: str, *keys: str) -> QuerySet[Issued]:
    """Papers issued about things of ``room``, newest first, without their content."""
    return Issued.objects.filter(room=room, key__in=keys).defer("paper")


def register(chosen: Mapping[str, Any], department_code: str | None = None) -> QuerySet[Issued]:
    """The register, newest first, narrowed by a cleaned `RegisterFilter`; of a department only what
    it received. Without the papers themselves."""
    found = Issued.objects.defer("paper").order_by("-issued_on", "-pk")
    if department_code is not None:
        found = found.filter(department_codes__contains=[department_code])
    if words := chosen.get("q"):
        found = found.filter(
            Q(number__icontains=words) | Q(title__icontains=words) | Q(addressee__icontains=words)
        )
    for name in ("kind", "year"):
        if value := chosen.get(name):
            found = found.filter(**{name: value})
    if chosen.get("voided"):
        found = found.filter(voided_at__isnull=chosen["voided"] == "no")
    return found


def readable(request: "SignedInRequest", issued: Issued) -> bool:
    """Whoever keeps the register reads every paper, a department those that were sent to it."""
    return (
        Permission.PAPERS_VIEW in request.permissions
        or request.membership.department_code in issued.department_codes
    )


def next_numbers_of(on: date) -> list[tuple[Kind, str]]:
    """What the next paper of each kind would be called if it were issued on ``on``."""
    word = head_on(on).word
    last = dict(
        Issued.objects.filter(year=on.year)
        .order_by()
        .values_list("kind")
        .annotate(last=Max("serial"))
    )
    return [
        (kind, f"{word}{MANNERS[kind].word}〔{on.year}〕{last.get(kind.value, 0) + 1}号")
        for kind in Kind
        if kind is not Kind.FILING  # numbered with the filing itself
    ]
