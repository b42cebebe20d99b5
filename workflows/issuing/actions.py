"""Issue a paper (发文): number it, freeze it, register it; void one that was wrong; a new letterhead."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from kernel.papers.paper import Paper
from kernel.refusal import Refused
from kernel.trail import Actor, record
from tenants.registry.freezing import digest_of
from tenants.registry.numbering import next_number
from workflows.issuing.kinds import MANNERS, Kind
from workflows.issuing.models import Issued, Letterhead
from workflows.issuing.queries import head_on


class IssuingRefused(Refused):
    """The register says no; the text is for the clerk."""


@transaction.atomic
def issue(
    paper: Paper,
    *,
    kind: Kind,
    room: str,
    key: str,
    url: str,
    on: date,
    actor: Actor,
    to: Sequence[str] = (),
    numbered: tuple[int, str] | None = None,
) -> Issued:
    """Give ``paper`` the next number of its kind and year and put it on the register.

    ``room`` and ``key`` say what it is about, ``url`` where that stands, ``to`` the codes of the
    departments that receive it. The number is taken in this transaction and never given again.
    ``numbered`` (serial, number) is for a paper that shares the number of the thing it is about.
    """
    if numbered:
        serial, number = numbered
    else:
        serial = next_number(f"paper.{kind.value}", on.year)
        number = f"{head_on(on).word}{MANNERS[kind].word}〔{on.year}〕{serial}号"
    content = replace(paper, number=number).write()
    issued = Issued.objects.create(
        kind=kind,
        year=on.year,
        serial=serial,
        number=number,
        title=paper.title[:200],
        addressee=paper.addressee[:300],
        paper=content,
        digest=digest_of(content),
        room=room,
        key=key,
        url=url,
        department_codes=list(to),
        issued_on=on,
        issued_at=timezone.now(),
        by_id=actor.user_id,
        by_name=actor.name,
    )
    record(
        actor=actor,
        action="issuing.issue",
        subject=number,
        summary=f"印发{kind.label}：{paper.title}"[:500],
        detail={"digest": issued.digest},
    )
    return issued


@transaction.atomic
def void(*, pk: int, why: str, at: datetime, actor: Actor) -> Issued:
    """Void a paper (作废): it stays on the register, and its number is not used again.

    Raises `IssuingRefused`.
    """
    issued = Issued.objects.select_for_update(of=("self",)).get(pk=pk)
    if issued.voided_at:
        raise IssuingRefused(f"{issued.number}已由{issued.voided_by}作废，不必再办。")
    if not why.strip():
        raise IssuingRefused("作废必须写明理由。")
    issued.voided_at, issued.voided_by, issued.voided_why = at, actor.name, why.strip()
    issued.save(update_fields=["voided_at", "voided_by", "voided_why"])
    record(
        actor=actor,
        action="issuing.void",
        subject=issued.number,
        summary=f"作废{issued.number}：{issued.voided_why}"[:500],
    )
    return issued


@transaction.atomic
def adopt_letterhead(
    *,
    effective_from: date,
    mark: str,
    signer: str,
    sealer: str,
    word: str,
    document: str,
    at: datetime,
    actor: Actor,
) -> Letterhead:
    """A new version of the letterhead (A5.1); papers already issued keep theirs."""
    letterhead = Letterhead.objects.create(
        effective_from=effective_from,
        mark=mark,
        signer=signer,
        sealer=sealer,
        word=word,
        document=document,
        made_at=at,
        made_by=actor.name,
    )
    record(
        actor=actor,
        action="issuing.letterhead",
        subject="发文机关",
        summary=f"自{effective_from}起以“{mark}”发文，代字“{word}”，依据{document}"[:500],
    )
    return letterhead
