"""Importing 5,000 rows against reading the same workbook and inserting the same rows raw."""

import io
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import python_calamine
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.projects import importing, queries, sample
from workflows.projects.models import Intake, Project
from workflows.projects.paper import list_bytes

ROWS = 5_000
AT_MOST = 3.0
ON = date(2025, 10, 28)
CLERK = Actor(1, "某某（示例）", "机制办公室")

pytestmark = [pytest.mark.bench, pytest.mark.django_db]


class _Undone(Exception):
    """Puts the table back as it was."""


@pytest.fixture
def here(zhungeer: Tenant) -> Iterator[Tenant]:
    with visiting(zhungeer):
        yield zhungeer


@pytest.fixture
def source(here: Tenant) -> bytes:
    """A workbook of 5,000 projects, made by way of the list itself and then forgotten."""
    rows = sample.sample_rows("zhungeer", 2026, ROWS)
    content = b""
    try:
        with transaction.atomic():
            sample.load(rows, year=2026, on=ON, actor=CLERK, combed=False)
            content = list_bytes(
                queries.listed(2026), title="准格尔旗2026年度重点项目清单", as_of=ON
            )
            raise _Undone
    except _Undone:
        return content


def raw(source: bytes, rows: list[dict[str, Any]]) -> float:
    """Seconds to read every cell and insert ``rows``, already made, with one prepared INSERT."""
    columns = [name for name in rows[0] if name != "id"]
    values = [
        [Jsonb(row[name]) if isinstance(row[name], list) else row[name] for name in columns]
        for row in rows
    ]
    started = time.perf_counter()
    python_calamine.load_workbook(io.BytesIO(source)).get_sheet_by_index(0).to_python()
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO projects_project ({','.join(columns)}) "
            f"VALUES ({','.join(['%s'] * len(columns))})",
            values,
        )
    return time.perf_counter() - started


def test_importing_5000_rows_costs_at_most_three_times_the_raw_work(
    here: Tenant, source: bytes
) -> None:
    imported, bare = [], []
    for _ in range(3):
        Intake.objects.all().delete()
        intake = importing.receive(file_name="5000.xlsx", source=source, year=None, actor=CLERK)
        digest = queries.comparison(intake).digest
        try:
            with transaction.atomic():
                started = time.perf_counter()
                importing.apply(intake_id=intake.pk, digest=digest, on=ON, actor=CLERK)
                imported.append(time.perf_counter() - started)
                assert Project.objects.count() == ROWS
                rows = list(Project.objects.values())
                raise _Undone
        except _Undone:
            pass
        try:
            with transaction.atomic():
                bare.append(raw(source, rows))
                assert Project.objects.count() == ROWS
                raise _Undone
        except _Undone:
            pass
    ratio = min(imported) / min(bare)
    print(
        f"\n导入 {ROWS} 行 {min(imported):.2f} 秒，读表并原样批量写入 {min(bare):.2f} 秒："
        f"{ratio:.2f} 倍（上限 {AT_MOST}）"
    )
    assert ratio <= AT_MOST
