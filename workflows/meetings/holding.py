"""Hold a meeting: attendance, six steps an item, resolutions; then the minutes and what follows from them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from kernel.notices.telling import Message, tell
from kernel.papers.paper import Block, Heading, Paper, Para, Table, cn_date
from kernel.trail import Actor, record
from tenants.rollup import writing as rollup
from workflows.assignments.actions import FURTHEST, PartDraft, Source, draw_up, hand_over
from workflows.assignments.lifecycle import SheetState, SourceKind
from workflows.assignments.models import Sheet
from workflows.catalogue.queries import short_names
from workflows.issuing.actions import issue
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind as PaperKind
from workflows.meetings.calling import ROOM, locked, saved
from workflows.meetings.lifecycle import Cause, MeetingRefused, SixStep, State, move_from
from workflows.meetings.models import Invitee, Item, Meeting, Resolution, Said
from workflows.meetings.picture import rows_of
from workflows.meetings.queries import lacking, reconciled, whole

WRITABLE = frozenset({State.HELD})


@transaction.atomic
def hold(
    *,
    meeting_id: int,
    version: int,
    came: Mapping[int, str],
    today: date,
    now: datetime,
    actor: Actor,
) -> Meeting:
    """The meeting was held: ``came`` says who came for each invitee's key. The ledger as of its day is put
    down as the first step of each item. Raises `MeetingRefused`.
    """
    meeting = locked(meeting_id, version)
    move = move_from(meeting.state, meeting.kind, "hold")
    if meeting.on > today:
        raise MeetingRefused(f"会议定在 {meeting.on}，还没有到。改了日期的，请先改期。")
    if not meeting.items.exists():
        raise MeetingRefused("会议没有议题，不能登记召开。不开了的，请取消会议。")
    invitees = list(meeting.invitees.order_by("pk"))
    if not any(invitee.pk in came for invitee in invitees):
        raise MeetingRefused(
            "没有勾选任何到会的单位或者领导。请先勾选；没有开成的，请改期或者取消。"
        )
    for invitee in invitees:
        invitee.came, invitee.who = invitee.pk in came, came.get(invitee.pk, "")[:100]
    Invitee.objects.bulk_update(invitees, ["came", "who"])
    for item in meeting.items.select_related("project", "procedure").order_by("order"):
        text = reconciled(item, meeting.on)
        if text:
            Said.objects.get_or_create(
                item=item,
                step=SixStep.RECONCILE,
                by_ledger=True,
                defaults={"text": text[:1000], "at": now, "by_name": "系统（按台账）"},
            )
    meeting.state = move.target
    saved(meeting, "state")
    attended = sum(bool(i.came) for i in invitees)
    _record(meeting, actor, "hold", f"到会 {attended} / {len(invitees)}")
    return meeting


@transaction.atomic
def write_down(
    *,
    meeting_id: int,
    item_id: int,
    version: int,
    said: Mapping[str, str],
    cause: str,
    settled: bool,
    not_discussed: str,
    now: datetime,
    actor: Actor,
) -> Item:
    """The six steps of one item (六步记录), as far as they were taken; a blank one is taken back. ``version`` is
    the item's as the clerk saw it. What was drawn from the ledger stays, and a remark stands beside it.
    Raises `MeetingRefused`.
    """
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting_id)
    item = _item(meeting, item_id)
    if version != item.version:
        raise MeetingRefused(
            f"议题“{item.title}”在您打开页面之后已有人记录，这次没有保存。您写的还在，请对照最新记录再保存。"
        )
    if not_discussed.strip() and (settled or item.resolutions.exists()):
        raise MeetingRefused(
            f"议题“{item.title}”写了未议理由，就不能当场解决，也不能有议定事项。请删去其中一样。"
        )
    own = item.said.filter(by_ledger=False)
    if cause and cause not in Cause.values:
        raise MeetingRefused("请从列表中选择原因。")
    for step in SixStep:
        text = said.get(step.value, "").strip()
        known = own.filter(step=step).first()
        if not text:
            own.filter(step=step).delete()
        elif known is None or known.text != text:
            Said.objects.update_or_create(
                item=item,
                step=step,
                by_ledger=False,
                defaults={"text": text[:1000], "at": now, "by_name": actor.name},
            )
    item.cause, item.settled, item.not_discussed = cause, settled, not_discussed.strip()
    item.version += 1
    item.save(update_fields=["cause", "settled", "not_discussed", "version"])
    saved(meeting)
    _record(meeting, actor, "write_down", f"记录议题：{item.title}")
    return item


@transaction.atomic
def resolve(
    *,
    meeting_id: int,
    item_id: int,
    demand: str,
    lead_code: str,
    support_codes: Sequence[str],
    due_on: date,
    actor: Actor,
) -> Resolution:
    """What an item resolved: who does what by when. Raises `MeetingRefused`, also when it is sent twice."""
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting_id)
    item = _item(meeting, item_id)
    if not demand.strip() or not lead_code:
        raise MeetingRefused("议定事项须写明内容和牵头单位。")
    if item.not_discussed:
        raise MeetingRefused(f"议题“{item.title}”记为未议，不能有议定事项。请先删去未议理由。")
    if due_on <= meeting.on:
        raise MeetingRefused(f"办结期限 {due_on} 须在会议日期 {meeting.on} 之后。请改期限。")
    if due_on > meeting.on + FURTHEST:
        raise MeetingRefused(f"办结期限 {due_on} 在两年以后，请核对年份。")
    if item.resolutions.filter(demand=demand.strip(), lead_code=lead_code).exists():
        raise MeetingRefused("这件议定事项已经记下，不必再记一次。")
    made = Resolution.objects.create(
        item=item,
        demand=demand.strip(),
        lead_code=lead_code,
        support_codes=[code for code in support_codes if code != lead_code],
        due_on=due_on,
    )
    saved(meeting)
    _record(meeting, actor, "resolve", f"议定：{made.demand}")
    return made


@transaction.atomic
def unresolve(*, meeting_id: int, resolution_id: int, actor: Actor) -> None:
    """Strike a resolution before the minutes go out. Raises `MeetingRefused`."""
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting_id)
    resolution = Resolution.objects.filter(pk=resolution_id, item__meeting=meeting).first()
    if resolution is None:
        raise MeetingRefused("这件议定事项已经不在。请刷新。")
    _item(meeting, resolution.item_id)
    resolution.delete()
    saved(meeting)
    _record(meeting, actor, "unresolve", f"删去议定：{resolution.demand}")


@transaction.atomic
def submit(*, meeting_id: int, version: int, today: date, now: datetime, actor: Actor) -> Meeting:
    """Hand the minutes to a second person. Refused while an item lacks one of its six steps, or a resolution
    a deadline that can still be kept."""
    meeting = locked(meeting_id, version)
    move = move_from(meeting.state, meeting.kind, "submit")
    _check_complete(meeting, today)
    meeting.state, meeting.submitted_by_id = move.target, actor.user_id
    saved(meeting, "state", "submitted_by_id")
    _record(meeting, actor, "submit", "纪要送审")
    tell(
        [
            Message(
                key=f"{ROOM}:{meeting.pk}:review:{meeting.version}",
                room=ROOM,
                text=f"{meeting.title}的纪要待审，请由另一人审核印发。",
                url=reverse("meetings:meeting", args=[meeting.pk]),
                role="office",
            )
        ],
        at=now,
    )
    return meeting


@transaction.atomic
def send_back(*, meeting_id: int, version: int, why: str, actor: Actor) -> Meeting:
    """Send the minutes back to be put right. Raises `MeetingRefused`."""
    meeting = locked(meeting_id, version)
    move = move_from(meeting.state, meeting.kind, "send_back")
    if not why.strip():
        raise MeetingRefused("退回须写明要改什么。")
    meeting.state = move.target
    saved(meeting, "state")
    _record(meeting, actor, "send_back", f"纪要退回：{why.strip()}")
    return meeting


@transaction.atomic
def issue_minutes(
    *, meeting_id: int, version: int, today: date, now: datetime, actor: Actor
) -> Meeting:
    """Issue the minutes and turn each resolution into a sheet, all or nothing. By somebody else than who
    submitted them. Raises `MeetingRefused`.
    """
    meeting = locked(meeting_id, version)
    move = move_from(meeting.state, meeting.kind, "issue")
    if actor.user_id is not None and actor.user_id == meeting.submitted_by_id:
        raise MeetingRefused("纪要由您送审，须由另一人审核印发。")
    _check_complete(meeting, today)
    codes = [i.department_code for i in meeting.invitees.order_by("pk") if i.department_code]
    meeting.minutes = issue(
        minutes_of(meeting, today),
        kind=PaperKind.MINUTES,
        room=ROOM,
        key=f"meeting:{meeting.pk}",
        url=reverse("meetings:meeting", args=[meeting.pk]),
        on=today,
        actor=actor,
        to=codes,
    )
    meeting.state = move.target
    saved(meeting, "state", "minutes")
    _record(meeting, actor, "issue", f"印发纪要{meeting.minutes.number}")
    for resolution in Resolution.objects.filter(item__meeting=meeting).select_related("item"):
        _hand_over(meeting, resolution, today, actor)
    tell(
        [
            Message(
                key=f"{ROOM}:{meeting.pk}:minutes:{code}",
                room=ROOM,
                text=f"{meeting.title}的纪要已印发：{meeting.minutes.number}。",
                url=reverse("meetings:meeting", args=[meeting.pk]),
                department_code=code,
            )
            for code in codes
        ],
        at=now,
    )
    _settle(meeting, actor)
    return meeting


def minutes_of(meeting: Meeting, today: date) -> Paper:
    """The minutes as a paper (会议纪要), without its number."""
    called = short_names()
    body: list[Block] = [
        Para(
            f"{cn_date(meeting.on)}，{meeting.chair}在{meeting.place}主持召开{meeting.title}。"
            "会议逐项研究了有关议题，现纪要如下："
        )
    ]
    for n, item in enumerate(whole(meeting), 1):
        body.append(Heading(f"{n}．{item.title}"))
        if item.not_discussed:
            body.append(Para(f"本次未议：{item.not_discussed}"))
        texts: dict[str, str] = {}
        for said in sorted(item.said.all(), key=lambda said: not said.by_ledger):
            texts[said.step] = texts.get(said.step, "") + said.text
        body += [
            Para(f"{step.label}：{texts[step.value]}") for step in SixStep if step.value in texts
        ]
        resolutions = list(item.resolutions.all())
        if resolutions:
            body.append(
                Table(
                    ("议定事项", "牵头", "配合", "期限"),
                    tuple(
                        (
                            r.demand,
                            called.get(r.lead_code, r.lead_code),
                            "、".join(called.get(c, c) for c in r.support_codes) or "—",
                            cn_date(r.due_on),
                        )
                        for r in resolutions
                    ),
                    widths=(6, 2.6, 3, 3.2),
                )
            )
    invitees = list(meeting.invitees.order_by("pk"))

    def listed(came: bool) -> str:
        return "、".join(
            f"{called.get(i.department_code, i.department_code) or i.post}{f'（{i.who}）' if i.who else ''}"
            for i in invitees
            if bool(i.came) is came
        )

    attendance = [
        (label, who) for label, who in (("出席", listed(True)), ("缺席", listed(False))) if who
    ]
    return compose(
        PaperKind.MINUTES,
        title=f"{meeting.title}纪要",
        on=today,
        body=body,
        attendance=tuple(attendance),
        seal_note="",
    )


def close_for(sheet: Sheet, *, on: date, actor: Actor) -> None:
    """A sheet that came of a resolution closed: so does the resolution, and with its last one the meeting
    (hook of the sheets). One that was cancelled did not do what was resolved."""
    for resolution in _of(sheet):
        if sheet.state == SheetState.CANCELLED:
            words = f"{sheet}已撤销，议定事项等待重新交办：{resolution.demand}"
            _keep(resolution)
            _record(resolution.item.meeting, actor, "unsheeted", words)
            continue
        resolution.closed_on = on
        _keep(resolution, "closed_on")
        _settle(
            Meeting.objects.select_for_update(of=("self",)).get(pk=resolution.item.meeting_id),
            actor,
        )


def reopen_for(sheet: Sheet, *, on: date, actor: Actor) -> None:
    """A sheet is open again: so are its resolution and the meeting (hook of the sheets)."""
    for resolution in _of(sheet):
        resolution.closed_on, resolution.dropped_why = None, ""
        _keep(resolution, "closed_on", "dropped_why")
        meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=resolution.item.meeting_id)
        if meeting.state == State.CLOSED:
            meeting.state = move_from(meeting.state, meeting.kind, "reopen").target
            saved(meeting, "state")
            _record(meeting, actor, "reopen", f"议定事项恢复督办：{resolution.demand}")


@transaction.atomic
def hand_over_again(
    *, meeting_id: int, resolution_id: int, due_on: date, today: date, actor: Actor
) -> Resolution:
    """A resolution whose sheet was cancelled gets a new one with its own deadline. Raises `Refused`."""
    meeting, resolution = _unsheeted(meeting_id, resolution_id)
    before = resolution.sheet
    resolution.due_on = due_on
    _hand_over(meeting, resolution, today, actor)
    words = f"{before}已撤销，重新交办为{resolution.sheet}：{resolution.demand}"
    _record(meeting, actor, "hand_over_again", words)
    return resolution


@transaction.atomic
def drop_resolution(
    *, meeting_id: int, resolution_id: int, why: str, today: date, actor: Actor
) -> Resolution:
    """A resolution whose sheet was cancelled is not done any more, for a reason. Raises `MeetingRefused`."""
    meeting, resolution = _unsheeted(meeting_id, resolution_id)
    if not why.strip():
        raise MeetingRefused("不再办理须写明理由。")
    resolution.closed_on, resolution.dropped_why = today, why.strip()[:300]
    _keep(resolution, "closed_on", "dropped_why")
    words = f"不再办理：{resolution.demand}，{resolution.dropped_why}"
    _record(meeting, actor, "drop_resolution", words)
    _settle(meeting, actor)
    return resolution


# Inside ---------------------------------------------------------------------------------------------


def _unsheeted(meeting_id: int, resolution_id: int) -> tuple[Meeting, Resolution]:
    """The meeting under lock and a resolution of it whose sheet was cancelled; else `MeetingRefused`."""
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting_id)
    own = Resolution.objects.filter(item__meeting=meeting).select_related(
        "item__project", "item__procedure", "sheet"
    )
    resolution = own.filter(pk=resolution_id).first()
    if resolution is None or not resolution.unsheeted:
        raise MeetingRefused("交办单已撤销的议定事项才能重新交办或者不再办理。请刷新看最新情况。")
    return meeting, resolution


def _of(sheet: Sheet) -> list[Resolution]:
    if sheet.source_kind != SourceKind.MEETING:
        return []
    return list(Resolution.objects.filter(sheet=sheet).select_related("item__meeting"))


def _hand_over(meeting: Meeting, resolution: Resolution, today: date, actor: Actor) -> None:
    item = resolution.item
    assert meeting.minutes  # noqa: S101 -- just issued
    drawn = draw_up(
        source=Source(
            kind=SourceKind.MEETING,
            words=f"{meeting.title}纪要（{meeting.minutes.number}）",
            key=f"meetings:resolution:{resolution.pk}",
            url=reverse("meetings:meeting", args=[meeting.pk]),
        ),
        title=" ".join(resolution.demand.split())[:120],
        matter=f"{item.title}。{item.why}",
        demand=resolution.demand,
        due_on=resolution.due_on,
        parts=[
            PartDraft(department_code=resolution.lead_code, leads=True),
            *(PartDraft(department_code=code) for code in resolution.support_codes),
        ],
        on=today,
        actor=actor,
        project=item.project,
        procedure=item.procedure,
    )
    resolution.sheet = hand_over(sheet_id=drawn.pk, on=today, actor=actor)
    _keep(resolution, "sheet", "due_on")


def _keep(resolution: Resolution, *names: str) -> None:
    """Save what changed, and put it into the city's picture."""
    resolution.version += 1
    resolution.save(update_fields=[*names, "version"])
    rollup.put(rows_of([resolution.pk]))


