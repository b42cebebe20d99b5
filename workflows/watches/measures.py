"""How departments keep their clocks (办理监测): what each indicator counts, and what it finds. Pure.

A line of the ledger is judged as it was first written; what corrects it is counted under 更正 and
never cleans it. Days are days of the event, in the application that counts.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from kernel.clock import Kind, Limit, StopReason, Unit, read
from kernel.papers.paper import cn_date
from kernel.shares import Share, outliers
from workflows.procedures.clocks import ENDS_A_ROUND, entry_of
from workflows.procedures.lifecycle import FINISHED, VOID, Ground
from workflows.procedures.models import Procedure
from workflows.watches.histories import History

LATE_DAYS = 1  # working days a line may follow its event
EDGE_DAYS = 1  # working days before the limit that are still its edge
LAST_DAYS = 2  # working days before the due day in which a stop is conspicuous
NO_GROUND = "没有理由"
#: Counts days and lets no limit run out, so that every stop is measured alike.
_ENDLESS = Limit(days=None, unit=Unit.WORKING)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``first_on`` to ``last_on``, both included."""

    first_on: date
    last_on: date

    def __contains__(self, day: date | None) -> bool:
        return day is not None and self.first_on <= day <= self.last_on


@dataclass(frozen=True, slots=True)
class Case:
    """One thing an indicator counts; ``flagged`` ones are its numerator. ``words`` say what was
    found; ``days`` are working days stopped, ``ground`` why more was asked for."""

    procedure: Procedure
    on: date
    flagged: bool
    words: str
    recorded_on: date | None = None
    days: int = 0
    ground: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """An indicator: ``flagged`` of ``counted``. ``watched`` ones are searched for outliers."""

    name: str
    label: str
    counted: str
    flagged: str
    rule: str
    find: Callable[[History, Period], Iterator[Case]]
    watched: bool = False


def _late(history: History, period: Period) -> Iterator[Case]:
    for line in history.lines:
        if line.corrects_id is not None or line.on not in period:
            continue
        recorded_on = timezone.localdate(line.recorded_at)
        days = history.calendar.between(line.on, recorded_on)
        late = days > LATE_DAYS
        words = f"{line.label}，{f'{days} 个工作日后补录' if late else '随办随录'}"
        yield Case(history.procedure, line.on, late, words, recorded_on)


def _edge(history: History, period: Period) -> Iterator[Case]:
    clocks = history.clocks
    decided_on = clocks.statutory.decided_on
    if decided_on is None or clocks.state not in FINISHED or decided_on not in period:
        return
    promised_on = clocks.promised.due_on if clocks.promised else None
    days = (("法定期限", clocks.statutory.due_on), ("承诺期限", promised_on))
    limits = [(name, due_on) for name, due_on in days if due_on]
    line = next(line for line in reversed(history.round) if line.kind == Kind.DECIDE)
    recorded_on = timezone.localdate(history.first_written(line).recorded_at)
    edges = [
        f"{name}{cn_date(due_on)}"
        for name, due_on in limits
        if decided_on <= due_on < recorded_on
        and history.calendar.between(decided_on, due_on) <= EDGE_DAYS
    ]
    if limits:
        words = f"{'、'.join(edges)}之后才补录" if edges else "不在期限边上补录"
        yield Case(history.procedure, decided_on, bool(edges), words, recorded_on)


def _stopped(history: History, period: Period) -> Iterator[Case]:
    accepted_on = history.clocks.accepted_on
    if accepted_on is None or accepted_on not in period:
        return
    stops = len(_stops(history))
    if not stops:
        yield Case(history.procedure, accepted_on, False, "没有停表")
        return
    entries = [entry_of(line) for line in history.round if line.reason != StopReason.HAND_UP]
    reading = read(entries, limit=_ENDLESS, calendar=history.calendar, on=history.on)
    words = f"停表 {stops} 次，{reading.stopped_days} 个工作日"
    yield Case(history.procedure, accepted_on, True, words, days=reading.stopped_days)


def _last_days(history: History, period: Period) -> Iterator[Case]:
    round_ = list(history.round)
    for line in _stops(history):
        if line.on not in period:
            continue
        before = [entry_of(told) for told in round_[: round_.index(line)]]
        due_on = read(
            before, limit=history.terms.statutory, calendar=history.calendar, on=line.on
        ).due_on
        if due_on is None:  # stopped already, or without a limit
            continue
        left = history.calendar.between(line.on, due_on)
        flagged = line.on <= due_on and left <= LAST_DAYS
        words = f"停表时法定期限{cn_date(due_on)}，还有 {max(left, 0)} 个工作日"
        recorded_on = timezone.localdate(history.first_written(line).recorded_at)
        yield Case(history.procedure, line.on, flagged, words, recorded_on)


