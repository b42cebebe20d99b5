"""Clocks of many procedures (整批计时): `clocks.read_clocks` in columns, rule by rule."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.clock import Kind, StopReason, WorkCalendar
from kernel.clock.columns import (
    KIND_CODES,
    REASON_CODES,
    Entries,
    Limits,
    Readings,
    read_many,
)
from kernel.clock.days import NONE, Days, Flags, day_columns
from workflows.procedures.bulk_rows import Batch, Columns
from workflows.procedures.clocks import ENDS_A_ROUND
from workflows.procedures.lifecycle import (
    BALL,
    FINISHED,
    NOT_STARTED,
    OWNERS_STOPS,
    RUNNING,
    STATE_AFTER,
    Ball,
    State,
)
from workflows.procedures.terms import DELIVERY_DAYS, UPPER_DAYS

STATE_PLACE = {state: place for place, state in enumerate(State)}
IS_NOT_STARTED, IS_RUNNING, IS_FINISHED, _UNTAKEN, _OWES_ANSWER = (
    np.array([state in states for state in State])
    for states in (
        NOT_STARTED,
        RUNNING,
        FINISHED,
        NOT_STARTED | {State.RECEIVED, State.CORRECTING},
        frozenset({State.RECEIVED, State.CORRECTING}),
    )
)
_AFTER = np.array([STATE_PLACE[STATE_AFTER[kind]] for kind in Kind])
_BALL_OF = np.array([list(Ball).index(BALL[state]) for state in State])
_OWNERS = np.array([reason in OWNERS_STOPS for reason in StopReason])
_ENDS = np.array([kind in ENDS_A_ROUND for kind in Kind])


@dataclass(frozen=True, slots=True)
class ClockColumns:
    """`Clocks` in columns; of the promise and the forecast the due days alone."""

    state: NDArray[np.intp]
    ball: NDArray[np.intp]
    accepted_on: Days
    statutory: Readings
    promised_due_on: Days
    forecast_due_on: Days


def read_clocks(batch: Batch, calendar: WorkCalendar, on: date) -> ClockColumns:
    stored = batch.stored
    count = batch.project.size
    entries = _this_round(batch.ledger.where(batch.ledger.on <= on.toordinal()), count)
    limits = TermColumns(stored)
    statutory = read_many(entries, limits=limits.statutory, calendar=calendar, on=on)

    state = np.full(count, STATE_PLACE[State.PLANNED])
    state[entries.owner] = _AFTER[entries.kind]  # of several the last stays
    state[_OWES_ANSWER[state] & statutory.deemed] = STATE_PLACE[State.ACCEPTED]
    paused = statutory.paused
    state[paused] = STATE_PLACE[State.STOPPED]
    handed_up = paused & (statutory.stop_reason == REASON_CODES[StopReason.HAND_UP])
    state[handed_up] = STATE_PLACE[State.HANDED_UP]
    ball = _BALL_OF[state]
    ball[paused & ~handed_up & _OWNERS[statutory.stop_reason]] = list(Ball).index(Ball.OWNER)

    unextended = entries.where(entries.kind != KIND_CODES[Kind.EXTEND])
    has_promise = stored["promised_days"] != NONE
    promised = np.full(count, NONE, np.int32)
    promised[has_promise] = _some(has_promise, unextended, limits.promised, calendar, on)
    forecast = np.where(has_promise, promised, statutory.due_on)
    guessed = ~has_promise & (stored["limit_days"] == NONE) & ~paused
    waits = paused & ~handed_up
    for rows, told in (
        (guessed, entries),
        (waits & has_promise, _resumed(unextended, waits, on)),
        (waits & ~has_promise, _resumed(entries, waits, on)),
    ):
        forecast[rows] = _some(rows, told, limits.planned, calendar, on)
    sent_on = statutory.stop_on[handed_up]
    forecast[handed_up] = day_columns(calendar).finish(
        sent_on, np.full(sent_on.size, UPPER_DAYS, np.int32), np.ones(sent_on.size, np.bool_)
    )

    accepts = entries.where(entries.kind == KIND_CODES[Kind.ACCEPT])
    first = np.full(count, NONE, np.int32)
    first[accepts.owner[::-1]] = accepts.on[::-1]
    accepted = np.where(first == NONE, statutory.started_on, first)
    accepted = np.where(statutory.deemed, statutory.received_on, accepted)
    return ClockColumns(
        state, ball, np.where(_UNTAKEN[state], NONE, accepted), statutory, promised, forecast
    )


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


class TermColumns:
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
