"""The work calendar (工作日历) as the notices on file make it."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max, Subquery

from kernel.calendars.freezing import digest_of
from kernel.calendars.models import HolidayNotice
from kernel.clock import Notice, Rest, WorkCalendar


def work_calendar() -> WorkCalendar:
    """The calendar of all notices on file: one query, and three more when a notice has changed."""
    return _built(*_stamp())


def calendar_stamp() -> str:
    """A word that is another as soon as any notice on file is; one query."""
    rows, newest, changed = _stamp()
    return f"{rows}-{newest}-{changed.timestamp() if changed else ''}"


def changed_at() -> Subquery[Any]:
    """When a notice on file was last put down or changed, for another query to compare with."""
    return Subquery(HolidayNotice.objects.order_by("-updated_at").values("updated_at")[:1])


def _stamp() -> tuple[int, int | None, datetime | None]:
    stamp = HolidayNotice.objects.aggregate(
        rows=Count("pk"), newest=Max("pk"), changed=Max("updated_at")
    )
    return stamp["rows"], stamp["newest"], stamp["changed"]


@lru_cache(maxsize=2)
def _built(rows: int, newest: int | None, changed: datetime | None) -> WorkCalendar:
    return WorkCalendar.from_notices(notices())


def calendar_digest() -> str:
    """Digest of the days as the notices on file arrange them; three queries."""
    return digest_of(notices())


def notices() -> list[Notice]:
    """The notices on file, by year and number."""
    return [
        notice_of(row)
        for row in HolidayNotice.objects.order_by("year", "number").prefetch_related(
            "rests", "make_ups"
        )
    ]


def notice_of(row: HolidayNotice) -> Notice:
    """A notice on file as the clock reads it; its days in order."""
    return Notice(
        year=row.year,
        number=row.number,
        title=row.title,
        issued_on=row.issued_on,
        source=row.source,
        published=True,
        rest=tuple(Rest(rest.name, rest.from_on, rest.until_on) for rest in row.rests.all()),
        make_up=tuple(day.on for day in row.make_ups.all()),
        verified=row.verified,
    )
