"""Compiling the half-month's report in a tenant of 60,000 procedures, against plain SQL for the same rows.

Thirty projects of forty matters are played through their season and copied fifty times. Plain SQL reads
every row that the snapshot lists, with the columns it shows, and does nothing with them. Compiling also
names, explains, compares with the last report, takes the digest and writes the snapshot.
"""

import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel.trail import SYSTEM
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.bench.test_bulk import MATTERS, ON, TODAY, dated, multiply
from tests.bench.test_comb import wide_standard
from workflows.dispatch import actions, queries
from workflows.dispatch.lifecycle import Period
from workflows.dispatch.models import Report
from workflows.procedures import queries as ledgers
from workflows.procedures.actions import comb_out
from workflows.procedures.models import Procedure
from workflows.procedures.sample import play_all
from workflows.projects.models import Project

PROJECTS, FEW = 1_500, 30
DEARER_AT_MOST = 12.0
#: Python's memory at its peak, against the snapshot as JSON text.
MEMORY_AT_MOST = 16.0

pytestmark = pytest.mark.bench


@pytest.fixture
def tenant(
    own_tenant: Tenant, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Tenant]:
    standard = wide_standard()
    versions = {fact.code: 1 for fact in standard.matters}
    monkeypatch.setattr(ledgers, "standard", lambda on: (standard, versions))
    with django_db_blocker.unblock(), visiting(own_tenant):
        projects = Project.objects.bulk_create([dated(n) for n in range(FEW)])
        for project in projects:
            comb_out(project, on=ON, actor=SYSTEM)
        play_all(projects, today=TODAY)
        yield own_tenant


def compiled(period: Period, on: date, at: datetime) -> Report:
    return actions.compile_report(period=period, on=on, at=at, actor=SYSTEM)


def listed(report: Report) -> list[str]:
    """The numbers of the procedures that the snapshot lists, once for each list."""
    figures = queries.figures_of(report).values()
    mine = [f for f in figures if f["columns"][0] == "办件"]
    return [row[0] for figure in mine for row in figure["rows"]]


def read_plainly(numbers: list[str]) -> None:
    """The same rows with the columns shown, and the groups that are counted, by plain SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.number, p.name, j.name, department_code, p.state, p.ball, p.expected_on,"
            " p.decided_on, p.accepted_on, p.statutory_due_on, p.promised_due_on, p.planned_due_on,"
            " p.planned_start_on, (SELECT e.on FROM procedures_clockentry e WHERE e.procedure_id = p.id"
            " AND e.kind = 'stop' ORDER BY e.id DESC LIMIT 1)"
            " FROM unnest(%s::text[]) AS wanted JOIN procedures_procedure p ON p.number = wanted"
            " JOIN projects_project j ON j.id = p.project_id",
            [numbers],
        )
        assert len(cursor.fetchall()) == len(numbers)
        for group in ("department_code, stage, state", "project_id"):
            cursor.execute(f"SELECT {group}, count(*) FROM procedures_procedure GROUP BY {group}")
            cursor.fetchall()


def fastest(work: Callable[[], Any], times: int = 3) -> float:
    best = float("inf")
    for _ in range(times):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return best


def test_a_full_tenant_is_compiled_at_a_small_multiple_of_reading_its_rows(
    tenant: Tenant, capsys: pytest.CaptureFixture[str]
) -> None:
    at, period = timezone.now(), Period.of(TODAY)
    with CaptureQueriesContext(connection) as few:
        compiled(period.before, TODAY, at)
    multiply(PROJECTS // FEW - 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert Procedure.objects.count() == PROJECTS * MATTERS
    with CaptureQueriesContext(connection) as many:
        report = compiled(period, TODAY, at)
    assert len(many) == len(few)

    again = {"version": report.version}

    def compile_again() -> None:
        made = actions.recompile(
            pk=report.pk,
            on=TODAY,
            at=at + timedelta(minutes=again["version"]),
            actor=SYSTEM,
            **again,
        )
        again["version"] = made.version

    numbers = listed(report)
    plain, ours = fastest(lambda: read_plainly(numbers)), fastest(compile_again)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT octet_length(snapshot::text) FROM dispatch_report WHERE id = %s", [report.pk]
        )
        size = cursor.fetchone()[0]
    tracemalloc.start()
    with transaction.atomic():
        compile_again()
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    with capsys.disabled():
        print(
            f"\n编制 {PROJECTS * MATTERS} 项办件的半月调度报告 {ours:.2f} 秒（清单共 {len(numbers)} 行，"
            f"快照 {size / 1e6:.1f} MB，{len(many)} 次查询，小库 {len(few)} 次），"
            f"直接读同样的行 {plain:.2f} 秒：{ours / plain:.1f} 倍（上限 {DEARER_AT_MOST}）；"
            f"内存峰值 {memory / 1e6:.0f} MB，为快照的 {memory / size:.1f} 倍（上限 {MEMORY_AT_MOST}）"
        )
    assert ours / plain <= DEARER_AT_MOST
    assert memory / size <= MEMORY_AT_MOST
