"""Many projects at once (整批重算): what `planning.refresh` derives, in columns.

The rules are those of `clocks.read_clocks`, `planning.plan_of` and `planning._settle`, in their
order; read them there. Every ledger line, procedure and edge is a row of a column, read and
written by COPY; a test holds each field of each row against the other path.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from kernel.clock import Kind, StopReason, Unit, WorkCalendar
from kernel.clock.columns import (
    KIND_CODES,
    REASON_CODES,
    Entries,
    Limits,
    Readings,
    read_many,
)
from kernel.clock.days import NONE, DayColumns, Days, Flags, day_columns
from kernel.plan.columns import STRENGTH_CODES, Edges, Nodes, Plans, schedule_many
from tenants.rollup import writing as rollup
from tenants.rollup.models import ProcedureRow, ProjectRow
from workflows.procedures.clocks import ENDS_A_ROUND
from workflows.procedures.copying import (
    Column,
    code,
    date_of,
    day_number,
    fetch,
    send,
    word,
)
from workflows.procedures.lamps import DAY_NAMES, LampRule
from workflows.procedures.lifecycle import (
    BALL,
    FINISHED,
    NOT_STARTED,
    OWNERS_STOPS,
    RUNNING,
    STATE_AFTER,
    VOID,
    Ball,
    Level,
    State,
)
from workflows.procedures.models import Procedure
from workflows.procedures.picture import PROCEDURE_ROWS, PROJECT_ROWS
from workflows.procedures.queries import lamp_rules
from workflows.procedures.terms import DELIVERY_DAYS, NOTICE_DAYS, UPPER_DAYS
from workflows.projects.models import Project

Columns = Mapping[str, Column]

_STATES, _BALLS = [state.value for state in State], [ball.value for ball in Ball]
_STATE = {state: place for place, state in enumerate(State)}
_AFTER = np.array([_STATE[STATE_AFTER[kind]] for kind in Kind])
_BALL_OF = np.array([list(Ball).index(BALL[state]) for state in State])
_OWNERS = np.array([reason in OWNERS_STOPS for reason in StopReason])
_ENDS = np.array([kind in ENDS_A_ROUND for kind in Kind])
_NOT_STARTED, _RUNNING, _FINISHED = (
    np.array([state in states for state in State]) for states in (NOT_STARTED, RUNNING, FINISHED)
)
_VOID = len(Kind)
_LEVELS = [level.value for level in Level]
#: A slack may be negative, so that none is a number no slack can be.
_NO_SLACK = -(2**31)

_PROJECT = {
    "id": "id",
    "confirmed_on": day_number("confirmed_on"),
    "target_on": day_number("target_on"),
    "feasible": "feasible::int",
    "short_by_days": "short_by_days",
    "expected_on": day_number("expected_on"),
    "done_on": day_number("done_on"),
    "chained": "(conflict <> '[]'::jsonb)::int",
}
#: Every derived column but the words: how it is read, and how a sent one is made again.
_DATES = (
    "planned_start_on",
    "planned_due_on",
    "statutory_due_on",
    "promised_due_on",
    "expected_on",
    "received_on",
    "accepted_on",
    "decided_on",
    "delivered_on",
    "yellow_on",
    "red_on",
)
_DERIVED = {
    "state": code("p.state", _STATES),
    "ball": code("p.ball", _BALLS),
    **{name: day_number(f"p.{name}") for name in _DATES},
    "slack_days": f"coalesce(p.slack_days, {_NO_SLACK})",
    "critical": "p.critical::int",
    "provisional": "p.provisional::int",
}
_MADE_AGAIN = {
    "state": word("v.state", _STATES),
    "ball": word("v.ball", _BALLS),
    **{name: date_of(f"v.{name}") for name in _DATES},
    "slack_days": f"nullif(v.slack_days, {_NO_SLACK})",
    "critical": "v.critical = 1",
    "provisional": "v.provisional = 1",
}
#: What the clock and the plan need of a `Terms`; one JSON document a row is opened once.
_TERMS = {
    "working": f"(t.unit = '{Unit.WORKING.value}')::int",
    "limit_days": "coalesce(t.limit_days, -1)",
    "promised_days": "coalesce(t.promised_days, -1)",
    "allowance_days": "coalesce(t.allowance_days, 0)",
    "from_receipt": "coalesce(t.starts = 'receive', false)::int",
    "notice_days": f"coalesce(t.notice_days, {NOTICE_DAYS})",
    "extension_days": "coalesce(t.extension_days, 0)",
    # A level nobody can grant at is none of the codes an entry has.
    "level": "CASE coalesce(t.extension_approver, '') WHEN '' THEN -1"
    f" ELSE coalesce(nullif({code('t.extension_approver', _LEVELS)}, -1), {len(_LEVELS)}) END",
    "cut_off": "coalesce(extract(epoch FROM nullif(t.cut_off, '')::time)::int, -1)",
    "preparation_days": "coalesce(t.preparation_days, 0)",
    "public_notice_days": "coalesce(t.public_notice_days, 0)",
    "public_notice_working": f"coalesce(t.public_notice_unit = '{Unit.WORKING.value}', false)::int",
}
_TERMS_ROW = (
    "jsonb_to_record(p.terms) AS t(unit text, limit_days int, promised_days int,"
    " allowance_days int, starts text, notice_days int, extension_days int,"
    " extension_approver text, cut_off text, preparation_days int, public_notice_days int,"
    " public_notice_unit text)"
)
_ENTRY = {
    "id": "e.id",
    "procedure": "e.procedure_id",
    "corrects": "coalesce(e.corrects_id, -1)",
    "kind": code("e.kind", [*(kind.value for kind in Kind), VOID]),
    "on_day": day_number('e."on"'),
    "at": "coalesce(extract(epoch FROM e.at)::int, -1)",
    "reason": code("e.reason", [reason.value for reason in StopReason]),
    "documented": "(btrim(e.document, %(blanks)s) <> '')::int",
    "days": "e.days",
    "level": code("e.level", _LEVELS),
}
_BLANKS = "".join(filter(str.isspace, map(chr, range(1, 0x3001))))
_EDGE = {
    "before": "e.before_id",
    "after": "e.after_id",
    "strength": code("e.strength", [strength.value for strength in STRENGTH_CODES]),
}


Chains = Mapping[int, list[dict[str, Any]]]


def rebuild(ids: Sequence[int], *, on: date, calendar: WorkCalendar) -> int:
    """Read every clock of these projects as of ``on``, plan them, write what differs and publish it;
    returns how many procedures did. Inside a transaction, the projects' rows locked.

    Raises CalendarOutOfRange and PlanRefused, before anything is written.
    """
    derived = derive(ids, on=on, calendar=calendar)
    changed, touched = derived.differing()
    if touched.any():
        _write_projects(derived, touched, day_columns(calendar))
        _write_procedures(derived, changed)
        _publish(procedures=bool(changed.any()))
    return int(changed.sum())


def derive(ids: Sequence[int], *, on: date, calendar: WorkCalendar) -> "Derived":
    """What `rebuild` would write; nothing is."""
    batch = _read(ids)
    clocks = _clocks(batch, calendar, on)
    plans, begin_on = _planned(batch, clocks, calendar, on)
    rule = lamp_rules().on(on)
    settled = _settled(batch, clocks, plans, day_columns(calendar), rule)
    return Derived(
        batch,
        settled,
        _projects_settled(batch, settled, plans),
        _chains(batch, settled, plans, begin_on, calendar),
    )


@dataclass(frozen=True, slots=True)
class Derived:
    """What follows from the ledgers of a batch: columns of its procedures and of its projects, and
    the chains of conflicts by the place of their project."""

    batch: "Batch"
    procedures: Columns
    projects: Columns
    chains: Chains

    def differing(self) -> tuple[Flags, Flags]:
        """The procedures that are stored otherwise; and the projects that are, or whose are."""
        batch = self.batch
        changed = np.zeros(batch.project.size, np.bool_)
        for name, column in self.procedures.items():
            changed |= column != batch.stored[name]
        touched = _chains_changed(batch, self.chains)
        for name, column in self.projects.items():
            touched |= column != batch.projects[name]
        touched[batch.project[changed]] = True
        return changed, touched


# Reading -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Batch:
    """Projects and their procedures as stored, in the order a `Book` has them; ``project`` is the
    place of each procedure's project, ``ledger`` the lines that stand, as they were written."""

    projects: Columns
    stored: Columns
    project: Days
    ledger: Entries
    edges: Edges


