from dataclasses import replace
from datetime import UTC, date, datetime, time
from itertools import permutations

import pytest

from kernel.clock import Entry, Kind, Limit, Reading, StopReason, Unit, read
from tests.kernel.clock.calendars import REAL

WORKING_20 = Limit(20, Unit.WORKING, "《行政许可法》第四十二条", extension_days=10, verified=True)
HEAD_10 = Limit(20, Unit.WORKING, extension_days=10, extension_level="head")
JOINT_45 = Limit(45, Unit.WORKING, extension_days=15, extension_level="government")
WINDOW = Limit(20, Unit.WORKING, cut_off=time(16, 30))
SIXTY = Limit(60, Unit.CALENDAR, "《环境影响评价法》第二十二条", starts="receive")


def day(text: str) -> date:
    return date.fromisoformat(text)


def entry(text: str) -> Entry:
    """`accept 2026-01-28`, `stop 2026-02-05 hearing 告知1`, `extend 2026-02-05 10 head`,
    `receive 2026-02-13T17:30`."""
    kind, on, *more = text.split()
    if "T" in on:
        on, _, hour = on.partition("T")
        return Entry(Kind(kind), day(on), at=time.fromisoformat(hour))
    if kind == "extend":
        level = more[1] if len(more) > 1 else ""
        return Entry(
            Kind.EXTEND, day(on), days=int(more[0]), document="延1", approver="局长", level=level
        )
    reason = StopReason(more[0]) if more else None
    return Entry(Kind(kind), day(on), reason, more[1] if len(more) > 1 else "")


def reading(events: str, on: str, limit: Limit = WORKING_20) -> Reading:
    ledger = [entry(text.strip()) for text in events.split(";")]
    return read(ledger, limit=limit, calendar=REAL, on=day(on))


def working(days: int) -> Limit:
    return Limit(days, Unit.WORKING)


def calendar(days: int) -> Limit:
    return Limit(days, Unit.CALENDAR)


