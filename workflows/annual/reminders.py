"""Who is reminded of what (提醒), once for each stage and day. Pure: it only makes the messages."""

from collections.abc import Iterable
from datetime import date

from kernel.clock import WorkCalendar
from kernel.notices.telling import Message
from kernel.papers.paper import cn_date
from workflows.annual.lifecycle import DRAWING_UP, Stage, State
from workflows.annual.models import Cycle
from workflows.annual.progress import Point

ROOM = "annual"


def url_of(year: int) -> str:
    return f"/annual/{year}/"


def due(
    cycle: Cycle,
    points: Iterable[Point],
    *,
    calendar: WorkCalendar,
    on: date,
) -> list[Message]:
    """What has to be told on day ``on``; nothing on a rest day. A key names stage, day and kind: a day
    that was moved is told anew, one that stands is told once however often this is asked. Answers that a
    department owes are chased by supervision (`duties`), not here a second time."""
    if not calendar.is_working(on):
        return []
    if cycle.state not in DRAWING_UP:
        return []
    messages: list[Message] = []
    for point in points:
        if point.done_on is None and (kind := _kind(point.due_on, cycle, calendar, on)):
            messages += _of_stage(cycle, point, kind)
    return messages


def _kind(due_on: date, cycle: Cycle, calendar: WorkCalendar, on: date) -> str:
    if on > due_on:
        return "late"
    return "soon" if on >= calendar.subtract(due_on, cycle.lead_days) else ""


def _of_stage(cycle: Cycle, point: Point, kind: str) -> Iterable[Message]:
    key = f"annual:{cycle.year}:{point.stage}:{point.due_on}:{kind}"
    when = f"计划{cn_date(point.due_on)}"
    said = f"{cycle.year}年度清单“{point.stage.label}”{when}，"
    end = "已过期，请抓紧。" if kind == "late" else "即将到期。"
    detail = f"{point.words}，" if point.words else ""
    yield Message(
        key=key, room=ROOM, text=said + detail + end, url=url_of(cycle.year), role="office"
    )
    if point.stage is Stage.DECLARE and cycle.state == State.COLLECTING:
        yield Message(
            key=f"{key}:departments",
            room=ROOM,
            text=f"{said}{end}请把计划新开工项目报机制办公室。",
            url=url_of(cycle.year),
            role="department",
        )
