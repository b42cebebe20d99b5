"""Who held a procedure: by table, and every round against the clock itself."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.clock import Kind, Limit, StopReason, Unit, read
from kernel.clock.meter import Party
from tests.kernel.clock.calendars import REAL
from workflows.meter.models import RuleVersion
from workflows.meter.spans import held, is_plain, plain_spans, read_spans, rounds
from workflows.meter.standard import TERMS
from workflows.procedures.clocks import entry_of
from workflows.procedures.models import ClockEntry

RULE = RuleVersion(version=1, **TERMS)
LIMIT = Limit(20, Unit.WORKING, cut_off=time(17))
FIRST = date(2026, 1, 5)  # a Monday


def line(kind: Kind, days: int, **facts: Any) -> ClockEntry:
    """A line ``days`` after the first Monday of January 2026."""
    return ClockEntry(kind=kind.value, on=FIRST + timedelta(days=days), **facts)


def spans(*lines: ClockEntry, until: int = 40) -> list[tuple[Party, int, int]]:
    """(party, from, until) in days after the first Monday."""
    on = FIRST + timedelta(days=until)
    found = held("X-1", LIMIT, lines, charge=RULE.party_of, calendar=REAL, on=on)
    return sorted(
        ((s.party, (s.from_on - FIRST).days, (s.until_on - FIRST).days) for s in found.spans),
        key=lambda s: s[1:],
    )


def stop(days: int, reason: StopReason, by: str = "", document: str = "告1号") -> ClockEntry:
    return line(Kind.STOP, days, reason=reason.value, commissioned=by, document=document)


RECEIVED = line(Kind.RECEIVE, 0)
ACCEPTED = line(Kind.ACCEPT, 2)
EXPERT, HEARING = StopReason.EXPERT_REVIEW, StopReason.HEARING
GOV, OWN = Party.GOVERNMENT, Party.OWNER


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), []),
        ((RECEIVED,), [(GOV, 0, 40)]),  # accepted by silence on the way: still the government's
        ((RECEIVED, ACCEPTED, line(Kind.DECIDE, 9), line(Kind.DELIVER, 12)), [(GOV, 0, 9)]),
        ((RECEIVED, line(Kind.REFUSE, 3)), [(GOV, 0, 3)]),
        (
            (RECEIVED, ACCEPTED, line(Kind.WITHDRAW, 9), line(Kind.RECEIVE, 20)),
            [(GOV, 0, 9), (GOV, 20, 40)],
        ),
        (
            (RECEIVED, ACCEPTED, line(Kind.DECIDE, 9), line(Kind.REDO, 20, document="令1号")),
            [(GOV, 0, 9), (GOV, 20, 40)],
        ),
        (
            (RECEIVED, line(Kind.NOTICE, 2, document="告1号"), line(Kind.CORRECT, 9)),
            [(GOV, 0, 2), (OWN, 2, 9), (GOV, 9, 40)],
        ),
        # Five working days after Monday end on the next Monday: the notice comes too late.
        ((RECEIVED, line(Kind.NOTICE, 8, document="告1号")), [(GOV, 0, 40)]),
        (
            (RECEIVED, ACCEPTED, stop(5, EXPERT, "owner"), line(Kind.RESUME, 15)),
            [(GOV, 0, 5), (Party.OWNER_AGENT, 5, 15), (GOV, 15, 40)],
        ),
        ((RECEIVED, ACCEPTED, stop(5, EXPERT)), [(GOV, 0, 5), (Party.GOVERNMENT_AGENT, 5, 40)]),
        ((RECEIVED, ACCEPTED, stop(5, StopReason.HAND_UP)), [(GOV, 0, 5), (Party.HIGHER, 5, 40)]),
        ((RECEIVED, ACCEPTED, stop(5, StopReason.OWNER_REQUEST)), [(GOV, 0, 5), (OWN, 5, 40)]),
        # No written notice, no stop (article 45).
        ((RECEIVED, ACCEPTED, stop(5, EXPERT, document=" ")), [(GOV, 0, 40)]),
        # Twenty working days from the 7th end on 4 February, day 30: a stop after that is none.
        ((RECEIVED, ACCEPTED, stop(33, EXPERT)), [(GOV, 0, 40)]),
        # Two stops at once are two holders; the rule says whose day it is.
        (
            (
                RECEIVED,
                ACCEPTED,
                stop(5, EXPERT),
                stop(8, HEARING),
                line(Kind.RESUME, 15, reason="expert_review"),
            ),
            [(GOV, 0, 5), (Party.GOVERNMENT_AGENT, 5, 15), (GOV, 8, 40)],
        ),
        # After the window's last hour on Friday: received on Monday.
        ((line(Kind.RECEIVE, 4, at=time(17, 30)),), [(GOV, 7, 40)]),
        ((line(Kind.RECEIVE, 4, at=time(16, 30)),), [(GOV, 4, 40)]),
    ],
)
def test_whose_it_was(lines: Sequence[ClockEntry], expected: list[tuple[Party, int, int]]) -> None:
    assert spans(*lines) == expected


def test_a_span_tells_its_ground() -> None:
    lines = (
        RECEIVED,
        ACCEPTED,
        stop(5, EXPERT),
        line(Kind.RESUME, 9),
        stop(12, EXPERT, "government"),
    )
    on = FIRST + timedelta(days=20)
    found = held("X-1", LIMIT, lines, charge=RULE.party_of, calendar=REAL, on=on)
    mine = sorted(found.spans, key=lambda s: s.from_on)
    assert [(s.why, s.document) for s in mine] == [
        ("已收件，尚未办结", ""),
        ("停表：专家评审，台账没有写明委托方，按口径归属", "告1号"),
        ("已收件，尚未办结", ""),
        ("停表：专家评审，政府部门委托", "告1号"),
    ]
    assert mine[1].article == "《行政许可法》第四十五条"
    assert (found.received_on, found.decided_on) == (FIRST, None)


def test_what_was_decided_and_ordered_anew_is_not_decided() -> None:
    lines = [RECEIVED, line(Kind.DECIDE, 9), line(Kind.REDO, 20), line(Kind.DECIDE, 30)]

    def decided_on(until: int) -> date | None:
        on = FIRST + timedelta(days=until)
        return held("X", LIMIT, lines, charge=RULE.party_of, calendar=REAL, on=on).decided_on

    assert decided_on(15) == FIRST + timedelta(days=9)
    assert decided_on(25) is None
    assert decided_on(35) == FIRST + timedelta(days=30)


def test_a_resume_that_names_nothing_ends_the_older_stop_first() -> None:
    """As the clock reads it: of two stops, the one begun on the day of the resume goes on."""
    lines = [
        RECEIVED,
        line(Kind.ACCEPT, 0),
        line(Kind.STOP, 1, reason="hearing", document="告1号"),
        line(Kind.STOP, 4, reason="hand_up", document="告2号"),
        line(Kind.RESUME, 4),
    ]
    on = FIRST + timedelta(days=8)
    spans = held("X", LIMIT, lines, charge=RULE.party_of, calendar=REAL, on=on).spans
    last = [span for span in spans if span.until_on == on]
    assert [span.party for span in last] == [Party.HIGHER]


# Against the clock ----------------------------------------------------------------------------------


def begun(lines: list[ClockEntry]) -> list[ClockEntry]:
    return [RECEIVED, *sorted(lines, key=lambda entry: entry.on)]


ROUND = st.lists(
    st.builds(
        line,
        kind=st.sampled_from(
            [Kind.NOTICE, Kind.CORRECT, Kind.ACCEPT, Kind.STOP, Kind.STOP, Kind.RESUME, Kind.EXTEND]
        ),
        days=st.integers(0, 40),
        reason=st.sampled_from(["", "hearing", "expert_review", "hand_up"]),
        document=st.sampled_from(["", "告1号"]),
        commissioned=st.sampled_from(["", "owner", "government"]),
    ),
    max_size=7,
).map(begun)


@settings(max_examples=300, deadline=None)
@given(ROUND, st.integers(1, 50))
def test_every_day_of_a_round_lies_where_the_clock_says(
    lines: list[ClockEntry], until: int
) -> None:
    entries = [entry_of(entry) for entry in lines]
    on = FIRST + timedelta(days=until)
    found = held("X", LIMIT, lines, charge=RULE.party_of, calendar=REAL, on=on).spans
    for n in range(1, until + 1):
        day = FIRST + timedelta(days=n)
        parties = {s.party for s in found if s.from_on < day <= s.until_on}
        before = read(entries, limit=LIMIT, calendar=REAL, on=day - timedelta(days=1))
        assert parties
        if before.correcting:
            assert parties == {OWN}
        elif not before.paused:
            assert parties == {GOV}
        elif before.stop and before.stop.reason is StopReason.HAND_UP:
            assert Party.HIGHER in parties


PLAIN = st.lists(
    st.builds(
        line,
        kind=st.sampled_from([Kind.ACCEPT, Kind.EXTEND, Kind.DECIDE, Kind.DELIVER, Kind.WITHDRAW]),
        days=st.integers(0, 40),
    ),
    max_size=4,
).map(begun)


@settings(deadline=None)
@given(PLAIN)
def test_a_plain_round_needs_no_clock(lines: list[ClockEntry]) -> None:
    for round_ in rounds(lines):
        ends = [entry.on for entry in round_ if entry.kind in ("decide", "withdraw")]
        until_on = min(ends, default=FIRST + timedelta(days=50))
        assert is_plain(round_, LIMIT)
        asked = read_spans("X", round_, until_on, limit=LIMIT, charge=RULE.party_of, calendar=REAL)
        if round_[0] is RECEIVED:
            assert list(plain_spans("X", round_, until_on)) == list(asked)