def _read(ids: Sequence[int]) -> Batch:
    asked = {"ids": list(ids), "blanks": _BLANKS}
    projects = fetch(_PROJECT, "FROM projects_project WHERE id = ANY(%(ids)s) ORDER BY id", asked)
    stored = fetch(
        {"id": "p.id", "project": "p.project_id", **_DERIVED, **_TERMS},
        f"FROM procedures_procedure p, {_TERMS_ROW}"
        ' WHERE p.project_id = ANY(%(ids)s) ORDER BY p.project_id, p."order", p.id',
        asked,
    )
    lines = fetch(
        _ENTRY,
        "FROM procedures_clockentry e JOIN procedures_procedure p ON p.id = e.procedure_id"
        " WHERE p.project_id = ANY(%(ids)s)",
        asked,
    )
    edges = fetch(
        _EDGE,
        "FROM procedures_edge e JOIN procedures_procedure p ON p.id = e.after_id"
        " WHERE p.project_id = ANY(%(ids)s)",
        asked,
    )
    place = _Places(stored["id"])
    return Batch(
        projects,
        stored,
        np.searchsorted(projects["id"], stored["project"]).astype(np.int32),
        _standing(lines, place),
        Edges(
            place.of(edges["before"]), place.of(edges["after"]), edges["strength"].astype(np.int8)
        ),
    )


