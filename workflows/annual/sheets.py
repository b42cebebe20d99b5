"""The cycle as workbooks (导出): exactly what the pages show."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils import timezone

from kernel.clock import WorkCalendar
from kernel.papers.paper import cn_date
from kernel.web.xlsx import Column, Provisional, Value
from workflows.annual.comparing import Comparison
from workflows.annual.freezing import Entry
from workflows.annual.models import Change
from workflows.annual.progress import Point
from workflows.annual.queries import Total
from workflows.annual.replies import Row
from workflows.projects.facts import RULE_LABELS, shown
from workflows.projects.lifecycle import State
from workflows.projects.models import Comment

YEAR_COLUMNS = (
    Column("分组", 12), Column("名称", 20), Column("项目数", 9), Column("草拟", 9),
    Column("征求意见", 9), Column("已确认", 9), Column("总投资（万元）", 16),
)  # fmt: skip
MATRIX_FIRST = (
    Column("联审编号", 16), Column("项目名称", 36), Column("送出", 13), Column("回复期限", 13),
)  # fmt: skip
COMMENT_COLUMNS = (
    Column("联审编号", 16), Column("项目名称", 36), Column("单位", 16), Column("轮次", 7),
    Column("意见", 10), Column("意见内容", 44), Column("提出日期", 13), Column("提出人", 14),
    Column("处理", 11), Column("处理理由", 40), Column("处理日期", 13), Column("处理人", 14),
)  # fmt: skip
LIST_COLUMNS = (
    Column("序号", 6), Column("联审编号", 16), Column("项目名称", 36), Column("项目代码", 27),
    Column("项目单位", 30), Column("所在旗区", 14), Column("行业", 10), Column("审批类型", 10),
    Column("总投资（万元）", 14), Column("计划开工", 14), Column("目标日", 14), Column("入选依据", 26),
    Column("入选说明", 36), Column("确认日期", 14),
)  # fmt: skip
COMPARE_COLUMNS = (
    Column("变动", 8), Column("联审编号", 16), Column("项目名称", 36), Column("内容", 20),
    Column("原来", 36), Column("现在", 36), Column("总投资增减（万元）", 18),
)  # fmt: skip
CHANGE_COLUMNS = (
    Column("变动", 8), Column("日期", 13), Column("联审编号", 16), Column("项目名称", 36),
    Column("入选依据", 28), Column("理由", 44), Column("列入版次", 11), Column("经办", 14),
)  # fmt: skip

_GROUPS = {"industry": "行业", "department": "牵头行业部门", "half": "计划开工"}


def year_cells(totals: Mapping[str, Sequence[Total]]) -> Iterator[Sequence[Value]]:
    for name, rows in totals.items():
        for row in rows:
            yield (
                _GROUPS[name], row.label, row.count, row.of(State.DRAFT), row.of(State.COMMENTING),
                row.of(State.CONFIRMED), row.investment_wan,
            )  # fmt: skip


def point_notes(points: Iterable[Point]) -> list[str]:
    """The calendar beneath the totals, a line each."""
    return [
        f"{point.stage.label}：计划{cn_date(point.due_on)}{'（推定）' if point.provisional else ''}，"
        f"{f'实际{cn_date(point.done_on)}' if point.done_on else '未完成'}"
        f"{f'，{point.late_words}' if point.late_words else ''}"
        f"{f'，{point.words}' if point.words else ''}"
        for point in points
    ]


def matrix_cells(rows: Iterable[Row], calendar: WorkCalendar) -> Iterator[Sequence[Value]]:
    for row in rows:
        p = row.project
        yield (
            p.number, p.name, p.sent_on, _guess(p.reply_by, calendar),
            *(_cell(cell.word.label, cell.comment) for cell in row.cells),
        )  # fmt: skip


def _guess(on: date | None, calendar: WorkCalendar) -> Provisional | date | None:
    return Provisional(on) if on and calendar.is_provisional(on) else on


def _cell(word: str, comment: Comment | None) -> str:
    if comment is None:
        return word
    parts = [word, comment.text]
    if comment.verdict:
        parts.append(f"（{comment.get_verdict_display()}：{comment.handled_why}）")
    return "".join([parts[0], f"：{parts[1]}" if parts[1] else "", *parts[2:]])


def comment_cells(
    comments: Iterable[Comment], names: Mapping[str, str]
) -> Iterator[Sequence[Value]]:
    for c in comments:
        yield (
            c.project.number, c.project.name, names.get(c.department_code, c.department_code),
            c.round, c.get_opinion_display(), c.text, timezone.localdate(c.at), c.by_name,
            c.get_verdict_display(), c.handled_why,
            timezone.localdate(c.handled_at) if c.handled_at else None, c.handled_by,
        )  # fmt: skip


def list_cells(entries: Iterable[Entry]) -> Iterator[Sequence[Value]]:
    for serial, entry in enumerate(entries, 1):
        yield (
            serial, entry["number"], entry["name"], entry["project_code"], entry["owner_name"],
            shown("region_code", entry["region_code"]), shown("industry", entry["industry"]),
            shown("kind", entry["kind"]), Decimal(entry["investment_wan"]),
            shown("planned_start_on", entry["planned_start_on"]),
            shown("target_on", entry["target_on"]),
            shown("admission_rule", entry["admission_rule"]), entry["admission_reason"],
            shown("confirmed_on", entry["confirmed_on"]),
        )  # fmt: skip


def compare_cells(comparison: Comparison) -> Iterator[Sequence[Value]]:
    for word, entries, sign in (("入列", comparison.added, 1), ("移出", comparison.removed, -1)):
        for entry in entries:
            yield (
                word, entry["number"], entry["name"], "", "", "",
                sign * Decimal(entry["investment_wan"]),
            )  # fmt: skip
    for changed in comparison.changed:
        wan = Decimal(changed.after["investment_wan"]) - Decimal(changed.before["investment_wan"])
        for found in changed.differences:
            yield (
                "变更", changed.after["number"], changed.after["name"], found.label,
                found.shown_old, found.shown_new,
                wan if found.field == "investment_wan" else None,
            )  # fmt: skip


def change_cells(changes: Iterable[Change]) -> Iterator[Sequence[Value]]:
    for change in changes:
        yield (
            change.get_kind_display(), change.on, change.project.number, change.project.name,
            RULE_LABELS.get(change.rule, change.rule), change.reason,
            f"第{change.taken_into}版" if change.taken_into else "待印发", change.by_name,
        )  # fmt: skip
