"""Many projects at once (整批重算): what `planning.refresh` derives, in columns.

The rules are those of `planning.plan_of` and `planning._settle`, in their order; read them there.
A test holds each field of each row against the other path.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.clock import Unit, WorkCalendar
from kernel.clock.days import NONE, DayColumns, Days, day_columns
from kernel.plan.columns import Nodes, Plans, schedule_many
from workflows.procedures import bulk_rows
from workflows.procedures.bulk_clocks import (
    IS_FINISHED,
    IS_NOT_STARTED,
    IS_RUNNING,
    STATE_PLACE,
    ClockColumns,
    TermColumns,
    read_clocks,
)
from workflows.procedures.bulk_rows import NO_SLACK, Batch, Chains, Columns, Derived
from workflows.procedures.copying import Column
from workflows.procedures.lamps import DAY_NAMES, LampRule
from workflows.procedures.lifecycle import State
from workflows.procedures.models import Procedure
from workflows.procedures.queries import lamp_rules


def rebuild(ids: Sequence[int], *, on: date, calendar: WorkCalendar) -> int:
    """Read every clock of these projects as of ``on``, plan them, write what differs and publish it;
    returns how many procedures did. Inside a transaction, the projects' rows locked.

    Raises CalendarOutOfRange and PlanRefused, before anything is written.
    """
    return bulk_rows.write(derive(ids, on=on, calendar=calendar), day_columns(calendar))


def derive(ids: Sequence[int], *, on: date, calendar: WorkCalendar) -> Derived:
    """What `rebuild` would write; nothing is."""
    batch = bulk_rows.read(ids)
    clocks = read_clocks(batch, calendar, on)
    plans, begin_on = _planned(batch, clocks, calendar, on)
    settled = _settled(batch, clocks, plans, day_columns(calendar), lamp_rules().on(on))
    return Derived(
        batch,
        settled,
        _projects_settled(batch, settled, plans),
        _chains(batch, settled, plans, begin_on, calendar),
    )


def _planned(
    batch: Batch, clocks: ClockColumns, calendar: WorkCalendar, on: date
) -> tuple[Plans, Days]:
    """`plan_of` every project; and the day each plan begins on."""
    stored, project, statutory = batch.stored, batch.project, clocks.statutory
    days, planned = day_columns(calendar), TermColumns(stored).planned
    count = batch.projects["id"].size
    confirmed_on = batch.projects["confirmed_on"].astype(np.int32)
    finished = IS_FINISHED[clocks.state]
    begin_on = np.maximum(confirmed_on, on.toordinal())
    done = np.zeros(count, np.bool_)
    done[project] = True
    done[project[~finished]] = False
    first = np.full(count, np.iinfo(np.int32).max, np.int32)
    decided_on = statutory.decided_on
    np.minimum.at(first, project, np.where(decided_on == NONE, on.toordinal(), decided_on))
    begin_on[done] = first[done]

    begun = (IS_RUNNING | IS_FINISHED)[clocks.state] & (statutory.started_on != NONE)
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
            lead_days=np.where(IS_NOT_STARTED[clocks.state], stored["preparation_days"], 0).astype(
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
    clocks: ClockColumns,
    plans: Plans,
    days: DayColumns,
    rule: LampRule,
) -> dict[str, Column]:
    """`planning._settle`: every derived column."""
    stored, reading, state = batch.stored, clocks.statutory, clocks.state
    decided_on = reading.decided_on
    decided = decided_on != NONE
    dated = (IS_RUNNING | IS_FINISHED)[state]
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
        "received_on": np.where(IS_NOT_STARTED[state], NONE, reading.received_on),
        "accepted_on": clocks.accepted_on,
        "decided_on": decided_on,
        "delivered_on": reading.delivered_on,
        "yellow_on": yellow_on,
        "red_on": red_on,
        "slack_days": np.where(decided, NO_SLACK, plans.slack_days.astype(np.int64)),
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
        rows = np.flatnonzero(state == STATE_PLACE[one])
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
    planned = TermColumns(batch.stored).planned
    chains: dict[int, list[dict[str, Any]]] = {}
    for place, plan in found.items():
        reached = date.fromordinal(int(begin_on[place]))
        chain = chains[place] = []
        for row, end in zip(map(int, plan.conflict), plan.conflict_ends, strict=True):
            number, name = named[int(ids[row])]
            end = max(end, reached)
            running = IS_RUNNING[derived["state"][row]] and derived["accepted_on"][row] != NONE
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
