"""A meeting as a calendar file (iCalendar, RFC 5545), and a month of meetings as a table."""

import re
from calendar import Calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from uuid import uuid5
from zoneinfo import ZoneInfo

import icalendar

from workflows.catalogue.queries import short_names
from workflows.issuing.queries import head_on
from workflows.mechanism.models import Holding, SeatKind
from workflows.meetings.lifecycle import State
from workflows.meetings.models import Invitee, Meeting

LOCAL = ZoneInfo("Asia/Shanghai")
LASTS = timedelta(hours=2)
_LANDLINE = re.compile(r"0(\d{2,3})-?(\d{7,8})")
_ANSWERS = MappingProxyType(
    {
        Invitee.Reply.NONE.value: "NEEDS-ACTION",
        Invitee.Reply.ATTENDS.value: "ACCEPTED",
        Invitee.Reply.SENDS.value: "ACCEPTED",
        Invitee.Reply.ABSENT.value: "DECLINED",
    }
)


def calendar_file(meeting: Meeting, url: str, now: datetime) -> bytes:
    """The meeting for a calendar: the same UID for good, a higher SEQUENCE each time it moves, and METHOD
    CANCEL once it is called off. The office and those invited stand in it by name of unit or post, reached
    by office line, or else by a name that leads nowhere; no person and no mailbox does.
    """
    cancelled = meeting.state == State.CANCELLED
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Lianshen//Meetings//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "REQUEST")
    event = icalendar.Event()
    begins = datetime.combine(meeting.on, meeting.at, LOCAL)
    event.add("uid", f"{meeting.uid}@lianshen")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", begins)
    event.add("dtend", begins + LASTS)
    event.add("summary", meeting.title)
    event.add("location", meeting.place)
    event.add("description", "\n".join(item.title for item in meeting.items.order_by("order")))
    event.add("url", url)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    called, lines = short_names(), _lines(meeting.on)
    office = {"CN": head_on(meeting.on).signer}
    event.add("organizer", _address(meeting, "", lines), office)
    for invitee in meeting.invitees.order_by("pk"):
        code = invitee.department_code
        who = {
            "CN": called.get(code, code) or invitee.post,
            "CUTYPE": "GROUP" if code else "INDIVIDUAL",
            "ROLE": "REQ-PARTICIPANT",
            "PARTSTAT": _ANSWERS[invitee.reply],
            "RSVP": "FALSE",  # answers are given in the system
        }
        event.add("attendee", _address(meeting, code or invitee.post, lines), who)
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a month's table with its meetings; ``outside`` belongs to the month before or after."""

    on: date
    outside: bool
    meetings: list[Meeting]


def month_of(first: date, meetings: Iterable[Meeting]) -> list[list[Day]]:
    """The weeks of the month that begins on ``first``, Monday to Sunday, with ``meetings`` on their days."""
    by_day: dict[date, list[Meeting]] = {}
    for meeting in meetings:
        by_day.setdefault(meeting.on, []).append(meeting)
    return [
        [Day(on, on.month != first.month, by_day.get(on, [])) for on in week]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]


# Inside ---------------------------------------------------------------------------------------------


def _lines(on: date) -> dict[str, str]:
    """Office lines by department, the office's own under ""."""
    seats = (SeatKind.LIAISON, SeatKind.OFFICE_DIRECTOR)
    found = Holding.objects.in_force(on).filter(seat__kind__in=seats).exclude(office_phone="")
    return {
        "" if kind == SeatKind.OFFICE_DIRECTOR else code: phone
        for kind, code, phone in found.order_by("-pk").values_list(
            "seat__kind", "seat__department_code", "office_phone"
        )
    }


def _address(meeting: Meeting, who: str, lines: dict[str, str]) -> icalendar.vCalAddress:
    if line := _LANDLINE.match(lines.get(who, "")):
        return icalendar.vCalAddress(f"tel:+86-{line[1]}-{line[2]}")
    return icalendar.vCalAddress(uuid5(meeting.uid, who).urn)
