"""Draw up an order, see what it would do, and issue it: the document and all its changes, or neither."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from kernel.papers.paper import Heading, Paper, Para
from kernel.refusal import Refused
from kernel.trail import Actor, record
from workflows.issuing.actions import issue
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind
from workflows.mechanism.actions import file_order
from workflows.mechanism.queries import completeness, vacancies
from workflows.orders.changes import VERBS, apply_all, words_of
from workflows.orders.models import Draft

_TRIAL = "（预览）"


class OrderRefused(Refused):
    """The order can't be drawn up or issued so; the text is for the clerk."""


class _Undone(Exception):
    """Takes a preview back."""


@transaction.atomic
def draw_up(*, title: str, reason: str, at: datetime, actor: Actor) -> Draft:
    """A draft without changes yet."""
    draft = Draft.objects.create(title=title, reason=reason, made_at=at, made_by=actor.name)
    _record(draft, actor, "draw_up", "拟稿")
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


def preview(draft: Draft, *, on: date, at: datetime, actor: Actor) -> tuple[list[str], list[str]]:
    """What the mechanism would lack, and which seats would stand empty, after every change; nothing is kept.

    Raises `Refused` when a change can't be made.
    """
    lacks: list[str] = []
    empty: list[str] = []
    try:
        with transaction.atomic():
            file_order(
                number=_TRIAL,
                title=draft.title,
                dated_on=on,
                on=on,
                at=at,
                actor=actor,
                issued_id=0,
            )
            apply_all(draft.changes, on=on, number=_TRIAL, actor=actor)
            lacks = completeness(on)
            empty = list(vacancies(on))
            raise _Undone
    except _Undone:
        return lacks, empty


@transaction.atomic
def issue_order(*, pk: int, version: int, on: date, at: datetime, actor: Actor) -> Draft:
    """Number and issue the document, put it on file, and make every change from ``on``: all or nothing.

    Raises `Refused`.
    """
    draft = _locked(pk, version)
    if not draft.changes:
        raise OrderRefused("还没有调整内容，不能印发。请先加入调整。")
    issued = issue(
        paper_of(draft, on),
        kind=Kind.MEMBERSHIP,
        room="orders",
        key=f"order:{draft.pk}",
        url=reverse("orders:draft", args=[draft.pk]),
        on=on,
        actor=actor,
    )
    file_order(
        number=issued.number,
        title=draft.title,
        dated_on=on,
        on=on,
        at=at,
        actor=actor,
        issued_id=issued.pk,
    )
    apply_all(draft.changes, on=on, number=issued.number, actor=actor)
    draft.state, draft.issued = Draft.State.ISSUED, issued
    _saved(draft, "state", "issued")
    _record(draft, actor, "issue", f"印发{issued.number}，{len(draft.changes)} 项调整生效")
    return draft


def paper_of(draft: Draft, on: date) -> Paper:
    """The order as a paper dated ``on``, without its number."""
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
            Para("以上调整自印发之日起施行。"),
        ],
    )


def _locked(pk: int, version: int) -> Draft:
    draft = Draft.objects.select_for_update(of=("self",)).get(pk=pk)
    if draft.state != Draft.State.OPEN:
        raise OrderRefused(f"这份文件{draft.get_state_display()}，不能再改。")
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
