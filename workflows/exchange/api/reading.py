"""What the ledgers hold (读取): lists a page at a time, one procedure with its dates and its lines."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from tenants.rollup import queries as rollup
from tenants.rollup.models import RollupRow
from workflows.catalogue.queries import standard_in_force
from workflows.exchange import queries
from workflows.exchange.api import shapes
from workflows.exchange.api.door import ApiRequest, need
from workflows.exchange.api.errors import Problem, Turned
from workflows.exchange.lifecycle import Scope
from workflows.procedures.explaining import as_json
from workflows.procedures.lifecycle import MOVES
from workflows.procedures.live import live_of
from workflows.procedures.models import Procedure
from workflows.projects.lifecycle import State as ProjectState

router = Router()
REFUSALS = {401: Problem, 403: Problem, 422: Problem, 429: Problem}
ONE = REFUSALS | {404: Problem}


@router.get("/me", response=REFUSALS | {200: shapes.Me}, summary="这把密钥是谁的，能做什么")
def me(request: ApiRequest) -> dict[str, Any]:
    system = request.auth.system
    return {
        "system": system.name,
        "tenant": request.tenant.slug,
        "department": system.department_code,
        "scopes": system.scopes,
        "key_expires_on": request.auth.expires_on,
    }


@router.get(
    "/matters", response=REFUSALS | {200: shapes.Matters}, summary="事项目录（今天有效的版本）"
)
def matters(request: ApiRequest) -> dict[str, Any]:
    need(request, Scope.PROCEDURES_READ)
    return {
        "items": [
            {"code": fact.code, "name": fact.name, "department": fact.lead, "stage": fact.stage}
            for fact in standard_in_force(timezone.localdate()).matters
        ]
    }


@router.get("/projects", response=REFUSALS | {200: shapes.ProjectPage}, summary="项目清单")
def projects(
    request: ApiRequest, response: HttpResponse, asked: Query[shapes.ProjectsAsked]
) -> dict[str, Any]:
    need(request, Scope.PROJECTS_READ)
    rows = rollup.project_rows(timezone.localdate())
    if asked.year:
        rows = rows.filter(year=asked.year)
    return _page(request, response, rows, asked, _project)


@router.get("/procedures", response=REFUSALS | {200: shapes.ProcedurePage}, summary="审批台账")
def procedures(
    request: ApiRequest, response: HttpResponse, asked: Query[shapes.ProceduresAsked]
) -> dict[str, Any]:
    need(request, Scope.PROCEDURES_READ)
    rows = rollup.procedure_rows(timezone.localdate())
    for name, value in (
        ("year", asked.year),
        ("project_number", asked.project),
        ("department_code", asked.department),
        ("matter_code", asked.matter),
        ("state", asked.state),
        ("lamp", asked.lamp),
    ):
        if value:
            rows = rows.filter(**{name: value})
    return _page(request, response, rows, asked, _procedure)


@router.get("/tasks", response=REFUSALS | {200: shapes.TaskPage}, summary="交办任务")
def tasks(
    request: ApiRequest, response: HttpResponse, asked: Query[shapes.TasksAsked]
) -> dict[str, Any]:
    need(request, Scope.TASKS_READ)
    rows = rollup.task_rows(timezone.localdate())
    if asked.department:
        rows = rows.filter(department_code=asked.department)
    if asked.project:
        rows = rows.filter(project_number=asked.project)
    return _page(request, response, rows, asked, _task)


@router.get(
    "/procedures/{number}",
    response=ONE | {200: shapes.ProcedureWhole},
    summary="一个办件",
    description="登记进展时，把答复的 ETag 放进 If-Match。",
)
def procedure(
    request: ApiRequest, response: HttpResponse, number: shapes.ProcedureNumber
) -> dict[str, Any]:
    need(request, Scope.PROCEDURES_READ)
    own, today = get(number), timezone.localdate()
    row = rollup.procedure_rows(today).get(owner=request.tenant.schema_name, number=number)
    # What the row says follows the day as well: a lamp turns at midnight.
    response["ETag"] = f'"{own.version}-{row.version}-{today:%Y%m%d}"'
    return {
        **_procedure(row, {row.owner: request.tenant.slug}),
        "version": own.version,
        "moves": [move.name for move in MOVES.open(own.state)],
    }


@router.get(
    "/procedures/{number}/dates",
    response=ONE | {200: dict[str, Any]},
    summary="这个办件的每个日期怎么算的",
)
def dates(request: ApiRequest, number: shapes.ProcedureNumber) -> dict[str, Any]:
    need(request, Scope.PROCEDURES_READ)
    live = live_of(get(number).project, timezone.localdate())
    return as_json(live, live.row(number))


@router.get(
    "/procedures/{number}/events", response=ONE | {200: shapes.Lines}, summary="这个办件的计时记录"
)
def lines(request: ApiRequest, number: shapes.ProcedureNumber) -> dict[str, Any]:
    need(request, Scope.PROCEDURES_READ)
    return {
        "items": [
            {
                "id": line.pk,
                "kind": line.kind,
                "label": line.label,
                "on": line.on,
                "at": line.at,
                "recorded_at": line.recorded_at,
                "reason": line.reason,
                "document": line.document,
                "days": line.days,
                "text": line.text,
                "items": line.items,
                "by": line.by_name,
                "corrects": line.corrects_id,
            }
            for line in get(number).entries.order_by("pk")
        ]
    }


def get(number: str) -> Procedure:
    """A procedure of this tenant on the list; a 404 that says where else to look."""
    found = (
        Procedure.objects.filter(number=number, project__state=ProjectState.CONFIRMED)
        .select_related("project")
        .first()
    )
    if found is None:
        raise Turned(
            404,
            "not_found",
            f"本机制的台账里没有办件“{number}”。请核对编号；别的旗区园区的办件，请到它自己的网址查。",
        )
    return found


# Inside ------------------------------------------------------------------------------------------

#: From which moment on the next synchronisation has to ask.
SYNCED = "Synced-Until"


def _page(
    request: ApiRequest,
    response: HttpResponse,
    rows: Any,
    asked: shapes.Paged,
    shown: Callable[[Any, dict[str, str]], dict[str, Any]],
) -> dict[str, Any]:
    if strange := sorted(set(request.GET) - set(type(asked).model_fields)):
        known = "、".join(type(asked).model_fields)
        raise Turned(422, "invalid", f"没有“{strange[0][:40]}”这个参数。可以用的有：{known}。")
    synced = queries.synced_until()  # before the rows: what is committed meanwhile comes next time
    if asked.changed_since:
        rows = rows.filter(written_at__gte=asked.changed_since)
    found, more = queries.page_of(rows, shapes.cursor_from(asked.after), asked.limit)
    slugs = queries.slugs_of({row.owner for row in found})
    response[SYNCED] = synced.isoformat()
    return {
        "items": [shown(row, slugs) for row in found],
        "next": shapes.cursor_to(found[-1].owner, found[-1].number) if more else None,
    }


def _row(row: RollupRow, slugs: dict[str, str]) -> dict[str, Any]:
    return {
        "tenant": slugs.get(row.owner, ""),
        "number": row.number,
        "written_at": row.written_at,
    }


def _project(row: Any, slugs: dict[str, str]) -> dict[str, Any]:
    names = (
        "name", "year", "industry", "investment_wan", "state", "target_on", "expected_on",
        "done_on", "procedures_total", "procedures_done", "hit", "lamp", "provisional",
    )  # fmt: skip
    return _row(row, slugs) | {name: getattr(row, name) for name in names}


def _procedure(row: Any, slugs: dict[str, str]) -> dict[str, Any]:
    names = (
        "project_name", "year", "stage", "state", "ball", "statutory_due_on", "promised_due_on",
        "planned_due_on", "expected_on", "decided_on", "lamp", "late", "provisional",
    )  # fmt: skip
    return (
        _row(row, slugs)
        | {name: getattr(row, name) for name in names}
        | {
            "project": row.project_number,
            "matter": row.matter_code,
            "name": row.matter_name,
            "department": row.department_code,
        }
    )


def _task(row: Any, slugs: dict[str, str]) -> dict[str, Any]:
    names = ("title", "leads", "standing", "handed_over_on", "due_on", "reported_on", "closed_on")
    return (
        _row(row, slugs)
        | {name: getattr(row, name) for name in names}
        | {
            "sheet": row.sheet_number,
            "project": row.project_number,
            "department": row.department_code,
        }
    )
