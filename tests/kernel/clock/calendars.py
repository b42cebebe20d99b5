"""Random holiday notices around the turn of 2026, and the real ones."""

from datetime import date, timedelta

from hypothesis import strategies as st

from kernel.calendars.notices_data import NOTICES
from kernel.clock import Notice, Rest, WorkCalendar

REAL = WorkCalendar.from_notices(NOTICES)


@st.composite
def rests(draw: st.DrawFn, year: int) -> Rest:
    first = date(year, 1, 1) + timedelta(days=draw(st.integers(-5, 370)))
    return Rest("假", first, first + timedelta(days=draw(st.integers(0, 9))))


@st.composite
def notices(draw: st.DrawFn) -> tuple[Notice, ...]:
    return tuple(
        Notice(
            year=year,
            number=f"{year}",
            title="",
            issued_on=date(year - 1, 11, 1),
            source="",
            published=draw(st.booleans()),
            rest=tuple(draw(st.lists(rests(year), max_size=12))),
            make_up=tuple(
                date(year, 1, 1) + timedelta(days=d)
                for d in draw(st.lists(st.integers(-5, 370), max_size=12))
            ),
        )
        for year in draw(st.sets(st.sampled_from([2025, 2026, 2027])))
    )