# What happened; the limit; the day of reading; the last day as counted by hand on the calendar.
GOLDEN = {
    "across Spring Festival 2026": ("accept 2026-01-28", working(20), "2026-03-03"),
    "a make-up Saturday counts": ("accept 2026-02-13", working(1), "2026-02-14"),
    "the day after the make-up Saturday is the holiday": (
        "accept 2026-02-14",
        working(1),
        "2026-02-24",
    ),
    "make-up Saturday 28 February": ("accept 2026-02-27", working(1), "2026-02-28"),
    "across Spring Festival 2025": ("accept 2025-01-20", working(10), "2025-02-08"),
    "across National Day 2025": ("accept 2025-09-26", working(5), "2025-10-10"),
    "make-up Saturday 11 October 2025": ("accept 2025-09-26", working(6), "2025-10-11"),
    "across National Day 2026": ("accept 2026-09-30", working(3), "2026-10-10"),
    "across the turn of the year": ("accept 2025-12-31", working(1), "2026-01-04"),
    "accepted on a holiday": ("accept 2026-02-18", working(1), "2026-02-24"),
    "accepted on a Saturday": ("accept 2026-03-07", working(5), "2026-03-13"),
    "limit 0 ends on the day itself": ("accept 2026-03-05", working(0), "2026-03-05"),
    "limit 0 accepted on a holiday": ("accept 2026-02-18", working(0), "2026-02-24"),
    "limit 1": ("accept 2026-03-06", working(1), "2026-03-09"),
    "calendar days count rest days": ("accept 2026-02-10", calendar(20), "2026-03-02"),
    "calendar days move off Sunday": ("accept 2026-03-01", calendar(7), "2026-03-09"),
    "calendar days move past the whole holiday": ("accept 2026-02-06", calendar(10), "2026-02-24"),
    "calendar days end on a make-up Saturday": ("accept 2026-02-21", calendar(7), "2026-02-28"),
    "29 February 2028 is a calendar day": ("accept 2028-02-28", calendar(1), "2028-02-29"),
    "and is counted within": ("accept 2028-02-25", calendar(7), "2028-03-03"),
    "no such day in 2027": ("accept 2027-02-26", calendar(3), "2027-03-01"),
    "stop and resume across Spring Festival 2026": (
        # 6 days to 5 February; 9 working days stopped; 14 left from 26 February.
        "accept 2026-01-28; stop 2026-02-05 expert_review 告知1; resume 2026-02-25",
        working(20),
        "2026-03-16",
    ),
    "a stop inside the holiday takes no working day": (
        "accept 2026-01-28; stop 2026-02-15 hearing 告知1; resume 2026-02-23",
        working(20),
        "2026-03-03",
    ),
    "overlapping stops count once": (
        (
            "accept 2026-03-02; stop 2026-03-04 hearing 甲; stop 2026-03-06 testing 乙;"
            "resume 2026-03-10 hearing; resume 2026-03-12 testing"
        ),
        working(10),
        "2026-03-24",
    ),
    "a stop inside another changes nothing": (
        (
            "accept 2026-03-02; stop 2026-03-04 hearing 甲; stop 2026-03-05 testing 乙;"
            "resume 2026-03-06 testing; resume 2026-03-12 hearing"
        ),
        working(10),
        "2026-03-24",
    ),
    "one resume, then a new stop, on one day": (
        (
            "accept 2026-03-02; stop 2026-03-04 hearing 甲; resume 2026-03-06;"
            "stop 2026-03-06 testing 乙; resume 2026-03-10"
        ),
        working(10),
        "2026-03-20",
    ),
    "stopped and resumed on one day": (
        "accept 2026-03-02; stop 2026-03-04 hearing 甲; resume 2026-03-04",
        working(10),
        "2026-03-16",
    ),
    "a stop on the last day leaves the day of resuming": (
        "accept 2026-03-02; stop 2026-03-16 hearing 甲; resume 2026-03-20",
        working(10),
        "2026-03-20",
    ),
    "a stop on the last day resumed on a Saturday": (
        "accept 2026-03-02; stop 2026-03-16 hearing 甲; resume 2026-03-21",
        working(10),
        "2026-03-23",
    ),
    "a stop after the last day comes too late": (
        "accept 2026-03-02; stop 2026-03-17 hearing 甲; resume 2026-03-20",
        working(10),
        "2026-03-16",
    ),
    "a stop without a written notice is no stop": (
        "accept 2026-03-02; stop 2026-03-04 hearing; resume 2026-03-12",
        working(10),
        "2026-03-16",
    ),
    "a stop without a legal reason is no stop": (
        "accept 2026-03-02; stop 2026-03-04; resume 2026-03-12",
        working(10),
        "2026-03-16",
    ),
    "a stop resumed before acceptance takes nothing": (
        "stop 2026-02-25 hearing 甲; resume 2026-02-27; accept 2026-03-02",
        working(10),
        "2026-03-16",
    ),
    "a stop begun before acceptance is cut at it": (
        "stop 2026-02-25 hearing 甲; accept 2026-03-02; resume 2026-03-03",
        working(10),
        "2026-03-17",
    ),
    "a resume dated before its stop ends nothing, the next one does": (
        "accept 2026-03-02; resume 2026-03-03; stop 2026-03-04 hearing 甲; resume 2026-03-05",
        working(10),
        "2026-03-17",
    ),
    "calendar days stopped": (
        "accept 2026-03-02; stop 2026-03-05 testing 甲; resume 2026-03-08",
        calendar(10),
        "2026-03-16",  # the 15th is a Sunday
    ),
    "extended by ten": ("accept 2026-01-28; extend 2026-03-03 10", WORKING_20, "2026-03-17"),
    "extended past the cap": ("accept 2026-01-28; extend 2026-03-03 15", WORKING_20, "2026-03-17"),
    "extended too late": ("accept 2026-01-28; extend 2026-03-04 10", WORKING_20, "2026-03-03"),
    "extended while stopped": (
        "accept 2026-01-28; stop 2026-02-05 testing 甲; extend 2026-02-25 10; resume 2026-02-25",
        WORKING_20,
        "2026-03-30",
    ),
    "extended between Saturday's last day and the Monday it moved to": (
        "accept 2026-03-01; extend 2026-03-08 5",
        calendar(6),
        "2026-03-12",
    ),
    "EIA runs from receipt": ("receive 2026-01-05; accept 2026-01-09", SIXTY, "2026-03-06"),
    "the head of the organ grants ten": (
        "accept 2026-01-28; extend 2026-03-03 10 head",
        HEAD_10,
        "2026-03-17",
    ),
    "what the government grants is no extension of the head's": (
        "accept 2026-01-28; extend 2026-03-03 10 government",
        HEAD_10,
        "2026-03-03",
    ),
    "handled jointly, 45 days": ("accept 2026-01-28", JOINT_45, "2026-04-08"),
    "and fifteen by the government": (
        "accept 2026-01-28; extend 2026-03-03 15 government",
        JOINT_45,
        "2026-04-29",
    ),
    "never by the head": (
        "accept 2026-01-28; extend 2026-03-03 15 head",
        JOINT_45,
        "2026-04-08",
    ),
    "handed in before the window closes": (
        "receive 2026-02-13T16:29:59",
        WINDOW,
        "2026-03-19",
    ),
    "at the last hour it is the next working day, a make-up Saturday": (
        "receive 2026-02-13T16:30",
        WINDOW,
        "2026-03-20",
    ),
    "after it on the make-up Saturday it is the day after the holiday": (
        "receive 2026-02-14T17:00",
        WINDOW,
        "2026-03-23",
    ),
    "one second to midnight on the eve of National Day": (
        "receive 2026-09-30T23:59:59",
        WINDOW,
        "2026-11-04",
    ),
    "without a window's hour the day lasts until midnight": (
        "receive 2026-02-13T23:59:59",
        working(20),
        "2026-03-19",
    ),
    "taken up the same evening it was received that evening": (
        "receive 2026-02-13T17:00; accept 2026-02-13",
        WINDOW,
        "2026-03-19",
    ),
    "handed up, our clock stands until it comes back": (
        "accept 2026-03-02; stop 2026-03-09 hand_up 报1; resume 2026-03-23 hand_up",
        working(20),
        "2026-04-14",  # Qingming takes the 6th
    ),
    "handed up without the paper that sends it, it does not": (
        "accept 2026-03-02; stop 2026-03-09 hand_up; resume 2026-03-23 hand_up",
        working(20),
        "2026-03-30",
    ),
    "ordered anew, a whole limit from that day": (
        "accept 2026-01-05; stop 2026-01-07 hearing 甲; decide 2026-01-20; redo 2026-03-02",
        working(20),
        "2026-03-30",
    ),
}


