"""What waits for a member in drawing up the lists (等我办)."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from kernel.authority.permissions import Permission, Role
from kernel.clock import WorkCalendar
from kernel.web.http import SignedInRequest, calendar_of
from kernel.web.lamps import Lamp
from kernel.web.waiting import Item
from workflows.annual import queries
from workflows.annual.lifecycle import DRAWING_UP, Stage, State

_LIST = "年度重点项目清单"


def items(request: SignedInRequest, on: date) -> Iterator[Item]:
    """The office sees the next day of each calendar and the opinions it owes an answer; departments
    the day by which projects are declared. What they owe on each project the list itself says."""
    if Permission.PROJECTS_CHANGE in request.permissions:
        yield from _of_office(on, calendar_of(request))
    elif Role(request.membership.role) in (Role.DEPARTMENT, Role.REPRESENTATIVE):
        yield from _of_department(on, calendar_of(request))


def _of_office(on: date, calendar: WorkCalendar) -> Iterator[Item]:
    for cycle in queries.open_cycles().filter(state__in=DRAWING_UP):
        point = queries.Year(cycle, on, calendar).next_point
        if point and point.lamp in (Lamp.YELLOW, Lamp.RED):
            yield Item(
                f"{cycle.year}年度清单：{point.stage.label}",
                _LIST,
                "去办理",
                reverse("annual:year", args=[cycle.year]),
                "计划日期",
                point.due_on,
                point.lamp.value,
                note=point.words,
            )
    for year, count in queries.unhandled().items():
        yield Item(
            f"{year}年度清单有 {count} 条部门意见待处理",
            _LIST,
            "处理意见",
            f"{reverse('annual:comments', args=[year])}?handled=no",
        )


def _of_department(on: date, calendar: WorkCalendar) -> Iterator[Item]:
    for cycle in queries.open_cycles():
        if cycle.state == State.COLLECTING:
            due_on = calendar.on_or_before(queries.planned(cycle)[Stage.DECLARE])
            yield Item(
                f"申报{cycle.year}年计划新开工项目",
                _LIST,
                "看编制安排",
                reverse("annual:year", args=[cycle.year]),
                "申报截止",
                due_on,
                (Lamp.RED if on > due_on else Lamp.GREEN).value,
            )
