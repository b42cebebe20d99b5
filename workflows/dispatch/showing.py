"""The dispatch on the desk (工作台)."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse

from kernel.authority.permissions import Permission
from kernel.calendars.queries import work_calendar
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
        for report in queries.in_work():
            if report.state == State.REVIEW:
                if reviews and not actions.wrote(report, user_id):
                    yield _item(report, "半月调度报告送审", "审核签发", on)
            elif office:
                yield _item(report, report.sent_back_why or "核对后送审", "送审", on)
    if office:
        if late := queries.late_period(on):
            due_on = queries.due_on(late, work_calendar())
            url = reverse("dispatch:list")
            words = f"{late.words}调度报告"
            yield Item(words, "还没有编制", "编制", url, "签发期限", due_on, Lamp.RED.value)
        for report in Report.objects.filter(state=State.ISSUED).defer("snapshot").order_by("first"):
            yield _item(report, "已签发，还没有抄送成员单位", "抄送")
    elif newest := queries.unread(user_id, IN_FORCE if reviews else [State.COPIED]):
        yield _item(newest, "半月调度报告", "阅知")


def _item(report: Report, about: str, move: str, on: date | None = None) -> Item:
    url = reverse("dispatch:report", args=[report.pk])
    if on is None:
        return Item(report.title, about, move, url)
    due_on = queries.due_on(report.period, work_calendar())
    lamp = Lamp.RED if on > due_on else Lamp.YELLOW if on == due_on else Lamp.GREEN
    return Item(report.title, about, move, url, "签发期限", due_on, lamp.value)
