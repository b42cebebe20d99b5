"""What the consolidated picture shows of a sheet's parts (汇总行): derived, never edited."""

from collections.abc import Iterable

from django.db.models import BooleanField, ExpressionWrapper, QuerySet

from tenants.rollup.models import TaskRow
from workflows.assignments.lifecycle import SheetState
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
