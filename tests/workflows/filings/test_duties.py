"""The calendar of filings: days counted by hand from the notices for 2025 and 2026."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from kernel.calendars.queries import work_calendar
from kernel.web.lamps import Lamp
from tenants.models import Tenant
from tenants.registry.models import Filing
from workflows.filings import duties
from workflows.filings.duties import Duty, duties_of

In = Callable[[Tenant], AbstractContextManager[Tenant]]


def opened(tenant: Tenant, day: str) -> Tenant:
    tenant.opened_at = timezone.make_aware(datetime.fromisoformat(f"{day}T09:00"))
    return tenant


def filed(
    kind: str, day: str, *, year: int = 2026, period: str = "", state: str = "sent"
) -> Filing:
    return Filing(
        sender="t_zhungeer",
        kind=kind,
        year=year,
        period=period,
        state=state,
        sent_at=timezone.make_aware(datetime.fromisoformat(f"{day}T16:00")),
    )


def owed(on: str, *filings: Filing, since: str = "2025-09-01") -> dict[tuple[str, str], Duty]:
    tenant = opened(Tenant(schema_name="t_zhungeer", kind="banner"), since)
    found = duties_of(tenant, date.fromisoformat(on), work_calendar(), duties.by_key(filings))
    return {(duty.kind, duty.term.period): duty for duty in found}


@pytest.mark.django_db
class TestTheDays:
    def test_of_each_kind(self) -> None:
        due = owed("2026-01-20")
        # Monday 1 September 2025 and twenty working days: Sunday the 28th is worked for the holiday.
        assert due["mechanism", ""].due_on == date(2025, 9, 28)
        assert due["half_month", "2026-01-01"].due_on == date(2026, 1, 22)
        assert due["summary", ""].due_on == date(2026, 1, 15)
        assert due["annual_list", ""].due_on == date(2025, 11, 7)
        assert len([key for key in due if key[0] == "half_month"]) == 4

    def test_nothing_is_owed_from_before_the_mechanism_was_there(self) -> None:
        due = owed("2026-01-20", since="2026-01-10")
        assert [key for key in due if key[0] == "half_month"] == [("half_month", "2026-01-01")]
        assert ("summary", "") not in due
        # Twenty working days after 10 January, over the Spring Festival; 14 February is worked.
        assert due["mechanism", ""].due_on == due["annual_list", ""].due_on == date(2026, 2, 6)

    def test_late_is_who_has_not_filed_by_then_and_how_late_stays(self) -> None:
        key = ("half_month", "2026-01-01")
        for on, lamp, days in (
            ("2026-01-16", Lamp.NONE, 0),
            ("2026-01-20", Lamp.YELLOW, 0),
            ("2026-01-22", Lamp.YELLOW, 0),
            ("2026-01-23", Lamp.RED, 1),
            ("2026-01-26", Lamp.RED, 2),
        ):
            duty = owed(on)[key]
            assert (duty.lamp, duty.late_days) == (lamp, days), on
        came = owed("2026-01-30", filed("half_month", "2026-01-26", period="2026-01-01"))[key]
        assert (came.lamp, came.late_days, came.open) == (Lamp.GREEN, 2, False)

    def test_what_came_back_is_owed_again_and_a_correction_is_not_late(self) -> None:
        key = ("half_month", "2026-01-01")
        back = filed("half_month", "2026-01-20", period="2026-01-01", state="returned")
        assert owed("2026-01-26", back)[key].open
        first = filed("half_month", "2026-01-20", period="2026-01-01", state="superseded")
        anew = filed("half_month", "2026-01-28", period="2026-01-01")
        assert owed("2026-01-29", first, anew)[key].late_days == 0


def test_the_city_sees_who_is_late_and_a_banner_only_itself(
    city: Tenant,
    zhungeer: Tenant,
    dalate: Tenant,
    member: Callable[..., Any],
    console: Callable[..., Client],
) -> None:
    Tenant.objects.filter(slug="dalate").update(
        opened_at=timezone.make_aware(datetime.fromisoformat("2025-09-01T09:00"))
    )
    with time_machine.travel("2026-01-26T10:00:00+08:00", tick=False):
        office = console(city, member(city, "office")).get("/filings/calendar/").content.decode()
        own = console(zhungeer, member(zhungeer, "office"))
        mine = own.get("/filings/calendar/").content.decode()
        desk = console(dalate, member(dalate, "office")).get("/").content.decode()
        assert own.get("/filings/calendar/?export=1").content.startswith(b"PK")
    assert "达拉特旗2026年1月上半月调度报告（2 个工作日）" in office
    assert "达拉特旗" not in mine
    assert "2026年1月上半月调度报告报备" in desk
    assert "已超过 2 个工作日" in desk
