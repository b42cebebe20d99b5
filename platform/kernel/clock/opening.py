"""起算：from receipt to the day the clock starts; one-time notice, correction, acceptance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from kernel.clock.calendar import WorkCalendar
from kernel.clock.ledger import Entry, Kind, Limit
from kernel.clock.lines import DAY, NOTICE_ARTICLE, START_ARTICLE, Line


@dataclass(frozen=True, slots=True)
class Opening:
    """起算结果：when the clock started, if it did, and what is still owed before."""

    received_on: date | None
    started_on: date | None
    deemed: bool
    correcting: bool
    notice_due_on: date | None
    lines: tuple[Line, ...]


def open_clock(
    events: Sequence[Entry], *, limit: Limit, calendar: WorkCalendar, until: date
) -> Opening:
    """Find the start in ordered events, as it stood at the close of `until`.

    Article 32: whoever gave no one-time notice within `limit.notice_days` working days of receipt
    has accepted on the day of receipt, even if the acceptance is recorded later. A correction
    received is a new receipt. A decision without acceptance implies acceptance on receipt. A case
    to be handled anew counts from the day that was ordered.
    """
    received_on = answer_by = accepted_on = None
    deemed = correcting = redone = False
    lines: list[Line] = []
    rest = iter(events)
    for event in rest:
        if answer_by and event.on > answer_by:
            rest = _again(event, rest)
            break
        if event.kind in (Kind.ACCEPT, Kind.REDO, Kind.DECIDE):
            accepted_on = event.on
            if event.kind is Kind.DECIDE and received_on:
                accepted_on = received_on
                lines.append(Line("未记受理即办结，自收到之日起算", received_on))
            else:
                lines.append(Line(event.kind.label, event.on, document=event.document))
            redone = event.kind is Kind.REDO
            break
        if event.kind is Kind.NOTICE and answer_by:
            answer_by, correcting = None, True
        elif (event.kind is Kind.RECEIVE and not received_on) or (
            event.kind is Kind.CORRECT and correcting
        ):
            received_on, correcting = event.on, False
            answer_by = calendar.add(received_on, limit.notice_days)
        else:
            continue
        lines.append(
            Line(event.kind.label, event.on, article=NOTICE_ARTICLE, document=event.document)
        )

    if received_on and answer_by and not accepted_on:
        deemed = until > answer_by
        lines.append(
            Line(
                "逾期未告知，自收到之日起视为受理" if deemed else "应在期限内受理或者一次性告知",
                received_on + DAY,
                answer_by,
                limit.notice_days,
                article=NOTICE_ARTICLE,
                provisional=calendar.any_provisional(received_on, answer_by),
            )
        )
        if deemed:
            accepted_on = received_on
    notice_due_on = None if accepted_on else answer_by

    started_on = accepted_on
    if limit.starts == "receive" and received_on:
        started_on = None if correcting and not accepted_on else received_on
    if started_on:
        from_what = "重新办理" if redone else "收到" if limit.starts == "receive" else "受理"
        label = f"自{from_what}之日起算，当日不计"
        lines.append(Line(label, started_on, article=START_ARTICLE, verified=False))
        lines += [
            Line("受理后的告知不停止计时", event.on, days=0, document=event.document)
            for event in rest
            if event.kind is Kind.NOTICE
        ]
    return Opening(received_on, started_on, deemed, correcting, notice_due_on, tuple(lines))


def _again(event: Entry, rest: Iterator[Entry]) -> Iterator[Entry]:
    yield event
    yield from rest
