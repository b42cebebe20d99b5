"""Put holiday notices on file (放假通知入库) and vouch for them (核实)."""

from datetime import date

from django.db import connection, transaction

from kernel.calendars import checking, queries
from kernel.calendars.freezing import frozen
from kernel.calendars.models import HolidayNotice, MakeUpDay, RestPeriod
from kernel.calendars.notices_data import NOTICES
from kernel.clock import Notice
from kernel.refusal import Refused
from kernel.trail import SYSTEM, Actor, record

_LOCK = 0x63616C65  # one writer at a time, so that the calendar's stamp only moves forward


class NoticeRefused(Refused):
    """A notice the rules don't take as it stands."""


class NumberOnFile(NoticeRefused):
    """The number is on file with other dates; the clerk may choose to replace them."""


class CalendarChanged(NoticeRefused):
    """The calendar is no longer the one the clerk saw."""


@transaction.atomic
def file_notice(
    *, notice: Notice, actor: Actor, replace: bool = False, seen: str = ""
) -> Notice | None:
    """File ``notice``; returns the one it replaced, as it was.

    ``replace`` is the clerk's choice to let it stand in the place of the same number with other
    dates; ``seen`` the digest of the calendar that was looked at (`queries.calendar_digest`).
    Raises `NoticeRefused`, `NumberOnFile`, `CalendarChanged`.
    """
    _one_at_a_time()
    if seen and queries.calendar_digest() != seen:
        raise CalendarChanged(
            "您看过预览之后，册里的放假通知有变动，这次没有启用；请重新预览后再启用。"
        )
    check(notice, replace=replace)
    row = HolidayNotice.objects.filter(number=notice.number).first()
    before = queries.notice_of(row) if row else None
    _put(notice, filed_by=actor.name)
    record(
        actor=actor,
        action="calendars.replace" if before else "calendars.file",
        subject=notice.number,
        summary=f"{'替换' if before else '登记'}放假通知《{notice.title}》：放假{len(notice.rest)}段，"
        f"调休上班{len(notice.make_up)}天。",
        detail={"filed": frozen(notice), "replaced": frozen(before) if before else None},
    )
    return before


def check(notice: Notice, *, replace: bool = False) -> None:
    """Raise `NoticeRefused` with a sentence when ``notice`` may not be put on file."""
    if not notice.number.strip():
        raise NoticeRefused("没有文号；请填写放假通知的文号，例如“国办发明电〔2025〕7号”。")
    if notice.issued_on is None:
        raise NoticeRefused("没有印发日期；请按原件填写，几份通知安排同一天时以印发在后的为准。")
    if not notice.source.strip():
        raise NoticeRefused("没有写来源；请写明在哪里看到的通知，例如中国政府网政策文件库。")
    if faults := checking.faults_of(notice):
        raise NoticeRefused(faults[0].text)
    row = HolidayNotice.objects.filter(number=notice.number).first()
    if row is None:
        _check_whole(notice)
        return
    on_file = queries.notice_of(row)
    if _same_days(on_file, notice):
        raise NoticeRefused(f"{notice.number}已经在册，日期完全一样，没有要登记的内容。")
    if not replace:
        raise NumberOnFile(
            f"{notice.number}已经在册，日期与这份不同；请核对文号，确要更正的选“替换在册的同一文号”。"
        )
    _check_whole(notice)


@transaction.atomic
def verify_notice(*, number: str, source: str, read_on: date, on: date, actor: Actor) -> None:
    """Say that the dates of a notice were read in its original (已核实): who, when and where.

    Raises `NoticeRefused`, ``HolidayNotice.DoesNotExist``.
    """
    _one_at_a_time()
    row = HolidayNotice.objects.select_for_update().get(number=number)
    if row.verified:
        raise NoticeRefused(
            f"{number}已由{row.verified_by or '前人'}核实，依据是“{row.verified_source}”。"
        )
    if not source.strip():
        raise NoticeRefused(
            "没有写核实所据；请写明在哪里看到的原件，例如中国政府网的网址或公报期号。"
        )
    if read_on > on:
        raise NoticeRefused(f"核实日期{read_on}还没有到；请填写实际核对的日期。")
    row.verified = True
    row.verified_by, row.verified_on, row.verified_source = actor.name[:40], read_on, source[:200]
    row.save()
    record(
        actor=actor,
        action="calendars.verify",
        subject=number,
        summary=f"对照原件核实放假通知，依据：{source}",
        detail={"read_on": read_on.isoformat(), "notice": frozen(queries.notice_of(row))},
    )


@transaction.atomic
def load_standard_notices(*, actor: Actor = SYSTEM) -> list[str]:
    """File the shipped notices and return the numbers of those that were new or different.

    Idempotent. A notice that a person entered, or verified against the original, stays as it is.
    """
    _one_at_a_time()
    on_file = {
        row.number: row
        for row in HolidayNotice.objects.select_for_update().prefetch_related("rests", "make_ups")
    }
    loaded = []
    for notice in NOTICES:
        row = on_file.get(notice.number)
        if row is None or not (row.verified or row.filed_by or queries.notice_of(row) == notice):
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


def _check_whole(notice: Notice) -> None:
    """A year counts as published from its first notice on, so that one must arrange the year."""
    others = HolidayNotice.objects.filter(year=notice.year).exclude(number=notice.number)
    if others.exists():
        return
    if missing := checking.missing_festivals(notice):
        raise NoticeRefused(
            f"{notice.year}年还没有别的通知在册，这份没有安排{'、'.join(missing)}；"
            "只登记一部分会把全年都当成已公布，请补齐全年的放假安排。"
        )


def _same_days(one: Notice, other: Notice) -> bool:
    return (
        one.year == other.year
        and one.issued_on == other.issued_on
        and sorted(one.make_up) == sorted(other.make_up)
        and {(r.name, r.from_on, r.until_on) for r in one.rest}
        == {(r.name, r.from_on, r.until_on) for r in other.rest}
    )


def _put(notice: Notice, *, filed_by: str = "") -> None:
    row, _ = HolidayNotice.objects.update_or_create(
        number=notice.number,
        defaults={
            "year": notice.year,
            "title": notice.title,
            "issued_on": notice.issued_on,
            "source": notice.source,
            "filed_by": filed_by[:40],
            "verified": notice.verified,
            "verified_by": "",
            "verified_on": None,
            "verified_source": notice.source if notice.verified else "",
        },
    )
    row.rests.all().delete()
    row.make_ups.all().delete()
    RestPeriod.objects.bulk_create(
        RestPeriod(notice=row, name=rest.name, from_on=rest.from_on, until_on=rest.until_on)
        for rest in notice.rest
    )
    MakeUpDay.objects.bulk_create(MakeUpDay(notice=row, on=day) for day in notice.make_up)


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
