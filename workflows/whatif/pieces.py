"""Pieces of the pages (页面构件): a plan in words, an answer as figures, the scenario as a picture."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from kernel.clock import WorkCalendar
from kernel.papers.paper import cn_date
from kernel.plan import Plan
from kernel.web import charts
from kernel.web.gantt import Bar, Rest, State, gantt
from kernel.web.parts import Chart, Fact, joined
from kernel.web.templatetags.lianshen import badge, cn_day, day
from workflows.projects.facts import industry_labels
from workflows.whatif.comparing import Answer, Shift, spare
from workflows.whatif.queries import Stand, Standing
from workflows.whatif.scenario import Change, Scenario
from workflows.whatif.whole import Turn, Whole, hits

MARGIN = timedelta(days=7)
NO_INDUSTRY = "未分行业"
SERIES = {
    "green": Turn.KEPT.label,
    "series-2": Turn.WON.label,
    "yellow": Turn.LOST.label,
    "red": Turn.MISSED.label,
}
_COLOURS = {
    Turn.KEPT: "green",
    Turn.WON: "series-2",
    Turn.LOST: "yellow",
    Turn.MISSED: "red",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A change as the page lists it: what it says, how many projects take it, how to take it back."""

    change: Change
    said: str
    without: str
    reach: int | None = None

    @property
    def name(self) -> str:
        return self.change.kind.value

    @property
    def value(self) -> str:
        return self.change.text


def chosen(scenario: Scenario, names: dict[str, str], url: str, reach: Any = None) -> list[Chosen]:
    """Every change of the scenario; ``url`` is the page's address up to and with ? or &."""
    return [
        Chosen(
            change,
            change.said(names),
            f"{url}{scenario.without(change).address}".rstrip("?&"),
            reach[change] if reach is not None else None,
        )
        for change in scenario.changes
    ]


def moved_by(days: int) -> str:
    """提前 3 个工作日；推后 5 个工作日；不变."""
    if not days:
        return "不变"
    return f"{'提前' if days < 0 else '推后'} {abs(days)} 个工作日"


def verdict(plan: Plan) -> Any:
    return badge("按期", "green") if hits(plan) else badge("赶不上目标", "red")


def plan_terms(plan: Plan, calendar: WorkCalendar) -> list[tuple[str, Any]]:
    """A plan in a few lines: its end, whether that is in time, the longest chain, the conflict."""
    labels = {slot.key: slot.label for slot in plan.slots}
    slack = spare(plan, calendar)
    pairs = [
        ("全部办结", _day(plan.finish_on, calendar)),
        ("目标日", _day(plan.target_on, calendar)),
        ("结论", verdict(plan)),
        ("余量", f"{slack} 个工作日" if slack >= 0 else f"晚 {-slack} 个工作日"),
        ("关键线路", " → ".join(labels[key] for key in plan.critical_path) or "—"),
    ]
    if plan.conflict:
        chain = " → ".join(labels[key] for key in plan.conflict)
        how = "一项接一项" if len(plan.conflict) > 1 else "这一项"
        end = _day(plan.conflict_ends[-1], calendar)
        pairs.append(("冲突链", format_html("仅 {} {}，就要到 {}", chain, how, end)))
    if plan.relaxed:
        gave_way = "、".join(f"{labels[e.before]}→{labels[e.after]}" for e in plan.relaxed)
        pairs.append(("让路的“宜先办结”", gave_way))
    return pairs


def answer_facts(answer: Answer, calendar: WorkCalendar) -> list[Fact]:
    before, after = answer.before, answer.after
    slack, old = spare(after, calendar), spare(before, calendar)
    turned = hits(before) != hits(after)
    return [
        Fact("推演后全部办结", _day(after.finish_on, calendar), moved_by(answer.finish.days)),
        Fact(
            "能否按期",
            "按期" if hits(after) else "赶不上目标",
            ("由" + ("赶不上" if hits(after) else "按期") + "转来") if turned else "与现在相同",
            tone="green" if hits(after) else "red",
        ),
        Fact("余量", slack, f"个工作日，现在 {old}", tone="red" if slack < 0 else ""),
        Fact("有变动的事项", len(answer.moved), f"/ {len(after.slots)} 项"),
    ]


