"""Rebuilding a tenant of 10,000 projects of 40 matters, against the bare writing of the same rows.

Fifty projects are combed out and played through their season as the example data is (a third each
run well, fairly and late; corrections, stops, decisions), then copied with ledger, edges and all
until there are 10,000; a tenth can't meet their target, half meet it because soft edges give way.
Every stored date is cleared, so that the first run writes every row.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from kernel.trail import SYSTEM
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.bench.test_comb import project_of, wide_standard
from workflows.procedures import bulk_rows, queries
from workflows.procedures.actions import comb_out, rebuild_caches
from workflows.procedures.bulk_rows import MADE_AGAIN
from workflows.procedures.models import ClockEntry, Edge, Procedure
from workflows.procedures.sample import play_all
from workflows.projects.models import Project

PLAYED, PROJECTS, MATTERS = 50, 10_000, 40
PROCEDURES = PROJECTS * MATTERS
WRITING_AT_MOST, AGAIN_AT_MOST, MEMORY_AT_MOST = 1.5, 1 / 3, 1 << 30
ON, TODAY = date(2025, 11, 1), date(2026, 1, 14)
WRITTEN = [*MADE_AGAIN, "revision"]

pytestmark = pytest.mark.bench


@pytest.fixture
def full(
    own_tenant: Tenant, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    standard = wide_standard()
    versions = {fact.code: 1 for fact in standard.matters}
    monkeypatch.setattr(queries, "standard", lambda on: (standard, versions))
    with django_db_blocker.unblock(), visiting(own_tenant):
        projects = Project.objects.bulk_create([dated(n) for n in range(PLAYED)])
        for project in projects:
            comb_out(project, on=ON, actor=SYSTEM)
        play_all(projects, today=TODAY)
        multiply(PROJECTS // PLAYED - 1)
        clear()
        yield


def dated(n: int) -> Project:
    """Every tenth has to be done by the end of March, which so many matters can't; the others by
    the end of August."""
    project = project_of(n)
    project.target_on = date(2026, 3 if n % 10 == 0 else 8, 31)
    return project


def multiply(copies: int) -> None:
    """Copy the played projects, ids a fixed stride further on, so many times."""
    stride = 1_000_000
    copied: tuple[tuple[type[Any], dict[str, str]], ...] = (
        (Project, {"number": "number || '-' || n", "name": "name || n"}),
        (Procedure, {"number": "number || '-' || n", "project_id": f"project_id + n * {stride}"}),
        (Edge, {c: f"{c} + n * {stride}" for c in ("before_id", "after_id")}),
        (ClockEntry, {"procedure_id": f"procedure_id + n * {stride}"}),
    )
    with connection.cursor() as cursor:
        for model, changed in copied:
            changed = {"id": f"id + n * {stride}", **changed}
            columns = [f'"{field.column}"' for field in model._meta.concrete_fields]
            values = [changed.get(c.strip('"'), c) for c in columns]
            cursor.execute(
                f"INSERT INTO {model._meta.db_table} ({', '.join(columns)})"
                f" SELECT {', '.join(values)} FROM {model._meta.db_table},"
                f" generate_series(1, {copies}) AS n ORDER BY n, id"
            )
        cursor.execute("DELETE FROM rollup_procedurerow WHERE owner = current_schema()")
        cursor.execute("DELETE FROM rollup_projectrow WHERE owner = current_schema()")


def clear() -> None:
    """Forget every stored date and the room it took, so that each side begins alike."""
    empty = {"state": "'planned'", "ball": "'owner'", "critical": "false", "provisional": "false"}
    sets = ", ".join(f"{name} = {empty.get(name, 'NULL')}" for name in MADE_AGAIN)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE procedures_procedure SET {sets}, revision = 1")
        cursor.execute("VACUUM FULL ANALYZE procedures_procedure")
        cursor.execute("VACUUM ANALYZE procedures_clockentry, procedures_edge, projects_project")


@contextmanager
def clocked(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> Iterator[list[float]]:
    """The seconds that each call of a function takes."""
    took: list[float] = []
    original: Callable[..., Any] = getattr(module, name)

    def measured(*args: Any, **named: Any) -> Any:
        begun = time.perf_counter()
        result = original(*args, **named)
        took.append(time.perf_counter() - begun)
        return result

    with monkeypatch.context() as patch:
        patch.setattr(module, name, measured)
        yield took


def written_raw() -> tuple[float, bytes]:
    """Seconds to COPY the rows as they stand into a temporary table and to UPDATE from it."""
    columns = ", ".join(WRITTEN)
    sets = ", ".join(f"{c} = v.{c}" for c in WRITTEN)
    with connection.cursor() as cursor:
        with cursor.copy(
            f"COPY (SELECT id, {columns} FROM procedures_procedure) TO STDOUT"
        ) as copy:
            rows = b"".join(copy)
        clear()
        begun = time.perf_counter()
        with transaction.atomic():
            cursor.execute(
                f"CREATE TEMP TABLE raw ON COMMIT DROP AS SELECT id, {columns}"
                " FROM procedures_procedure WITH NO DATA"
            )
            with cursor.copy("COPY raw FROM STDIN") as copy:
                copy.write(rows)
            cursor.execute("ANALYZE raw")
            cursor.execute(f"UPDATE procedures_procedure p SET {sets} FROM raw v WHERE p.id = v.id")
            assert cursor.rowcount == PROCEDURES
        return time.perf_counter() - begun, rows


def peak_memory() -> int:
    status = Path("/proc/self/status").read_text("ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024


def timed(work: Callable[[], int], expected: int) -> float:
    begun = time.perf_counter()
    assert work() == expected
    return time.perf_counter() - begun


def test_writing_a_citys_plans_costs_little_more_than_the_bare_rows(
    full: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak is counted from here
    with (
        clocked(monkeypatch, bulk_rows, "_write_procedures") as writing,
        clocked(monkeypatch, bulk_rows, "_write_projects") as lists,
        clocked(monkeypatch, bulk_rows, "_publish") as publishing,
    ):
        first = timed(lambda: rebuild_caches(TODAY), PROCEDURES)
    again = timed(lambda: rebuild_caches(TODAY), 0)
    memory = peak_memory()
    feasible = Project.objects.filter(feasible=True).count()
    raw, _ = written_raw()
    ratio = sum(writing) / raw
    print(
        f"\n重算并写入 {PROJECTS} 个项目、{PROCEDURES} 项办件（{feasible} 个项目可如期）{first:.1f} 秒；"
        f"其中写办件 {sum(writing):.1f} 秒、写项目 {sum(lists):.1f} 秒、写汇总 {sum(publishing):.1f} 秒。"
        f"\n同样的行原样 COPY 到临时表再 UPDATE {raw:.1f} 秒：{ratio:.2f} 倍（上限 {WRITING_AT_MOST}）。"
        f"\n无变化再算一遍 {again:.1f} 秒，是写入那遍的 {again / first:.2f}（上限 {AGAIN_AT_MOST:.2f}）；"
        f"内存峰值 {memory / 2**20:.0f} MiB（上限 1024）。"
    )
    assert ratio <= WRITING_AT_MOST
    assert again <= AGAIN_AT_MOST * first
    assert memory < MEMORY_AT_MOST
