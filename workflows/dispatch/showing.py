"""The dispatch on the desk (工作台)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse

from kernel.authority.permissions import Permission
from kernel.clock import WorkCalendar
from kernel.web.http import calendar_of
from kernel.web.lamps import Lamp
from kernel.web.waiting import Item
from workflows.dispatch import actions, queries
from workflows.dispatch.lifecycle import IN_FORCE, State
from workflows.dispatch.models import Report

if TYPE_CHECKING:
    from kernel.web.http import SignedInRequest


def waiting(request: "SignedInRequest", on: date) -> Iterator[Item]:
    """Reports to write, sign and copy, with the day they are due; for everybody else the newest to read."""
    may, user_id = request.permissions, request.user.pk
    office, reviews = Permission.DISPATCH_CHANGE in may, Permission.DISPATCH_REVIEW in may
    if office or reviews:
        yield from _at_work(request, on, office=office, reviews=reviews)
    if not office and (newest := queries.unread(user_id, IN_FORCE if reviews else [State.COPIED])):
        yield _item(newest, "半月调度报告", "阅知")


def _at_work(
    request: "SignedInRequest", on: date, *, office: bool, reviews: bool
) -> Iterator[Item]:
    user_id, calendar = request.user.pk, calendar_of(request)
    for report in queries.in_work():
        if report.state == State.REVIEW:
            if reviews and not actions.wrote(report, user_id):
                yield _due(report, "半月调度报告送审", "审核签发", on, calendar)
        elif office:
            yield _due(report, report.sent_back_why or "核对后送审", "送审", on, calendar)
    if not office:
        return
    url = reverse("dispatch:list")
    for period in queries.offered(on):
        if on > (due_on := queries.due_on(period, calendar)):
            words = f"{period.words}调度报告"
            yield Item(words, "还没有编制", "编制", url, "签发期限", due_on, Lamp.RED.value)
    for report in Report.objects.filter(state=State.ISSUED).defer("snapshot").order_by("first"):
        yield _item(report, "已签发，还没有抄送成员单位", "抄送")


def _item(report: Report, about: str, move: str) -> Item:
    return Item(report.title, about, move, reverse("dispatch:report", args=[report.pk]))


def _due(report: Report, about: str, move: str, on: date, calendar: WorkCalendar) -> Item:
    """An item with the day by which the report is to be issued."""
    due_on = queries.due_on(report.period, calendar)
    lamp = Lamp.RED if on > due_on else Lamp.YELLOW if on == due_on else Lamp.GREEN
    return replace(_item(report, about, move), due="签发期限", due_on=due_on, lamp=lamp.value)
