from datetime import date, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.clock import Entry, Kind, Limit, Notice, StopReason, Unit, WorkCalendar, read
from tests.kernel.clock.calendars import notices
from tests.kernel.clock.oracle import Seen, WallCalendar, walk

BEGIN = date(2025, 11, 20)
HOURS = st.sampled_from([None, time(9), time(16, 30), time(23, 59, 59)])
REASONS = st.sampled_from([None, StopReason.HEARING, StopReason.EXPERT_REVIEW])
DAYS = st.integers(0, 90).map(lambda n: BEGIN + timedelta(days=n))
FREQUENT = [Kind.STOP] * 6 + [Kind.RESUME] * 6 + [Kind.EXTEND] * 2 + [Kind.NOTICE, Kind.CORRECT]
KINDS = st.sampled_from(FREQUENT + list(Kind))

entries = st.builds(
    Entry,
    kind=KINDS,
    on=DAYS,
    reason=REASONS,
    document=st.sampled_from(["", "告知1号", "告知2号", "告知3号"]),
    days=st.integers(0, 12),
    level=st.sampled_from(["head", "government"]),
    at=HOURS,
)
openings = st.lists(
    st.builds(
        Entry,
        kind=st.sampled_from([Kind.RECEIVE, Kind.ACCEPT, Kind.NOTICE]),
        on=st.integers(0, 14).map(lambda n: BEGIN + timedelta(days=n)),
        at=HOURS,
    ),
    max_size=3,
)
ledgers = st.tuples(openings, st.lists(entries, max_size=9)).map(lambda parts: parts[0] + parts[1])
limits = st.builds(
    Limit,
    days=st.one_of(st.none(), st.integers(0, 3), st.integers(0, 45)),
    unit=st.sampled_from(Unit),
    starts=st.sampled_from(["accept", "receive"]),
    notice_days=st.integers(0, 6),
    extension_days=st.one_of(st.none(), st.integers(0, 15)),
    extension_level=st.sampled_from(["", "head", "government"]),
    cut_off=st.sampled_from([None, time(16, 30), time(17)]),
)


@settings(max_examples=500, deadline=None)
@given(ledgers, limits, notices(), DAYS)
def test_closed_form_equals_the_day_by_day_oracle(
    ledger: list[Entry], limit: Limit, given_notices: tuple[Notice, ...], on: date
) -> None:
    reading = read(ledger, limit=limit, calendar=WorkCalendar.from_notices(given_notices), on=on)
    seen = walk(ledger, limit=limit, calendar=WallCalendar(given_notices), on=on)
    assert {f: getattr(reading, f) for f in Seen.__dataclass_fields__} == vars(seen)


@settings(deadline=None)
@given(ledgers, limits, notices(), DAYS, st.randoms(use_true_random=False))
def test_the_order_of_recording_never_matters(
    ledger: list[Entry], limit: Limit, given_notices: tuple[Notice, ...], on: date, random: object
) -> None:
    calendar = WorkCalendar.from_notices(given_notices)
    before = read(ledger, limit=limit, calendar=calendar, on=on)
    random.shuffle(ledger)  # type: ignore[attr-defined]
    assert read(ledger, limit=limit, calendar=calendar, on=on) == before


@settings(deadline=None)
@given(ledgers, limits, notices(), DAYS)
def test_the_lines_add_up_to_the_reading(
    ledger: list[Entry], limit: Limit, given_notices: tuple[Notice, ...], on: date
) -> None:
    reading = read(ledger, limit=limit, calendar=WorkCalendar.from_notices(given_notices), on=on)

    def total(label: str) -> int:
        return sum(line.days or 0 for line in reading.lines if line.label.startswith(label))

    assert total("停表") == reading.stopped_days
    assert total("超期") == reading.overdue_days
    if reading.due_on:
        assert limit.days is not None
        surplus = total("计时") - limit.days - reading.extended_days
        # Only a stop between a Sunday's last day and the Monday it moves to can count beyond it.
        assert surplus == 0 if limit.unit is Unit.WORKING else surplus >= 0
        assert total("延长") == reading.extended_days
        last = [line for line in reading.lines if line.label.startswith(("计时", "应当", "末日"))]
        assert reading.due_on in {line.until_on for line in last} | {
            line.until_on for line in reading.lines if line.label.startswith("停表")
        }
    if reading.remaining_days is not None and limit.days is not None:
        assert reading.used_days + reading.remaining_days == limit.days + reading.extended_days
