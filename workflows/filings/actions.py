"""File with the city (报备), acknowledge, return."""

from dataclasses import replace
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from kernel.refusal import Refused
from kernel.trail import Actor, record
from tenants.gateway import current_tenant
from tenants.registry.freezing import digest_of
from tenants.registry.models import Filing, FilingState
from tenants.registry.numbering import next_number
from workflows.filings.documents import is_empty, of_year, same_content, sealed
from workflows.filings.letter import filing_letter
from workflows.filings.queries import draft, last_sent
from workflows.issuing.actions import issue
from workflows.issuing.kinds import Kind


class FilingRefused(Refused):
    """This can't be filed or answered; the text is for the clerk."""


@transaction.atomic
def send(*, kind: str, year: int, on: date, actor: Actor, seen_digest: str = "") -> Filing:
    """File the current mechanism or list with the city; replaces the one before (A5.5).

    ``seen_digest`` is the digest of what the clerk saw: when the content has moved on since, nothing
    is sent. Raises `FilingRefused`.
    """
    tenant = current_tenant()
    receiver = tenant.lineage()[-1]
    if receiver == tenant:
        raise FilingRefused("市级机制没有上级，不需要报备。")
    # The series row stays locked to the end, so two senders of one tenant come one after the other.
    count = next_number("filing", on.year)
    snapshot = draft(kind, year, on)
    if is_empty(kind, snapshot):
        raise FilingRefused(f"{of_year(kind, year)}还没有可报的内容，请先补齐再报。")
    digest = digest_of(sealed(kind=kind, year=year, sender=tenant.schema_name, snapshot=snapshot))
    if seen_digest and seen_digest != digest:
        raise FilingRefused("您查看之后内容又有变化，没有报送。请核对下面的新内容，再点报送。")
    previous = last_sent(tenant, kind, year)
    if previous and same_content(previous.snapshot, snapshot):
        raise FilingRefused(_unchanged(previous))
    if previous:
        Filing.objects.filter(pk=previous.pk).update(state=FilingState.SUPERSEDED)
    number = f"{tenant.name}报〔{on.year}〕{count}号"
    letter = filing_letter(
        kind=kind, year=year, snapshot=snapshot, digest=digest, receiver=receiver, on=on
    )
    filing = Filing.objects.create(
        number=number,
        letter=replace(letter, number=number).write(),
        kind=kind,
        year=year,
        sender=tenant.schema_name,
        sender_name=tenant.name,
        receiver=receiver.schema_name,
        receiver_name=receiver.name,
        title=f"{tenant.name}{of_year(kind, year)}",
        snapshot=snapshot,
        digest=digest,
        sent_at=timezone.now(),
        sent_by=actor.name,
        supersedes=previous,
    )
    issue(
        letter,
        kind=Kind.FILING,
        room="filings",
        key=f"filing:{filing.pk}",
        url=reverse("filings:detail", args=[filing.pk]),
        on=on,
        actor=actor,
        numbered=(count, number),
    )
    replaced = f"，替代{previous.number}" if previous else ""
    record(
        actor=actor,
        action="filings.send",
        subject=filing.number,
        summary=f"向{receiver.name}报备{filing.title}{replaced}",
        detail={"digest": digest},
    )
    return filing


def _unchanged(previous: Filing) -> str:
    if previous.state == FilingState.RETURNED:
        return (
            f"内容与被退回的{previous.number}完全一样。请先按退回理由修改：{previous.return_reason}"
        )
    return f"内容与已报的{previous.number}完全一样，不必重复报送。"


@transaction.atomic
def acknowledge(*, pk: int, on: date, actor: Actor) -> Filing:
    """Put the filing on record with a receipt number of the city's series. Raises `FilingRefused`."""
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
