"""Call a meeting: prepare it, get consent, invite, move, cancel."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.files import File
from django.db import transaction
from django.urls import reverse

from kernel.notices.telling import Message, tell
from kernel.papers.attaching import keep
from kernel.papers.paper import Block, Heading, Para, Table, cn_date
from kernel.trail import Actor, record
from workflows.catalogue.queries import short_names
from workflows.issuing.actions import issue
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind as Paper
from workflows.meetings.candidates import Candidate
from workflows.meetings.lifecycle import (
    BEFORE,
    Kind,
    MeetingRefused,
    Move,
    State,
    fixed,
    move_from,
)
from workflows.meetings.models import Invitee, Item, Meeting

ROOM = "meetings"
FURTHEST = timedelta(days=366)  # a meeting beyond it is a mistyped year


@transaction.atomic
def prepare(
    *,
    kind: str,
    title: str,
    on: date,
    at: time,
    place: str,
    chair: str,
    ground: str = "",
    ground_text: str = "",
    today: date,
    now: datetime,
    actor: Actor,
) -> Meeting:
    """A meeting in preparation. Raises `MeetingRefused`."""
    _check_day(on, today)
    if kind == Kind.COORDINATION and not ground:
        raise MeetingRefused("专题协调会须选择召开理由。")
    meeting = Meeting.objects.create(
        kind=kind,
        title=title,
        on=on,
        at=at,
        place=place,
        chair=chair,
        ground=ground if kind == Kind.COORDINATION else "",
        ground_text=ground_text,
        made_at=now,
        made_by=actor.name,
    )
    _record(meeting, actor, "prepare", f"筹备{meeting.get_kind_display()}，{on}")
    return meeting


@transaction.atomic
def add_items(
    *, meeting_id: int, version: int, candidates: Sequence[Candidate], now: datetime, actor: Actor
) -> Meeting:
    """Put what is stuck on the agenda, and invite the units concerned. Raises `MeetingRefused`."""
    meeting = locked(meeting_id, version)
    _check_changeable(meeting)
    order = meeting.items.count()
    on_it = set(meeting.items.values_list("key", flat=True))
    added: list[str] = []
    for each in candidates:
        if each.key in on_it:
            continue
        order += 1
        Item.objects.create(
            meeting=meeting,
            order=order,
            title=each.title[:200],
            key=each.key,
            why=each.why[:300],
            project_id=each.project_id,
            procedure_id=each.procedure_id,
            matter_code=each.matter_code,
        )
        added += _invite_units(meeting, each.departments)
    saved(meeting)
    _record(meeting, actor, "agenda", f"议题增至 {order} 项")
    _tell_of_change(meeting, now, added=added)
    if order > len(on_it):
        _tell_of_agenda(meeting, f"议程有变，现有议题 {order} 项。", now, but=added)
    return meeting


@transaction.atomic
def add_item(
    *,
    meeting_id: int,
    version: int,
    title: str,
    why: str,
    now: datetime,
    actor: Actor,
    project: Any = None,
) -> Meeting:
    """An item of the office's own. Raises `MeetingRefused`."""
    meeting = locked(meeting_id, version)
    _check_changeable(meeting)
    order = meeting.items.count() + 1
    item = Item.objects.create(meeting=meeting, order=order, title=title, why=why, project=project)
    item.key = f"item:{item.pk}"  # what a later meeting knows it by
    item.save(update_fields=["key"])
    saved(meeting)
    _record(meeting, actor, "agenda", f"增加议题：{title}")
    _tell_of_agenda(meeting, f"增加议题：{title}。", now)
    return meeting


@transaction.atomic
def drop_item(
    *, meeting_id: int, version: int, item_id: int, now: datetime, actor: Actor
) -> Meeting:
    """Take an item off, and close the gap. Raises `MeetingRefused`."""
    meeting = locked(meeting_id, version)
    _check_changeable(meeting)
    item = meeting.items.filter(pk=item_id).first()
    if item is None:
        raise MeetingRefused("这个议题已经不在议程上。请刷新。")
    if meeting.state == State.INVITED and meeting.items.count() == 1:
        raise MeetingRefused(
            "会议已经通知，至少要留一个议题。请先加入别的议题；不开了的，请取消会议。"
        )
    item.delete()
    for order, left in enumerate(meeting.items.order_by("order", "pk"), 1):
        if left.order != order:
            left.order = order
            left.save(update_fields=["order"])
    saved(meeting)
    _record(meeting, actor, "agenda", f"撤下议题：{item.title}")
    _tell_of_agenda(meeting, f"撤下议题：{item.title}。", now)
    return meeting


