"""What the consolidated picture shows of a sheet's parts (汇总行): derived, never edited."""

from collections.abc import Iterable

from django.db.models import BooleanField, ExpressionWrapper, QuerySet

from tenants.rollup.ledgers import Ledger, Page, Shown
from tenants.rollup.models import TaskRow
from tenants.rollup.queries import task_rows
from workflows.assignments.lifecycle import SheetState, SourceKind
from workflows.assignments.models import Part
from workflows.assignments.queries import was_late


def rows_of(parts: Iterable[int]) -> list[TaskRow]:
    """Of these parts; one query."""
    return _rows(Part.objects.filter(pk__in=list(parts)))


def all_rows() -> list[TaskRow]:
    """Of every sheet that was handed over: what the roll-up should have of this tenant."""
    return _rows(Part.objects.exclude(sheet__state=SheetState.DRAFT))


def _rows(parts: QuerySet[Part]) -> list[TaskRow]:
    found = parts.select_related("sheet__project").order_by("pk")
    late = ExpressionWrapper(was_late(), output_field=BooleanField())
    return [
        TaskRow(
            number=str(part.pk),
            version=part.version,
            sheet_number=part.sheet.number,
            title=part.sheet.title[:120],
            source_kind=part.sheet.source_kind,
            project_number=part.sheet.project.number if part.sheet.project else "",
            department_code=part.department_code,
            leads=part.leads,
            state=part.state,
            handed_over_on=part.sheet.handed_over_on
            or part.due_on,  # a sheet handed over has its day
            first_due_on=part.first_due_on,
            due_on=part.due_on,
            reported_on=part.reported_on,
            closed_on=part.closed_on,
            late=bool(part.was_late),
        )
        for part in found.annotate(was_late=late)
    ]


LEDGER = Ledger(
    "任务",
    TaskRow,
    all_rows,
    Page(
        "tasks",
        "各地交办的任务：来自项目台账、会议议定、领导批示和半月调度，一个部门一行。",
        columns=(
            Shown("任务", "title", wide=40),
            Shown("交办单号", "sheet_number", wide=28, beneath=True),
            Shown("部门", "department_code"),
            Shown("分工", "leads", {True: "牵头", False: "配合"}),
            Shown("来源", "source_kind", dict(SourceKind.choices)),
            Shown("项目", "project_number", wide=18, beneath=True),
            Shown("交办", "handed_over_on"),
            Shown("原期限", "first_due_on", book=True),
            Shown("期限", "due_on"),
            Shown("反馈办结", "reported_on"),
            Shown("销号", "closed_on", book=True),
        ),
        search=("title", "sheet_number"),
        year_of="handed_over_on",
        due="due_on",
        on=task_rows,
        empty="各地交办任务之后，会自动出现在这里。",
        unit="项",
    ),
)
