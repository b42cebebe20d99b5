"""The projects that move as a workbook, and answers as JSON values (导出)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from kernel.clock import WorkCalendar
from kernel.plan import Plan
from kernel.web.xlsx import Column, Provisional, Value
from workflows.projects.facts import industry_labels
from workflows.whatif.comparing import Answer, Moved, Shift, spare
from workflows.whatif.queries import Stand, Standing
from workflows.whatif.scenario import Scenario
from workflows.whatif.whole import Row, Turn, Whole

COLUMNS = (
    Column("编号", 18),
    Column("项目名称", 40),
    Column("项目单位", 28),
    Column("行业", 16),
    Column("目标日", 13),
    Column("现在全部办结", 16),
    Column("推演后全部办结", 16),
    Column("变动（工作日）", 14),
    Column("按期情况", 14),
)
NOTES = (
    "推演只在本表和页面上，没有写入台账。变动为负数的是提前。",
    "标（推定）的日期所在年份放假通知尚未公布，公布后重算。",
)


def row_cells(row: Row, calendar: WorkCalendar) -> Sequence[Value]:
    stand, finish = row.stand, row.finish
    return (
        stand.number,
        stand.name,
        stand.owner,
        industry_labels().get(stand.industry, stand.industry),
        _marked(stand.graph.target_on, calendar),
        _marked(finish.before, calendar) if finish else None,
        _marked(finish.after, calendar) if finish else None,
        row.days,
        row.turn.label,
    )


def project_json(
    stand: Stand, scenario: Scenario, answer: Answer, standing: Standing, notes: Iterable[str]
) -> dict[str, Any]:
    """Both plans of a project and what moves; days as ISO text, differences in working days."""
    calendar = standing.calendar
    return {
        "number": stand.number,
        "on": standing.on,
        "scenario": scenario.address,
        "before": _plan(answer.before, calendar),
        "after": _plan(answer.after, calendar),
        "finish_moves_days": answer.finish.days,
        "moved": [_moved(moved) for moved in answer.moved],
        "cautions": list(notes),
    }


def whole_json(
    year: int, scenario: Scenario, whole: Whole, standing: Standing, notes: Iterable[str]
) -> dict[str, Any]:
    """The list before and after, with every project whose finish moves."""
    return {
        "year": year,
        "on": standing.on,
        "scenario": scenario.address,
        "projects": whole.total,
        "hits_before": whole.hits_before,
        "hits_after": whole.hits_after,
        "turns": {turn.value: whole.count(turn) for turn in Turn},
        "reach": [[change.kind, change.text, n] for change, n in whole.reach.items()],
        "moved": [
            {
                "number": row.stand.number,
                "turn": row.turn,
                "finish_on": _days(row.finish) if row.finish else None,
            }
            for row in whole.moved
        ],
        "cautions": list(notes),
    }


def _plan(plan: Plan, calendar: WorkCalendar) -> dict[str, Any]:
    return {
        "finish_on": plan.finish_on,
        "target_on": plan.target_on,
        "provisional": calendar.is_provisional(plan.finish_on),
        "hit": plan.feasible,
        "slack_days": spare(plan, calendar),
        "short_by_days": plan.short_by_days,
        "critical_path": plan.critical_path,
        "conflict": plan.conflict,
        "relaxed": [[edge.before, edge.after] for edge in plan.relaxed],
    }


def _moved(moved: Moved) -> dict[str, Any]:
    return {
        "code": moved.after.key,
        "name": moved.after.label,
        "earliest_start_on": _days(moved.earliest_start),
        "earliest_finish_on": _days(moved.earliest_finish),
        "latest_start_on": _days(moved.latest_start),
        "latest_finish_on": _days(moved.latest_finish),
        "slack_days": [moved.before.slack_days, moved.after.slack_days],
        "critical": [moved.before.critical, moved.after.critical],
    }


def _days(shift: Shift) -> dict[str, Any]:
    return {
        "before": shift.before,
        "after": shift.after,
        "days": shift.days,
        "provisional": shift.provisional,
    }


def _marked(on: date, calendar: WorkCalendar) -> Value:
    return Provisional(on) if calendar.is_provisional(on) else on
