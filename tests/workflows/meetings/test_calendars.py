"""The calendar file invites, moves and cancels without naming a person; a month shows meetings on their days."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import icalendar
import pytest
from django.test import Client

from tenants.models import Tenant
from tests.workflows.meetings.conftest import (
    CLERK,
    NOW,
    ON,
    TODAY,
    called,
    invited,
    prepared,
    step,
)
from workflows.mechanism.models import Holding, Seat, SeatKind
from workflows.meetings import actions
from workflows.meetings.calendars import calendar_file, month_of
from workflows.meetings.models import Meeting

pytestmark = pytest.mark.django_db


def read(meeting: Meeting) -> tuple[str, Any]:
    calendar = icalendar.Calendar.from_ical(calendar_file(meeting, "http://x/", NOW))
    (event,) = calendar.walk("VEVENT")
    return str(calendar["method"]), event


def test_the_calendar_file_keeps_its_uid_counts_up_and_cancels() -> None:
    meeting = invited()
    method, first = read(meeting)
    assert method == "REQUEST"
    assert first["dtstart"].dt.isoformat() == "2026-01-20T15:00:00+08:00"
    later = {
        "title": meeting.title,
        "on": ON + timedelta(days=2),
        "at": meeting.at,
        "place": "二楼",
        "chair": meeting.chair,
        "today": TODAY,
        "now": NOW,
    }
    step(meeting, "change", **later)
    meeting.refresh_from_db()
    _, second = read(meeting)
    assert second["uid"] == first["uid"]
    assert (int(first["sequence"]), int(second["sequence"])) == (1, 2)
    assert second["dtstart"].dt.day == 22
    step(meeting, "cancel", why="时间冲突")
    meeting.refresh_from_db()
    method, third = read(meeting)
    assert (method, str(third["status"]), int(third["sequence"])) == ("CANCEL", "CANCELLED", 3)


def test_a_request_names_office_and_units_by_office_line_and_nobody_in_person() -> None:
    meeting = prepared()
    step(meeting, "set_invitees", departments=["zrzy", "slj"], posts=["分管副旗长"])
    step(meeting, "invite")
    seat = Seat.objects.create(
        kind=SeatKind.LIAISON, department_code="zrzy", post="联络员", from_on=date(2025, 1, 1)
    )
    Holding.objects.create(
        seat=seat, name="赵某（示例）", office_phone="0477-0001234", from_on=date(2025, 1, 1)
    )
    actions.answer(
        meeting_id=meeting.pk, code="slj", reply="sends", text="钱某（示例）参加", actor=CLERK
    )
    _, event = read(meeting)
    assert event["organizer"].params["CN"]
    assert event["organizer"].startswith("urn:uuid:")
    found = {who.params["CN"]: (str(who)[:13], who.params["PARTSTAT"]) for who in event["attendee"]}
    assert found["自然资源局"] == ("tel:+86-477-0", "NEEDS-ACTION")
    assert found["水利局"][1] == "ACCEPTED"
    assert found["分管副旗长"][1] == "NEEDS-ACTION"
    text = calendar_file(meeting, "http://x/", NOW).decode()
    for private in ("赵某", "钱某", "mailto", CLERK.name):
        assert private not in text
    step(meeting, "cancel", why="时间冲突")
    method, off = read(Meeting.objects.get(pk=meeting.pk))
    assert (method, len(off["attendee"]), int(off["sequence"])) == ("CANCEL", 3, 2)


# A month ------------------------------------------------------------------------------------------------


def test_a_month_is_whole_weeks_from_monday_with_meetings_on_their_days() -> None:
    meeting = invited()
    weeks = month_of(date(2026, 1, 1), [meeting])
    assert [len(week) for week in weeks] == [7] * 5
    assert (weeks[0][0].on, weeks[0][0].outside) == (date(2025, 12, 29), True)
    assert [day.on for week in weeks for day in week if day.meetings] == [ON]


def test_the_month_shows_what_the_member_may_see(
    zhungeer: Tenant,
    dalate: Tenant,
    member: Callable[..., Any],
    console: Callable[..., Client],
) -> None:
    invited()
    called("气象专题会", "qxj")

    def page(tenant: Tenant, role: str, code: str = "", m: str = "2026-01") -> str:
        browser = console(tenant, member(tenant, role, code))
        return browser.get("/meetings/month/", {"m": m}).content.decode()

    assert "气象专题会" in page(zhungeer, "office")
    unit = page(zhungeer, "department", "zrzy")
    assert "重点项目会商会" in unit
    assert "气象专题会" not in unit
    assert "会商会" not in page(dalate, "office")
    assert "本月没有会议" in page(zhungeer, "office", m="2031-05")
    assert "月的会议" in page(zhungeer, "office", m="今天")
