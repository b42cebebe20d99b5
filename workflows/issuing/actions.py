"""Issue a paper (发文): number it, freeze it, register it; void it; set a new letterhead."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from kernel.papers.paper import Paper
from kernel.papers.pdf import pdf_bytes
from kernel.refusal import Refused
from kernel.trail import Actor, record
from tenants.registry.freezing import digest_of, frozen
from tenants.registry.numbering import next_number
from workflows.issuing.kinds import Kind, number_of
from workflows.issuing.models import Issued, Letterhead
from workflows.issuing.queries import Head, head_on

FURTHEST_YEARS = 2


class IssuingRefused(Refused):
    """A step the register does not allow; the text says why."""


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
    Raises `Refused` for a paper that can't be printed, before a number is spent on it.
    """
    pdf_bytes(paper)
    if numbered:
        serial, number = numbered
    else:
        serial = next_number(f"paper.{kind.value}", on.year)
        number = number_of(kind, head_on(on).word, on.year, serial)
    content = frozen(replace(paper, number=number).write())
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
def void(*, pk: int, why: str, actor: Actor, at: datetime) -> Issued:
    """Void (作废) a paper for a reason. It stays on the register, and its number is not given again.
    Raises `IssuingRefused` when somebody has voided it before."""
    issued = Issued.objects.select_for_update(of=("self",)).get(pk=pk)
    if issued.voided_at:
        raise IssuingRefused(
            f"{issued.number}已由{issued.voided_by}于{timezone.localtime(issued.voided_at):%m月%d日%H:%M}"
            f"作废，理由是“{issued.voided_why}”，这次没有改动。"
        )
    why = why.strip()[:300]
    if not why:
        raise IssuingRefused(f"作废{issued.number}要写明理由，请补上再办。")
    issued.voided_at, issued.voided_by, issued.voided_why = at, actor.name[:40], why
    issued.save(update_fields=["voided_at", "voided_by", "voided_why"])
    record(
        actor=actor,
        action="issuing.void",
        subject=issued.number,
        summary=f"作废{issued.get_kind_display()}：{why}"[:500],
        detail={"digest": issued.digest},
    )
    return issued


@transaction.atomic
def set_letterhead(
    *, head: Head, effective_from: date, document: str, on: date, actor: Actor, at: datetime
) -> Letterhead:
    """A new letterhead from a day on (A5.1); papers issued before keep theirs.
    Raises `IssuingRefused` for a day before ``on`` or too far away, or when nothing would change."""
    if effective_from < on:
        raise IssuingRefused(
            f"生效日期{effective_from}早于今天（{on}）。已印发的公文不改，请填今天或者以后的日期。"
        )
    if effective_from.year > on.year + FURTHEST_YEARS:
        raise IssuingRefused(f"生效日期{effective_from}太远，请核对年份。")
    if head == head_on(effective_from):
        raise IssuingRefused(f"与{effective_from}时使用的发文机关完全相同，没有登记新的版本。")
    made = Letterhead.objects.create(
        effective_from=effective_from,
        mark=head.mark,
        signer=head.signer,
        sealer=head.sealer,
        word=head.word,
        document=document,
        made_at=at,
        made_by=actor.name[:40],
    )
    record(
        actor=actor,
        action="issuing.set_letterhead",
        subject="发文机关",
        summary=f"自{effective_from}起：{head.mark}，署名{head.signer}，机关代字{head.word}，"
        f"用印{head.sealer or '本机关'}；依据{document}"[:500],
    )
    return made
