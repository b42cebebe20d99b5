"""Roll-up rows land with their cause, in the owner's name, and an older write never wins."""

import os
import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.db.utils import ProgrammingError

from tenants.models import Tenant
from tenants.rollup.ledgers import Ledger, ledgers
from tenants.rollup.models import ProcedureRow, ProjectRow, RollupRow
from tenants.rollup.writing import drop, put, put_selected

In = Callable[[Tenant], AbstractContextManager[Tenant]]
WRITES = int(os.environ.get("ROLLUP_WRITES", "400"))  # of each ledger and order


def project(number: str = "ZGE-2026-001", version: int = 1, **facts: object) -> ProjectRow:
    return ProjectRow(
        **{
            "number": number,
            "version": version,
            "name": "煤基新材料项目（示例）",
            "year": 2026,
            "investment_wan": 120_000,
            "state": "confirmed",
            "target_on": date(2026, 3, 31),
        }
        | facts
    )


def test_a_row_is_seen_by_its_owner_and_the_city_and_nobody_else(
    city: Tenant, zhungeer: Tenant, dalate: Tenant, in_tenant: In
) -> None:
    with in_tenant(zhungeer), transaction.atomic():
        put([project()])
    for tenant, seen in ((zhungeer, 1), (city, 1), (dalate, 0)):
        with in_tenant(tenant), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM rollup_projectrow")
            assert cursor.fetchone()[0] == seen, tenant


def test_owner_and_visibility_are_the_tenants_own_whatever_the_caller_says(
    zhungeer: Tenant, in_tenant: In
) -> None:
    with in_tenant(zhungeer), transaction.atomic():
        put([project(owner="t_dalate", visible_to=["t_dalate"])])
        row = ProjectRow.objects.get()
    assert (row.owner, row.owner_name, row.visible_to) == (
        "t_zhungeer",
        "准格尔旗",
        ["t_zhungeer", "t_city"],
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rollup_projectrow SET name = 'x'",
        "DELETE FROM rollup_projectrow",
    ],
)
def test_the_database_lets_neither_neighbour_nor_city_touch_a_row(
    city: Tenant, zhungeer: Tenant, dalate: Tenant, in_tenant: In, statement: str
) -> None:
    with in_tenant(zhungeer), transaction.atomic():
        put([project()])
    for tenant in (dalate, city):
        with in_tenant(tenant), connection.cursor() as cursor:
            cursor.execute(statement)
            assert cursor.rowcount == 0
    with in_tenant(zhungeer):
        assert ProjectRow.objects.get().name == "煤基新材料项目（示例）"


