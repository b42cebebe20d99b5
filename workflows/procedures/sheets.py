"""The ledger as a workbook (导出): exactly what the list shows, the five dates in columns of their own."""

from collections.abc import Iterable
from datetime import date

from kernel.web.xlsx import Column, Provisional, Value, workbook_bytes
from workflows.procedures.ledger import Day, LedgerRow

COLUMNS = (
    Column("办件号", 18),
    Column("项目", 32),
    Column("事项", 30),
    Column("责任单位", 14),
    Column("阶段", 16),
    Column("状态", 16),
    Column("在谁手里", 14),
    Column("法定时限", 13),
    Column("法定期限", 13),
    Column("承诺时限", 13),
    Column("承诺期限", 13),
    Column("计划受理", 13),
    Column("计划完成", 13),
    Column("预计完成", 13),
    Column("实际办结", 13),
    Column("已用天数", 9),
    Column("停表天数", 9),
    Column("灯", 8),
    Column("亮灯原因", 20),
    Column("依据", 30),
    Column("核实", 8),
)


def ledger_workbook(title: str, rows: Iterable[LedgerRow], *, as_of: date) -> bytes:
    """An .xlsx of the rows in the order given."""
    return workbook_bytes(
        title,
        COLUMNS,
        (_cells(row) for row in rows),
        as_of=as_of,
        notes=(
            "法定、承诺、计划、预计、实际五个日期各自独立。停表期间没有到期日，记“计时暂停”。",
            "标（推定）的日期所在年份放假通知尚未公布，公布后重算。“未核实”指事项时限尚未由责任部门核实。",
        ),
    )


def _cells(row: LedgerRow) -> list[Value]:
    p, reading = row.procedure, row.clocks.statutory
    started = row.clocks.started
    return [
        p.number,
        p.project.name,
        p.name,
        row.department,
        row.stage,
        row.state,
        row.holder,
        row.limit,
        _date(row.statutory),
        row.promise,
        _date(row.promised),
        _date(row.planned_start),
        _date(row.planned),
        _date(row.expected),
        _date(row.decided),
        reading.used_days if started else None,
        reading.stopped_days if started else None,
        row.lamp.word,
        row.cause,
        "；".join(row.terms.basis),
        "" if p.verified else "未核实",
    ]


def _date(day: Day) -> Value:
    if day.paused:
        return "计时暂停"
    return Provisional(day.on) if day.on and day.provisional else day.on