class _Places:
    """Where a row of this id stands."""

    def __init__(self, ids: Column) -> None:
        self._order = np.argsort(ids)
        self._ids = ids[self._order]

    def of(self, ids: Column) -> NDArray[np.intp]:
        return self._order[np.searchsorted(self._ids, ids)]


def _standing(lines: Columns, place: _Places) -> Entries:
    """`clocks.standing`: by procedure, in the order of the first writing."""
    owner = place.of(lines["procedure"])
    order = np.lexsort((lines["id"], owner))
    kind = lines["kind"][order]
    corrects = lines["corrects"][order]
    rows = np.arange(order.size)
    corrections = np.flatnonzero(corrects != NONE)
    if corrections.size:
        stands = rows.copy()
        corrected = _Places(lines["id"][order]).of(corrects[corrections])
        for line, of in zip(corrections.tolist(), corrected.tolist(), strict=True):
            stands[line] = stands[of]
        last = np.full(order.size, NONE)
        last[stands] = rows
        rows = last[last != NONE]
        rows = rows[kind[rows] != _VOID]
    order = order[rows]
    return Entries(
        owner=owner[order].astype(np.int32),
        kind=lines["kind"][order].astype(np.int8),
        on=lines["on_day"][order].astype(np.int32),
        reason=lines["reason"][order].astype(np.int8),
        documented=lines["documented"][order].astype(np.bool_),
        days=lines["days"][order].astype(np.int32),
        level=lines["level"][order].astype(np.int8),
        at=lines["at"][order].astype(np.int32),
    )


# Clocks ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Clocks:
    """`Clocks` in columns; of the promise and the forecast the due days alone."""

    state: NDArray[np.intp]
    ball: NDArray[np.intp]
    accepted_on: Days
    statutory: Readings
    promised_due_on: Days
    forecast_due_on: Days


