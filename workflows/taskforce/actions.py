"""Second somebody to the task force, extend or end the term, and put down who was there.

A full-time person holds the unit's seat in the mechanism as well; both are written together.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse

from kernel.calendars.queries import work_calendar
from kernel.notices.telling import Message, tell
from kernel.papers.paper import cn_date
from kernel.refusal import Refused
from kernel.trail import Actor, record
from workflows.mechanism.actions import appoint, hold_still
from workflows.mechanism.models import Order, Seat, SeatKind, Unit
from workflows.taskforce import queries
from workflows.taskforce.models import AWAY, Attendance, Extension, Presence, Secondment

_DAY = timedelta(days=1)
LONGEST = timedelta(days=3 * 366)


class TaskForceRefused(Refused):
    """This can't be put down; the text is for the clerk."""


@transaction.atomic
def second(
    *,
    department_code: str,
    name: str,
    temporary: bool,
    purpose: str,
    from_on: date,
    planned_until: date,
    document: str,
    actor: Actor,
) -> Secondment:
    """A person joins the task force, resting on a document on file; full-time, they take the unit's seat.
    Raises `Refused`."""
    hold_still()
    _check_document(document)
    name = name.strip()
    if not from_on <= planned_until <= from_on + LONGEST:
        raise TaskForceRefused(
            f"计划结束 {planned_until} 须在 {from_on} 之后、三年之内。请核对日期。"
        )
    unit = Unit.objects.in_force(from_on).filter(department_code=department_code).first()
    if unit is None:
        raise TaskForceRefused(f"{from_on} 这一天该单位不是成员单位，不能选派。")
    if not temporary and not unit.in_task_force:
        raise TaskForceRefused(f"{unit.name}不在选派单位之列，只能临时参加。")
    if temporary and not purpose.strip():
        raise TaskForceRefused("临时参加须写明事由。")
    there = Secondment.objects.filter(
        Q(ended_on=None) | Q(ended_on__gte=from_on),
        department_code=department_code,
        name=name,
        from_on__lte=planned_until,
    ).first()
    if there:
        raise TaskForceRefused(
            f"{unit.name}{name}自 {there.from_on} 起已在工作组，不能重复登记。"
            "时间有变的办延期，事由有变的先办结束。"
        )
    try:
        with transaction.atomic():
            made = Secondment.objects.create(
                department_code=department_code,
                name=name,
                temporary=temporary,
                purpose=purpose.strip(),
                from_on=from_on,
                planned_until=planned_until,
                document=document,
            )
    except IntegrityError as taken:
        raise TaskForceRefused(
            f"{unit.name}已有一名脱产人员在岗，先办结束，再选派新人。"
        ) from taken
    if not temporary:
        _take_seat(made, unit, actor)
    _record(
        made,
        actor,
        "second",
        f"{'临时参加' if temporary else '脱产选派'}，{from_on}至{planned_until}",
    )
    return made


@transaction.atomic
def extend(
    *, pk: int, version: int, until_on: date, why: str, document: str, at: datetime, actor: Actor
) -> Secondment:
    """A longer term; the one before stays on file. Raises `TaskForceRefused`."""
    row = _locked(pk, version)
    _check_document(document)
    why = why.strip()
    if not why:
        raise TaskForceRefused("延期须写明原因。")
    if not row.planned_until < until_on <= row.planned_until + LONGEST:
        raise TaskForceRefused(
            f"延至 {until_on} 须晚于 {row.planned_until}，且在三年之内。请改日期。"
        )
    Extension.objects.create(
        secondment=row,
        before_on=row.planned_until,
        until_on=until_on,
        why=why,
        document=document,
        at=at,
        by_name=actor.name,
    )
    row.planned_until = until_on
    _saved(row, "planned_until")
    _record(row, actor, "extend", f"延至{until_on}，{why}（{document}）")
    return row


@transaction.atomic
def end(
    *,
    pk: int,
    version: int | None = None,
    on: date,
    why: str,
    document: str,
    today: date,
    actor: Actor,
) -> Secondment:
    """The last day, and why: the term was over, or the person was recalled; the unit's seat falls vacant.

    ``version`` is that of the clerk's page; None when the caller holds the organisation still.
    Raises `Refused`.
    """
    hold_still()
    row = _locked(pk, version)
    _check_document(document)
    if not why.strip():
        raise TaskForceRefused("结束选派须写明原因，如期满、召回、调离。")
    latest = max(today, row.planned_until)
    if not row.from_on <= on <= latest:
        raise TaskForceRefused(f"最后一天 {on} 须在 {row.from_on} 到 {latest} 之间。请核对日期。")
    if row.attendance.filter(on__gt=on).exists():
        raise TaskForceRefused(f"{on} 之后还有考勤记录，请核对结束日期。")
    row.ended_on, row.ended_why, row.end_document = on, why.strip(), document
    _saved(row, "ended_on", "ended_why", "end_document")
    if not row.temporary:
        _leave_seat(row, on + _DAY, actor)
    _record(row, actor, "end", f"{on}结束：{row.ended_why}（{document}）")
    return row


