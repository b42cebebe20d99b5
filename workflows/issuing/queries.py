"""Questions to the letterheads and the register (发文登记)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from tenants.gateway import current_tenant
from tenants.models import Tenant
from workflows.issuing.models import Issued, Letterhead
from workflows.mechanism.models import Unit


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