@pytest.mark.parametrize(("events", "limit", "due_on"), GOLDEN.values(), ids=GOLDEN.keys())
def test_the_last_day_is_as_counted_by_hand(events: str, limit: Limit, due_on: str) -> None:
    assert reading(events, "2028-12-29", limit).due_on == day(due_on)


def test_papers_that_came_too_late_in_the_day_lie_until_the_next() -> None:
    evening = reading("receive 2026-02-13T17:00", "2026-02-13", WINDOW)
    assert (evening.received_on, evening.notice_due_on) == (None, None)
    line = evening.lines[0]
    assert (line.from_on, line.until_on) == (day("2026-02-13"), day("2026-02-14"))
    assert line.label == "17:00 收件，已过窗口截止时间 16:30，按其后第一个工作日计"
    assert not line.verified
    next_day = reading("receive 2026-02-13T17:00", "2026-02-14", WINDOW)
    assert next_day.received_on == day("2026-02-14")
    corrected = reading(
        "receive 2026-03-02; notice 2026-03-03; correct 2026-03-06T17:00", "2026-03-10", WINDOW
    )
    assert corrected.notice_due_on == day("2026-03-16")  # five days from Monday the 9th


def test_an_extension_by_the_wrong_level_says_why_it_is_none() -> None:
    wrong = reading("accept 2026-01-28; extend 2026-02-05 10 government", "2026-02-05", HEAD_10)
    assert wrong.extended_days == 0
    assert "延长未经有权批准的负责人批准，不计入" in [line.label for line in wrong.lines]


def test_handled_anew_the_past_counts_no_more() -> None:
    anew = reading("accept 2026-01-05; decide 2026-01-20; redo 2026-03-02", "2026-03-04")
    assert (anew.decided_on, anew.closed, anew.used_days) == (None, False, 2)
    assert anew.started_on == day("2026-03-02")
    assert "自重新办理之日起算，当日不计" in [line.label for line in anew.lines]


def test_nothing_has_happened_yet() -> None:
    empty = read([], limit=WORKING_20, calendar=REAL, on=day("2026-01-28"))
    assert empty == Reading(day("2026-01-28"), WORKING_20, remaining_days=20)


def test_later_entries_are_not_looked_at() -> None:
    now = reading("accept 2026-03-02; decide 2026-03-05", "2026-03-04")
    assert (now.used_days, now.remaining_days, now.closed) == (2, 18, False)


