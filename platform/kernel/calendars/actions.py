"""Put holiday notices on file (放假通知入库)."""

from django.db import transaction

from kernel.calendars.models import HolidayNotice, MakeUpDay, RestPeriod
from kernel.calendars.notices_data import NOTICES
from kernel.calendars.queries import notice_of
from kernel.clock import Notice
from kernel.trail import SYSTEM, Actor, record


@transaction.atomic
def load_standard_notices(*, actor: Actor = SYSTEM) -> list[str]:
    """File the shipped notices and return the numbers of those that were new or different.

    Idempotent. A notice that a person has verified against the original stays as it is.
    """
    on_file = {
        row.number: row
        for row in HolidayNotice.objects.select_for_update().prefetch_related("rests", "make_ups")
    }
    loaded = []
    for notice in NOTICES:
        row = on_file.get(notice.number)
        if row is None or not (row.verified or notice_of(row) == notice):
            _put(notice)
            loaded.append(notice.number)
    if loaded:
        record(
            actor=actor,
            action="calendars.load",
            subject="节假日通知",
            summary=f"载入节假日通知{len(loaded)}件：{'、'.join(loaded)}。",
        )
    return loaded


def _put(notice: Notice) -> None:
    row, _ = HolidayNotice.objects.update_or_create(
        number=notice.number,
        defaults={
            "year": notice.year,
            "title": notice.title,
            "issued_on": notice.issued_on,
            "source": notice.source,
            "verified": notice.verified,
        },
    )
    row.rests.all().delete()
    row.make_ups.all().delete()
    RestPeriod.objects.bulk_create(
        RestPeriod(notice=row, name=rest.name, from_on=rest.from_on, until_on=rest.until_on)
        for rest in notice.rest
    )
    MakeUpDay.objects.bulk_create(MakeUpDay(notice=row, on=day) for day in notice.make_up)
