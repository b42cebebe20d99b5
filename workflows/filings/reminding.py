"""Tell in time (提醒): the office what it has to file or to answer, the city who is late. Told once each."""

from collections.abc import Iterator
from datetime import date, datetime

from django.urls import reverse

from kernel.authority.permissions import Role
from kernel.calendars.queries import work_calendar
from kernel.clock import WorkCalendar
from kernel.notices.telling import Message, tell
from kernel.web.lamps import Lamp
from kernel.web.templatetags.lianshen import cn_day
from tenants.gateway import current_tenant, ready_tenants
from tenants.models import Tenant
from workflows.filings import duties, queries

ROOM = "filings"


def remind(*, on: date, at: datetime) -> int:
    """Tell the current tenant's office what is due soon or late, and what it has left unanswered; the city's office
    also which tenants are late. Nothing on a rest day. Returns how many messages there are to tell."""
    calendar = work_calendar()
    if not calendar.is_working(on):
        return 0
    tenant = current_tenant()
    messages = [*_unanswered(tenant, on, calendar)]
    found = duties.filed(on)
    if tenant.is_city:
        below = (each for each in ready_tenants() if not each.is_city)
        messages += [m for each in below for m in _late(each, on, calendar, found)]
    else:
        messages += _due(tenant, on, calendar, found)
    tell(messages, at=at)
    return len(messages)


def _due(
    tenant: Tenant, on: date, calendar: WorkCalendar, found: duties.Filed
) -> Iterator[Message]:
    for duty in duties.near(tenant, on, calendar, found):
        when = "今天到期" if duty.due_on == on else f"{cn_day(duty.due_on)}到期"
        words = f"已逾期，期限是{cn_day(duty.due_on)}" if duty.lamp is Lamp.RED else when
        yield Message(
            key=f"duty:{duty.kind}:{duty.term.query}:{duty.lamp.value}",
            room=ROOM,
            text=f"{duty.words}报备{words}，请报送。",
            url=f"{reverse('filings:new', args=[duty.kind])}?{duty.term.query}",
            role=Role.OFFICE,
        )


def _late(
    tenant: Tenant, on: date, calendar: WorkCalendar, found: duties.Filed
) -> Iterator[Message]:
    for duty in duties.near(tenant, on, calendar, found):
        if duty.lamp is Lamp.RED:
            yield Message(
                key=f"late:{tenant.schema_name}:{duty.kind}:{duty.term.query}",
                room=ROOM,
                text=f"{tenant.name}的{duty.words}报备逾期未报，期限是{cn_day(duty.due_on)}。",
                url=f"{reverse('filings:calendar')}?q={tenant.name}",
                role=Role.OFFICE,
            )


def _unanswered(tenant: Tenant, on: date, calendar: WorkCalendar) -> Iterator[Message]:
    for line in queries.waiting(tenant, on, calendar):
        if line.late:
            yield Message(
                key=f"unanswered:{line.filing.pk}",
                room=ROOM,
                text=f"{line.filing.title}报备（{line.filing.number}）超过答复期限，请办理。",
                url=reverse("filings:detail", args=[line.filing.pk]),
                role=Role.OFFICE,
            )