def test_silence_for_five_days_is_acceptance_on_the_day_of_receipt() -> None:
    # Received the day before New Year's Eve's eve: five working days span the whole holiday.
    owed = reading("receive 2026-02-12", "2026-02-26")
    assert (owed.started_on, owed.deemed, owed.notice_due_on) == (None, False, day("2026-02-26"))
    assert not owed.provisional

    deemed = reading("receive 2026-02-12", "2026-02-27")
    assert (deemed.started_on, deemed.deemed, deemed.notice_due_on) == (
        day("2026-02-12"),
        True,
        None,
    )
    assert (deemed.used_days, deemed.due_on) == (6, day("2026-03-18"))


def test_an_acceptance_recorded_late_does_not_move_the_deemed_one() -> None:
    late = reading("receive 2026-03-02; accept 2026-03-10", "2026-03-31")
    in_time = reading("receive 2026-03-02; accept 2026-03-09", "2026-03-31")
    assert (late.started_on, late.deemed) == (day("2026-03-02"), True)
    assert (in_time.started_on, in_time.deemed) == (day("2026-03-09"), False)


def test_a_one_time_notice_in_time_prevents_deemed_acceptance() -> None:
    told = reading("receive 2026-03-02; notice 2026-03-09", "2026-04-30")
    assert (told.started_on, told.correcting, told.notice_due_on) == (None, True, None)
    assert told.due_on is None


def test_a_late_notice_prevents_nothing_and_says_so() -> None:
    told = reading("receive 2026-03-02; notice 2026-03-10", "2026-03-31")
    assert (told.started_on, told.deemed, told.correcting) == (day("2026-03-02"), True, False)
    assert "受理后的告知不停止计时" in [line.label for line in told.lines]


def test_after_correction_the_five_days_run_anew() -> None:
    corrected = "receive 2026-03-02; notice 2026-03-04; correct 2026-03-16"
    owed = reading(corrected, "2026-03-23")
    assert (owed.started_on, owed.notice_due_on) == (None, day("2026-03-23"))
    deemed = reading(corrected, "2026-03-24")
    assert (deemed.started_on, deemed.deemed) == (day("2026-03-16"), True)
    accepted = reading(f"{corrected}; accept 2026-03-18", "2026-03-24")
    assert (accepted.started_on, accepted.deemed) == (day("2026-03-18"), False)


def test_a_correction_nobody_asked_for_changes_nothing() -> None:
    assert reading("receive 2026-03-02; correct 2026-03-04", "2026-03-05").notice_due_on == day(
        "2026-03-09"
    )


def test_a_clock_from_receipt_runs_before_acceptance_and_anew_after_correction() -> None:
    running = reading("receive 2026-01-05", "2026-01-07", SIXTY)
    assert (running.started_on, running.used_days) == (day("2026-01-05"), 2)
    assert running.notice_due_on == day("2026-01-12")
    told = reading("receive 2026-01-05; notice 2026-01-08", "2026-01-20", SIXTY)
    assert (told.started_on, told.due_on, told.correcting) == (None, None, True)
    corrected = reading(
        "receive 2026-01-05; notice 2026-01-08; correct 2026-01-20", "2026-01-21", SIXTY
    )
    assert corrected.started_on == day("2026-01-20")
    unasked = reading(
        "receive 2026-01-05; notice 2026-01-08; accept 2026-01-09", "2026-01-21", SIXTY
    )
    assert (unasked.started_on, unasked.correcting) == (day("2026-01-05"), False)
    assert reading("accept 2026-01-09", "2026-01-21", SIXTY).started_on == day("2026-01-09")


def test_refused_in_time_never_starts() -> None:
    refused = reading("receive 2026-03-02; refuse 2026-03-06", "2026-04-30")
    assert (refused.closed, refused.started_on, refused.due_on) == (True, None, None)
    assert refused.notice_due_on is None
    assert not refused.deemed


def test_decided_without_acceptance_counts_from_receipt() -> None:
    decided = reading("receive 2026-03-02; decide 2026-03-03", "2026-03-31")
    assert (decided.started_on, decided.deemed, decided.used_days) == (day("2026-03-02"), False, 1)
    assert "未记受理即办结，自收到之日起算" in [line.label for line in decided.lines]