@transaction.atomic
def raise_item(*, meeting_id: int, version: int, item_id: int, actor: Actor) -> Meeting:
    """Move an item one place up. Raises `MeetingRefused`."""
    meeting = locked(meeting_id, version)
    _check_changeable(meeting)
    items = list(meeting.items.order_by("order", "pk"))
    place = next((n for n, item in enumerate(items) if item.pk == item_id), 0)
    if place:
        items[place - 1], items[place] = items[place], items[place - 1]
        for order, item in enumerate(items, 1):
            item.order = order
        Item.objects.bulk_update(items, ["order"])
    saved(meeting)
    return meeting


@transaction.atomic
def set_invitees(
    *,
    meeting_id: int,
    version: int,
    departments: Iterable[str],
    posts: Iterable[str],
    now: datetime,
    actor: Actor,
) -> Meeting:
    """Who is invited: units by code, leaders by post. Once it was called, those added and those taken off
    are told. Raises `MeetingRefused`."""
    meeting = locked(meeting_id, version)
    _check_open(meeting)
    units, leaders = set(departments), {post.strip() for post in posts if post.strip()}
    longest = Invitee._meta.get_field("post").max_length or 0
    for post in leaders:
        if len(post) > longest:
            raise MeetingRefused(
                f"参会领导“{post[:20]}…”超过 {longest} 个字。请一行写一位领导的职务。"
            )
    if meeting.state == State.INVITED and not units:
        raise MeetingRefused("会议已经通知，至少要留一个参会单位。不开了的，请取消会议。")
    there = set(meeting.invitees.values_list("department_code", "post"))
    was_units, was_leaders = (
        {code for code, _ in there if code},
        {post for _, post in there if post},
    )
    meeting.invitees.filter(department_code__in=was_units - units).delete()
    meeting.invitees.filter(department_code="", post__in=was_leaders - leaders).delete()
    _invite_units(meeting, sorted(units))
    Invitee.objects.bulk_create(
        Invitee(meeting=meeting, post=post) for post in sorted(leaders - was_leaders)
    )
    saved(meeting)
    _record(meeting, actor, "invitees", f"参会 {meeting.invitees.count()} 个单位和领导")
    _tell_of_change(
        meeting,
        now,
        added=units - was_units,
        removed=was_units - units,
        posts=leaders - was_leaders,
        posts_removed=was_leaders - leaders,
    )
    return meeting


@transaction.atomic
def ask(*, meeting_id: int, version: int, now: datetime, actor: Actor) -> Meeting:
    """Ask the convener or a deputy for consent (报请同意, A4.5). Raises `MeetingRefused`."""
    meeting = locked(meeting_id, version)
    move = move_from(meeting.state, meeting.kind, "ask")
    if not meeting.items.exists():
        raise MeetingRefused("报请同意之前须列出议题。请先从候选中选择。")
    meeting.state = move.target
    saved(meeting, "state")
    _record(meeting, actor, "ask", "报请召集人同意召开")
    _tell(meeting, "ask", "请审批是否召开。", now, role="leader")
    return meeting


@transaction.atomic
def consent(
    *,
    meeting_id: int,
    version: int,
    agreed: bool,
    text: str,
    by: str,
    on: date,
    today: date,
    now: datetime,
    actor: Actor,
    paper: str = "",
    files: Sequence[File[bytes]] = (),
) -> Meeting:
    """The convener's or a deputy's answer, given here or recorded from a ``paper`` (批示) with its scan.

    Raises `MeetingRefused`.
    """
    meeting = locked(meeting_id, version)
    move = move_from(meeting.state, meeting.kind, "agree" if agreed else "refuse")
    if on > today:
        raise MeetingRefused(f"批示日期 {on} 晚于今天。请填批示上的日期。")
    if not by.strip():
        raise MeetingRefused("须写明由哪位召集人同意。")
    if not agreed and not text.strip():
        raise MeetingRefused("不同意召开须写明意见。")
    meeting.state = move.target
    meeting.consent_by, meeting.consent_on = by.strip(), on
    meeting.consent_paper, meeting.consent_text = paper.strip(), text.strip()
    saved(meeting, "state", "consent_by", "consent_on", "consent_paper", "consent_text")
    for file in files:
        keep(file, room=ROOM, key=f"meeting:{meeting.pk}", at=now, actor=actor)
    how = f"按批示登记（{paper.strip()}）" if paper.strip() else "在系统中"
    _record(meeting, actor, move.name, f"{meeting.consent_by}{how}{move.label}")
    _tell(meeting, move.name, f"{meeting.consent_by}{move.label}。", now, role="office")
    return meeting


