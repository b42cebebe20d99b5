"""Draw up an order, see what it would do, and issue it: the document and all its changes, or neither."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from kernel.papers.paper import Heading, Paper, Para
from kernel.refusal import Refused
from kernel.trail import Actor, record
from tenants.registry.freezing import digest_of
from workflows.issuing.actions import issue
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind
from workflows.mechanism import queries as mechanism
from workflows.mechanism.actions import file_order, hold_still
from workflows.mechanism.history import Difference, differences
from workflows.mechanism.models import Order
from workflows.orders.changes import VERBS, apply_all, words_of
from workflows.orders.models import Draft
from workflows.taskforce import queries as taskforce

_TRIAL = "（预览）"
BACK, AHEAD = timedelta(days=366), timedelta(days=183)


class OrderRefused(Refused):
    """The order can't be drawn up or issued so; the text is for the clerk."""


class _Undone(Exception):
    """Takes a preview back."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an order would do from day ``on``; ``seen`` stands for the organisation it was tried on."""

    on: date
    seen: str
    differences: list[Difference]
    lacks: list[str]
    empty: list[str]
    apart: list[str]


@transaction.atomic
def draw_up(
    *,
    title: str,
    reason: str,
    basis: Order | None = None,
    effective_on: date | None = None,
    on: date,
    at: datetime,
    actor: Actor,
) -> Draft:
    """A draft without changes yet; ``basis`` is a document from outside that it puts into effect.
    Raises `OrderRefused`."""
    if basis and basis.issued_id is not None:
        raise OrderRefused(f"{basis.number}是办公室自己印发的，已经生效。请另拟一份。")
    draft = Draft(
        title=title,
        reason=reason,
        basis=basis,
        effective_on=effective_on,
        made_at=at,
        made_by=actor.name,
    )
    _effective(draft, on)
    draft.save()
    _record(draft, actor, "draw_up", f"拟稿，依据{basis.number}" if basis else "拟稿")
    return draft


@transaction.atomic
def rewrite(
    *,
    pk: int,
    version: int,
    title: str,
    reason: str,
    effective_on: date | None,
    on: date,
    actor: Actor,
) -> Draft:
    """Another title, reason or day of effect. Raises `OrderRefused`."""
    draft = _locked(pk, version)
    draft.title, draft.reason, draft.effective_on = title, reason, effective_on
    _effective(draft, on)
    _saved(draft, "title", "reason", "effective_on")
    _record(draft, actor, "rewrite", f"改标题、缘由、生效日期（{effective_on or '印发之日'}）")
    return draft


@transaction.atomic
def add_change(
    *, pk: int, version: int, change: dict[str, Any], on: date, at: datetime, actor: Actor
) -> Draft:
    """Add a change, if the mechanism could take it after those before it. Raises `Refused`."""
    draft = _locked(pk, version)
    if change["verb"] not in VERBS:
        raise OrderRefused("没有这种调整。请从列表中选择。")
    draft.changes = [*draft.changes, change]
    preview(draft, on=on, at=at, actor=actor)
    _saved(draft, "changes")
    _record(draft, actor, "add_change", words_of(change))
    return draft


@transaction.atomic
def drop_change(*, pk: int, version: int, place: int, actor: Actor) -> Draft:
    """Take the change at ``place`` (from 0) out. Raises `OrderRefused`."""
    draft = _locked(pk, version)
    if not 0 <= place < len(draft.changes):
        raise OrderRefused("这一条已经不在。请刷新。")
    draft.changes = [c for n, c in enumerate(draft.changes) if n != place]
    _saved(draft, "changes")
    _record(draft, actor, "drop_change", f"删去第{place + 1}条")
    return draft


@transaction.atomic
def drop(*, pk: int, version: int, actor: Actor) -> Draft:
    """Give the draft up."""
    draft = _locked(pk, version)
    draft.state = Draft.State.DROPPED
    _saved(draft, "state")
    _record(draft, actor, "drop", "放弃")
    return draft


def preview(draft: Draft, *, on: date, at: datetime, actor: Actor) -> Outcome:
    """What every change together would do if the order were issued on ``on``; nothing is kept.

    Raises `Refused` when a change can't be made.
    """
    day = _effective(draft, on)
    seen, before, apart = _seen(), mechanism.organisation(day), taskforce.apart(day)
    try:
        with transaction.atomic():
            number = draft.basis.number if draft.basis else _TRIAL
            if not draft.basis:
                file_order(
                    number=number,
                    title=draft.title,
                    dated_on=on,
                    on=on,
                    at=at,
                    actor=actor,
                    issued_id=0,
                )
            _apply(draft, on=day, number=number, actor=actor)
            after = mechanism.organisation(day)
            outcome = Outcome(
                day,
                seen,
                differences(before, after),
                after.lacks,
                after.vacancies,
                [words for words in taskforce.apart(day) if words not in apart],
            )
            raise _Undone
    except _Undone:
        return outcome


