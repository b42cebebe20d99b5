"""百日计时：each day of a project belongs to exactly one party; what counts officially is a rule.

Day rules as on the clock: the day of an event is not counted, so a span holds the days d with
from_on < d <= until_on. The cost depends on the number of spans, not on days.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from kernel.clock.calendar import Unit, WorkCalendar
from kernel.clock.lines import DAY, Line
from kernel.labelled import Labelled


class Party(Labelled):
    """责任方：whose day it is."""

    GOVERNMENT = "government", "政府"
    GOVERNMENT_AGENT = "government_agent", "政府委托中介"
    OWNER = "owner", "项目单位"
    OWNER_AGENT = "owner_agent", "业主委托中介"
    HIGHER = "higher", "上级机关"


#: A day on which nobody holds anything: the next paper has not been handed in.
IDLE = Party.OWNER


@dataclass(frozen=True, slots=True)
class Span:
    """持有：somebody holds something on the days d with from_on < d <= until_on.

    ``what`` names it, ``why`` says why it lies there, by which article and paper. ``verified``:
    nobody need confirm that ground.
    """

    party: Party
    from_on: date
    until_on: date
    what: str = ""
    why: str = ""
    article: str = ""
    document: str = ""
    verified: bool = True

    @property
    def first_on(self) -> date:
        return self.from_on + DAY


@dataclass(frozen=True, slots=True)
class CountingRule:
    """计时口径：to whom a day goes on which several hold something (the first in ``precedence``),
    whose days count officially and in which unit, and how many are allowed.

    Raises ValueError unless ``precedence`` names each party once.
    """

    precedence: tuple[Party, ...]
    counted: frozenset[Party]
    unit: Unit = Unit.WORKING
    allowance_days: int = 100
    version: int = 1
    article: str = ""
    verified: bool = False

    def __post_init__(self) -> None:
        if sorted(self.precedence) != sorted(Party):
            raise ValueError("归属次序须把五方各列一次。")


@dataclass(frozen=True, slots=True)
class Segment:
    """时段：a run of days of one party, d with from_on < d <= until_on.

    ``days`` are calendar days; ``official_days`` what the rule counts of them, in its unit.
    """

    party: Party
    from_on: date
    until_on: date
    days: int
    official_days: int
    provisional: bool

    @property
    def first_on(self) -> date:
        return self.from_on + DAY


@dataclass(frozen=True, slots=True)
class Meter:
    """计时结果 from ``begin_on`` (not counted) to ``end_on``: the official count, and the plain one.

    ``days`` has each party's calendar days; together they are always ``elapsed_days``.
    ``provisional``: a counted day lies in a year without a published notice.
    """

    begin_on: date
    end_on: date
    rule: CountingRule
    segments: tuple[Segment, ...]
    spans: tuple[Span, ...]
    days: Mapping[Party, int]
    official_days: int
    provisional: bool
    lines: tuple[Line, ...]

    @property
    def elapsed_days(self) -> int:
        """Calendar days."""
        return (self.end_on - self.begin_on).days

    @property
    def left_days(self) -> int:
        """Days of the allowance still to use; negative when it is overdrawn."""
        return self.rule.allowance_days - self.official_days

    def held(self, segment: Segment) -> tuple[Span, ...]:
        """What the segment's party held in it, cut to its days; empty where nobody held anything."""
        return tuple(s for s in self._within(segment) if s.party is segment.party)

    def beside(self, segment: Segment) -> tuple[Span, ...]:
        """What others held in the same days and had to give way by the rule's precedence."""
        return tuple(s for s in self._within(segment) if s.party is not segment.party)

    def _within(self, segment: Segment) -> Iterable[Span]:
        return _cut(self.spans, segment.from_on, segment.until_on)


