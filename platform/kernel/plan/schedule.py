"""倒排计划：latest starts back from the target, earliest forwards, and the proof when it fails."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kernel.clock import Unit, WorkCalendar, WorkLine
from kernel.plan.graph import Arc, Edge, Node, Strength, arrange


@dataclass(frozen=True, slots=True)
class Slot:
    """排期：when a node may run. Actual days where it has started or is done.

    `latest_prepare_on` is the last day to begin preparing its papers, where that takes time.

    `slack_days`: working days from the earliest to the latest finish; negative is too late.
    `provisional`: the latest finish lies in a year without a published holiday notice.
    """

    key: str
    label: str
    earliest_start_on: date
    earliest_finish_on: date
    latest_start_on: date
    latest_finish_on: date
    slack_days: int
    critical: bool
    provisional: bool
    done: bool
    party: str
    latest_prepare_on: date | None


@dataclass(frozen=True, slots=True)
class Plan:
    """计划：slots in topological order, and whether the target can be met.

    `critical_path` is one longest chain. When infeasible no edge in it is soft, and `conflict` is a
    chain of keys that alone, one after another, cannot end by the target, while without any one of
    them it can; `conflict_ends` are the days it has come to after each.
    `short_by_days` are the working days from the target to `finish_on`. `relaxed` are the soft
    edges that had to give way.
    """

    begin_on: date
    target_on: date
    finish_on: date
    feasible: bool
    slots: tuple[Slot, ...]
    critical_path: tuple[str, ...]
    conflict: tuple[str, ...]
    conflict_ends: tuple[date, ...]
    short_by_days: int
    relaxed: tuple[Edge, ...]

    def slot(self, key: str) -> Slot:
        """Raises KeyError."""
        for slot in self.slots:
            if slot.key == key:
                return slot
        raise KeyError(key)

    @property
    def floats(self) -> dict[str, int]:
        """Float per party: the least slack, in working days, of what each still has to do."""
        least: dict[str, int] = {}
        for slot in self.slots:
            if slot.party and not slot.done:
                least[slot.party] = min(slot.slack_days, least.get(slot.party, slot.slack_days))
        return least


def schedule(
    nodes: Iterable[Node],
    edges: Iterable[Edge],
    *,
    begin_on: date,
    target_on: date,
    calendar: WorkCalendar,
) -> Plan:
    """Plan the nodes between `begin_on` (today, once work runs) and `target_on`.

    Latest starts are the greatest from which everything still ends on time. A day given as a
    latest start or finish is a working day unless moving it back would cost what little time
    there is. Raises CycleFound, UnknownKey, PlanRefused, CalendarOutOfRange.
    """
    order, arcs = arrange(nodes, edges)
    line = calendar.line
    begin, target = begin_on.toordinal(), target_on.toordinal()
    jobs = [_Job(node, begin, line) for node in order]
    trip, dropped, proof = _relax(jobs, arcs, begin, target, line)
    latest_starts, latest_finishes = _backward(jobs, arcs, dropped, target, line)
    feasible = trip.end <= target
    path = trip.path() if feasible else proof.path()

    slacks = [
        line.rank(latest) - line.rank(earliest)
        for latest, earliest in zip(latest_finishes, trip.finishes, strict=True)
    ]
    floor = max(0, min((s for s, job in zip(slacks, jobs, strict=True) if not job.done), default=0))
    on_path = set(path)
    day = date.fromordinal
    slots = []
    for i, (node, job) in enumerate(zip(order, jobs, strict=True)):
        start, finish = trip.starts[i], trip.finishes[i]
        last_start, last_finish = latest_starts[i], latest_finishes[i]
        prepare = None
        if job.done:
            last_finish = finish
        else:
            last_finish = _lowered(last_finish, finish, line)
            if not job.running:
                last_start = _lowered(last_start, start, line)
                if node.lead_days:
                    prepare = day(line.latest_start(last_start, node.lead_days, Unit.WORKING))
        slots.append(
            Slot(
                node.key,
                node.label,
                day(start),
                day(finish),
                day(last_start),
                day(last_finish),
                slacks[i],
                not job.done and (i in on_path or slacks[i] <= floor),
                calendar.is_provisional(day(last_finish)),
                job.done,
                node.party,
                prepare,
            )
        )
    conflict = [] if feasible else _conflict(jobs, proof, path, begin, target, line)
    return Plan(
        begin_on=begin_on,
        target_on=target_on,
        finish_on=day(trip.end),
        feasible=feasible,
        slots=tuple(slots),
        critical_path=tuple(order[i].key for i in path),
        conflict=tuple(order[i].key for i, _ in conflict),
        conflict_ends=tuple(day(end) for _, end in conflict),
        short_by_days=0 if feasible else max(1, line.rank(trip.end) - line.rank(target)),
        relaxed=tuple(arc.edge for arc in arcs if arc in dropped),
    )


class _Job:
    """A node on day ordinals. `finish` is set where the past, or what runs, fixes it."""

    __slots__ = ("done", "earliest", "finish", "node", "running", "start")

    def __init__(self, node: Node, begin: int, line: WorkLine) -> None:
        self.node = node
        self.done = node.done_on is not None
        self.running = not self.done and node.started_on is not None
        self.earliest = max(begin, node.earliest_on.toordinal() if node.earliest_on else begin)
        if node.lead_days and not node.started_on:
            since = node.lead_from_on.toordinal() if node.lead_from_on else begin
            self.earliest = max(self.earliest, line.finish(since, node.lead_days, Unit.WORKING))
        self.start = self.finish = 0
        if node.done_on:
            self.finish = node.done_on.toordinal()
            self.start = node.started_on.toordinal() if node.started_on else self.finish
        elif node.started_on:
            self.start = node.started_on.toordinal()
            expected = (
                node.remaining_due_on.toordinal()
                if node.remaining_due_on
                else node.finish(self.start, line)
            )
            self.finish = max(expected, begin)  # what is overdue can end today at the earliest


class _Trip:
    """The earliest days forwards from the beginning, and what held each node back."""

    def __init__(
        self,
        jobs: Sequence[_Job],
        arcs: Iterable[Arc],
        dropped: Collection[Arc],
        begin: int,
        line: WorkLine,
    ) -> None:
        self.starts: list[int] = []
        self.finishes: list[int] = []
        self.held_by: list[Arc | None] = []
        starting: list[list[Arc]] = [[] for _ in jobs]
        deciding: list[list[Arc]] = [[] for _ in jobs]
        for arc in arcs:
            if arc not in dropped:
                deficient = arc.edge.strength is Strength.DEFICIENT
                (deciding if deficient else starting)[arc.after].append(arc)
        for i, job in enumerate(jobs):
            held_by = None
            if job.done or job.running:
                start, finish = job.start, job.finish
            else:
                start = job.earliest
                for arc in starting[i]:
                    if self.finishes[arc.before] > start:
                        start, held_by = self.finishes[arc.before], arc
                finish = job.node.finish(start, line)
            if not job.done:
                for arc in deciding[i]:
                    if self.finishes[arc.before] > finish:
                        finish, held_by = self.finishes[arc.before], arc
            self.starts.append(start)
            self.finishes.append(finish)
            self.held_by.append(held_by)
        self.end = max(self.finishes, default=begin)

    def path(self) -> list[int]:
        """One longest chain, in order."""
        if not self.finishes:
            return []
        chain = [self.finishes.index(self.end)]
        while arc := self.held_by[chain[-1]]:
            chain.append(arc.before)
        return chain[::-1]


def _relax(
    jobs: Sequence[_Job], arcs: Sequence[Arc], begin: int, target: int, line: WorkLine
) -> tuple[_Trip, set[Arc], _Trip]:
    """Drop soft edges from the longest chains until the target, or no soft edge, is in the way: a trip
    whose longest chain proves a miss. Then take back each one that does no harm, so that none was
    dropped in vain: a chain with it may be as long, but can give way and proves nothing."""
    dropped: set[Arc] = set()
    trip = _Trip(jobs, arcs, dropped, begin, line)
    while trip.end > target:
        held = [trip.held_by[i] for i in trip.path()]
        soft = [arc for arc in held if arc and arc.edge.strength is Strength.SOFT]
        if not soft:
            break
        dropped.add(soft[-1])
        trip = _Trip(jobs, arcs, dropped, begin, line)
    proof = trip
    bound = max(target, trip.end)
    for arc in [arc for arc in arcs if arc in dropped]:
        trial = _Trip(jobs, arcs, dropped - {arc}, begin, line)
        if trial.end <= bound:
            dropped.remove(arc)
            trip = trial
    return trip, dropped, proof


def _backward(
    jobs: Sequence[_Job],
    arcs: Iterable[Arc],
    dropped: Collection[Arc],
    target: int,
    line: WorkLine,
) -> tuple[list[int], list[int]]:
    """Latest starts and finishes; what has begun no longer waits for its predecessors."""
    starts = [job.start for job in jobs]
    finishes = [target] * len(jobs)
    leaving: list[list[Arc]] = [[] for _ in jobs]
    for arc in arcs:
        if arc not in dropped:
            leaving[arc.before].append(arc)
    for i in reversed(range(len(jobs))):
        for arc in leaving[i]:
            after = jobs[arc.after]
            if after.done:
                continue
            if arc.edge.strength is Strength.DEFICIENT:
                finishes[i] = min(finishes[i], finishes[arc.after])
            elif not after.running:
                finishes[i] = min(finishes[i], starts[arc.after])
        job = jobs[i]
        if not (job.done or job.running):
            starts[i] = job.node.latest_start(finishes[i], line)
    return starts, finishes


def _conflict(
    jobs: Sequence[_Job], trip: _Trip, path: Sequence[int], begin: int, target: int, line: WorkLine
) -> list[tuple[int, int]]:
    """A minimal part of the longest chain that alone runs past the target, and how far it has come
    after each.

    Removing a node never makes a chain longer, so one pass of trial removals, the shortest
    limits first, leaves a minimal set.
    """

    def ends(chain: Iterable[int]) -> list[int]:
        day = begin
        reached = []
        for i in chain:
            job, arc = jobs[i], trip.held_by[i]
            deficient = arc is not None and arc.edge.strength is Strength.DEFICIENT
            if job.done or job.running:
                finish = job.finish
            else:
                start = job.earliest if deficient else max(job.earliest, day)
                finish = job.node.finish(start, line)
            day = max(finish, day) if deficient else finish
            reached.append(day)
        return reached

    chain = list(path)
    for i in sorted(path, key=lambda i: jobs[i].node.days):
        rest = [j for j in chain if j != i]
        if rest and ends(rest)[-1] > target:
            chain = rest
    return list(zip(chain, ends(chain), strict=True))


def _lowered(latest: int, earliest: int, line: WorkLine) -> int:
    """The working day on or before `latest`, unless that would cost the last chance."""
    day = line.on_or_before(latest)
    return latest if day < earliest <= latest else day
