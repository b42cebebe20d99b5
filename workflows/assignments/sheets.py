"""The list of parts as a workbook (任务交办台账): looks like the paper one, and is read back."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from kernel.clock import WorkCalendar
from kernel.web.xlsx import Column, Provisional, Value
from workflows.assignments.importing import NUMBER, PROGRESS, UNIT
from workflows.assignments.queries import lamp_of

COLUMNS = (
    Column("序号", 6),
    Column(NUMBER, 26, "任务"),
    Column("任务", 32, "任务"),
    Column("来源", 28, "任务"),
    Column("项目", 30, "任务"),
    Column(UNIT, 16, "责任"),
    Column("分工", 8, "责任"),
    Column("办理要求", 36, "责任"),
    Column("交办", 12, "时间"),
    Column("期限", 12, "时间"),
    Column("签收", 12, "时间"),
    Column("反馈办结", 12, "时间"),
    Column("销号", 12, "时间"),
    Column("状态", 12, "进展"),
    Column("灯", 8, "进展"),
    Column("最近进展", 40, "进展"),
    Column(PROGRESS, 40, "进展"),
)


def rows(
    parts: Iterable[Any],
    *,
    names: Mapping[str, str],
    on: date,
    calendar: WorkCalendar,
) -> Iterator[tuple[Value, ...]]:
    """Cells of parts read `with_last_words`."""
    for serial, part in enumerate(parts, 1):
        sheet = part.sheet
        due = part.due_on
        yield (
            serial,
            sheet.number,
            sheet.title,
            sheet.source_words,
            sheet.project.name if sheet.project else "",
            names.get(part.department_code, part.department_code),
            "牵头" if part.leads else "配合",
            part.demand or sheet.demand,
            sheet.handed_over_on,
            Provisional(due) if calendar.is_provisional(due) else due,
            part.signed_on,
            part.reported_on,
            part.closed_on,
            part.get_state_display(),
            lamp_of(part, on, calendar).word,
            part.last_words,
            "",
        )