def test_while_paused_there_is_no_due_date() -> None:
    paused = reading("accept 2026-03-02; stop 2026-03-04 hearing 甲", "2026-03-10")
    assert (paused.paused, paused.due_on, paused.used_days) == (True, None, 2)
    assert (paused.remaining_days, paused.stopped_days, paused.overdue_days) == (18, 4, 0)
    assert paused.stop is not None
    assert paused.stop.document == "甲"
    assert [line.until_on for line in paused.lines if line.label == "停表：听证"] == [None]
    # If it resumed today it would end on:
    assert paused.remaining_days is not None
    resumed = reading(
        "accept 2026-03-02; stop 2026-03-04 hearing 甲; resume 2026-03-10", "2026-03-10"
    )
    assert resumed.due_on == REAL.finish(paused.on, paused.remaining_days, Unit.WORKING)


def test_a_resume_ends_only_the_stop_it_names() -> None:
    ledger = "accept 2026-03-02; stop 2026-03-04 hearing 甲; stop 2026-03-04 testing 乙;"
    assert reading(f"{ledger} resume 2026-03-06 hearing", "2026-03-10").paused
    assert not reading(f"{ledger} resume 2026-03-06", "2026-03-10").paused


def test_a_resume_that_names_no_reason_ends_what_is_left() -> None:
    both = (
        "accept 2026-03-02; stop 2026-03-04 hearing 甲; stop 2026-03-05 testing 乙;"
        "resume 2026-03-05; resume 2026-03-05 hearing"
    )
    assert not reading(both, "2026-03-10").paused


def test_a_decision_while_paused_is_not_late() -> None:
    decided = reading(
        "accept 2026-03-02; stop 2026-03-04 hearing 甲; decide 2026-06-01", "2026-12-31"
    )
    assert (decided.closed, decided.paused, decided.overdue_days) == (True, False, 0)
    assert (decided.used_days, decided.remaining_days) == (2, 18)
    assert decided.due_on == day("2026-06-26")  # 18 days from 1 June, Dragon Boat Festival out


def test_overdue_days_count_in_the_unit_and_freeze_at_the_decision() -> None:
    assert reading("accept 2026-03-02", "2026-03-16", working(10)).overdue_days == 0
    assert reading("accept 2026-03-02", "2026-03-17", working(10)).overdue_days == 1
    assert reading("accept 2026-03-02", "2026-03-22", working(10)).overdue_days == 4
    assert reading("accept 2026-03-02", "2026-03-22", calendar(14)).overdue_days == 6
    decided = reading("accept 2026-03-02; decide 2026-03-18", "2026-12-31", working(10))
    assert (decided.overdue_days, decided.used_days, decided.remaining_days) == (2, 10, 0)


def test_a_moved_last_day_uses_no_more_than_the_limit() -> None:
    sunday = reading("accept 2026-03-01", "2026-03-08", calendar(6))
    assert (sunday.used_days, sunday.remaining_days, sunday.due_on) == (6, 0, day("2026-03-09"))
    stopped = reading(
        "accept 2026-03-01; stop 2026-03-08 testing 甲; resume 2026-03-10",
        "2026-03-10",
        calendar(6),
    )
    assert (stopped.used_days, stopped.stopped_days, stopped.overdue_days) == (6, 2, 0)
    assert stopped.due_on == day("2026-03-10")


def test_ten_days_to_deliver_after_the_decision() -> None:
    decided = reading("accept 2026-03-02; decide 2026-03-05", "2026-03-06")
    assert (decided.decided_on, decided.delivery_due_on) == (day("2026-03-05"), day("2026-03-19"))
    assert decided.delivered_on is None
    assert "《行政许可法》第四十四条" in [line.article for line in decided.lines]
    delivered = reading("accept 2026-03-02; decide 2026-03-05; deliver 2026-03-05", "2026-03-06")
    assert delivered.delivered_on == day("2026-03-05")


def test_withdrawal_freezes_the_clock() -> None:
    withdrawn = reading(
        "accept 2026-03-02; withdraw 2026-03-04; stop 2026-03-05 hearing 甲", "2026-12-31"
    )
    assert (withdrawn.closed, withdrawn.used_days, withdrawn.decided_on) == (True, 2, None)
    assert withdrawn.delivery_due_on is None
    assert not withdrawn.paused


def test_without_a_limit_there_is_no_due_date_and_a_line_says_so() -> None:
    free = reading(
        "accept 2026-03-02; stop 2026-03-04 hearing 甲; extend 2026-03-05 5; resume 2026-03-06",
        "2026-03-09",
        Limit(None, Unit.WORKING),
    )
    assert (free.due_on, free.remaining_days, free.used_days, free.stopped_days) == (
        None,
        None,
        3,
        2,
    )
    assert "无法定时限" in [line.label for line in free.lines]


