"""Write what is filed (拟报), file it (报备), acknowledge, return."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.core.files import File
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from kernel.papers.attaching import keep
from kernel.refusal import Refused
from kernel.trail import Actor, record
from tenants.gateway import current_tenant
from tenants.registry.freezing import digest_of, frozen
from tenants.registry.models import Filing, FilingFile, FilingKind, FilingState
from tenants.registry.numbering import next_number
from workflows.filings.contents import CONTENTS
from workflows.filings.contents.base import Term, same_content
from workflows.filings.letter import filing_letter
from workflows.filings.models import Draft
from workflows.filings.queries import ROOM, draft_for, files_of, last_sent, preview, sealed
from workflows.issuing.actions import issue
from workflows.issuing.kinds import Kind
from workflows.mechanism.queries import signing_name


class FilingRefused(Refused):
    """This can't be filed or answered; the text is for the clerk."""


@transaction.atomic
def write(
    *,
    kind: str,
    term: Term,
    given: dict[str, Any],
    at: datetime,
    actor: Actor,
    pk: int | None = None,
    version: int = 0,
    unit_code: str = "",
    files: Sequence[File[bytes]] = (),
    left_out: Collection[str] = (),
) -> Draft:
    """Keep what is to be filed: a new draft, or draft ``pk`` as the clerk saw it (``version``).

    ``left_out`` are tokens of files that are taken off. Raises `FilingRefused`.
    """
    draft = Draft.objects.select_for_update(of=("self",)).get(pk=pk) if pk else Draft(kind=kind)
    if pk and draft.version != version:
        raise FilingRefused("这份材料在您打开之后已有人修改，没有保存。请对照最新内容再改。")
    gone = sorted({*draft.given.get("left_out", []), *left_out})
    draft.year, draft.period, draft.unit_code = term.year, term.period, unit_code
    draft.given = frozen(given) | {"left_out": gone}
    draft.changed_at, draft.changed_by = at, actor.name
    draft.version += 1 if pk else 0
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError as taken:
        what = CONTENTS[kind].words(term)
        raise FilingRefused(f"{what}已经有一份在拟，请在那一份上修改。") from taken
    for file in files:
        keep(file, room=ROOM, key=f"draft:{draft.pk}", at=at, actor=actor)
    record(
        actor=actor,
        action="filings.write",
        subject=CONTENTS[kind].words(term),
        summary=f"拟报{CONTENTS[kind].words(term)}",
    )
    return draft


@transaction.atomic
def send(
    *,
    kind: str,
    year: int,
    on: date,
    actor: Actor,
    period: str = "",
    unit_code: str = "",
    seen_digest: str = "",
) -> Filing:
    """File what is there now; replaces the one before (A5.5). A measure goes from its department
    (``unit_code``) to the office of its own tenant, everything else from the office to the city.

    ``seen_digest`` is the digest of what the clerk saw: when the content has moved on since, nothing
    is sent. Raises `FilingRefused`.
    """
    tenant, term, content = current_tenant(), Term(year, period), CONTENTS[kind]
    receiver = tenant if kind == FilingKind.MEASURE else tenant.lineage()[-1]
    if receiver == tenant and not unit_code:
        raise FilingRefused("市级机制没有上级，不需要报备。")
    # The series row stays locked to the end, so two senders of one tenant come one after the other.
    count = next_number("filing", on.year)
    draft = draft_for(kind, term, unit_code)
    snapshot = preview(kind, term, on, draft)
    if content.is_empty(snapshot):
        raise FilingRefused(f"{content.words(term)}还没有可报的内容，请先补齐再报。")
    digest = digest_of(
        sealed(
            kind=kind,
            term=term,
            unit_code=unit_code,
            sender=tenant.schema_name,
            snapshot=snapshot,
        )
    )
    if seen_digest and seen_digest != digest:
        raise FilingRefused("您查看之后内容又有变化，没有报送。请核对下面的新内容，再点报送。")
    previous = last_sent(tenant, kind, term, unit_code)
    if previous and same_content(previous.snapshot, snapshot):
        raise FilingRefused(_unchanged(previous))
    if previous:
        Filing.objects.filter(pk=previous.pk).update(state=FilingState.SUPERSEDED)
    number = f"{tenant.name}报〔{on.year}〕{count}号"
    unit = signing_name(unit_code, on) if unit_code else ""
    letter = filing_letter(
        content=content,
        term=term,
        snapshot=snapshot,
        digest=digest,
        receiver=receiver,
        on=on,
        unit=unit,
    )
    filing = Filing.objects.create(
        number=number,
        letter=replace(letter, number=number).write(),
        kind=kind,
        year=year,
        period=period,
        unit_code=unit_code,
        unit_name=unit,
        sender=tenant.schema_name,
        sender_name=tenant.name,
        receiver=receiver.schema_name,
        receiver_name=receiver.name,
        title=f"{unit or tenant.name}{content.words(term)}"[:120],
        snapshot=snapshot,
        digest=digest,
        sent_at=timezone.now(),
        sent_by=actor.name,
        supersedes=previous,
    )
    if draft:
        _send_files(filing, draft)
    issue(
        letter,
        kind=Kind.FILING,
        room=ROOM,
        key=f"filing:{filing.pk}",
        url=reverse("filings:detail", args=[filing.pk]),
        on=on,
        actor=actor,
        to=[unit_code] if unit_code else (),
        numbered=(count, number),
    )
    replaced = f"，替代{previous.number}" if previous else ""
    record(
        actor=actor,
        action="filings.send",
        subject=filing.number,
        summary=f"向{receiver.office_name}报备{filing.title}{replaced}"[:500],
        detail={"digest": digest},
    )
    return filing


