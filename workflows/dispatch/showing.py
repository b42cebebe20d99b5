"""The dispatch on the desk (工作台)."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse

from kernel.authority.permissions import Permission, Role
from kernel.web.http import calendar_of
from kernel.web.lamps import Lamp
from kernel.web.waiting import Item
from workflows.dispatch import queries
from workflows.dispatch.lifecycle import State
from workflows.dispatch.models import Report

if TYPE_CHECKING:
    from kernel.web.http import SignedInRequest


def waiting(request: "SignedInRequest", on: date) -> Iterator[Item]:
    """A report to sign, one that is late, and for leaders the newest to read."""
    may = request.permissions
    if Permission.DISPATCH_REVIEW in may:
        waiting_reports = Report.objects.filter(state=State.REVIEW).defer("snapshot")
        for report in waiting_reports.exclude(submitted_by_id=request.user.pk):
            yield _item(report, "半月调度报告送审", "审核签发")
    calendar = calendar_of(request)
    if Permission.DISPATCH_CHANGE in may and (late := queries.late_period(on, calendar)):
        yield Item(
            f"{late.words}调度报告",
            "还没有签发",
            "办理",
            reverse("dispatch:list"),
            "签发期限",
            queries.due_on(late, calendar),
            Lamp.RED.value,
        )
    if request.membership.role == Role.LEADER:
        newest = (
            Report.objects.filter(state=State.ISSUED).defer("snapshot").order_by("-first").first()
        )
        if newest and not newest.readings.filter(user_id=request.user.pk).exists():
            yield _item(newest, "半月调度报告", "阅知")


def _item(report: Report, about: str, move: str) -> Item:
    return Item(report.title, about, move, reverse("dispatch:report", args=[report.pk]))
