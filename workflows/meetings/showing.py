"""Meetings on the desk (工作台), and who may open what hangs on them."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse

from kernel.authority.permissions import Permission, Role
from kernel.web.waiting import Item
from workflows.meetings import queries
from workflows.meetings.lifecycle import State
from workflows.meetings.models import Meeting

if TYPE_CHECKING:
    from kernel.papers.models import Attachment
    from kernel.web.http import SignedInRequest

SHOWN = 6


def waiting(request: "SignedInRequest", on: date) -> Iterator[Item]:
    """Consents for a leader, invitations for who is invited, minutes for a second person."""
    role = request.membership.role
    if role == Role.LEADER:
        for meeting in Meeting.objects.filter(state=State.ASKED).order_by("on", "pk")[:SHOWN]:
            yield _item(meeting, "专题协调会报请同意", "审批")
    unanswered = queries.unanswered(request.membership).order_by("meeting__on", "pk")
    for invitee in unanswered[:SHOWN]:
        yield _item(invitee.meeting, "会议通知", "回复")
    if role == Role.OFFICE:
        review = Meeting.objects.filter(state=State.REVIEW).exclude(submitted_by_id=request.user.pk)
        for meeting in review.order_by("on", "pk")[:SHOWN]:
            yield _item(meeting, "纪要待审", "审核印发")


def _item(meeting: Meeting, about: str, move: str) -> Item:
    url = reverse("meetings:meeting", args=[meeting.pk])
    return Item(meeting.title, about, move, url, "会议日期", meeting.on)


def reads_consents(request: "SignedInRequest") -> bool:
    return request.membership.role not in (Role.DEPARTMENT, Role.REPRESENTATIVE, Role.HELPER)


def may_read(request: "SignedInRequest", attachment: "Attachment") -> bool:
    """A convener's paper is for those who see the meeting, departments excepted."""
    kind, _, pk = attachment.key.partition(":")
    if kind != "meeting" or Permission.MEETINGS_VIEW not in request.permissions:
        return False
    return reads_consents(request) and queries.meetings_for(request).filter(pk=int(pk)).exists()
