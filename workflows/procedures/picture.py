"""What the consolidated picture shows of a project's ledger (汇总行): derived, never edited."""

from collections.abc import Iterable, Sequence

from kernel.clock import WorkCalendar
from tenants.rollup.models import ProcedureRow, ProjectRow
from workflows.procedures.models import Procedure
from workflows.projects.models import Project

#: A project's picture is as new as its own version and all its procedures' revisions together;
#: the list's own edits weigh more, as only they may drop a procedure.
EDIT_WEIGHS = 1_000_000_000


def project_row(
    project: Project, procedures: Sequence[Procedure], calendar: WorkCalendar
) -> ProjectRow:
    return ProjectRow(
        number=project.number,
        version=project.version * EDIT_WEIGHS + sum(p.revision for p in procedures),
        name=project.name,
        year=project.year,
        industry=project.industry,
        investment_wan=project.investment_wan,
        state=project.state,
        target_on=project.target_on,
        expected_on=project.expected_on,
        done_on=project.done_on,
        procedures_total=len(procedures),
        procedures_done=sum(p.decided_on is not None for p in procedures),
        feasible=project.feasible,
        provisional=project.expected_on is not None
        and project.done_on is None
        and calendar.is_provisional(project.expected_on),
    )


def procedure_rows(project: Project, procedures: Iterable[Procedure]) -> list[ProcedureRow]:
    return [
        ProcedureRow(
            number=p.number,
            version=p.revision,
            project_number=project.number,
            project_name=project.name,
            year=project.year,
            matter_code=p.matter_code,
            matter_name=p.name,
            department_code=p.department_code,
            stage=p.stage,
            state=p.state,
            ball=p.ball,
            statutory_due_on=p.statutory_due_on,
            promised_due_on=p.promised_due_on,
            planned_due_on=p.planned_due_on,
            expected_on=p.expected_on,
            decided_on=p.decided_on,
            yellow_on=p.yellow_on,
            red_on=p.red_on,
            critical=p.critical,
            provisional=p.provisional,
        )
        for p in procedures
    ]