def test_a_date_in_a_year_without_a_notice_is_provisional() -> None:
    firm = reading("accept 2026-12-16", "2026-12-20", working(11))
    assert (firm.due_on, firm.provisional) == (day("2026-12-31"), False)
    estimate = reading("accept 2026-12-16", "2026-12-20", working(12))
    assert (estimate.due_on, estimate.provisional) == (day("2027-01-01"), True)
    told = next(line for line in estimate.lines if "尚未公布" in line.label)
    assert (told.label[:10], told.provisional) == ("工作日历：2027年", True)
    assert reading("receive 2026-12-29", "2026-12-30").provisional


def test_every_line_of_a_full_history() -> None:
    lines = reading(
        "receive 2026-01-26; accept 2026-01-28; stop 2026-02-05 expert_review 评1;"
        "extend 2026-02-09 10; resume 2026-02-25; stop 2026-03-02 owner_request;"
        "decide 2026-04-01; deliver 2026-04-03",
        "2026-04-30",
    ).lines
    assert [(ln.label, ln.from_on, ln.until_on, ln.days, ln.document) for ln in lines] == [
        ("收件", day("2026-01-26"), None, None, ""),
        ("受理", day("2026-01-28"), None, None, ""),
        ("自受理之日起算，当日不计", day("2026-01-28"), None, None, ""),
        ("计时", day("2026-01-29"), day("2026-02-05"), 6, ""),
        ("停表：专家评审", day("2026-02-06"), day("2026-02-25"), 9, "评1"),
        ("延长（局长批准）", day("2026-02-09"), None, 10, "延1"),
        ("无书面告知文号的停表，不停止计时", day("2026-03-02"), None, 0, ""),
        ("计时至期满", day("2026-02-26"), day("2026-03-30"), 24, ""),
        ("超期", day("2026-03-31"), day("2026-04-01"), 2, ""),
        (
            "工作日历：国务院办公厅关于2026年部分节假日安排的通知",
            day("2026-01-29"),
            day("2026-03-30"),
            None,
            "国办发明电〔2025〕7号",
        ),
        ("办结后应在期限内送达", day("2026-04-02"), day("2026-04-16"), 10, ""),
    ]


def test_the_rule_on_rest_days_is_cited_and_unverified() -> None:
    moved = reading("accept 2026-03-01", "2026-03-02", calendar(7)).lines
    line = next(line for line in moved if line.label.startswith("末日为休息日"))
    assert (line.from_on, line.until_on) == (day("2026-03-08"), day("2026-03-09"))
    assert "第二百零三条" in line.article
    assert not line.verified


def test_the_moment_of_recording_plays_no_part() -> None:
    late = [
        Entry(Kind.ACCEPT, day("2026-03-02"), recorded_at=datetime(2026, 4, 1, tzinfo=UTC)),
        Entry(Kind.STOP, day("2026-03-04"), StopReason.HEARING, "甲", key="2"),
        Entry(Kind.RESUME, day("2026-03-06"), key="1"),
        Entry(Kind.DECIDE, day("2026-03-09"), recorded_at=datetime(2026, 3, 1, tzinfo=UTC)),
    ]
    readings = {
        read(order, limit=WORKING_20, calendar=REAL, on=day("2026-03-31")).used_days
        for order in permutations(late)
    }
    assert readings == {3}


SAME_DAY = {
    "two reasons under one paper": ("stop 2026-03-04 testing 甲", "stop 2026-03-04 hearing 甲"),
    "two papers": ("stop 2026-03-04 hearing 乙", "stop 2026-03-04 hearing 甲"),
    "two lengths": ("extend 2026-03-04 5 head", "extend 2026-03-04 3 head"),
    "two levels": ("extend 2026-03-04 3 head", "extend 2026-03-04 3 government"),
}


@pytest.mark.parametrize("pair", SAME_DAY.values(), ids=SAME_DAY.keys())
def test_what_is_written_on_one_day_reads_alike_in_whatever_order(pair: tuple[str, str]) -> None:
    one, other = pair
    ledger, limit = "accept 2026-03-02", replace(HEAD_10, extension_days=6)
    forwards = reading(f"{ledger}; {one}; {other}", "2026-03-10", limit)
    assert forwards == reading(f"{ledger}; {other}; {one}", "2026-03-10", limit)