@transaction.atomic
def issue_order(*, pk: int, version: int, seen: str, on: date, at: datetime, actor: Actor) -> Draft:
    """Number and issue the document, put it on file, and make every change from its day: all or nothing.

    An order with a basis issues nothing: its changes rest on that document. ``seen`` is what the preview was
    tried on; the organisation must still be that. Raises `Refused`.
    """
    draft = _locked(pk, version)
    if not draft.changes:
        raise OrderRefused("还没有调整内容，不能印发。请先加入调整。")
    day = _effective(draft, on)
    hold_still()
    if seen != _seen():
        raise OrderRefused("您看过预览以后，组织机构已有变动。请看过新的前后对照再印发。")
    draft.changes = [{**change, "words": words_of(change)} for change in draft.changes]
    if draft.basis is None:
        draft.issued = issue(
            paper_of(draft, on),
            kind=Kind.MEMBERSHIP,
            room="orders",
            key=f"order:{draft.pk}",
            url=reverse("mechanism:orders"),  # the units it is addressed to open no draft
            on=on,
            actor=actor,
            to=_addressed(draft, on),
        )
        file_order(
            number=draft.issued.number,
            title=draft.title,
            dated_on=on,
            on=on,
            at=at,
            actor=actor,
            issued_id=draft.issued.pk,
        )
    _apply(draft, on=day, number=draft.number, actor=actor)
    draft.state, draft.effective_on = Draft.State.ISSUED, day
    _saved(draft, "state", "issued", "effective_on", "changes")
    done = "印发" if draft.issued else "依据"
    _record(draft, actor, "issue", f"{done}{draft.number}，{len(draft.changes)} 项调整自{day}生效")
    return draft


def _addressed(draft: Draft, on: date) -> list[str]:
    """Every member unit, with those that leave by the order and those that join."""
    joining = [c["department_code"] for c in draft.changes if c["verb"] == "add_unit"]
    units = mechanism.units_in_force(on).values_list("department_code", flat=True)
    return list(dict.fromkeys([*units, *joining]))


def paper_of(draft: Draft, on: date) -> Paper:
    """The order as a paper dated ``on``, without its number."""
    day = draft.effective_on or on
    told = "印发之日" if day == on else f"{day.year}年{day.month}月{day.day}日"
    return compose(
        Kind.MEMBERSHIP,
        title=draft.title,
        addressee="各成员单位",
        on=on,
        body=[
            Para(f"{draft.reason.rstrip('。')}，对工作机制作如下调整："),
            Heading("一、调整内容"),
            *(Para(f"{n}．{words_of(change)}") for n, change in enumerate(draft.changes, 1)),
            Heading("二、施行"),
            Para(f"以上调整自{told}起施行。"),
        ],
    )


def _effective(draft: Draft, on: date) -> date:
    """The day from which the order holds if it is issued on ``on``."""
    day = draft.effective_on or on
    if not on - BACK <= day <= on + AHEAD:
        raise OrderRefused(f"生效日期{day}须在今天前一年到后半年之间。请核对日期。")
    return day


def _apply(draft: Draft, *, on: date, number: str, actor: Actor) -> None:
    apply_all(draft.changes, on=on, number=number, actor=actor)
    if mechanism.organisation(on).host is None:
        raise OrderRefused(
            "这样调整以后，办公室没有设在任何单位。请加一条“办公室改设”，写明设在哪个单位。"
        )


def _seen() -> str:
    return digest_of([mechanism.digest(), taskforce.digest()])


def _locked(pk: int, version: int) -> Draft:
    draft = Draft.objects.select_for_update(of=("self",)).get(pk=pk)
    if draft.state != Draft.State.OPEN:
        raise OrderRefused(f"这份文件{draft.state_words}，不能再改。")
    if draft.version != version:
        raise OrderRefused("这份草稿在您打开之后已有人修改。请看过最新内容再办。")
    return draft


def _saved(draft: Draft, *names: str) -> None:
    draft.version += 1
    draft.save(update_fields=[*names, "version"])


def _record(draft: Draft, actor: Actor, name: str, words: str) -> None:
    record(
        actor=actor,
        action=f"orders.{name}",
        subject=f"调整文件 {draft.pk}",
        summary=f"{draft.title}：{words}"[:500],
    )