@transaction.atomic
def take_day(
    *,
    on: date,
    marks: Mapping[int, tuple[str, str]],
    seen: str,
    today: date,
    at: datetime,
    actor: Actor,
) -> int:
    """Put down where everybody was on a working day: (presence, note) by secondment; returns how many marks
    are new or other than before. ``seen`` is `queries.day_digest` of the page. Raises `TaskForceRefused`.
    """
    if on > today:
        raise TaskForceRefused(f"{on} 还没有到，不能记考勤。")
    if not work_calendar().is_working(on):
        raise TaskForceRefused(f"{on} 是休息日，不记考勤。")
    # Whoever writes the same day waits here, also for a day that has no marks yet.
    locked = Secondment.objects.select_for_update(of=("self",)).on(on).order_by("pk")
    there = {row.pk: row for row in locked}
    known = queries.of_day(on)
    if seen != queries.day_digest(known):
        raise TaskForceRefused(f"{on} 的考勤在您打开页面之后已有人登记。请看过最新记录再改。")
    changed = []
    for pk, (presence, note) in marks.items():
        if pk not in there:
            raise TaskForceRefused(f"{on} 这一天有人不在专项工作组，请刷新后再记。")
        if presence not in Presence.values:
            raise TaskForceRefused("考勤请从在岗、出差、请假、缺勤中选择。")
        note = note.strip()[:100]
        if presence in AWAY and not note:
            raise TaskForceRefused(
                f"{there[pk].name}{Presence(presence).label}，请在说明里写明事由。"
            )
        before = known.get(pk)
        if before and (before.presence, before.note) == (presence, note):
            continue
        Attendance.objects.update_or_create(
            secondment_id=pk,
            on=on,
            defaults={
                "presence": presence,
                "note": note,
                "at": at,
                "by_name": actor.name,
            },
        )
        was = f"（原记{before.get_presence_display()}）" if before else ""
        changed.append(f"{there[pk].name}{Presence(presence).label}{was}")
    if changed:
        record(
            actor=actor,
            action="taskforce.take_day",
            subject=f"考勤 {on}",
            summary=f"{on}考勤：{'，'.join(changed)}"[:500],
        )
    return len(changed)


@transaction.atomic
def remind(*, on: date, at: datetime) -> int:
    """Tell the office whose terms end soon, once each; quiet on rest days. Returns how many end."""
    if not work_calendar().is_working(on):
        return 0
    rows = queries.ending(on)
    tell(
        [
            Message(
                key=f"taskforce:{row.pk}:{row.planned_until}",
                room="taskforce",
                text=f"专项工作组{row.name}选派到{cn_date(row.planned_until)}期满，请办理延期或者结束。",
                url=reverse("taskforce:person", args=[row.pk]),
                role="office",
            )
            for row in rows
        ],
        at=at,
    )
    return len(rows)


def _check_document(document: str) -> None:
    if not Order.objects.filter(number=document).exists():
        raise TaskForceRefused(f"文号“{document}”没有登记。请先登记依据文件。")


def _take_seat(row: Secondment, unit: Unit, actor: Actor) -> None:
    seats = Seat.objects.in_force(row.from_on).filter(
        kind=SeatKind.TASK_FORCE, department_code=row.department_code
    )
    seat = seats.order_by("order", "pk").first()
    if seat is None:
        raise TaskForceRefused(f"{unit.name}没有专项工作组席位。请先增设席位，再选派。")
    holder = seat.holdings.in_force(row.from_on).first()
    if holder is None or holder.name != row.name:
        appoint(
            seat_number=seat.pk,
            name=row.name,
            on=row.from_on,
            document=row.document,
            actor=actor,
        )


def _leave_seat(row: Secondment, on: date, actor: Actor) -> None:
    held = Seat.objects.open().filter(
        kind=SeatKind.TASK_FORCE,
        department_code=row.department_code,
        holdings__name=row.name,
        holdings__until_on=None,
        holdings__voided=False,
    )
    for seat in held.order_by("pk"):
        appoint(
            seat_number=seat.pk,
            name="",
            on=on,
            document=row.end_document,
            actor=actor,
        )


def _locked(pk: int, version: int | None) -> Secondment:
    row = Secondment.objects.select_for_update(of=("self",)).get(pk=pk)
    if row.ended_on:
        raise TaskForceRefused(f"{row.name}的选派已于 {row.ended_on} 结束。")
    if version is not None and row.version != version:
        raise TaskForceRefused("这条选派在您打开页面之后已有人办理。请看过最新记录再办。")
    return row


def _saved(row: Secondment, *names: str) -> None:
    row.version += 1
    row.save(update_fields=[*names, "version"])


def _record(row: Secondment, actor: Actor, name: str, words: str) -> None:
    record(
        actor=actor,
        action=f"taskforce.{name}",
        subject=f"专项工作组 {row.name}",
        summary=f"{row.department_code} {row.name}：{words}"[:500],
    )