@transaction.atomic
def rework(*, meeting_id: int, version: int, actor: Actor) -> Meeting:
    """Prepare a refused meeting anew. Raises `MeetingRefused`."""
    meeting = locked(meeting_id, version)
    _back_to_preparation(meeting, move_from(meeting.state, meeting.kind, "rework"))
    _record(meeting, actor, "rework", "重新筹备")
    return meeting


@transaction.atomic
def withdraw(*, meeting_id: int, version: int, why: str, now: datetime, actor: Actor) -> Meeting:
    """Take a special meeting back, and the consent with it (撤回重报): agenda, time and place may then be
    changed, and it is asked for anew. Units that were called are told to wait. Raises `MeetingRefused`.
    """
    meeting = locked(meeting_id, version)
    move = move_from(meeting.state, meeting.kind, "withdraw")
    if not (why := why.strip()):
        raise MeetingRefused("撤回重报须写明要改什么。")
    called = meeting.state == State.INVITED
    _back_to_preparation(meeting, move)
    meeting.invitees.update(reply="", reply_text="", replied_by="")
    _record(meeting, actor, "withdraw", f"撤回重报：{why}")
    if called:
        words = f"原通知的时间和议题不再有效，请等新的通知。{why}"
        _tell_units(meeting, "withdraw", words, now, url=reverse("meetings:list"))
    _tell(meeting, "withdraw", f"已撤回，改好后重新报请：{why}", now, role="leader")
    return meeting


@transaction.atomic
def invite(*, meeting_id: int, version: int, today: date, now: datetime, actor: Actor) -> Meeting:
    """Issue the invitation (会议通知) and tell everybody invited. Raises `MeetingRefused`."""
    meeting = locked(meeting_id, version)
    move = move_from(meeting.state, meeting.kind, "invite")
    if not meeting.items.exists():
        raise MeetingRefused("印发通知之前须列出议题。请先从候选中选择。")
    if not meeting.invitees.exclude(department_code="").exists():
        raise MeetingRefused("印发通知之前须选定参会单位。")
    if meeting.on < today:
        raise MeetingRefused(f"会议日期 {meeting.on} 已经过去。请先改会议日期。")
    meeting.state = move.target
    meeting.sequence += 1
    meeting.invitation = _issue_invitation(meeting, today, actor)
    saved(meeting, "state", "sequence", "invitation")
    _record(meeting, actor, "invite", f"印发会议通知{meeting.invitation.number}")
    _tell_units(meeting, "invite", f"{cn_date(meeting.on)}{meeting.at:%H:%M}开会，请回复。", now)
    return meeting


@transaction.atomic
def change(
    *,
    meeting_id: int,
    version: int,
    title: str,
    on: date,
    at: time,
    place: str,
    chair: str,
    today: date,
    now: datetime,
    actor: Actor,
) -> Meeting:
    """Change a meeting; one that was called is moved (改期): a new invitation with the next sequence.

    Raises `MeetingRefused`, also for a special meeting that was asked for: `withdraw` it first.
    """
    meeting = locked(meeting_id, version)
    _check_changeable(meeting)
    _check_day(on, today)
    meeting.title, meeting.on, meeting.at = title, on, at
    meeting.place, meeting.chair = place, chair
    if meeting.state == State.INVITED:
        meeting.sequence += 1
        meeting.invitation = _issue_invitation(meeting, today, actor)
        meeting.invitees.update(reply="", reply_text="", replied_by="")
    saved(meeting, "title", "on", "at", "place", "chair", "sequence", "invitation")
    _record(meeting, actor, "change", f"{on} {at:%H:%M} {place}")
    if meeting.state == State.INVITED:
        words = f"改为{cn_date(on)}{at:%H:%M}在{place}，请重新回复。"
        _tell_units(meeting, f"moved{meeting.sequence}", words, now)
    return meeting


