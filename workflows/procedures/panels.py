"""What this room puts on a project's page (面板): the answer first, the plan as a picture, the ledger."""

from collections import Counter
from datetime import date, timedelta
from operator import itemgetter
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from kernel.web.gantt import Bar, Rest, gantt
from kernel.web.gantt import State as BarState
from kernel.web.http import SignedInRequest
from kernel.web.lamps import Lamp
from kernel.web.parts import Fact
from kernel.web.templatetags.lianshen import day
from workflows.catalogue.wording import STAGES
from workflows.procedures.ledger import LedgerRow
from workflows.procedures.lifecycle import FINISHED, PAUSED, Ball, State
from workflows.procedures.live import Live, live_of, stops_of
from workflows.procedures.pieces import ledger_heads
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Project

MARGIN = timedelta(days=7)  # room to the right of the last day in the picture


def facts(request: SignedInRequest, project: Project) -> str:
    """Target, plan and slack, working days, procedures, lamps, who has the ball; and the conflict."""
    live = live_on_page(request, project)
    if live is None:
        return ""
    return render_to_string(
        "procedures/panel_facts.html",
        {
            "facts": facts_of(live),
            "chain": conflict_of(live),
            "live": live,
            "project": live.project,
        },
        request,
    )


def plan(request: SignedInRequest, project: Project) -> str:
    """The Gantt: accepted plan, what really runs, stops, holidays, today, target, critical path."""
    live = live_on_page(request, project)
    if live is None or not live.rows:
        return ""
    return render_to_string(
        "procedures/panel_plan.html",
        {
            "picture": picture_of(live),
            "live": live,
            "relaxed": relaxed_words(live),
            "floats": floats_of(live),
        },
        request,
    )


def ledger(request: SignedInRequest, project: Project) -> str:
    """The approval ledger of this project alone."""
    live = live_on_page(request, project)
    if live is None:
        return ""
    url = f"{reverse('procedures:export')}?q={live.project.number}&scope=all&sort=project"
    return render_to_string(
        "procedures/panel_ledger.html",
        {
            "rows": live.rows,
            "headings": ledger_heads(),
            "export_url": url,
            "now": timezone.now(),
            "project": live.project,
        },
        request,
    )


def live_on_page(request: SignedInRequest, project: Project) -> Live | None:
    """The project read once a request; None before it is on the list."""
    if project.state != ProjectState.CONFIRMED:
        return None
    kept: dict[Any, Live] = request.__dict__.setdefault("procedures_live", {})
    if project.pk not in kept:
        kept[project.pk] = live_of(project, timezone.localdate())
    return kept[project.pk]


def facts_of(live: Live) -> list[Fact]:
    project, calendar = live.project, live.calendar
    total, left = live.working_days
    red, yellow = live.count(Lamp.RED), live.count(Lamp.YELLOW)
    slack = live.slack_days
    url = reverse("procedures:plan", args=[project.number])
    return [
        Fact(
            "应批尽批目标",
            day(
                project.target_on,
                provisional=calendar.is_provisional(project.target_on),
                url=url,
            ),
            "上半年开工" if project.planned_start_on.month <= 6 else "下半年开工",
        ),
        Fact(
            "全部办结" if project.done_on else "倒排计划完成",
            day(
                live.plan.finish_on,
                provisional=calendar.is_provisional(live.plan.finish_on),
                url=url,
            )
            if live.rows
            else "—",
            f"余 {slack} 个工作日" if slack >= 0 else f"晚 {-slack} 个工作日",
            tone="red" if slack < 0 else "yellow" if slack <= 3 and not project.done_on else "",
        ),
        Fact(
            "已用工作日",
            total - left,
            f"/ {total} 个，余 {left} 个",
        ),
        Fact("办件", live.done, f"/ {len(live.rows)} 已办结"),
        Fact(
            "红灯",
            red,
            f"项，黄灯 {yellow} 项",
            tone="red" if red else "yellow" if yellow else "",
            url=f"{reverse('procedures:list')}?q={project.number}&scope=all&lamp=red"
            if red
            else "",
        ),
        _holder(live.rows),
    ]


def _holder(rows: list[LedgerRow]) -> Fact:
    """Who holds what is red, else who most procedures under way wait for."""
    begun = [row for row in rows if row.clocks.started and row.clocks.state not in FINISHED]
    waiting = Counter(row.holder for row in begun)
    red = Counter(row.holder for row in begun if row.lamp is Lamp.RED)
    if not waiting:
        done = rows and all(row.clocks.state in FINISHED for row in rows)
        return Fact("在谁手里", "—", "全部办结" if done else "还没有收件的办件")
    name, _ = (red or waiting).most_common(1)[0]
    held = f"{waiting[name]} 项" + (f"，红灯 {red[name]} 项" if red[name] else "")
    others = f"，另有 {len(waiting) - 1} 家" if len(waiting) > 1 else ""
    return Fact("在谁手里", name, held + others)


def conflict_of(live: Live) -> dict[str, Any] | None:
    """The conflict as the page shows it: matters, their sum against what there is, and cures."""
    project = live.project
    if live.plan.feasible:
        return None
    links = project.conflict
    available = max(live.calendar.between(live.plan.begin_on, project.target_on), 0)
    by_number = {row.procedure.number: row for row in live.rows}
    return {
        "links": [link | {"row": by_number[link["number"]]} for link in links],
        "sum": sum(link["working_days"] for link in links),
        "available": available,
        "begin_on": live.plan.begin_on,
        "short_by": live.plan.short_by_days,
        "path": " → ".join(live.plan.slot(code).label for code in live.plan.critical_path),
        "cures": _cures([by_number[link["number"]] for link in links], live),
    }