def _clocks(batch: Batch, calendar: WorkCalendar, on: date) -> _Clocks:
    stored = batch.stored
    count = batch.project.size
    entries = _this_round(batch.ledger.where(batch.ledger.on <= on.toordinal()), count)
    limits = _Terms(stored)
    statutory = read_many(entries, limits=limits.statutory, calendar=calendar, on=on)

    state = np.full(count, _STATE[State.PLANNED])
    state[entries.owner] = _AFTER[entries.kind]  # of several the last stays
    state[(state == _STATE[State.RECEIVED]) & statutory.deemed] = _STATE[State.ACCEPTED]
    paused = statutory.paused
    state[paused] = _STATE[State.STOPPED]
    handed_up = paused & (statutory.stop_reason == REASON_CODES[StopReason.HAND_UP])
    state[handed_up] = _STATE[State.HANDED_UP]
    ball = _BALL_OF[state]
    ball[paused & ~handed_up & _OWNERS[statutory.stop_reason]] = list(Ball).index(Ball.OWNER)

    unextended = entries.where(entries.kind != KIND_CODES[Kind.EXTEND])
    has_promise = stored["promised_days"] != NONE
    promised = np.full(count, NONE, np.int32)

    def due(rows: Flags, entries: Entries, limits: Limits) -> None:
        forecast[rows] = _some(rows, entries, limits, calendar, on)

    promised[has_promise] = _some(has_promise, unextended, limits.promised, calendar, on)
    forecast = np.where(has_promise, promised, statutory.due_on)
    guessed = ~has_promise & (stored["limit_days"] == NONE)
    due(guessed & ~paused, entries, limits.planned)
    waits = paused & ~handed_up
    due(waits & has_promise, _resumed(unextended, waits, on), limits.planned)
    due(waits & ~has_promise, _resumed(entries, waits, on), limits.planned)
    sent_on = statutory.stop_on[handed_up]
    forecast[handed_up] = day_columns(calendar).finish(
        sent_on, np.full(sent_on.size, UPPER_DAYS, np.int32), np.ones(sent_on.size, np.bool_)
    )

    accepts = entries.where(entries.kind == KIND_CODES[Kind.ACCEPT])
    first = np.full(count, NONE, np.int32)
    first[accepts.owner[::-1]] = accepts.on[::-1]
    accepted = np.where(first == NONE, statutory.started_on, first)
    accepted = np.where(statutory.deemed, statutory.received_on, accepted)
    before = _NOT_STARTED | np.isin(np.arange(len(_STATES)), [_STATE[s] for s in _UNTAKEN])
    return _Clocks(
        state, ball, np.where(before[state], NONE, accepted), statutory, promised, forecast
    )


_UNTAKEN = (State.RECEIVED, State.CORRECTING)


def _this_round(entries: Entries, count: int) -> Entries:
    """`clocks.this_round` of every procedure."""
    places = np.arange(entries.owner.size)
    last = np.full(count, NONE)
    last[entries.owner] = places
    anew = entries.kind == KIND_CODES[Kind.REDO]
    ends = _ENDS[entries.kind] & (places < last[entries.owner])
    marks = np.flatnonzero(anew | ends)
    begins = np.zeros(count, np.intp)
    begins[entries.owner[marks]] = marks + ends[marks]
    return entries.where(places >= begins[entries.owner])


def _some(rows: Flags, entries: Entries, limits: Limits, calendar: WorkCalendar, on: date) -> Days:
    """Due days of the chosen procedures under these limits."""
    chosen = np.flatnonzero(rows)
    owner = np.full(rows.size, NONE, np.int32)
    owner[chosen] = np.arange(chosen.size)
    mine = entries.where(rows[entries.owner])
    return read_many(
        mine.owned_by(owner[mine.owner]), limits=limits.where(chosen), calendar=calendar, on=on
    ).due_on


def _resumed(entries: Entries, waits: Flags, on: date) -> Entries:
    """The entries, and a resume of everything that waits on ``on``."""
    owner = np.flatnonzero(waits).astype(np.int32)
    resume = np.full(owner.size, NONE, np.int32)
    code = resume.astype(np.int8)
    return entries.with_more(
        Entries(
            owner,
            np.full(owner.size, KIND_CODES[Kind.RESUME], np.int8),
            np.full(owner.size, on.toordinal(), np.int32),
            code,
            np.zeros(owner.size, np.bool_),
            np.zeros(owner.size, np.int32),
            code,
            resume,
        )
    )