def test_two_limits_read_one_ledger() -> None:
    ledger = "accept 2026-01-28; stop 2026-02-05 testing 甲; resume 2026-02-25"
    assert reading(ledger, "2026-03-01", working(20)).due_on == day("2026-03-16")
    assert reading(ledger, "2026-03-01", working(7)).due_on == day("2026-02-26")


def test_every_reason_has_a_label_and_an_article() -> None:
    assert [r.label for r in StopReason if not r.verified] == ["申请人补正材料", "申请人书面申请"]
    articles = {r: r.article for r in StopReason if r.verified}
    assert articles.pop(StopReason.HAND_UP) == "《行政许可法》第四十三条"
    assert set(articles.values()) == {"《行政许可法》第四十五条"}
    assert Kind("receive").label == "收件"
    assert Unit("working").label == "工作日"


def told(events: str, on: str, limit: Limit = WORKING_20) -> list[str]:
    """Every line in one word each: label, days it spans, count, and ? unverified, ~ provisional."""
    return [
        " ".join(
            filter(
                None,
                (
                    line.label,
                    f"{line.from_on:%m-%d}",
                    f"..{line.until_on:%m-%d}" if line.until_on else "",
                    f"={line.days}" if line.days is not None else "",
                    line.article and line.article.removeprefix("《行政许可法》"),
                    "" if line.verified else "?",
                    "~" if line.provisional else "",
                ),
            )
        )
        for line in reading(events, on, limit).lines
        if not line.label.startswith("工作日历")
    ]


START = "《民法典》第二百零一条（参照） ?"
PLAIN = Limit(20, Unit.WORKING, extension_days=10, verified=True)
LINES = {
    "an answer is owed": (
        "receive 2026-03-02",
        "2026-03-09",
        ["收件 03-02 第三十二条", "应在期限内受理或者一次性告知 03-03 ..03-09 =5 第三十二条"],
    ),
    "silence accepts the day after": (
        "receive 2026-03-02",
        "2026-03-10",
        [
            "收件 03-02 第三十二条",
            "逾期未告知，自收到之日起视为受理 03-03 ..03-09 =5 第三十二条",
            f"自受理之日起算，当日不计 03-02 {START}",
            "计时至期满 03-03 ..03-30 =20",
        ],
    ),
    "a second receipt and a correction nobody asked for say nothing": (
        "receive 2026-03-02; receive 2026-03-03; correct 2026-03-04; accept 2026-03-05",
        "2026-03-06",
        [
            "收件 03-02 第三十二条",
            "受理 03-05",
            f"自受理之日起算，当日不计 03-05 {START}",
            "计时至期满 03-06 ..04-02 =20",
        ],
    ),
    "told, corrected, told too late": (
        "receive 2026-03-02; notice 2026-03-04; correct 2026-03-06; notice 2026-03-16",
        "2026-03-16",
        [
            "收件 03-02 第三十二条",
            "一次性告知 03-04 第三十二条",
            "补正收讫 03-06 第三十二条",
            "逾期未告知，自收到之日起视为受理 03-07 ..03-13 =5 第三十二条",
            f"自受理之日起算，当日不计 03-06 {START}",
            "受理后的告知不停止计时 03-16 =0",
            "计时至期满 03-07 ..04-03 =20",
        ],
    ),
    "decided and nothing else": (
        "receive 2026-03-02; decide 2026-03-03",
        "2026-03-03",
        [
            "收件 03-02 第三十二条",
            "未记受理即办结，自收到之日起算 03-02",
            f"自受理之日起算，当日不计 03-02 {START}",
            "计时至期满 03-03 ..03-30 =20",
            "办结后应在期限内送达 03-04 ..03-17 =10 第四十四条",
        ],
    ),
    "ordered anew": (
        "accept 2026-01-05; decide 2026-01-20; redo 2026-03-02; stop 2026-03-04 hearing 甲",
        "2026-03-06",
        [
            "重新办理 03-02",
            f"自重新办理之日起算，当日不计 03-02 {START}",
            "计时 03-03 ..03-04 =2",
            "停表：听证 03-05 =2 第四十五条",
        ],
    ),
    "in a year without a notice": (
        "receive 2026-12-29",
        "2026-12-30",
        ["收件 12-29 第三十二条", "应在期限内受理或者一次性告知 12-30 ..01-05 =5 第三十二条 ~"],
    ),
    "stops that are none": (
        (
            "accept 2026-03-02; stop 2026-03-03 hearing; stop 2026-03-03;"
            "stop 2026-03-04 hearing 甲; stop 2026-03-05 testing 乙; resume 2026-03-06;"
            "stop 2026-04-30 hearing 丙; extend 2026-04-30 3"
        ),
        "2026-04-30",
        [
            "受理 03-02",
            f"自受理之日起算，当日不计 03-02 {START}",
            "无书面告知文号的停表，不停止计时 03-03 =0 第四十五条",
            "未载明法定事由的停表，不停止计时 03-03 =0 第四十五条",
            "计时 03-03 ..03-04 =2",
            "停表：听证 03-05 ..03-06 =2 第四十五条",
            "停表：检测（与其他停表重叠或在起算之前，不重复扣除） 03-05 =0 第四十五条",
            "停表：听证（期限已届满，不再停止计时） 04-30 =0 第四十五条",
            "期限届满后作出的延长，不计入 04-30 =0",
            "计时至期满 03-07 ..04-01 =18",
            "超期 04-02 ..04-30 =20",
        ],
    ),
    "stopped on the day it began, nothing counted before": (
        "accept 2026-03-02; stop 2026-03-02 hearing 甲; resume 2026-03-04",
        "2026-03-04",
        [
            "受理 03-02",
            f"自受理之日起算，当日不计 03-02 {START}",
            "停表：听证 03-03 ..03-04 =2 第四十五条",
            "计时至期满 03-05 ..04-01 =20",
        ],
    ),
    "extended up to the cap, then beyond it": (
        "accept 2026-03-02; extend 2026-03-03 6; extend 2026-03-04 6; extend 2026-03-05 1",
        "2026-03-05",
        [
            "受理 03-02",
            f"自受理之日起算，当日不计 03-02 {START}",
            "延长（局长批准） 03-03 =6",
            "延长超出上限的部分，不计入 03-04 =0",
            "延长（局长批准） 03-04 =4",
            "延长超出上限的部分，不计入 03-05 =0",
            "计时至期满 03-03 ..04-14 =30",
        ],
    ),
    "on the spot": (
        "accept 2026-03-05",
        "2026-03-05",
        [
            "受理 03-05",
            f"自受理之日起算，当日不计 03-05 {START}",
            "应当场办结 03-05 ..03-05 =0",
        ],
    ),
}