def _cures(rows: list[LedgerRow], live: Live) -> list[str]:
    """What would shorten the chain, by what the catalogue and the promises say of its matters."""

    def names(some: list[LedgerRow]) -> str:
        return "、".join(row.procedure.short_name for row in some)

    open_rows = [row for row in rows if row.clocks.state not in FINISHED]
    codes = {row.procedure.matter_code for row in rows}
    cures = []
    if idle := [r for r in open_rows if r.terms.promised_days is None and r.terms.limit_days]:
        cures.append(f"{names(idle)}还没有承诺时限，可请责任单位作出短于法定的承诺。")
    if guessed := [r for r in open_rows if r.terms.plan_is_guess and r.terms.allowance_days]:
        cures.append(f"{names(guessed)}的计划用时是推定的，可请责任单位作出承诺，按承诺重排。")
    if lenient := [r for r in open_rows if r.terms.deficiency in ("M", "C")]:
        cures.append(f"{names(lenient)}可以容缺受理或者告知承诺，先受理、后补材料。")
    short = {row.procedure.matter_code: row.procedure.short_name for row in live.rows}
    baseless = [
        f"{short[e.before]}→{short[e.after]}"
        for e in live.book.edges
        if e.before in codes and e.after in codes and not e.basis
    ]
    if baseless:
        cures.append(f"前置关系{'、'.join(baseless)}没有查到依据，经法制审核可以取消。")
    if stopped := [r for r in open_rows if r.clocks.state is State.STOPPED]:
        cures.append(f"{names(stopped)}正在停表，请催办停表事由。")
    if above := [r for r in open_rows if r.clocks.state is State.HANDED_UP]:
        cures.append(f"{names(above)}已报上级，请跟进组与上级机关衔接。")
    waiting = [r for r in open_rows if not r.clocks.started and r.clocks.ball is Ball.OWNER]
    if waiting:
        cures.append(f"{names(waiting)}还没有收件，请帮办人员协助项目单位提前备齐材料。")
    cures.append("仍不能按期的，提交会商会研究，或者调整计划开工时间并重新确认。")
    return cures


def picture_of(live: Live) -> str:
    """The plan as a picture: accepted, under way, done; stops, holidays, today and the target."""
    bars = [_bar(row, live) for row in sorted(live.rows, key=_place)]
    spans = [span for bar in bars for span in (bar.planned, bar.actual) if span]
    begin = min([live.project.confirmed_on or live.on, *(span[0] for span in spans)])
    until = max([live.project.target_on, *(span[1] for span in spans)]) + MARGIN
    if begin <= live.on <= until + timedelta(days=60):
        until = max(until, live.on + MARGIN)
    rests = [
        Rest(rest.name, rest.from_on, rest.until_on)
        for rest in live.calendar.holidays_between(begin, until)
    ]
    return gantt(
        bars,
        begin_on=begin,
        until_on=until,
        today=live.on,
        target_on=live.project.target_on,
        rests=rests,
    )


def _place(row: LedgerRow) -> tuple[int, date, int]:
    """Stages in their order, what runs beside them last; within a stage by the plan."""
    p = row.procedure
    begin = p.received_on or p.planned_start_on or date.max
    return p.stage, begin, p.order


def _bar(row: LedgerRow, live: Live) -> Bar:
    p, clocks = row.procedure, row.clocks
    actual = None
    reading = clocks.statutory
    begun = (reading.received_on or reading.started_on) if clocks.started else None
    if begun:
        end = clocks.statutory.decided_on or row.expected.on or live.on
        actual = (begun, max(begun, end))
    planned = (
        (p.planned_start_on, p.planned_due_on) if p.planned_start_on and p.planned_due_on else None
    )
    state = {
        Lamp.DONE: BarState.DONE,
        Lamp.RED: BarState.LATE,
        Lamp.PAUSED: BarState.PAUSED,
    }.get(row.lamp, BarState.RUNNING if clocks.started else BarState.PLANNED)
    if clocks.state in PAUSED:
        state = BarState.PAUSED
    return Bar(
        label=p.short_name,
        state=state,
        planned=planned,
        actual=actual,
        stops=stops_of(live.book.lines.get(p.number, ()), live.on),
        critical=p.critical,
        provisional=row.expected.provisional or (not actual and row.planned.provisional),
        url=reverse("procedures:detail", args=[p.number]),
        note=f"{row.department}；{row.state}；{row.cause}".rstrip("；"),
        group=STAGES[p.stage],
    )


def relaxed_words(live: Live) -> str:
    """Soft edges the plan had to leave aside, in words."""
    short = {p.matter_code: p.short_name for p in live.book.procedures}
    return "、".join(f"{short[e.before]}→{short[e.after]}" for e in live.plan.relaxed)


def floats_of(live: Live) -> list[tuple[str, int]]:
    """Float of each unit with something left to do, in working days; the least first."""
    names = {row.procedure.department_code: row.department for row in live.rows}
    return sorted(
        ((names[code], slack) for code, slack in live.plan.floats.items()), key=itemgetter(1, 0)
    )