@transaction.atomic
def cancel(*, meeting_id: int, version: int, why: str, now: datetime, actor: Actor) -> Meeting:
    """Call a meeting off. Raises `MeetingRefused`."""
    meeting = locked(meeting_id, version)
    move = move_from(meeting.state, meeting.kind, "cancel")
    if not why.strip():
        raise MeetingRefused("取消会议须写明理由。")
    called = meeting.sequence > 0  # even if it was withdrawn since
    meeting.state, meeting.cancelled_why = move.target, why.strip()
    meeting.sequence += called
    saved(meeting, "state", "cancelled_why", "sequence")
    _record(meeting, actor, "cancel", f"取消：{meeting.cancelled_why}")
    if called:
        _tell_units(meeting, "cancel", f"会议取消：{meeting.cancelled_why}", now)
    return meeting


@transaction.atomic
def answer(
    *, meeting_id: int, reply: str, text: str, actor: Actor, code: str = "", post: str = ""
) -> Invitee:
    """The answer of a unit (by code) or a leader (by post) to the invitation. Raises `MeetingRefused`."""
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting_id)
    if meeting.state != State.INVITED:
        raise MeetingRefused(f"会议现为“{meeting.get_state_display()}”，不能再回复。")
    invitee = meeting.invitees.filter(department_code=code, post="" if code else post).first()
    if invitee is None:
        raise MeetingRefused("这次会议没有通知您所在的单位。" if code else "这次会议没有通知您。")
    if reply not in Invitee.Reply.values or not reply:
        raise MeetingRefused("请选择参加、请假或者委派。")
    if reply != Invitee.Reply.ATTENDS and not text.strip():
        raise MeetingRefused("请假须写明理由，委派须写明由谁参加。")
    invitee.reply, invitee.reply_text, invitee.replied_by = reply, text.strip(), actor.name
    invitee.save(update_fields=["reply", "reply_text", "replied_by"])
    _record(
        meeting,
        actor,
        "answer",
        f"{short_names().get(code) or invitee}回复：{invitee.get_reply_display()}{invitee.reply_text}",
    )
    return invitee


# Inside ---------------------------------------------------------------------------------------------


def locked(meeting_id: int, version: int) -> Meeting:
    """The meeting under lock, as the clerk saw it; else `MeetingRefused`."""
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting_id)
    if version != meeting.version:
        raise MeetingRefused(
            f"这次会议在您打开页面之后已有人办理，现为“{meeting.get_state_display()}”。请看过最新内容再办。"
        )
    return meeting


def saved(meeting: Meeting, *fields: str) -> None:
    meeting.version += 1
    meeting.save(update_fields=[*fields, "version"])


def _check_day(on: date, today: date) -> None:
    if on < today:
        raise MeetingRefused(f"会议日期 {on} 已经过去。请改为今天或者以后的日期。")
    if on > today + FURTHEST:
        raise MeetingRefused(f"会议日期 {on} 在一年以后，请核对年份。")


def _check_open(meeting: Meeting) -> None:
    if meeting.state not in BEFORE:
        raise MeetingRefused(f"会议现为“{meeting.get_state_display()}”，议程和参会单位不能再改。")


def _check_changeable(meeting: Meeting) -> None:
    _check_open(meeting)
    if fixed(meeting.state, meeting.kind):
        raise MeetingRefused(
            f"会议现为“{meeting.get_state_display()}”，议题和时间、地点以报请召集人的为准，不能再改。"
            "要改的，请先“撤回重报”，改好后重新报请同意。"
        )


def _back_to_preparation(meeting: Meeting, move: Move) -> None:
    """Whatever the convener answered no longer holds."""
    meeting.state = move.target
    meeting.consent_by = meeting.consent_paper = meeting.consent_text = ""
    meeting.consent_on = None
    saved(meeting, "state", "consent_by", "consent_on", "consent_paper", "consent_text")


def _invite_units(meeting: Meeting, codes: Iterable[str]) -> list[str]:
    """Invite those of ``codes`` that were not, and name them."""
    there = set(meeting.invitees.values_list("department_code", flat=True))
    added = [code for code in codes if code not in there]
    Invitee.objects.bulk_create(Invitee(meeting=meeting, department_code=code) for code in added)
    return added


