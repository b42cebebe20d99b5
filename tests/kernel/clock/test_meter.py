"""Whose day it is, and what counts: by table, and against a walk over the days."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.clock import Notice, Unit, WorkCalendar
from kernel.clock.meter import IDLE, CountingRule, Party, Span, measure
from tests.kernel.clock.calendars import REAL, notices
from tests.kernel.clock.oracle import WallCalendar

DAY = timedelta(days=1)
BEGIN = date(2025, 11, 20)
RULE = CountingRule(
    precedence=(
        Party.GOVERNMENT,
        Party.GOVERNMENT_AGENT,
        Party.HIGHER,
        Party.OWNER_AGENT,
        Party.OWNER,
    ),
    counted=frozenset({Party.GOVERNMENT, Party.GOVERNMENT_AGENT}),
)


def day(month: int, day: int, year: int = 2026) -> date:
    return date(year, month, day)


def span(party: Party, begin: date, end: date, what: str = "A08") -> Span:
    return Span(party, begin, end, what)


def test_a_day_without_a_holder_is_the_owners() -> None:
    meter = measure([], begin_on=day(1, 5), end_on=day(1, 15), rule=RULE, calendar=REAL)
    assert meter.days[Party.OWNER] == meter.elapsed_days == 10
    assert meter.official_days == 0
    assert [(s.party, s.first_on, s.until_on) for s in meter.segments] == [
        (Party.OWNER, day(1, 6), day(1, 15))
    ]
    assert meter.held(meter.segments[0]) == ()


def test_the_day_of_an_event_is_not_counted_and_the_last_day_is() -> None:
    """Received on Monday 5 January 2026, decided on Friday: Tuesday to Friday."""
    spans = [span(Party.GOVERNMENT, day(1, 5), day(1, 9))]
    meter = measure(spans, begin_on=day(1, 5), end_on=day(1, 9), rule=RULE, calendar=REAL)
    assert (meter.official_days, meter.elapsed_days, meter.left_days) == (4, 4, 96)


def test_official_days_are_working_days_across_the_spring_festival() -> None:
    """28 January to 3 March 2026: 20 working days (counted by hand), 34 calendar days."""
    spans = [span(Party.GOVERNMENT, day(1, 28), day(3, 3))]
    working = measure(spans, begin_on=day(1, 28), end_on=day(3, 3), rule=RULE, calendar=REAL)
    assert (working.official_days, working.elapsed_days) == (20, 34)
    plain = measure(
        spans,
        begin_on=day(1, 28),
        end_on=day(3, 3),
        rule=replace(RULE, unit=Unit.CALENDAR),
        calendar=REAL,
    )
    assert (plain.official_days, plain.days) == (34, working.days)


def test_where_two_hold_something_the_first_in_precedence_has_the_day() -> None:
    spans = [
        span(Party.OWNER, day(1, 5), day(1, 20), "B01"),
        span(Party.GOVERNMENT, day(1, 8), day(1, 12), "A08"),
        span(Party.HIGHER, day(1, 11), day(1, 15), "A09"),
    ]
    meter = measure(spans, begin_on=day(1, 5), end_on=day(1, 22), rule=RULE, calendar=REAL)
    assert [(s.party, s.from_on.day, s.until_on.day) for s in meter.segments] == [
        (Party.OWNER, 5, 8),
        (Party.GOVERNMENT, 8, 12),
        (Party.HIGHER, 12, 15),
        (Party.OWNER, 15, 22),
    ]
    second = meter.segments[1]
    assert [(s.what, s.from_on.day, s.until_on.day) for s in meter.held(second)] == [("A08", 8, 12)]
    assert [(s.what, s.from_on.day, s.until_on.day) for s in meter.beside(second)] == [
        ("B01", 8, 12),
        ("A09", 11, 12),
    ]
    above = replace(RULE, precedence=(Party.HIGHER, *(p for p in Party if p is not Party.HIGHER)))
    assert (
        measure(spans, begin_on=day(1, 5), end_on=day(1, 22), rule=above, calendar=REAL).segments[
            1:3
        ]
        != (meter.segments[1:3])
    )


def test_nothing_has_passed_on_the_first_day() -> None:
    meter = measure([], begin_on=day(1, 5), end_on=day(1, 5), rule=RULE, calendar=REAL)
    assert (meter.segments, meter.elapsed_days, meter.official_days) == ((), 0, 0)
    assert [line.label for line in meter.lines] == ["起算，当日不计"]


def test_days_of_a_year_without_a_notice_are_provisional_only_where_working_days_count() -> None:
    spans = [span(Party.GOVERNMENT, day(12, 30), day(1, 8, 2027))]
    facts = {"begin_on": day(12, 30), "end_on": day(1, 8, 2027), "calendar": REAL}
    assert measure(spans, rule=RULE, **facts).provisional  # type: ignore[arg-type]
    assert not measure([], rule=RULE, **facts).provisional  # type: ignore[arg-type]
    assert not measure(spans, rule=replace(RULE, unit=Unit.CALENDAR), **facts).provisional  # type: ignore[arg-type]


def test_one_counted_day_on_an_estimate_makes_the_whole_count_one() -> None:
    """Held in March and again past the turn of the year: the first segment is sure, the second not."""
    spans = [
        span(Party.GOVERNMENT, day(3, 2), day(3, 6)),
        span(Party.GOVERNMENT, day(12, 30), day(1, 8, 2027)),
    ]
    meter = measure(spans, begin_on=day(3, 2), end_on=day(1, 8, 2027), rule=RULE, calendar=REAL)
    assert [s.provisional for s in meter.segments] == [False, False, True]
    assert meter.provisional
    assert [line.label for line in meter.lines if line.provisional] == ["政府：计入"]


def test_what_was_handed_over_within_a_day_held_nothing() -> None:
    spans = [span(Party.OWNER_AGENT, day(1, 7), day(1, 7)), span(Party.OWNER, day(1, 2), day(1, 5))]
    meter = measure(spans, begin_on=day(1, 5), end_on=day(1, 9), rule=RULE, calendar=REAL)
    assert meter.spans == ()


def test_the_first_day_of_a_span_is_the_one_after_its_event() -> None:
    assert span(Party.OWNER, day(1, 5), day(1, 9)).first_on == day(1, 6)


def test_every_line_of_the_sum() -> None:
    """Government 9 to 30 January, 22 days, 16 of them working; the owner the days before and after."""
    spans = [span(Party.GOVERNMENT, day(1, 8), day(1, 30))]
    lines = measure(spans, begin_on=day(1, 5), end_on=day(2, 4), rule=RULE, calendar=REAL).lines
    assert [(ln.label, ln.from_on, ln.until_on, ln.days, ln.verified) for ln in lines] == [
        ("起算，当日不计", day(1, 5), None, None, False),
        ("政府的天数", day(1, 9), day(1, 30), 22, True),
        ("政府：计入", day(1, 9), day(1, 30), 16, False),
        ("项目单位的天数", day(1, 6), day(2, 4), 8, True),
        ("项目单位：不计入", day(1, 6), day(2, 4), 0, False),
        (
            "工作日历：国务院办公厅关于2026年部分节假日安排的通知",
            day(1, 6),
            day(2, 4),
            None,
            False,
        ),
    ]


def test_a_count_of_calendar_days_rests_on_no_notice() -> None:
    rule = replace(RULE, unit=Unit.CALENDAR)
    meter = measure([], begin_on=day(1, 5), end_on=day(2, 4), rule=rule, calendar=REAL)
    assert [line.label for line in meter.lines] == [
        "起算，当日不计",
        "项目单位的天数",
        "项目单位：不计入",
    ]


def test_a_rule_nobody_changed_is_the_first() -> None:
    assert RULE.version == 1


def test_a_ground_nobody_doubts_needs_no_one_to_confirm_it() -> None:
    meter = measure(
        [span(Party.GOVERNMENT, day(1, 5), day(1, 9))],
        begin_on=day(1, 5),
        end_on=day(1, 9),
        rule=RULE,
        calendar=REAL,
    )
    assert [s.verified for s in meter.held(meter.segments[0])] == [True]


def test_a_precedence_that_leaves_a_party_out_is_none() -> None:
    with pytest.raises(ValueError, match="各列一次"):
        replace(RULE, precedence=(Party.GOVERNMENT,))


# Against the days -----------------------------------------------------------------------------------

days = st.integers(-10, 100).map(lambda n: BEGIN + timedelta(days=n))
spans = st.lists(
    st.builds(
        Span,
        party=st.sampled_from(Party),
        from_on=days,
        until_on=days,
        what=st.sampled_from(["A08", "B01", "C05"]),
    ),
    max_size=12,
)
rules = st.builds(
    CountingRule,
    precedence=st.permutations(list(Party)).map(tuple),
    counted=st.frozensets(st.sampled_from(Party)),
    unit=st.sampled_from(Unit),
)


@settings(max_examples=300, deadline=None)
@given(spans, days, days, rules, notices())
def test_closed_form_equals_the_walk_over_the_days(
    held: list[Span],
    begin_on: date,
    end_on: date,
    rule: CountingRule,
    given_notices: tuple[Notice, ...],
) -> None:
    calendar = WallCalendar(given_notices)
    days = dict.fromkeys(Party, 0)
    official = 0
    at = begin_on
    while at < end_on:
        at += DAY
        holders = {s.party for s in held if s.from_on < at <= s.until_on}
        party = next((p for p in rule.precedence if p in holders), IDLE)
        days[party] += 1
        if party in rule.counted:
            official += rule.unit is Unit.CALENDAR or calendar.is_working(at)
    meter = measure(
        held,
        begin_on=begin_on,
        end_on=end_on,
        rule=rule,
        calendar=WorkCalendar.from_notices(given_notices),
    )
    assert (meter.days, meter.official_days) == (days, official)


@settings(deadline=None)
@given(spans, days, days, rules, rules)
def test_the_parties_days_are_the_elapsed_days_whatever_the_rule(
    held: list[Span], begin_on: date, end_on: date, rule: CountingRule, other: CountingRule
) -> None:
    for one in (rule, other):
        meter = measure(held, begin_on=begin_on, end_on=end_on, rule=one, calendar=REAL)
        assert sum(meter.days.values()) == max((end_on - begin_on).days, 0) == meter.elapsed_days
        assert sum(s.days for s in meter.segments) == meter.elapsed_days
        assert all(a.until_on == b.from_on for a, b in pairwise(meter.segments))
        assert all(a.party is not b.party for a, b in pairwise(meter.segments))


@settings(deadline=None)
@given(spans, days, days, rules, st.randoms(use_true_random=False))
def test_the_order_of_the_spans_plays_no_part(
    held: list[Span], begin_on: date, end_on: date, rule: CountingRule, random: object
) -> None:
    facts = {"begin_on": begin_on, "end_on": end_on, "rule": rule, "calendar": REAL}
    before = measure(held, **facts)  # type: ignore[arg-type]
    random.shuffle(held)  # type: ignore[attr-defined]
    assert measure(held, **facts) == before  # type: ignore[arg-type]


@settings(deadline=None)
@given(spans, days, days, rules)
def test_the_lines_add_up_to_both_counts(
    held: list[Span], begin_on: date, end_on: date, rule: CountingRule
) -> None:
    meter = measure(held, begin_on=begin_on, end_on=end_on, rule=rule, calendar=REAL)
    told = [line for line in meter.lines if line.label.endswith("的天数")]
    counted = [line for line in meter.lines if line.label.endswith("计入")]
    assert sum(line.days or 0 for line in told) == meter.elapsed_days
    assert sum(line.days or 0 for line in counted) == meter.official_days