def _settle(meeting: Meeting, actor: Actor) -> None:
    """A meeting whose minutes are out is done when nothing it resolved is open."""
    if meeting.state != State.MINUTED:
        return
    if Resolution.objects.filter(item__meeting=meeting, closed_on=None).exists():
        return
    meeting.state = move_from(meeting.state, meeting.kind, "close").target
    saved(meeting, "state")
    _record(meeting, actor, "close", "议定事项全部了结")


def _item(meeting: Meeting, item_id: int) -> Item:
    if meeting.state not in WRITABLE:
        raise MeetingRefused(
            f"会议现为“{meeting.get_state_display()}”，开会之后、纪要送审之前才能记录。"
        )
    item = meeting.items.filter(pk=item_id).first()
    if item is None:
        raise MeetingRefused("这个议题不在本次会议的议程上。请刷新。")
    return item


def _check_complete(meeting: Meeting, today: date) -> None:
    items = whole(meeting)
    if not items:
        raise MeetingRefused("会议没有议题，没有可印发的纪要。")
    for item in items:
        for resolution in item.resolutions.all():
            if resolution.due_on < today:
                raise MeetingRefused(
                    f"议题“{item.title}”议定的“{resolution.demand}”期限 {resolution.due_on} 已经过去，"
                    "纪要和交办单的期限要一致。请退回记录，删去后按新的期限再记。"
                )
        missing = lacking(item)
        if missing:
            raise MeetingRefused(
                f"议题“{item.title}”还没有记录：{'、'.join(missing)}。请补记，或者写明未议理由。"
            )


def _record(meeting: Meeting, actor: Actor, name: str, words: str) -> None:
    record(
        actor=actor,
        action=f"meetings.{name}",
        subject=f"会议 {meeting.pk}",
        summary=f"{meeting.title}：{words}"[:500],
    )