def _issue_invitation(meeting: Meeting, today: date, actor: Actor) -> Any:
    called = short_names()
    invitees = list(meeting.invitees.order_by("pk"))
    units = [called.get(i.department_code, i.department_code) or i.post for i in invitees]
    items = list(meeting.items.order_by("order", "pk"))
    moved = "（调整）" if meeting.sequence > 1 else ""
    body: list[Block] = [
        Para(
            f"定于{cn_date(meeting.on)}{meeting.at:%H:%M}召开{meeting.title}。现将有关事项通知如下："
        ),
        Heading("一、时间和地点"),
        Para(f"{cn_date(meeting.on)}{meeting.at:%H:%M}，{meeting.place}。主持：{meeting.chair}。"),
        Heading("二、议题"),
        Table(
            ("序号", "议题", "上会理由"),
            tuple((str(n), item.title, item.why or "—") for n, item in enumerate(items, 1)),
            widths=(1, 6, 5),
        ),
        Heading("三、要求"),
        Para("请携带有关材料，提前研究意见，并在系统中回复参加、请假或者委派。"),
    ]
    return issue(
        compose(
            Paper.INVITATION,
            title=f"关于召开{meeting.title}的通知{moved}",
            addressee="、".join(units),
            on=today,
            body=body,
        ),
        kind=Paper.INVITATION,
        room=ROOM,
        key=f"meeting:{meeting.pk}",
        url=reverse("meetings:meeting", args=[meeting.pk]),
        on=today,
        actor=actor,
        to=[i.department_code for i in invitees if i.department_code],
    )


def _record(meeting: Meeting, actor: Actor, name: str, words: str) -> None:
    record(
        actor=actor,
        action=f"meetings.{name}",
        subject=f"会议 {meeting.pk}",
        summary=f"{meeting.title}：{words}"[:500],
    )


def _tell(meeting: Meeting, key: str, words: str, now: datetime, **audience: Any) -> None:
    tell([_message(meeting, key, words, **audience)], at=now)


def _tell_units(
    meeting: Meeting,
    key: str,
    words: str,
    now: datetime,
    url: str = "",
    but: Collection[str] = (),
) -> None:
    codes = meeting.invitees.exclude(department_code="").values_list("department_code", flat=True)
    messages = [
        _message(meeting, key, words, url, department_code=code)
        for code in codes
        if code not in but
    ]
    if meeting.invitees.filter(department_code="").exists():
        messages.append(_message(meeting, key, words, url, role="leader"))
    tell(messages, at=now)


def _tell_of_agenda(meeting: Meeting, words: str, now: datetime, but: Collection[str] = ()) -> None:
    """Once it was called, those who were told of the agenda before; ``but`` are invited just now."""
    if meeting.state == State.INVITED:
        _tell_units(meeting, "agenda", words, now, but=but)


def _tell_of_change(
    meeting: Meeting,
    now: datetime,
    *,
    added: Iterable[str] = (),
    removed: Iterable[str] = (),
    posts: Iterable[str] = (),
    posts_removed: Iterable[str] = (),
) -> None:
    """Once it was called, those who are to come after all, and those who need not."""
    if meeting.state != State.INVITED:
        return
    when = f"{cn_date(meeting.on)}{meeting.at:%H:%M}"
    come, stay = f"{when}开会，请回复。", f"{when}的会议不再请{{}}参加。"
    elsewhere = reverse("meetings:list")  # the meeting is no longer theirs to open
    messages = [_message(meeting, "invite", come, department_code=code) for code in added]
    messages += [
        _message(meeting, "off", stay.format("贵单位"), elsewhere, department_code=code)
        for code in removed
    ]
    messages += [
        _message(meeting, f"invite:{post}", f"请{post}：{come}", role="leader") for post in posts
    ]
    messages += [
        _message(meeting, f"off:{post}", stay.format(post), role="leader") for post in posts_removed
    ]
    tell(messages, at=now)


def _message(meeting: Meeting, key: str, words: str, url: str = "", **audience: Any) -> Message:
    who = audience.get("role") or audience.get("department_code")
    return Message(
        key=f"{ROOM}:{meeting.pk}:{key}:{meeting.version}:{who}",
        room=ROOM,
        text=f"{meeting.title}：{words}",
        url=url or reverse("meetings:meeting", args=[meeting.pk]),
        **audience,
    )
