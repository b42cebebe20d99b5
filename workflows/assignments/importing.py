"""Read a workbook of progress back (进展回填): the exported list with its last column filled in.

All rows or none: each fault names sheet, row, column, value and cure, and then nothing is written.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from kernel.trail import Actor
from workflows.assignments.actions import feed_back
from workflows.assignments.lifecycle import State
from workflows.assignments.models import Part
from workflows.assignments.queries import with_last_words
from workflows.projects.intake.cells import text_of
from workflows.projects.intake.layout import letter_of
from workflows.projects.intake.sheets import Limits, open_sheets

NUMBER, UNIT, PROGRESS = "文号", "责任单位", "本次进展"
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """A progress to write: which part, and the words."""

    part: Part
    text: str
    row: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell, where it stands, and what to do."""

    sheet: str
    row: int
    column: str
    value: str
    message: str
    cure: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a workbook holds: lines to write, or faults."""

    lines: list[Line]
    faults: list[Fault]


def read_progress(
    source: bytes,
    *,
    filename: str,
    reach: Collection[str] | None,
    names: Mapping[str, str],
    on: date,
) -> Reading:
    """Read the workbook on day ``on``; ``names`` are short names of units by code, ``reach`` the units
    whose parts the member may feed back on. Raises `WorkbookRefused` for a file that can't be read at all."""
    reading = Reading([], [])
    codes = {name: code for code, name in names.items()}
    parts = {
        (part.sheet.number, part.department_code): part
        for part in with_last_words(
            Part.objects.exclude(sheet__number="")
            .filter(state__in=[State.WORKING, State.REPORTED])
            .select_related("sheet")
        )
    }
    found_head, taken = False, set[int]()
    for sheet in open_sheets(source, filename=filename, limits=Limits(), holds="任务交办清单"):
        head: dict[str, int] | None = None
        for number, cells in enumerate(sheet.rows, 1):
            texts = [text_of(cell) for cell in cells]
            if head is None:
                if {NUMBER, UNIT, PROGRESS} <= set(texts):
                    head = {name: texts.index(name) for name in (NUMBER, UNIT, PROGRESS)}
                    found_head = True
                continue
            texts += [""] * (max(head.values()) + 1 - len(texts))  # rows may be ragged
            said, paper, unit = texts[head[PROGRESS]], texts[head[NUMBER]], texts[head[UNIT]]
            if not said:
                continue

            def fault(column: str, value: str, message: str, cure: str) -> None:
                reading.faults.append(
                    Fault(sheet.name, number, letter_of(head[column]), value[:40], message, cure)  # noqa: B023 -- called within its turn
                )

            code = codes.get(unit)
            part = parts.get((paper, code)) if code else None
            if code is None:
                fault(UNIT, unit, "没有这个责任单位", "用导出表里的单位简称")
            elif part is None:
                fault(
                    NUMBER,
                    paper,
                    f"{unit}没有这个文号的在办任务",
                    "核对文号；未签收或已销号的不能回填",
                )
            elif reach is not None and code not in reach:
                fault(UNIT, unit, "不是您所在单位的任务", "只回填本单位的任务")
            elif len(said) > LONGEST:
                fault(PROGRESS, said, f"超过 {LONGEST} 个字", "写得简短些，详细材料作为附件上传")
            elif (part.last_words, part.said_on) == (said, on):
                fault(PROGRESS, said, "今天已经登记过同样的进展", "删去这一格，或者写新的进展")
            elif part.pk in taken:
                fault(NUMBER, paper, "同一项任务写了两次", "只留一行")
            else:
                taken.add(part.pk)
                reading.lines.append(Line(part, said, number))
    if not found_head:
        reading.faults.append(
            Fault(
                "",
                1,
                "",
                "",
                f"没有找到“{NUMBER}、{UNIT}、{PROGRESS}”这几列",
                "用本页导出的表格填写",
            )
        )
    return reading


@transaction.atomic
def write_progress(
    reading: Reading, *, on: date, actor: Actor, reach: Collection[str] | None
) -> int:
    """Write every line of a reading without faults; returns how many."""
    for line in reading.lines:
        feed_back(part_id=line.part.pk, on=on, text=line.text, actor=actor, reach=reach)
    return len(reading.lines)
