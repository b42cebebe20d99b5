"""时限说明书: each date of a procedure derived line by line, as pages and the JSON tell it.

The five dates stay five. What the clock says comes from `kernel.clock`; what the plan says is told
here from the graph: who waits for it, how long it takes, which papers come first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from django.utils.html import format_html

from kernel.clock import CalendarOutOfRange, Kind, Line, Reading, Unit, WorkCalendar
from kernel.plan import Strength
from kernel.web.lamps import Lamp
from kernel.web.templatetags.lianshen import cn_day, day, moment
from workflows.procedures.clocks import standing, this_round
from workflows.procedures.ledger import Day, LedgerRow, limit_words, owed_on, shown_day
from workflows.procedures.lifecycle import Ball, State
from workflows.procedures.live import Live

TARGET_RULE = "本机制的办结目标：上半年开工的三月底前、下半年开工的八月底前办齐"


@dataclass(frozen=True, slots=True)
class Explained:
    """A date with the lines it comes from. ``key`` is its anchor and its name in the JSON."""

    key: str
    label: str
    due: Day
    lines: tuple[Line, ...]
    sum: str
    note: str = ""


def explained(live: Live, row: LedgerRow) -> list[Explained]:
    """The statutory, promised, planned, expected and actual date, then the clocks beside them."""
    clocks = row.clocks
    reading = clocks.statutory
    found = [
        Explained(
            "statutory", "法定期限", row.statutory, reading.lines, total(reading, clocks.state)
        )
    ]
    if clocks.promised:
        found.append(
            Explained(
                "promised",
                "承诺期限",
                row.promised,
                clocks.promised.lines,
                total(clocks.promised, clocks.state),
            )
        )
    else:
        found.append(
            Explained(
                "promised", "承诺期限", Day(None), (), "本级没有对这个事项作出承诺，没有承诺期限。"
            )
        )
    found += [_planned(live, row), _expected(live, row), _actual(live, row)]
    if clocks.upper:
        found.append(
            Explained(
                "upper",
                "上级期限",
                Day(clocks.upper.due_on, clocks.upper.provisional),
                clocks.upper.lines,
                total(clocks.upper, State.ACCEPTED),
                "上级机关自收到报送起的时限没有查到专门规定，暂按一般时限推算，未核实。",
            )
        )
    return found


def as_json(live: Live, row: LedgerRow) -> dict[str, Any]:
    """The same as plain values; days are ISO dates, moments ISO with their offset."""
    known_at = live.book.known_at
    return {
        "number": row.procedure.number,
        "matter": {"code": row.procedure.matter_code, "name": row.procedure.name},
        "project": {"number": live.project.number, "name": live.project.name},
        "department": row.department,
        "state": row.clocks.state.value,
        "as_of": live.on.isoformat(),
        "known_at": known_at.isoformat() if known_at else None,
        "verified": row.procedure.verified,
        "lamp": {"state": row.lamp.value, "cause": row.cause, "holder": row.holder},
        "dates": {
            each.key: {
                "label": each.label,
                "on": _iso(each.due.on),
                "provisional": each.due.provisional,
                "paused": each.due.paused,
                "sum": each.sum,
                "lines": [
                    {
                        "label": line.label,
                        "from_on": _iso(line.from_on),
                        "until_on": _iso(line.until_on),
                        "days": line.days,
                        "unit": line.unit.value if line.days is not None else None,
                        "article": line.article,
                        "document": line.document,
                        "provisional": line.provisional,
                        "verified": line.verified,
                    }
                    for line in each.lines
                ],
            }
            for each in explained(live, row)
        },
    }


def why_lit(live: Live, row: LedgerRow) -> list[tuple[str, Any]]:
    """What a red or yellow lamp opens to: its cause, its owner, the next date, and the rule."""
    if row.lamp not in (Lamp.RED, Lamp.YELLOW):
        return []
    deadline, calendar = row.deadline, live.calendar
    late = calendar.between(deadline, live.on) if deadline else 0
    cause = (
        f"{row.cause}，晚 {late} 个工作日" if late > 0 else f"{row.cause}，还有 {-late} 个工作日"
    )
    owner = "，".join(
        filter(None, (row.holder, row.person if row.clocks.ball is Ball.DEPARTMENT else ""))
    )
    reading = row.clocks.statutory
    coming = [
        ("受理或者一次性告知", reading.notice_due_on),
        ("承诺期限", row.promised.on),
        ("法定期限", row.statutory.on),
        ("计划受理", row.procedure.planned_start_on if not row.clocks.started else None),
        ("计划完成", row.planned.on),
        ("预计完成", row.expected.on),
    ]
    ahead = sorted(((on, words) for words, on in coming if on and on >= live.on), key=itemgetter(0))
    rule = live.book.rules.on(live.on)
    found: list[tuple[str, Any]] = [("原因", cause), ("责任", owner or "—")]
    if ahead:
        on, words = ahead[0]
        found.append(("下一个日期", format_html("{} {}", words, day(on, calendar))))
    followers = [
        p.short_name
        for edge in live.book.edges
        for p in live.book.procedures
        if edge.before == row.procedure.matter_code and p.matter_code == edge.after
    ]
    if followers:
        found.append(("影响", f"等它的事项：{'、'.join(followers)}"))
    found.append(("规则", f"亮灯规则第 {rule.number} 版"))
    return found


def total(reading: Reading, state: State) -> str:
    """The foot of a reading: what its lines add up to."""
    unit = reading.limit.unit.label
    if reading.limit.days is None:
        return "法律没有规定时限，不产生到期日。"
    if not reading.started_on:
        return "尚未起算，没有到期日。" if state is not State.CORRECTING else "补正期间尚未起算。"
    granted = limit_words(reading.limit.days, reading.limit.unit)
    if reading.extended_days:
        granted += f"，延长 {reading.extended_days} 个{unit}"
    used = f"已用 {reading.used_days} 个{unit}，停表扣除 {reading.stopped_days} 个{unit}"
    if reading.paused:
        return f"{granted}；{used}；计时暂停，恢复后接着算，余 {reading.remaining_days} 个{unit}。"
    late = f"，超期 {reading.overdue_days} 个{unit}" if reading.overdue_days else ""
    return f"{granted}；{used}；到期日 {Day(reading.due_on, reading.provisional).words}{late}。"


def _planned(live: Live, row: LedgerRow) -> Explained:
    """Back from the target: who waits for it, what it takes, when its papers have to be begun."""
    procedure, calendar = row.procedure, live.calendar
    target_on = live.project.target_on
    lines = [Line("目标日", target_on, article=TARGET_RULE)]
    by_code = {p.matter_code: p for p in live.book.procedures}
    for edge in live.book.edges:
        if edge.before != procedure.matter_code:
            continue
        after = by_code[edge.after]
        decides = edge.strength is Strength.DEFICIENT
        on = after.planned_due_on if decides else after.planned_start_on
        if on:
            words = (
                f"{after.short_name}最迟{'办结' if decides else '受理'}（{edge.strength.label}）"
            )
            lines.append(
                Line(words, on, article=edge.basis or "没有查到依据", verified=bool(edge.basis))
            )
    start, due = procedure.planned_start_on, procedure.planned_due_on
    if start and due:
        lines += _takes(row, start, due, calendar)
        if row.terms.preparation_days:
            begun = date.fromordinal(
                calendar.line.latest_start(
                    start.toordinal(), row.terms.preparation_days, Unit.WORKING
                )
            )
            lines.append(_preparing("最迟开始编制材料", begun, start, row))
    return Explained(
        "planned",
        "计划完成",
        row.planned,
        _marked(lines, calendar),
        f"最迟 {row.planned_start.words} 受理、{row.planned.words} 办结，还赶得上目标日；"
        "本来就赶不上目标日的，按最早能受理、最早能办结排。",
        "这是确认时接受的计划，进度有变也不改，用来对照；重排须另行决定。",
    )


def _expected(live: Live, row: LedgerRow) -> Explained:
    """Forwards from today: what has begun runs to its limit, the rest as soon as it may."""
    label, due = "预计完成", row.expected
    if row.decided.on:
        return Explained("expected", label, Day(None), (), "已经办结，不再预计。")
    procedure, calendar, clocks = row.procedure, live.calendar, row.clocks
    slot = live.plan.slot(procedure.matter_code)
    lines: list[Line] = []
    forecast = clocks.forecast
    if forecast.started_on:
        limit = forecast.limit
        if clocks.state is State.HANDED_UP:
            lines.append(Line("已报上级，按上级的时限推算", forecast.started_on, verified=False))
        elif clocks.statutory.paused:
            lines.append(Line("计时暂停，按今日恢复推算", live.on, verified=False))
        lines.append(
            Line(
                "按时限算到期满",
                forecast.started_on,
                forecast.due_on,
                limit.days,
                limit.unit,
                limit.article,
                verified=limit.verified,
            )
        )
        if forecast.due_on and row.terms.public_notice_days:
            end = calendar.finish(
                forecast.due_on, row.terms.public_notice_days, row.terms.public_notice_unit
            )
            lines.append(_notice(row, forecast.due_on, end))
        if forecast.due_on and forecast.due_on < live.on:
            lines.append(Line("已过期限，最早也要到今天", live.on, due.on))
    else:
        lines.append(Line("今天还没有受理" if clocks.started else "今天还没有收件", live.on))
        if not clocks.started and row.terms.preparation_days and live.project.confirmed_on:
            ready = calendar.finish(
                live.project.confirmed_on, row.terms.preparation_days, Unit.WORKING
            )
            lines.append(_preparing("自确认入列起编制材料", live.project.confirmed_on, ready, row))
        lines += _takes(row, slot.earliest_start_on, slot.earliest_finish_on, calendar)
    relaxed = set(live.plan.relaxed)
    by_code = {p.matter_code: p for p in live.book.procedures}
    before = [
        Line(
            f"前置事项 {by_code[e.before].short_name}{'办结' if by_code[e.before].decided_on else '预计办结'}"
            f"（{e.strength.label}{'，赶目标时让开' if e in relaxed else ''}）",
            on,
            article=e.basis or "没有查到依据",
            verified=bool(e.basis),
        )
        for e in live.book.edges
        if e.after == procedure.matter_code
        and (on := by_code[e.before].decided_on or by_code[e.before].expected_on)
    ]
    slack = slot.slack_days
    latest = shown_day(slot.latest_finish_on, calendar)
    room = f"余量 {slack} 个工作日" if slack >= 0 else f"比目标晚 {-slack} 个工作日"
    where = "，在关键线路上" if slot.critical else ""
    return Explained(
        "expected",
        label,
        due,
        _marked([*before, *lines], calendar),
        f"预计 {due.words} 完成，最迟 {latest.words} 还来得及，{room}{where}。",
    )


def _actual(live: Live, row: LedgerRow) -> Explained:
    """What the ledger says happened, and the ten days to deliver it."""
    reading = row.clocks.statutory
    told = this_round(standing(live.book.lines.get(row.procedure.number, ()), live.book.known_at))
    lines = [
        _written(line)
        for line in told
        if line.kind in (Kind.DECIDE, Kind.DELIVER) and line.on <= live.on
    ]
    if not reading.decided_on:
        return Explained("actual", "实际办结", Day(None), tuple(lines), "还没有办结。")
    lines += [line for line in reading.lines if line.from_on > reading.decided_on and line.days]
    words = f"{cn_day(reading.decided_on)} 办结"
    if reading.delivered_on:
        words += f"，{cn_day(reading.delivered_on)} 送达。"
    else:
        words += f"，应在 {owed_on(reading, reading.delivery_due_on).words} 前送达。"
    return Explained("actual", "实际办结", row.decided, tuple(lines), words)


def _written(line: Any) -> Line:
    """A ledger line as a line of the derivation: what, when, which paper, when it was recorded."""
    return Line(
        f"{line.label}（{moment(line.recorded_at)} 记录，{line.by_name}）",
        line.on,
        document=line.document,
    )


def _takes(row: LedgerRow, start: date, due: date, calendar: WorkCalendar) -> list[Line]:
    """What the matter itself takes, and its public notice."""
    terms, limit = row.terms, row.terms.planned
    what = (
        "计划假设" if terms.plan_is_guess else "承诺" if terms.promised_days is not None else "法定"
    )
    lines = [
        Line(
            f"本事项用时（按{what}）",
            start,
            _finish(calendar, start, limit.days or 0, limit.unit) or due,
            limit.days or 0,
            limit.unit,
            limit.article,
            verified=limit.verified,
        )
    ]
    if terms.public_notice_days:
        lines.append(_notice(row, lines[0].until_on or start, due))
    return lines


def _notice(row: LedgerRow, start: date, end: date) -> Line:
    return Line(
        "公示期，不计入时限",
        start,
        end,
        row.terms.public_notice_days,
        row.terms.public_notice_unit,
        row.terms.article,
        verified=row.terms.marks.get("public_notice") == "V",
    )


def _preparing(label: str, start: date, end: date, row: LedgerRow) -> Line:
    days = row.terms.preparation_days
    return Line(label, start, end, days, article="编制材料用时，按目录的估计", verified=False)


def _finish(calendar: WorkCalendar, start: date, days: int, unit: Unit) -> date | None:
    try:
        return calendar.finish(start, days, unit)
    except CalendarOutOfRange:
        return None


def _marked(lines: Iterable[Line], calendar: WorkCalendar) -> tuple[Line, ...]:
    """Lines whose days lie in a year without a notice say so."""

    def estimated(days: Sequence[date | None]) -> bool:
        try:
            return any(calendar.is_provisional(each) for each in days if each)
        except CalendarOutOfRange:
            return True

    return tuple(
        replace(line, provisional=line.provisional or estimated([line.from_on, line.until_on]))
        for line in lines
    )


def _iso(on: date | datetime | None) -> str | None:
    return on.isoformat() if on else None