class _Terms:
    """The limits of `Terms` in columns: what the law grants, what is promised, what is planned."""

    def __init__(self, stored: Columns) -> None:
        days = stored["limit_days"].astype(np.int32)
        promised = stored["promised_days"].astype(np.int32)
        has_promise, has_limit = promised != NONE, days != NONE
        allowance = stored["allowance_days"].astype(np.int32)
        working = stored["working"].astype(np.bool_)
        extension = stored["extension_days"].astype(np.int32)
        level = stored["level"].astype(np.int8)
        everywhere = np.ones(days.size, np.bool_)

        def limits(days: Days, working: Flags, extension: Days, level: Any) -> Limits:
            return Limits(
                days=days,
                working=working,
                from_receipt=stored["from_receipt"].astype(np.bool_),
                notice_days=stored["notice_days"].astype(np.int32),
                delivery_days=np.full(days.size, DELIVERY_DAYS, np.int32),
                extension_days=extension,
                level=level,
                cut_off=stored["cut_off"].astype(np.int32),
            )

        none = np.zeros(days.size, np.int32)
        anybody = np.full(days.size, NONE, np.int8)
        self.statutory = limits(days, working, extension, level)
        self.promised = limits(promised, everywhere, none, anybody)
        lawful = ~has_promise & has_limit
        self.planned = limits(
            np.where(has_promise, promised, np.where(has_limit, days, allowance)),
            working | ~lawful,
            np.where(has_promise, 0, np.where(has_limit, extension, NONE)).astype(np.int32),
            np.where(lawful, level, NONE).astype(np.int8),
        )


# Plan --------------------------------------------------------------------------------------------


def _planned(batch: Batch, clocks: _Clocks, calendar: WorkCalendar, on: date) -> tuple[Plans, Days]:
    """`plan_of` every project; and the day each plan begins on."""
    stored, project, statutory = batch.stored, batch.project, clocks.statutory
    days, planned = day_columns(calendar), _Terms(stored).planned
    count = batch.projects["id"].size
    confirmed_on = batch.projects["confirmed_on"].astype(np.int32)
    finished = _FINISHED[clocks.state]
    begin_on = np.maximum(confirmed_on, on.toordinal())
    done = np.zeros(count, np.bool_)
    done[project] = True
    done[project[~finished]] = False
    first = np.full(count, np.iinfo(np.int32).max, np.int32)
    decided_on = statutory.decided_on
    np.minimum.at(first, project, np.where(decided_on == NONE, on.toordinal(), decided_on))
    begin_on[done] = first[done]

    begun = (_RUNNING | _FINISHED)[clocks.state] & (statutory.started_on != NONE)
    due_on = clocks.forecast_due_on.copy()
    notice_days = stored["public_notice_days"].astype(np.int32)
    notice_working = stored["public_notice_working"].astype(np.bool_)
    public = np.flatnonzero((due_on != NONE) & (notice_days > 0))
    due_on[public] = days.finish(due_on[public], notice_days[public], notice_working[public])
    plans = schedule_many(
        Nodes(
            project=project,
            days=planned.days,
            working=planned.working,
            started_on=np.where(begun, statutory.started_on, NONE),
            done_on=decided_on,
            remaining_due_on=np.where(begun, due_on, NONE),
            earliest_on=np.full(project.size, NONE, np.int32),
            # What is handed in is prepared.
            lead_days=np.where(_NOT_STARTED[clocks.state], stored["preparation_days"], 0).astype(
                np.int32
            ),
            lead_from_on=confirmed_on[project],
            notice_days=notice_days,
            notice_working=notice_working,
        ),
        batch.edges,
        begin_on=begin_on,
        target_on=batch.projects["target_on"].astype(np.int32),
        calendar=calendar,
    )
    return plans, begin_on


