"""The watches as workbooks (导出): exactly what the pages show."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from django.utils import timezone

from kernel.clock import CalendarOutOfRange, WorkCalendar
from kernel.web.xlsx import Column, Provisional, Value
from workflows.watches.approvals import Approval
from workflows.watches.measures import Case
from workflows.watches.models import Alert
from workflows.watches.standings import Line

ALERT_COLUMNS = (
    Column("种类", 16), Column("内容", 44), Column("办件号", 18), Column("事项", 26),
    Column("项目", 32), Column("责任单位", 14), Column("期限", 16), Column("发现日期", 13),
    Column("知悉人", 14), Column("知悉日期", 13), Column("了结日期", 13), Column("了结原因", 22),
)  # fmt: skip
APPROVAL_COLUMNS = (
    Column("办件号", 18), Column("事项", 28), Column("项目", 32), Column("责任单位", 14),
    Column("办结", 13), Column("有效期", 10), Column("有效至", 13), Column("最迟申请延续", 18),
    Column("计划开工", 13), Column("余量（自然日）", 12), Column("状态", 20), Column("核实", 8),
    Column("说明", 30),
)  # fmt: skip
LINE_COLUMNS = (
    Column("指标", 12), Column("责任单位", 16), Column("件数", 9), Column("计入", 9),
    Column("占比", 18), Column("区间（95%）", 20), Column("说明", 40),
)  # fmt: skip
CASE_COLUMNS = (
    Column("办件号", 18), Column("事项", 28), Column("项目", 32), Column("责任单位", 14),
    Column("发生日期", 13), Column("记录日期", 13), Column("计入", 8), Column("情况", 44),
)  # fmt: skip


def alert_cells(
    alerts: Iterable[Alert], names: Mapping[str, str], calendar: WorkCalendar
) -> Iterator[Sequence[Value]]:
    for alert in alerts:
        procedure = alert.procedure
        yield (
            alert.get_kind_display(), alert.words, alert.number, procedure.name if procedure else "",
            procedure.project.name if procedure else "",
            names.get(alert.department_code, alert.department_code),
            _guess(alert.deadline_on, calendar), timezone.localdate(alert.noticed_at), alert.seen_by,
            timezone.localdate(alert.seen_at) if alert.seen_at else None, alert.closed_on,
            alert.closed_why,
        )  # fmt: skip


def approval_cells(approvals: Iterable[Approval]) -> Iterator[Sequence[Value]]:
    for row in approvals:
        p, validity = row.procedure, row.validity
        yield (
            p.number, p.name, p.project.name, row.department, p.decided_on, row.term,
            validity.lapses_on,
            Provisional(validity.renew_by) if validity.provisional else validity.renew_by,
            validity.planned_start_on, validity.margin_days, validity.standing.label,
            "" if row.verified else "未核实", row.note,
        )  # fmt: skip


def line_cells(lines: Iterable[Line]) -> Iterator[Sequence[Value]]:
    for line in lines:
        share = line.tally.share
        yield (
            line.measure.label, line.department, share.of, share.hits, share.words,
            share.interval_words, line.note,
        )  # fmt: skip


def case_cells(cases: Iterable[Case], names: Mapping[str, str]) -> Iterator[Sequence[Value]]:
    for case in cases:
        p = case.procedure
        yield (
            p.number, p.name, p.project.name, names.get(p.department_code, p.department_code),
            case.on, case.recorded_on, case.flagged, case.words,
        )  # fmt: skip


def _guess(on: date, calendar: WorkCalendar) -> Provisional | date:
    """The day, marked 推定 where no notice covers it or no calendar reaches it."""
    try:
        return Provisional(on) if calendar.is_provisional(on) else on
    except CalendarOutOfRange:
        return Provisional(on)
