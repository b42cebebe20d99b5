"""The sweep over a tenant of 60,000 procedures and 10,000 sheets against one plain query for each of the
two that fetches the same open deadlines as bare tuples.

Half the deadlines lie ahead and half behind. The first sweep opens and chases everything at once,
which happens once in a tenant's life and is only told; the second finds nothing to write, as nearly
every sweep does, and is measured.
"""

import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel.calendars.queries import work_calendar
from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.bench.test_comb import project_of
from workflows.assignments.models import Part, Sheet
from workflows.procedures.models import Procedure
from workflows.supervision import duties, queries
from workflows.supervision.models import Case, Step
from workflows.supervision.sweeping import sweep

PROCEDURES, SHEETS = 60_000, 10_000
AGAIN_AT_MOST = 15.0
ON = date(2026, 6, 3)  # a Wednesday
CLERK = Actor(1, "某某（示例）", "机制办公室")
UNITS = ("zrzy", "sthj", "zjj", "slj", "lcj", "nyj")
#: Deadlines spread over four months, by the number of the row.
SPREAD = f"date '{ON - timedelta(days=60)}' + n % 120"

pytestmark = pytest.mark.bench


@pytest.fixture
def full(
    own_tenant: Tenant, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    chosen = {key: duties._sources[key] for key in ("procedures", "assignments")}
    monkeypatch.setattr(duties, "_sources", chosen)
    with django_db_blocker.unblock(), visiting(own_tenant):
        project = project_of(1)
        project.save()
        Procedure.objects.create(
            number="LSQ", project=project, order=1, matter_code="M", matter_version=1, name="事项",
            short_name="事项", department_code="zrzy", level="banner", stage=1, why="示例", terms={},
            state="accepted", ball="department",
        )  # fmt: skip
        sheet = Sheet.objects.create(
            title="任务", source_kind="leader", source_words="批示", matter="事由", demand="要求",
            due_on=ON, drafted_on=ON, made_at=timezone.now(), made_by=CLERK.name, project=project,
        )  # fmt: skip
        part = Part.objects.create(
            sheet=sheet, department_code="zrzy", leads=True, first_due_on=ON, due_on=ON
        )
        unit = f"('{{{','.join(UNITS)}}}'::text[])[1 + n % {len(UNITS)}]"
        copy(
            Procedure,
            PROCEDURES,
            number="'LSQ-' || n",
            matter_code="'M' || n",
            department_code=unit,
            promised_due_on=SPREAD,
            statutory_due_on=f"{SPREAD} + 10",
        )
        copy(Sheet, SHEETS, number="'示例交〔2026〕' || n || '号'", state="'handed_over'")
        copy(Part, SHEETS, sheet_id=f"{sheet.pk} + n", department_code=unit, due_on=SPREAD)
        part.delete()
        Procedure.objects.filter(number="LSQ").delete()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield


def copy(model: type[Any], count: int, **changed: str) -> None:
    """Copies of the one row, ids one further on each; ``n`` is their number."""
    changed["id"] = "id + n"
    columns = [field.column for field in model._meta.concrete_fields]
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(changed.get(column, f'"{column}"') for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values}"
            f" FROM {model._meta.db_table}, generate_series(1, {count}) AS n"
        )


def plain(last: date) -> int:
    """The same deadlines with the words a sweep looks at, as tuples, read to the end."""
    found = 0
    with connection.cursor() as cursor:
        for query in (
            (
                "SELECT d.number, d.name, d.department_code, d.promised_due_on, p.name"
                " FROM procedures_procedure d JOIN projects_project p ON p.id = d.project_id"
                " WHERE d.promised_due_on <= %s ORDER BY d.promised_due_on, d.id"
            ),
            (
                "SELECT s.number, s.title, d.department_code, d.due_on, p.name"
                " FROM assignments_part d JOIN assignments_sheet s ON s.id = d.sheet_id"
                " JOIN projects_project p ON p.id = s.project_id"
                " WHERE d.due_on <= %s ORDER BY d.due_on, d.id"
            ),
        ):
            cursor.execute(query, [last])
            found += len(cursor.fetchall())
    return found


def timed(work: Callable[[], int]) -> tuple[float, int]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def test_a_sweep_costs_little_more_than_fetching_what_it_looks_at(
    full: None, capsys: pytest.CaptureFixture[str]
) -> None:
    last = work_calendar().add(ON, queries.rule_on(ON).lead_days)
    fetched, count = min(timed(lambda: plain(last)) for _ in range(5))
    first, raised = timed(lambda: sweep(on=ON, at=timezone.now()))
    assert raised == count == Case.objects.count()
    steps = Step.objects.count()
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        sweep(on=ON, at=timezone.now())
    again, nothing = min(timed(lambda: sweep(on=ON, at=timezone.now())) for _ in range(3))
    assert nothing == 0
    assert Step.objects.count() == steps
    with capsys.disabled():
        print(
            f"\n{PROCEDURES} 个办件、{SHEETS} 张交办单，到期和将到期 {count} 项：取出 {fetched:.2f} 秒，"
            f"再次巡检 {again:.2f} 秒，{again / fetched:.1f} 倍（上限 {AGAIN_AT_MOST:.0f}），"
            f"{len(asked)} 次查询；首次巡检全部立项并发函 {first:.1f} 秒"
        )
    assert len(asked) < 20
    assert again / fetched <= AGAIN_AT_MOST