def _send_files(filing: Filing, draft: Draft) -> None:
    """The files go along: what the receiver opens is a copy that nobody can change."""
    for file in files_of(draft).defer(None).iterator(chunk_size=1):  # each may be large
        FilingFile.objects.create(
            filing=filing,
            token=secrets.token_urlsafe(18),
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            digest=file.digest,
            content=bytes(file.content),
        )


def _unchanged(previous: Filing) -> str:
    if previous.state == FilingState.RETURNED:
        return (
            f"内容与被退回的{previous.number}完全一样。请先按退回理由修改：{previous.return_reason}"
        )
    return f"内容与已报的{previous.number}完全一样，不必重复报送。"


@transaction.atomic
def acknowledge(*, pk: int, on: date, actor: Actor) -> Filing:
    """Put the filing on record with a receipt number of the receiver's series. Raises `FilingRefused`."""
    filing = _waiting(pk)
    # 鄂 for 鄂尔多斯市, as the city's own papers begin their numbers.
    filing.receipt_number = (
        f"{filing.receiver_name[0]}联审备〔{on.year}〕{next_number('receipt', on.year)}号"
    )
    filing.state = FilingState.ACKNOWLEDGED
    return _answered(filing, actor, "filings.acknowledge", f"备案，回执{filing.receipt_number}")


@transaction.atomic
def return_(*, pk: int, reason: str, actor: Actor) -> Filing:
    """Send the filing back with a reason. Raises `FilingRefused`."""
    filing = _waiting(pk)
    if not reason.strip():
        raise FilingRefused("退回必须写明理由，报送单位才知道改什么。")
    filing.return_reason = reason.strip()
    filing.state = FilingState.RETURNED
    return _answered(filing, actor, "filings.return", f"退回：{filing.return_reason}")


def _waiting(pk: int) -> Filing:
    mine = Filing.objects.filter(receiver=current_tenant().schema_name)
    # The wall gives only a waiting filing away to be answered; any other is read to say what it is.
    waiting = mine.select_for_update(of=("self",)).filter(pk=pk).first()
    filing = waiting or mine.get(pk=pk)
    if filing.state == FilingState.SUPERSEDED:
        raise FilingRefused(f"{filing.number}已被报送单位的新报备替代，请办理新的一件。")
    if filing.state != FilingState.SENT:
        raise FilingRefused(
            f"{filing.number}已由{filing.handled_by}办理，现为“{filing.get_state_display()}”，不能再办一次。"
        )
    return filing


def _answered(filing: Filing, actor: Actor, action: str, summary: str) -> Filing:
    filing.handled_at = timezone.now()
    filing.handled_by = actor.name
    filing.save(
        update_fields=["state", "handled_at", "handled_by", "receipt_number", "return_reason"]
    )
    record(
        actor=actor,
        action=action,
        subject=filing.number,
        summary=f"{filing.number}：{summary}"[:500],
        detail={"digest": filing.digest},
    )
    return filing
