"""Pieces of the pages: the strip of five dates, and a reading as a table that explains itself."""

from typing import Any

from django.urls import reverse

from kernel.clock import Reading
from kernel.web.parts import Fact
from kernel.web.templatetags.lianshen import cn_day, day
from workflows.procedures.ledger import Day, LedgerRow, owed_on
from workflows.procedures.lifecycle import Ball

#: Column heads of the ledger, and what each sorts by; ``#`` before a column of figures.
HEADS = (
    ("事项 / 项目", "project"),
    ("责任单位 / 经办", "department"),
    ("状态", ""),
    ("法定期限", "statutory"),
    ("承诺期限", "promised"),
    ("计划完成", "planned"),
    ("预计完成", "expected"),
    ("实际办结", "decided"),
    ("#已用 / 停表", ""),
    ("灯", "red"),
)


def ledger_heads() -> list[dict[str, str]]:
    """Heads without links, for the ledger of one project."""
    return [{"label": "事项"}, *(head(label) for label, _ in HEADS[1:])]


def head(label: str) -> dict[str, str]:
    """A head as the table prints it, its column of figures marked."""
    return {"label": label.lstrip("#"), "css": "num" if label.startswith("#") else ""}


def five_dates(row: LedgerRow) -> list[Fact]:
    """The five dates, never merged, and who holds the procedure."""
    url = reverse("procedures:dates", args=[row.procedure.number])
    reading, promise = row.clocks.statutory, row.clocks.promised
    return [
        Fact("法定期限", _value(row.statutory, f"{url}#statutory"), _left(reading, row.limit)),
        Fact(
            "承诺期限",
            _value(row.promised, f"{url}#promised"),
            _left(promise, row.promise) if promise else "没有承诺",
        ),
        Fact(
            "计划完成",
            _value(row.planned, f"{url}#planned"),
            f"计划受理 {row.planned_start.words}",
        ),
        Fact(
            "预计完成",
            _value(row.expected, f"{url}#expected"),
            _slack(row),
            tone="red" if (row.procedure.slack_days or 0) < 0 and not row.decided.on else "",
        ),
        Fact("实际办结", _value(row.decided, f"{url}#actual"), _delivery(row)),
        Fact(
            "在谁手里",
            row.holder or "已办结",
            row.person if row.clocks.ball is Ball.DEPARTMENT else "",
        ),
    ]


def _value(shown: Day, url: str) -> Any:
    if shown.paused:
        return "计时暂停"
    return day(shown.on, provisional=shown.provisional, url=url if shown.on else "")


def _left(reading: Reading, limit: str) -> str:
    if reading.overdue_days:
        return f"{limit}，超 {reading.overdue_days} 个{reading.limit.unit.label}"
    if reading.started_on and not reading.closed and reading.remaining_days is not None:
        return f"{limit}，余 {reading.remaining_days} 个{reading.limit.unit.label}"
    return limit


def _slack(row: LedgerRow) -> str:
    slack = row.procedure.slack_days
    if row.decided.on or slack is None:
        return ""
    if row.clocks.statutory.paused:
        return "按今日恢复推算"
    return f"余量 {slack} 个工作日" if slack >= 0 else f"比目标晚 {-slack} 个工作日"


def _delivery(row: LedgerRow) -> str:
    reading = row.clocks.statutory
    if reading.delivered_on:
        return f"{cn_day(reading.delivered_on)}送达"
    due_on = reading.delivery_due_on
    return f"{owed_on(reading, due_on).words}前送达" if due_on else ""
