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
        project_code=project.project_code,
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
            accepted_on=p.accepted_on,
            decided_on=p.decided_on,
            yellow_on=p.yellow_on,
            red_on=p.red_on,
            critical=p.critical,
            provisional=p.provisional,
        )
        for p in procedures
    ]


#: The same rows as SQL makes them, of what `bulk` has just written.
PROJECT_ROWS = f"""
SELECT p.number, p.version * {EDIT_WEIGHS}::bigint + o.revisions AS version, p.name, p.project_code, p.year,
       p.industry, p.investment_wan, p.state, p.target_on, p.expected_on, p.done_on,
       o.total AS procedures_total, o.decided AS procedures_done, p.feasible,
       v.estimated = 1 AS provisional
  FROM pg_temp.bulk_projects v
  JOIN projects_project p USING (id)
 CROSS JOIN LATERAL (SELECT coalesce(sum(revision), 0) AS revisions, count(*) AS total,
                            count(decided_on) AS decided
                       FROM procedures_procedure WHERE project_id = p.id) o
"""  # noqa: S608 -- a number of our own
PROCEDURE_ROWS = """
SELECT p.number, p.revision AS version, j.number AS project_number, j.name AS project_name, j.year,
       p.matter_code, p.name AS matter_name, p.department_code, p.stage, p.state, p.ball,
       p.statutory_due_on, p.promised_due_on, p.planned_due_on, p.expected_on, p.accepted_on,
       p.decided_on, p.yellow_on, p.red_on, p.critical, p.provisional
  FROM pg_temp.bulk_procedures v
  JOIN procedures_procedure p USING (id)
  JOIN projects_project j ON j.id = p.project_id
"""