def picture(stand: Stand, answer: Answer, standing: Standing) -> str:
    """The scenario as bars on its earliest days; the thin line under each is the plan as it stands."""
    then = {slot.key: slot for slot in answer.before.slots}
    started = {node.key for node in stand.graph.nodes if node.started_on}
    bars = [
        Bar(
            label=slot.label,
            state=State.DONE
            if slot.done
            else State.RUNNING
            if slot.key in started
            else State.PLANNED,
            planned=(then[slot.key].earliest_start_on, then[slot.key].earliest_finish_on),
            actual=(slot.earliest_start_on, slot.earliest_finish_on),
            critical=slot.critical,
            provisional=standing.calendar.is_provisional(slot.earliest_finish_on),
            url=reverse("procedures:detail", args=[stand.numbers[slot.key]]),
            note=f"最迟办结{cn_date(slot.latest_finish_on)}，余量 {slot.slack_days} 个工作日",
        )
        for slot in sorted(answer.after.slots, key=lambda slot: slot.earliest_start_on)
    ]
    days = [day for bar in bars for span in (bar.planned, bar.actual) if span for day in span]
    begin, until = min([standing.on, *days]), max([answer.after.target_on, *days]) + MARGIN
    return gantt(
        bars,
        begin_on=begin,
        until_on=until,
        today=standing.on,
        target_on=answer.after.target_on,
        rests=[
            Rest(rest.name, rest.from_on, rest.until_on)
            for rest in standing.calendar.holidays_between(begin, until)
        ],
        label="推演后的计划",
    )


def shifted(shift: Shift) -> Any:
    """A day of the scenario with what it was before under it."""
    after = day(shift.after, provisional=shift.provisional)
    if not shift.moved:
        return after
    words = f"原 {cn_day(shift.before)}"
    if shift.days:  # from a rest day to the working day beside it no working day passes
        words += f"，{moved_by(shift.days)}"
    return joined([after, format_html('<small class="sub nowrap">{}</small>', words)])


def whole_facts(whole: Whole) -> list[Fact]:
    won, lost = whole.count(Turn.WON), whole.count(Turn.LOST)

    def percent(rate: Any) -> str:
        return "—" if rate is None else f"{rate}%"

    return [
        Fact("现在按期率", percent(whole.rate_before), f"{whole.hits_before} / {whole.total} 个"),
        Fact(
            "推演后按期率",
            percent(whole.rate_after),
            f"{whole.hits_after} / {whole.total} 个",
            tone=""
            if whole.hits_after == whole.hits_before
            else "green"
            if whole.hits_after > whole.hits_before
            else "red",
        ),
        Fact("转为按期", won, "个", tone="green" if won else ""),
        Fact("转为赶不上", lost, "个", tone="red" if lost else ""),
        Fact("办结日有变动", len(whole.moved), "个"),
    ]


def by_industry(whole: Whole) -> Chart:
    """Projects by industry and by what becomes of their hit, with the table beneath."""
    labels = industry_labels()
    counted: dict[str, dict[str, int]] = {}
    for row in whole.rows:
        label = labels.get(row.stand.industry, row.stand.industry) or NO_INDUSTRY
        values = counted.setdefault(label, dict.fromkeys(SERIES, 0))
        values[_COLOURS[row.turn]] += 1
    return charts.stacked_bars(
        [charts.Row(label, values) for label, values in sorted(counted.items())],
        title="各行业按期情况",
        series=SERIES,
        of="行业",
        unit="个",
    )


def _day(on: Any, calendar: WorkCalendar) -> Any:
    return day(on, provisional=calendar)