def measure(
    spans: Iterable[Span],
    *,
    begin_on: date,
    end_on: date,
    rule: CountingRule,
    calendar: WorkCalendar,
) -> Meter:
    """Give each day after ``begin_on`` up to ``end_on`` to one party, and count by ``rule``.

    The order of ``spans`` does not matter; days outside are not looked at. Raises
    CalendarOutOfRange.
    """
    end_on = max(begin_on, end_on)
    place = {party: n for n, party in enumerate(rule.precedence)}
    held = tuple(
        sorted(
            _cut(spans, begin_on, end_on),
            key=lambda s: (s.from_on, s.until_on, place[s.party], s.what, s.why, s.document),
        )
    )
    segments = tuple(
        _segment(party, from_on, until_on, rule, calendar)
        for party, from_on, until_on in _runs(held, begin_on, end_on, rule)
    )
    days = {party: sum(s.days for s in segments if s.party is party) for party in rule.precedence}
    official_days = sum(s.official_days for s in segments)
    return Meter(
        begin_on,
        end_on,
        rule,
        segments,
        held,
        days,
        official_days,
        any(s.provisional for s in segments),
        _lines(segments, begin_on, end_on, rule, calendar),
    )


def runs(
    spans: Iterable[Span], *, begin_on: date, end_on: date, rule: CountingRule
) -> list[tuple[Party, date, date]]:
    """Whose the days from ``begin_on`` to ``end_on`` are, as `measure` gives them: (party, from, until)."""
    return _runs(_cut(spans, begin_on, end_on), begin_on, end_on, rule)


def _cut(spans: Iterable[Span], from_on: date, until_on: date) -> Iterable[Span]:
    for span in spans:
        first, last = max(span.from_on, from_on), min(span.until_on, until_on)
        if first < last:
            same = (first, last) == (span.from_on, span.until_on)
            yield span if same else replace(span, from_on=first, until_on=last)


def _runs(
    held: Iterable[Span], begin_on: date, end_on: date, rule: CountingRule
) -> list[tuple[Party, date, date]]:
    """Sweep over the days on which a span begins or ends: who has them between two of these."""
    turns: dict[date, list[tuple[Party, int]]] = {begin_on: [], end_on: []}
    for span in held:
        turns.setdefault(span.from_on, []).append((span.party, 1))
        turns.setdefault(span.until_on, []).append((span.party, -1))
    holding = dict.fromkeys(Party, 0)
    runs: list[tuple[Party, date, date]] = []
    for day, following in pairwise(sorted(turns)):
        for party, step in turns[day]:
            holding[party] += step
        owner = next((party for party in rule.precedence if holding[party]), IDLE)
        if runs and runs[-1][0] is owner:
            runs[-1] = (owner, runs[-1][1], following)
        else:
            runs.append((owner, day, following))
    return runs


def _segment(
    party: Party, from_on: date, until_on: date, rule: CountingRule, calendar: WorkCalendar
) -> Segment:
    counts = party in rule.counted
    return Segment(
        party,
        from_on,
        until_on,
        (until_on - from_on).days,
        calendar.days(from_on, until_on, rule.unit) if counts else 0,
        counts and rule.unit is Unit.WORKING and calendar.any_provisional(from_on, until_on),
    )


def _lines(
    segments: tuple[Segment, ...],
    begin_on: date,
    end_on: date,
    rule: CountingRule,
    calendar: WorkCalendar,
) -> tuple[Line, ...]:
    """The sum, line by line: the start, each party's calendar days, what of them counts, the notices."""
    lines = [
        Line("起算，当日不计", begin_on, article=rule.article, verified=rule.verified),
    ]
    for party in rule.precedence:
        mine = [s for s in segments if s.party is party]
        if not mine:
            continue
        first, last = mine[0].first_on, mine[-1].until_on
        days, official = sum(s.days for s in mine), sum(s.official_days for s in mine)
        lines.append(Line(f"{party.label}的天数", first, last, days, Unit.CALENDAR))
        label = "计入" if party in rule.counted else "不计入"
        lines.append(
            Line(
                f"{party.label}：{label}",
                first,
                last,
                official,
                rule.unit,
                rule.article,
                provisional=any(s.provisional for s in mine),
                verified=rule.verified,
            )
        )
    if rule.unit is Unit.WORKING and end_on > begin_on:
        lines += [
            Line(
                f"工作日历：{notice.title}",
                max(notice.from_on, begin_on + DAY),
                min(notice.until_on, end_on),
                document=notice.number,
                verified=notice.verified,
            )
            for notice in calendar.notices_between(begin_on, end_on)
        ]
    return tuple(lines)
