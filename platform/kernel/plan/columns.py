"""排期列：the plans of many projects at once, forwards and back over columns.

The rules are those of `schedule`; read them there. All nodes of one depth, in all projects, are
dated in one step. A project that misses its target is handed to `schedule` itself, which proves it.
"""

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray

from kernel.clock import Unit, WorkCalendar
from kernel.clock.days import NONE, DayColumns, Days, Flags, day_columns
from kernel.plan.graph import Edge, Node, Strength, arrange
from kernel.plan.schedule import Plan, schedule

Places = NDArray[np.intp]
Codes = NDArray[np.int8]

STRENGTH_CODES = {strength: place for place, strength in enumerate(Strength)}
_DEFICIENT, _SOFT = STRENGTH_CODES[Strength.DEFICIENT], STRENGTH_CODES[Strength.SOFT]
_STRENGTHS = list(Strength)
_UNITS = {True: Unit.WORKING, False: Unit.CALENDAR}


@dataclass(frozen=True, slots=True)
class Nodes:
    """节点列：one row a node, those of a project together and in its order; see `Node`.

    Days are ordinals, NONE where there is none; `working` and `notice_working` stand for units.
    """

    project: Days
    days: Days
    working: Flags
    started_on: Days
    done_on: Days
    remaining_due_on: Days
    earliest_on: Days
    lead_days: Days
    lead_from_on: Days
    notice_days: Days
    notice_working: Flags

    def where(self, rows: Places) -> Self:
        """These rows alone."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

    def finish(self, rows: Places, start: Days, days: DayColumns) -> Days:
        """Last days of these rows when they start on `start`; see `Node.finish`."""
        day = days.finish(start, self.days[rows], self.working[rows])
        noticed = np.flatnonzero(self.notice_days[rows])
        public = rows[noticed]
        day[noticed] = days.finish(
            day[noticed], self.notice_days[public], self.notice_working[public]
        )
        return day

    def latest_start(self, rows: Places, finish: Days, days: DayColumns) -> Days:
        """The greatest starts of these rows; see `Node.latest_start`."""
        finish = finish.copy()
        noticed = np.flatnonzero(self.notice_days[rows])
        public = rows[noticed]
        finish[noticed] = days.latest_start(
            finish[noticed], self.notice_days[public], self.notice_working[public]
        )
        return days.latest_start(finish, self.days[rows], self.working[rows])

    def as_nodes(self, first: int, last: int) -> list[Node]:
        """These rows as `schedule` takes them; the key of each is its number."""
        columns = (getattr(self, field.name)[first:last].tolist() for field in fields(self))
        return [
            Node(
                str(row),
                days,
                _UNITS[working],
                started_on=_day(started_on),
                done_on=_day(done_on),
                remaining_due_on=_day(remaining_due_on),
                earliest_on=_day(earliest_on),
                lead_days=lead_days,
                lead_from_on=_day(lead_from_on),
                notice_days=notice_days,
                notice_unit=_UNITS[notice_working],
            )
            for row, (
                _,
                days,
                working,
                started_on,
                done_on,
                remaining_due_on,
                earliest_on,
                lead_days,
                lead_from_on,
                notice_days,
                notice_working,
            ) in enumerate(zip(*columns, strict=True), first)
        ]


@dataclass(frozen=True, slots=True)
class Edges:
    """依赖列：`before` and `after` are rows of the nodes, `strength` its place in `Strength`."""

    before: Places
    after: Places
    strength: Codes

    def where(self, chosen: Flags | Places) -> Self:
        """These edges alone."""
        return type(self)(self.before[chosen], self.after[chosen], self.strength[chosen])

    def as_edges(self, places: Places) -> list[Edge]:
        """The edges at these places, between the numbers of rows."""
        return [
            Edge(str(before), str(after), _STRENGTHS[strength])
            for before, after, strength in zip(
                self.before[places].tolist(),
                self.after[places].tolist(),
                self.strength[places].tolist(),
                strict=True,
            )
        ]


@dataclass(frozen=True, slots=True)
class Plans:
    """计划列：one row a node, see `Slot`; then one row a project.

    `exceptions` are the plans of those that miss the target, as `schedule` itself made them: by
    project, their keys the numbers of the rows. The columns hold them too.
    """

    earliest_start_on: Days
    earliest_finish_on: Days
    latest_start_on: Days
    latest_finish_on: Days
    latest_prepare_on: Days
    slack_days: Days
    critical: Flags
    provisional: Flags

    finish_on: Days
    feasible: Flags
    exceptions: dict[int, Plan]


def schedule_many(
    nodes: Nodes, edges: Edges, *, begin_on: Days, target_on: Days, calendar: WorkCalendar
) -> Plans:
    """Plan every project between its `begin_on` and its `target_on`; equal to `schedule`.

    One project for each beginning, numbered from 0; it may be without nodes. Raises CycleFound,
    naming rows, and CalendarOutOfRange.
    """
    days = day_columns(calendar)
    count, total = begin_on.size, nodes.project.size
    projects = _Projects(nodes, edges)
    depth = _depths(nodes, edges, projects)
    jobs = _Jobs(nodes, begin_on, days)
    trip = _Trip(nodes, edges, jobs, depth, days)
    late = trip.ends(begin_on) > target_on
    binding = edges
    if late.any():
        binding = edges.where(_kept(nodes, edges, depth, begin_on, target_on, days, late))
        trip = _Trip(nodes, binding, jobs, depth, days)
    finish_on = trip.ends(begin_on)
    feasible = finish_on <= target_on
    planned = feasible[nodes.project]
    starts, finishes = _backward(nodes, binding, jobs, depth, days, planned, target_on)

    slack = np.zeros(total, np.int32)
    slack[planned] = days.rank(finishes[planned]) - days.rank(trip.finishes[planned])
    live = np.flatnonzero(planned & ~jobs.done)
    floor = np.full(count, np.iinfo(np.int32).max, np.int32)
    np.minimum.at(floor, nodes.project[live], slack[live])
    tight = slack <= np.maximum(floor, 0)[nodes.project]
    on_path, tied = _chains(nodes, binding, trip, depth, finish_on)
    # Of chains equally long one is the path: which, only matters where slack does not tell.
    unsure = np.zeros(count, np.bool_)
    unsure[nodes.project[on_path & ~tight & planned & ~jobs.done]] = True
    unsure &= tied
    if unsure.any():
        on_path &= ~unsure[nodes.project]
        position = _positions(nodes, edges, unsure)
        on_path[_paths(nodes, binding, trip, finish_on, unsure, position)] = True
    critical = (tight | on_path) & planned & ~jobs.done

    finishes[jobs.done] = trip.finishes[jobs.done]
    finishes[live] = _lowered(finishes[live], trip.finishes[live], days)
    waiting = live[~jobs.running[live]]
    starts[waiting] = _lowered(starts[waiting], trip.starts[waiting], days)
    prepare = np.full(total, NONE, np.int32)
    led = waiting[nodes.lead_days[waiting] > 0]
    prepare[led] = days.latest_start(starts[led], nodes.lead_days[led], np.ones(led.size, np.bool_))
    provisional = np.zeros(total, np.bool_)
    provisional[planned] = days.is_provisional(finishes[planned])

    plans = Plans(
        earliest_start_on=trip.starts,
        earliest_finish_on=trip.finishes,
        latest_start_on=starts,
        latest_finish_on=finishes,
        latest_prepare_on=prepare,
        slack_days=slack,
        critical=critical,
        provisional=provisional,
        finish_on=finish_on,
        feasible=feasible,
        exceptions={
            project: schedule(
                *projects.of(project),
                begin_on=date.fromordinal(int(begin_on[project])),
                target_on=date.fromordinal(int(target_on[project])),
                calendar=calendar,
            )
            for project in np.flatnonzero(~feasible).tolist()
        },
    )
    for project, plan in plans.exceptions.items():
        _put(plans, project, plan)
    return plans


class _Jobs:
    """`_Job` over columns: what the past, or what runs, fixes; and the earliest start of the rest."""

    def __init__(self, nodes: Nodes, begin_on: Days, days: DayColumns) -> None:
        begin = begin_on[nodes.project]
        started = nodes.started_on != NONE
        self.done: Flags = nodes.done_on != NONE
        self.running: Flags = started & ~self.done
        self.waiting: Flags = ~(started | self.done)
        self.earliest = np.maximum(begin, nodes.earliest_on)
        led = np.flatnonzero((nodes.lead_days > 0) & ~started)
        since = np.where(nodes.lead_from_on == NONE, begin, nodes.lead_from_on)[led]
        ready = days.finish(since, nodes.lead_days[led], np.ones(led.size, np.bool_))
        self.earliest[led] = np.maximum(self.earliest[led], ready)
        self.start: Days = np.where(started, nodes.started_on, nodes.done_on)
        self.finish = nodes.done_on.copy()
        running = np.flatnonzero(self.running)
        expected = nodes.remaining_due_on[running]
        unknown = expected == NONE
        rows = running[unknown]
        expected[unknown] = nodes.finish(rows, nodes.started_on[rows], days)
        self.finish[running] = np.maximum(expected, begin[running])


class _Trip:
    """`_Trip` over columns: the earliest days; `own` is each finish before edges hold it back."""

    def __init__(
        self, nodes: Nodes, edges: Edges, jobs: _Jobs, depth: Days, days: DayColumns
    ) -> None:
        self.project = nodes.project
        self.starts = np.where(jobs.waiting, jobs.earliest, jobs.start)
        self.own, self.finishes = jobs.finish.copy(), jobs.finish.copy()
        deficient = edges.strength == _DEFICIENT
        starting = ~deficient & jobs.waiting[edges.after]
        deciding = deficient & ~jobs.done[edges.after]
        for rows, arcs in zip(
            _levels(depth), _levels(depth[edges.after], int(depth.max(initial=0))), strict=True
        ):
            held = arcs[starting[arcs]]
            np.maximum.at(self.starts, edges.after[held], self.finishes[edges.before[held]])
            due = rows[jobs.waiting[rows]]
            self.own[due] = self.finishes[due] = nodes.finish(due, self.starts[due], days)
            held = arcs[deciding[arcs]]
            np.maximum.at(self.finishes, edges.after[held], self.finishes[edges.before[held]])
        ends = self.finishes[edges.before]
        late = self.finishes > self.own
        #: Edges without which their successor would end earlier.
        self.holds: Flags = np.where(
            late[edges.after],
            deciding & (ends == self.finishes[edges.after]),
            starting & (ends == self.starts[edges.after]) & (ends > jobs.earliest[edges.after]),
        )

    def ends(self, begin_on: Days) -> Days:
        """The last day of each project; of one without nodes its beginning."""
        ends = begin_on.copy()
        first = np.flatnonzero(np.diff(self.project, prepend=NONE))
        if first.size:
            ends[self.project[first]] = np.maximum.reduceat(self.finishes, first)
        return ends


def _kept(
    nodes: Nodes,
    edges: Edges,
    depth: Days,
    begin_on: Days,
    target_on: Days,
    days: DayColumns,
    late: Flags,
) -> Flags:
    """`_relax` over the projects that are late: the edges that do not give way."""
    kept = np.ones(edges.before.size, np.bool_)
    rows = np.flatnonzero(late[nodes.project])
    places = np.flatnonzero(late[nodes.project[edges.after]])
    row = np.full(nodes.project.size, NONE, np.intp)
    row[rows] = np.arange(rows.size)
    number = np.cumsum(late, dtype=np.int32) - 1
    part = nodes.where(rows)
    part = replace(part, project=number[part.project])
    arcs = Edges(row[edges.before[places]], row[edges.after[places]], edges.strength[places])
    kept[places] = _Relaxing(part, arcs, depth[rows], begin_on[late], target_on[late], days).kept
    return kept


class _Relaxing:
    """`_relax`: a soft edge of each longest chain gives way, until the target or no soft edge is in
    the way; then each is taken back that does no harm. One edge a project in each round. What
    misses its target even so keeps what it dropped: `schedule` plans it anyway."""

    def __init__(
        self,
        nodes: Nodes,
        edges: Edges,
        depth: Days,
        begin_on: Days,
        target_on: Days,
        days: DayColumns,
    ) -> None:
        self.nodes, self.edges, self.depth, self.days = nodes, edges, depth, days
        self.begin_on = begin_on
        self.jobs = _Jobs(nodes, begin_on, days)
        self.kept = np.ones(edges.before.size, np.bool_)
        self.position = _positions(nodes, edges, np.ones(begin_on.size, np.bool_))
        self.project = nodes.project[edges.after]
        self._give_way(target_on)
        self._take_back(target_on)

    def _trip(self, kept: Flags) -> _Trip:
        return _Trip(self.nodes, self.edges.where(kept), self.jobs, self.depth, self.days)

    def _give_way(self, target_on: Days) -> None:
        trip = self._trip(self.kept)
        ends = trip.ends(self.begin_on)
        while True:
            soft = self._last_soft(trip, ends)
            soft = soft[ends[self.project[soft]] > target_on[self.project[soft]]]
            if not soft.size:
                return
            self.kept[soft] = False
            trip = self._trip(self.kept)
            ends = trip.ends(self.begin_on)

    def _last_soft(self, trip: _Trip, ends: Days) -> Places:
        """The last soft edge on each longest chain that has one."""
        places = np.flatnonzero(self.kept)
        binding = self.edges.where(places)
        holder = _holders(binding, trip, self.position)
        here = _last_nodes(trip, ends, np.ones(ends.size, np.bool_), self.position)
        found = [places[:0]]
        while here.size:
            held = holder[here]
            held = held[held != NONE]
            soft = binding.strength[held] == _SOFT
            found.append(places[held[soft]])
            here = binding.before[held[~soft]]
        return np.concatenate(found)

    def _take_back(self, target_on: Days) -> None:
        dropped = np.flatnonzero(~self.kept)
        after, before = self.edges.after[dropped], self.edges.before[dropped]
        keys = (self.position[before], self.position[after], self.project[dropped])
        dropped = dropped[np.lexsort(keys)]
        project = self.project[dropped]
        turn = np.arange(dropped.size) - np.searchsorted(project, project)
        for k in np.unique(turn).tolist():
            tried = dropped[turn == k]
            trial = self.kept.copy()
            trial[tried] = True
            ends = self._trip(trial).ends(self.begin_on)
            project = self.project[tried]
            self.kept[tried[ends[project] <= target_on[project]]] = True


def _backward(
    nodes: Nodes,
    edges: Edges,
    jobs: _Jobs,
    depth: Days,
    days: DayColumns,
    planned: Flags,
    target_on: Days,
) -> tuple[Days, Days]:
    """`_backward` over the planned rows: latest starts and finishes."""
    starts, finishes = jobs.start.copy(), target_on[nodes.project]
    deficient = edges.strength == _DEFICIENT
    binds = planned[edges.before] & ~jobs.done[edges.after]
    binds &= deficient | ~jobs.running[edges.after]
    steps = list(
        zip(_levels(depth), _levels(depth[edges.before], int(depth.max(initial=0))), strict=True)
    )
    for rows, arcs in reversed(steps):
        arcs = arcs[binds[arcs]]
        after = edges.after[arcs]
        bounds = np.where(deficient[arcs], finishes[after], starts[after])
        np.minimum.at(finishes, edges.before[arcs], bounds)
        due = rows[jobs.waiting[rows] & planned[rows]]
        starts[due] = nodes.latest_start(due, finishes[due], days)
    return starts, finishes


def _chains(
    nodes: Nodes, edges: Edges, trip: _Trip, depth: Days, finish_on: Days
) -> tuple[Flags, Flags]:
    """Nodes on any longest chain; and the projects that have several chains equally long."""
    on_chain = trip.finishes == finish_on[nodes.project]
    tied = np.bincount(nodes.project[on_chain], minlength=finish_on.size) > 1
    holders = np.bincount(edges.after[trip.holds], minlength=on_chain.size)
    for arcs in reversed(_levels(depth[edges.after])):
        arcs = arcs[trip.holds[arcs]]
        arcs = arcs[on_chain[edges.after[arcs]]]
        on_chain[edges.before[arcs]] = True
    tied[nodes.project[on_chain & (holders > 1)]] = True
    return on_chain, tied


def _paths(
    nodes: Nodes, edges: Edges, trip: _Trip, finish_on: Days, asked: Flags, position: Days
) -> Places:
    """The one longest chain that `Plan.critical_path` names, for the projects asked."""
    holder = _holders(edges, trip, position)
    path = [_last_nodes(trip, finish_on, asked, position)]
    while path[-1].size:
        held = holder[path[-1]]
        path.append(edges.before[held[held != NONE]])
    return np.concatenate(path)


def _holders(edges: Edges, trip: _Trip, position: Days) -> Places:
    """The edge that holds back each node: of several the first in the order of `arrange`, of two from
    one node either, for they hold alike."""
    holds = np.flatnonzero(trip.holds)
    holds = holds[np.argsort(-position[edges.before[holds]], kind="stable")]
    holder = np.full(position.size, NONE, np.intp)
    holder[edges.after[holds]] = holds
    return holder


def _last_nodes(trip: _Trip, finish_on: Days, asked: Flags, position: Days) -> Places:
    """The node that ends each project asked: of several the first in the order of `arrange`."""
    ends = np.flatnonzero(asked[trip.project] & (trip.finishes == finish_on[trip.project]))
    ends = ends[np.argsort(-position[ends], kind="stable")]
    last = np.full(finish_on.size, NONE, np.intp)
    last[trip.project[ends]] = ends
    found: Places = last[last != NONE]
    return found


def _positions(nodes: Nodes, edges: Edges, asked: Flags) -> Days:
    """Where each node stands in the order of `arrange`, for the projects asked."""
    position = np.zeros(nodes.project.size, np.int32)
    rows = np.flatnonzero(asked[nodes.project])
    project = np.unique(nodes.project[rows], return_inverse=True)[1]
    first = rows[np.flatnonzero(np.diff(project, prepend=NONE))]
    arcs = np.flatnonzero(asked[nodes.project[edges.before]])
    arcs = arcs[np.argsort(edges.before[arcs], kind="stable")]
    followers = edges.after[arcs]
    lengths = np.bincount(edges.before[arcs], minlength=position.size)
    begins = np.cumsum(lengths) - lengths
    waits = np.bincount(followers, minlength=position.size)
    local = np.zeros(position.size, np.intp)
    local[rows] = project
    ready = np.zeros((first.size, int(np.bincount(project).max())), np.bool_)
    ready[project, rows - first[project]] = waits[rows] == 0
    for step in range(ready.shape[1]):
        mine = np.flatnonzero(ready.any(axis=1))
        column = ready[mine].argmax(axis=1)
        ready[mine, column] = False
        here = first[mine] + column
        position[here] = step
        count = lengths[here]
        after = followers[
            np.repeat(begins[here] - np.cumsum(count) + count, count) + np.arange(count.sum())
        ]
        np.subtract.at(waits, after, 1)
        after = after[waits[after] == 0]
        ready[local[after], after - first[local[after]]] = True
    return position


def _depths(nodes: Nodes, edges: Edges, projects: "_Projects") -> Days:
    """How many edges lie at most before each node."""
    depth = np.zeros(nodes.project.size, np.int32)
    before, after = edges.before, edges.after
    rises = np.zeros(before.size, np.bool_)
    for _ in range(int(np.bincount(nodes.project).max(initial=0)) + 1):
        deeper = depth[before] + 1
        rises = deeper > depth[after]
        if not rises.any():
            break
        np.maximum.at(depth, after[rises], deeper[rises])
    for project in np.unique(nodes.project[after[rises]]).tolist():
        arrange(*projects.of(project))  # whoever still rises goes round in a ring: told there
    return depth


def _levels(depth: Days, deepest: int | None = None) -> list[Places]:
    """The places of each depth, from 0 to the deepest."""
    length = int(depth.max(initial=0)) if deepest is None else deepest
    order = np.argsort(depth.astype(np.int16), kind="stable")
    return np.split(order, np.cumsum(np.bincount(depth, minlength=length + 1))[:-1])


class _Projects:
    """The nodes and edges of one project as `schedule` takes them."""

    def __init__(self, nodes: Nodes, edges: Edges) -> None:
        self.nodes, self.edges = nodes, edges
        project = nodes.project[edges.after]
        self.order = np.argsort(project, kind="stable")
        self.project = project[self.order]

    def of(self, project: int) -> tuple[list[Node], list[Edge]]:
        span = [project, project + 1]
        first, last = np.searchsorted(self.nodes.project, span)
        low, high = np.searchsorted(self.project, span)
        return (
            self.nodes.as_nodes(int(first), int(last)),
            self.edges.as_edges(self.order[low:high]),
        )


def _put(plans: Plans, project: int, plan: Plan) -> None:
    """The plan of a project in its rows of the columns."""
    plans.finish_on[project] = plan.finish_on.toordinal()
    plans.feasible[project] = plan.feasible
    rows = [int(slot.key) for slot in plan.slots]
    for name in _SLOT_DAYS:
        days = [getattr(slot, name) for slot in plan.slots]
        getattr(plans, name)[rows] = [day.toordinal() if day else NONE for day in days]
    for name in ("slack_days", "critical", "provisional"):
        getattr(plans, name)[rows] = [getattr(slot, name) for slot in plan.slots]


_SLOT_DAYS = (
    "earliest_start_on",
    "earliest_finish_on",
    "latest_start_on",
    "latest_finish_on",
    "latest_prepare_on",
)


def _lowered(latest: Days, earliest: Days, days: DayColumns) -> Days:
    """The working day on or before `latest`, unless that would cost the last chance."""
    day = days.on_or_before(latest)
    return np.where((day < earliest) & (earliest <= latest), latest, day)


def _day(ordinal: int) -> date | None:
    return None if ordinal == NONE else date.fromordinal(ordinal)