@pytest.mark.parametrize(("events", "on", "lines"), LINES.values(), ids=LINES.keys())
def test_the_lines_are_told_as_a_clerk_would_write_them(
    events: str, on: str, lines: list[str]
) -> None:
    limit = Limit(0, Unit.WORKING, verified=True) if lines[-1].startswith("应当场") else PLAIN
    assert told(events, on, limit) == lines


def test_a_clock_from_receipt_says_what_it_counts_from() -> None:
    assert "自收到之日起算，当日不计" in [
        line.label for line in reading("receive 2026-01-05", "2026-01-07", SIXTY).lines
    ]


def test_an_extension_that_names_no_days_grants_none() -> None:
    ledger = [Entry(Kind.ACCEPT, day("2026-01-28")), Entry(Kind.EXTEND, day("2026-02-05"))]
    assert read(ledger, limit=WORKING_20, calendar=REAL, on=day("2026-02-06")).due_on == day(
        "2026-03-03"
    )


def test_what_rests_on_a_limit_nobody_verified_says_so() -> None:
    lines = reading("accept 2026-01-28", "2026-01-29", Limit(20, Unit.WORKING)).lines
    assert [line.label for line in lines if line.label.startswith("计时") and line.verified] == []


@pytest.mark.parametrize(
    ("accepted", "days", "years"),
    [
        (
            "2026-12-30",
            400,
            [
                ("国办发明电〔2025〕7号", "2026-12-31", "2026-12-31"),
                ("2027年", "2027-01-01", "2027-12-31"),
                ("2028年", "2028-01-01", "2028-02-03"),
            ],
        ),
        ("2027-03-01", 10, [("2027年", "2027-03-02", "2027-03-11")]),
        ("2026-12-31", 8, [("2027年", "2027-01-01", "2027-01-08")]),
    ],
)
def test_each_year_counted_cites_its_notice_or_that_there_is_none_yet(
    accepted: str, days: int, years: list[tuple[str, str, str]]
) -> None:
    lines = reading(f"accept {accepted}", accepted, calendar(days)).lines
    cited = [line for line in lines if line.label.startswith("工作日历")]
    assert years == [
        (line.document or line.label[5:10], str(line.from_on), str(line.until_on)) for line in cited
    ]
    assert not any(line.verified for line in cited)
