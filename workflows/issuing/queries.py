"""Questions to the letterheads and the register (发文登记)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from kernel.authority.permissions import Permission
from kernel.papers.models import Attachment
from tenants.gateway import current_tenant
from tenants.models import Tenant
from tenants.registry.freezing import digest_of
from tenants.registry.models import NumberSeries
from workflows.issuing.kinds import Kind, number_of
from workflows.issuing.models import Issued, Letterhead
from workflows.mechanism.models import Unit

if TYPE_CHECKING:
    from kernel.web.http import SignedInRequest


#: Of a tenant's name in a number, so that every number fits its column.
LONGEST_NAME = 40


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
    return f"{tenant.name.rstrip('市旗区')[:LONGEST_NAME]}联审办"


def issued_about(room: str, *keys: str) -> QuerySet[Issued]:
    """Papers issued about things of ``room``, newest first, without their content."""
    return Issued.objects.filter(room=room, key__in=keys).defer("paper")


def register() -> QuerySet[Issued]:
    """The register, newest first, without what the papers say."""
    return Issued.objects.defer("paper").order_by("-issued_on", "-pk")


def narrowed(issued: QuerySet[Issued], chosen: Mapping[str, Any]) -> QuerySet[Issued]:
    """What fits a cleaned `RegisterFilter`. Voided papers are shown unless told otherwise: a gap in
    the numbers would ask for an explanation."""
    if kind := chosen.get("kind"):
        issued = issued.filter(kind=kind)
    if year := chosen.get("year"):
        issued = issued.filter(year=year)
    if voided := chosen.get("voided"):
        issued = issued.filter(voided_at__isnull=voided == "no")
    if words := chosen.get("q"):
        issued = issued.filter(
            Q(number__icontains=words) | Q(title__icontains=words) | Q(addressee__icontains=words)
        )
    return issued


def years() -> list[int]:
    """Years with papers on the register, the newest first."""
    return list(Issued.objects.order_by("-year").values_list("year", flat=True).distinct())


def may_read(request: "SignedInRequest", issued: Issued) -> bool:
    """Who holds the register reads every paper; a department what was addressed to it."""
    own = request.membership.department_code
    return Permission.PAPERS_VIEW in request.permissions or bool(
        own and own in issued.department_codes
    )


def may_read_file(request: "SignedInRequest", attachment: Attachment) -> bool:
    """The signed copy (用印件) of a paper is read by who may read the paper."""
    issued = Issued.objects.defer("paper").filter(pk=int(attachment.key)).first()
    return issued is not None and may_read(request, issued)


def holds(issued: Issued) -> bool:
    """Whether the digest counted again over what is kept equals the one taken at issue."""
    return digest_of(issued.paper) == issued.digest


def letterheads() -> QuerySet[Letterhead]:
    """Every version, the latest first."""
    return Letterhead.objects.order_by("-effective_from", "-pk")


def next_numbers(word: str, year: int) -> list[tuple[Kind, str]]:
    """The number each kind takes next, as it stands now."""
    last = dict(
        NumberSeries.objects.filter(
            schema_name=current_tenant().schema_name, year=year, kind__startswith="paper."
        ).values_list("kind", "last")
    )
    return [
        (kind, number_of(kind, word, year, last.get(f"paper.{kind.value}", 0) + 1)) for kind in Kind
    ]