def _asked_again(history: History, period: Period) -> Iterator[Case]:
    told: set[str] = set()
    notices = 0
    inside: list[Any] = []
    again: list[tuple[Any, list[str]]] = []
    for line in history.standing:
        if line.kind in ENDS_A_ROUND or line.kind == Kind.REDO:
            told, notices = set(), 0
        if line.kind != Kind.NOTICE:
            continue
        new = [item for item in line.items if item not in told]
        told.update(line.items)
        notices += 1
        if line.on in period:
            inside.append(line)
            if notices > 1 and new:
                again.append((line, new))
    if again:
        line, new = again[-1]
        label = Ground(line.ground).label if line.ground in Ground else NO_GROUND
        words = f"再次要求：{'、'.join(new)}（{label}）"
        yield Case(history.procedure, line.on, True, words, ground=label)
    elif inside:
        yield Case(history.procedure, inside[-1].on, False, "一次告知")


def _corrected(history: History, period: Period) -> Iterator[Case]:
    corrections = {line.corrects_id: line for line in history.lines if line.corrects_id}
    for line in history.lines:
        if line.corrects_id is not None or line.on not in period:
            continue
        correction = corrections.get(line.pk)
        if correction is None:
            yield Case(history.procedure, line.on, False, f"{line.label}，没有更正")
            continue
        how = (
            "作废"
            if correction.kind == VOID
            else f"改为{cn_date(correction.on)} {correction.label}"
        )
        recorded_on = timezone.localdate(correction.recorded_at)
        yield Case(history.procedure, line.on, True, f"{line.label}，{how}", recorded_on)


MEASURES: Mapping[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure(
            "late",
            "补录率",
            "台账记录",
            "补录",
            f"事情发生后超过 {LATE_DAYS} 个工作日才记入台账的记录；按首次记录时间，更正不改变它。",
            _late,
        ),
        Measure(
            "edge",
            "临界补录",
            "办结",
            "临界补录",
            f"办结日期落在法定或承诺期限当日或前 {EDGE_DAYS} 个工作日，而记录在期限之后才写下。",
            _edge,
        ),
        Measure(
            "stopped",
            "停表率",
            "受理",
            "停过表",
            "受理后停过表的办件；报送上级审查不算停表。停表天数按工作日，重叠的只算一次。",
            _stopped,
            watched=True,
        ),
        Measure(
            "last_days",
            "临期停表",
            "停表",
            "临期停表",
            f"停表之日到法定期限不超过 {LAST_DAYS} 个工作日的停表。",
            _last_days,
        ),
        Measure(
            "again",
            "二次告知",
            "告知补正",
            "再次要求新材料",
            "一次性告知以后又要求新材料的办件，按所选理由分列（《行政许可法》第三十二条）。",
            _asked_again,
        ),
        Measure(
            "corrected",
            "更正率",
            "台账记录",
            "更正过",
            "写下以后又更正或者作废的记录；原记录和更正都保留。",
            _corrected,
        ),
    )
}


@dataclass
class Tally:
    """What one measure counts of one unit."""

    share: Share = field(default_factory=Share)
    days: int = 0
    grounds: Counter[str] = field(default_factory=Counter)

    def add(self, case: Case) -> None:
        self.share += Share(int(case.flagged), 1)
        self.days += case.days
        if case.ground:
            self.grounds[case.ground] += 1

    @property
    def average_days(self) -> float | None:
        """Working days stopped per stopped procedure."""
        return self.days / self.share.hits if self.share.judged and self.share.hits else None


Tallies = dict[str, Tally]


def _stops(history: History) -> list[Any]:
    """Stops of the application that counts, without what was handed up (第四十三条)."""
    return [
        line
        for line in history.round
        if line.kind == Kind.STOP and line.reason != StopReason.HAND_UP
    ]


def tallied(
    histories: Iterable[History], period: Period, measures: Sequence[Measure]
) -> dict[str, Tallies]:
    """Every measure counted by the responsible unit's code, in one pass."""
    counted: dict[str, Tallies] = {measure.name: {} for measure in measures}
    for history in histories:
        code = history.procedure.department_code
        for measure in measures:
            for case in measure.find(history, period):
                counted[measure.name].setdefault(code, Tally()).add(case)
    return counted


def conspicuous(measure: Measure, tallies: Tallies) -> dict[str, float]:
    """Units whose share stands out against all the others, with the adjusted chance."""
    if not measure.watched:
        return {}
    return outliers({code: tally.share for code, tally in tallies.items()})