def _settled(
    batch: Batch,
    clocks: _Clocks,
    plans: Plans,
    days: DayColumns,
    rule: LampRule,
) -> dict[str, Column]:
    """`planning._settle`: every derived column."""
    stored, reading, state = batch.stored, clocks.statutory, clocks.state
    decided_on = reading.decided_on
    decided = decided_on != NONE
    dated = (_RUNNING | _FINISHED)[state]
    expected_on = decided_on.copy()
    expected_on[~decided] = days.on_or_after(plans.earliest_finish_on[~decided])
    accepted = stored["planned_due_on"] != NONE
    at_once = np.maximum(plans.latest_start_on, plans.earliest_start_on)
    planned_start_on = np.where(accepted, stored["planned_start_on"], at_once)
    at_once = np.maximum(plans.latest_finish_on, plans.earliest_finish_on)
    planned_due_on = np.where(accepted, stored["planned_due_on"], at_once)
    statutory_due_on = np.where(dated, reading.due_on, NONE)
    promised_due_on = np.where(dated, clocks.promised_due_on, NONE)

    own = (planned_start_on, statutory_due_on, promised_due_on, planned_due_on)
    yellow_on, red_on = _turning(state, dict(zip(DAY_NAMES, own, strict=True)), days, rule)
    estimated = np.zeros(state.size, np.bool_)
    estimated[~decided] = days.is_provisional(expected_on[~decided])
    columns: dict[str, Any] = {
        "state": state,
        "ball": clocks.ball,
        "planned_start_on": planned_start_on,
        "planned_due_on": planned_due_on,
        "statutory_due_on": statutory_due_on,
        "promised_due_on": promised_due_on,
        "expected_on": expected_on,
        "received_on": np.where(_NOT_STARTED[state], NONE, reading.received_on),
        "accepted_on": clocks.accepted_on,
        "decided_on": decided_on,
        "delivered_on": reading.delivered_on,
        "yellow_on": yellow_on,
        "red_on": red_on,
        "slack_days": np.where(decided, _NO_SLACK, plans.slack_days.astype(np.int64)),
        "critical": plans.critical,
        "provisional": ~decided & (reading.provisional | estimated),
    }
    return {name: column.astype(np.int64) for name, column in columns.items()}


def _turning(
    state: NDArray[np.intp], own: Columns, days: DayColumns, rule: LampRule
) -> tuple[Column, Column]:
    """`lamps.bound_by` and `lamps.turning_days`: when each lamp turns yellow and red."""
    never = np.iinfo(np.int32).max
    yellow_on, red_on = (np.full(state.size, NONE, np.int64) for _ in range(2))
    for one in State:
        watch = rule.watch(one)
        rows = np.flatnonzero(state == _STATE[one])
        if watch is None or not rows.size:
            continue
        due = np.stack([own[name][rows] for name in watch.against])
        deadline = np.where(due == NONE, never, due).min(axis=0)
        rows, deadline = rows[deadline != never], deadline[deadline != never].astype(np.int32)
        lead, grace = (np.full(rows.size, n, np.int32) for n in (watch.lead_days, watch.grace_days))
        yellow_on[rows] = days.subtract(deadline, lead)
        if watch.grace_days:
            deadline = days.finish(deadline, grace, np.ones(rows.size, np.bool_))
        red_on[rows] = deadline + 1
    return yellow_on, red_on


def _projects_settled(batch: Batch, derived: Columns, plans: Plans) -> dict[str, Column]:
    """What `planning.refresh` sets on the projects, save the chain of a conflict."""
    count = plans.feasible.size
    has_any, unfinished = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    has_any[batch.project] = True
    unfinished[batch.project[derived["decided_on"] == NONE]] = True
    last = np.full(count, NONE, np.int64)
    np.maximum.at(last, batch.project, derived["decided_on"])
    short = np.zeros(count, np.int64)
    for project, plan in plans.exceptions.items():
        short[project] = plan.short_by_days
    return {
        "feasible": plans.feasible.astype(np.int64),
        "short_by_days": short,
        "expected_on": np.where(has_any, plans.finish_on, NONE).astype(np.int64),
        "done_on": np.where(has_any & ~unfinished, last, NONE),
    }