def test_the_database_refuses_a_row_in_anothers_name(dalate: Tenant, in_tenant: In) -> None:
    row = project(owner="t_zhungeer", owner_name="准格尔旗", visible_to=["t_dalate"])
    row.written_at = "2026-01-01T00:00:00Z"
    with (
        in_tenant(dalate),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        row.save()


def test_a_row_goes_back_with_its_cause(zhungeer: Tenant, in_tenant: In) -> None:
    with in_tenant(zhungeer):
        with pytest.raises(RuntimeError, match="ledger"), transaction.atomic():
            put([project()])
            raise RuntimeError("the ledger's own write failed")
        assert not ProjectRow.objects.exists()


def test_a_row_without_its_cause_is_refused() -> None:
    with pytest.raises(TransactionManagementError):
        put([project()])
    with pytest.raises(TransactionManagementError):
        put_selected(ProjectRow, selected(1, "新"))
    with pytest.raises(TransactionManagementError):
        drop(ProjectRow, ["ZGE-2026-001"])


def test_rows_are_written_in_one_order_so_that_two_writers_never_wait_for_each_other(
    zhungeer: Tenant, in_tenant: In
) -> None:
    with in_tenant(zhungeer), transaction.atomic():
        put([project("ZGE-2026-002"), project("ZGE-2026-001")])
        written = ProjectRow.objects.order_by("pk").values_list("number", flat=True)
        assert list(written) == ["ZGE-2026-001", "ZGE-2026-002"]


def row(model: type[RollupRow], number: str, version: int) -> RollupRow:
    """A row with something in each of its columns that has to have something; ``version`` shows in its texts."""
    facts: dict[str, Any] = {"number": number, "version": version}
    for field in model._meta.concrete_fields:
        if (
            field.name in facts
            or field.primary_key
            or field.name in ("owner", "owner_name", "visible_to")
        ):
            continue
        match field.get_internal_type():
            case "CharField":
                facts[field.name] = f"{version}"
            case "DateField":
                facts[field.name] = date(2026, 1, 1) + timedelta(days=version)
            case "JSONField":
                facts[field.name] = [version]
            case "BooleanField":
                facts[field.name] = version % 2 == 0
            case "DateTimeField":
                pass
            case _:
                facts[field.name] = version
    return model(**facts)


@pytest.mark.parametrize("ledger", ledgers(), ids=lambda ledger: ledger.name)
def test_any_order_of_the_same_writes_gives_the_same_table(
    ledger: Ledger, zhungeer: Tenant, in_tenant: In
) -> None:
    """Hundreds of writes in two random orders, each of them twice; `make soak` does as many as it is told."""
    model = ledger.model
    rows = WRITES // 20
    writes = [(f"N{n:05}", version) for n in range(1, rows + 1) for version in range(1, 11)] * 2
    seen = []
    with in_tenant(zhungeer):
        for seed in range(2):
            random.Random(seed).shuffle(writes)
            with transaction.atomic():
                for begin in range(0, len(writes), 100):
                    # One statement writes a row once: the newest of what came together.
                    batch = dict(sorted(writes[begin : begin + 100]))
                    put([row(model, number, version) for number, version in batch.items()])
            seen.append(list(model._default_manager.order_by("number").values(*compared(model))))
            drop(model, [number for number, _ in writes])
    expected = [row(model, f"N{n:05}", 10) for n in range(1, rows + 1)]
    assert (
        seen[0]
        == seen[1]
        == [
            {name: field_of(model, name).to_python(getattr(each, name)) for name in compared(model)}
            for each in expected
        ]
    )


def compared(model: type[RollupRow]) -> list[str]:
    unlike = {"id", "owner", "owner_name", "visible_to", "written_at"}
    return [f.name for f in model._meta.concrete_fields if f.name not in unlike]


def field_of(model: type[RollupRow], name: str) -> Any:
    return model._meta.get_field(name)


def test_both_kinds_are_written_in_one_call(zhungeer: Tenant, in_tenant: In) -> None:
    procedure = ProcedureRow(
        number="ZGE-2026-001-01", version=1, project_number="ZGE-2026-001", project_name="示例",
        year=2026, matter_code="A01", matter_name="核准", department_code="FGW", stage=1,
        state="planned", ball="owner",
    )  # fmt: skip
    with in_tenant(zhungeer), transaction.atomic():
        put([project(), procedure])
        assert (ProjectRow.objects.count(), ProcedureRow.objects.count()) == (1, 1)


def selected(version: int, name: str) -> str:
    return (
        f"SELECT 'ZGE-2026-001' AS number, {version} AS version, '{name}' AS name, 2026 AS year,"
        " '' AS project_code, '' AS industry, 120000 AS investment_wan, 'confirmed' AS state,"
        " DATE '2026-03-31' AS target_on, NULL::date AS expected_on, NULL::date AS done_on,"
        " 1 AS procedures_total, 0 AS procedures_done, true AS feasible, false AS provisional,"
        " 't_dalate' AS owner"
    )


def test_selected_rows_are_put_in_the_tenants_own_name_and_an_older_one_never_wins(
    zhungeer: Tenant, dalate: Tenant, in_tenant: In
) -> None:
    with in_tenant(zhungeer), transaction.atomic():
        for version, name in ((2, "新"), (1, "旧")):
            put_selected(ProjectRow, selected(version, name))
        row = ProjectRow.objects.get()
    assert (row.name, row.owner, row.owner_name) == ("新", "t_zhungeer", "准格尔旗")
    assert row.visible_to == ["t_zhungeer", "t_city"]
    with in_tenant(dalate):
        assert not ProjectRow.objects.filter(number=row.number).exists()
