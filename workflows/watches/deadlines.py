"""What is due or has passed (到期与逾期), as the clocks say on a day. Pure: it reads and writes nothing."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from kernel.clock import watch
from kernel.web.templatetags.lianshen import full_day
from workflows.procedures.lamps import DAY_NAMES
from workflows.procedures.lifecycle import FINISHED, NOT_STARTED, RUNNING, State
from workflows.watches.histories import History
from workflows.watches.kinds import AFTER, LEAD_DAYS, Kind


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline to notice."""

    kind: Kind
    deadline_on: date
    words: str


def due(history: History) -> list[Due]:
    """Everything to notice about a procedure at the close of the history's day."""
    return [*_answer(history), *_limits(history), *_delivery(history), *_validity(history)]


def why_closed(kind: Kind, deadline_on: date, history: History, found: Collection[Due]) -> str:
    """Why a deadline noticed earlier is not among those ``found`` today."""
    if any(due.kind == AFTER.get(kind) and due.deadline_on == deadline_on for due in found):
        return "期限已过，另列逾期提醒"
    state = history.clocks.state
    if kind in (Kind.DUE_SOON, Kind.PASSED) and state in FINISHED:
        return "已办结"
    if kind in (Kind.NOTICE_DUE, Kind.NOTICE_PASSED) and state is not State.RECEIVED:
        return "已办结" if state in FINISHED else "已经受理、告知或者撤回"
    if kind in (Kind.DELIVERY_DUE, Kind.DELIVERY_PASSED) and state is State.DELIVERED:
        return "已送达"
    if kind in (Kind.RENEWAL_DUE, Kind.LAPSES_BEFORE_START):
        return "批文或者计划开工日期有变"
    return "期限有变"


def _noticed(
    history: History, kind: Kind, deadline_on: date, words: str, late: str
) -> Iterator[Due]:
    """``kind`` within its lead before the deadline, what follows on it afterwards."""
    if history.on > deadline_on:
        yield Due(AFTER[kind], deadline_on, late)
    elif history.calendar.between(history.on, deadline_on) <= LEAD_DAYS[kind]:
        yield Due(kind, deadline_on, words)


def _answer(history: History) -> Iterator[Due]:
    """行政许可法第三十二条: answer within five days, or it is accepted."""
    clocks, reading = history.clocks, history.clocks.statutory
    due_on = reading.notice_due_on
    if clocks.deemed and clocks.state in RUNNING and reading.received_on:
        due_on = history.calendar.add(reading.received_on, history.terms.notice_days)
    if due_on:
        yield from _noticed(
            history,
            Kind.NOTICE_DUE,
            due_on,
            "收件后须在期限内受理或者一次性告知，逾期自收到之日起视为受理（《行政许可法》第三十二条）",
            "期限内未受理也未一次性告知，自收到之日起视为受理（《行政许可法》第三十二条）",
        )


def _limits(history: History) -> Iterator[Due]:
    """The days the lamp is measured against; those that fall on one day are told together."""
    clocks, procedure = history.clocks, history.procedure
    days: dict[str, date | None] = {}
    if clocks.state in NOT_STARTED:
        days["planned_start_on"] = procedure.planned_start_on
    elif clocks.state in RUNNING:
        days["statutory_due_on"] = clocks.statutory.due_on
        days["promised_due_on"] = clocks.promised.due_on if clocks.promised else None
        days["planned_due_on"] = procedure.planned_due_on
    by_day: dict[date, list[str]] = {}
    for name, day in days.items():
        if day:
            by_day.setdefault(day, []).append(DAY_NAMES[name])
    for day, names in by_day.items():
        told = "、".join(names)
        done = "收件" if clocks.state in NOT_STARTED else "办结"
        yield from _noticed(
            history, Kind.DUE_SOON, day, f"{told}将到，尚未{done}", f"{told}已过，尚未{done}"
        )


def _delivery(history: History) -> Iterator[Due]:
    """行政许可法第四十四条: delivered within ten days of the decision."""
    due_on = history.clocks.statutory.delivery_due_on
    if history.clocks.state is State.DECIDED and due_on:
        yield from _noticed(
            history,
            Kind.DELIVERY_DUE,
            due_on,
            "办结后须在期限内送达（《行政许可法》第四十四条）",
            "办结后未在期限内送达（《行政许可法》第四十四条）",
        )


def _validity(history: History) -> Iterator[Due]:
    """Approvals that lapse before work begins. From the planned start on nothing is noticed: a
    project that slips gets a new start, and is watched again."""
    decided_on, months = history.clocks.statutory.decided_on, history.terms.validity_months
    start_on = history.procedure.project.planned_start_on
    if history.clocks.state not in FINISHED or not decided_on or not months:
        return
    validity = watch(
        decided_on,
        months=months,
        lead_days=history.terms.renewal_lead_days,
        planned_start_on=start_on,
        calendar=history.calendar,
        on=history.on,
        soon_days=LEAD_DAYS[Kind.RENEWAL_DUE],
    )
    until = full_day(validity.lapses_on)
    if not validity.covers_start:
        yield Due(
            Kind.LAPSES_BEFORE_START,
            validity.lapses_on,
            f"批文有效至{until}，早于计划开工{full_day(start_on)}",
        )
    if history.on < start_on and validity.soon_on <= history.on <= validity.lapses_on:
        yield Due(Kind.RENEWAL_DUE, validity.renew_by, f"批文有效至{until}，须延续的应在期限前申请")