def _chains(
    batch: Batch,
    derived: Columns,
    plans: Plans,
    begin_on: Days,
    calendar: WorkCalendar,
) -> Chains:
    """`planning._chain` of the projects that have a conflict, by their place."""
    found = {place: plan for place, plan in plans.exceptions.items() if plan.conflict}
    rows = [int(key) for plan in found.values() for key in plan.conflict]
    ids = batch.stored["id"]
    named = {
        pk: (number, name)
        for pk, number, name in Procedure.objects.filter(pk__in=[int(ids[row]) for row in rows])
        .order_by("pk")
        .values_list("pk", "number", "name")
    }
    planned = _Terms(batch.stored).planned
    chains: dict[int, list[dict[str, Any]]] = {}
    for place, plan in found.items():
        reached = date.fromordinal(int(begin_on[place]))
        chain = chains[place] = []
        for row, end in zip(map(int, plan.conflict), plan.conflict_ends, strict=True):
            number, name = named[int(ids[row])]
            end = max(end, reached)
            running = _RUNNING[derived["state"][row]] and derived["accepted_on"][row] != NONE
            chain.append(
                {
                    "number": number,
                    "name": name,
                    "days": int(planned.days[row]),
                    "unit": (Unit.WORKING if planned.working[row] else Unit.CALENDAR).value,
                    "lead_days": int(batch.stored["preparation_days"][row]),
                    "notice_days": int(batch.stored["public_notice_days"][row]),
                    "working_days": calendar.between(reached, end),
                    "running": bool(running),
                }
            )
            reached = end
    return chains


# Writing -----------------------------------------------------------------------------------------


def _chains_changed(batch: Batch, chains: Chains) -> Flags:
    """The projects whose stored chain is another."""
    changed = np.zeros(batch.projects["id"].size, np.bool_)
    asked = {int(batch.projects["id"][place]): place for place in chains}
    asked |= {
        int(batch.projects["id"][place]): place
        for place in np.flatnonzero(batch.projects["chained"]).tolist()
    }
    for pk, conflict in (
        Project.objects.filter(pk__in=asked).order_by("pk").values_list("pk", "conflict")
    ):
        changed[asked[pk]] = conflict != chains.get(asked[pk], [])
    return changed


def _write_projects(derived: Derived, touched: Flags, days: DayColumns) -> None:
    """Write what `planning.refresh` sets on the projects touched, and leave them in a table for
    the picture."""
    rows, whole, chains = np.flatnonzero(touched), derived.projects, derived.chains
    expected_on = whole["expected_on"][rows].astype(np.int32)
    open_ = (expected_on != NONE) & (whole["done_on"][rows] == NONE)
    estimated = np.zeros(rows.size, np.int64)
    estimated[open_] = days.is_provisional(expected_on[open_])
    ids = derived.batch.projects["id"][rows]
    send(
        "bulk_projects",
        {"id": ids, "estimated": estimated, **{name: whole[name][rows] for name in whole}},
    )
    conflicts = [json.dumps(chains.get(place, []), ensure_ascii=False) for place in rows.tolist()]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE projects_project AS p SET feasible = v.feasible = 1,"  # noqa: S608 -- our own names
            f" short_by_days = v.short_by_days, expected_on = {date_of('v.expected_on')},"
            f" done_on = {date_of('v.done_on')}, conflict = c.conflict"
            " FROM pg_temp.bulk_projects v"
            " JOIN unnest(%s::bigint[], %s::jsonb[]) AS c(id, conflict) USING (id)"
            " WHERE p.id = v.id",
            [ids.tolist(), conflicts],
        )


def _write_procedures(derived: Derived, changed: Flags) -> None:
    """Write the derived columns of what changed and count its revision on."""
    rows = np.flatnonzero(changed)
    if not rows.size:
        return
    columns = {name: column[rows] for name, column in derived.procedures.items()}
    send("bulk_procedures", {"id": derived.batch.stored["id"][rows], **columns})
    sets = ", ".join(f"{name} = {sql}" for name, sql in _MADE_AGAIN.items())
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE procedures_procedure AS p SET {sets}, revision = p.revision + 1"  # noqa: S608 -- our own names
            " FROM pg_temp.bulk_procedures v WHERE p.id = v.id"
        )


def _publish(*, procedures: bool) -> None:
    """Put what was written into the city's picture."""
    rollup.put_selected(ProjectRow, PROJECT_ROWS)
    if procedures:
        rollup.put_selected(ProcedureRow, PROCEDURE_ROWS)
