"""The database's lamp is the pages' lamp, for every combination of dates."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from itertools import product

from django.db import transaction

from kernel.web.lamps import lamp_on
from tenants.models import Tenant
from tenants.rollup.models import ProcedureRow, ProjectRow
from tenants.rollup.queries import lit, procedure_rows, project_rows
from tenants.rollup.writing import put

In = Callable[[Tenant], AbstractContextManager[Tenant]]
ON = date(2026, 1, 14)
DAYS = [None, *(ON + timedelta(days=n) for n in (-1, 0, 1))]


def procedure(number: str, **facts: object) -> ProcedureRow:
    return ProcedureRow(
        **{
            "number": number, "version": 1, "project_number": "P1", "project_name": "示例",
            "year": 2026, "matter_code": "A01", "matter_name": "核准", "department_code": "FGW",
            "stage": 1, "state": "accepted", "ball": "department",
        } | facts
    )  # fmt: skip


def project(number: str = "P1", **facts: object) -> ProjectRow:
    return ProjectRow(
        **{
            "number": number, "version": 1, "name": number, "year": 2026, "investment_wan": 120_000,
            "state": "confirmed", "target_on": date(2026, 3, 31), "procedures_total": 2,
        } | facts
    )  # fmt: skip


def test_sql_and_pages_agree_on_every_lamp(zhungeer: Tenant, in_tenant: In) -> None:
    rows = [
        procedure(f"N{n}", yellow_on=yellow, red_on=red, decided_on=decided, state=state)
        for n, (yellow, red, decided, state) in enumerate(
            product(DAYS, DAYS, DAYS, ["accepted", "stopped"])
        )
    ]
    with in_tenant(zhungeer), transaction.atomic():
        put(rows)
        for row in procedure_rows(ON):
            expected = lamp_on(
                ON,
                yellow_on=row.yellow_on,
                red_on=row.red_on,
                decided_on=row.decided_on,
                paused=row.state == "stopped",
            )
            assert row.lamp == expected.value, (
                row.yellow_on,
                row.red_on,
                row.decided_on,
                row.state,
            )
        worst = set(procedure_rows(ON).filter(lit(ON)).values_list("number", flat=True))
        shown = procedure_rows(ON).filter(lamp__in=["red", "yellow"])
        assert worst == set(shown.values_list("number", flat=True)) != set()


def test_late_is_a_statutory_or_promised_day_that_passed_undecided(
    zhungeer: Tenant, in_tenant: In
) -> None:
    yesterday = ON - timedelta(days=1)
    with in_tenant(zhungeer), transaction.atomic():
        put(
            [
                procedure("today", statutory_due_on=ON),
                procedure("statutory", statutory_due_on=yesterday, promised_due_on=ON),
                procedure("promised", promised_due_on=yesterday),
                procedure("decided", promised_due_on=yesterday, decided_on=ON),
                procedure("planned", planned_due_on=yesterday),
            ]
        )
        late = set(procedure_rows(ON).filter(late=True).values_list("number", flat=True))
        assert late == {"statutory", "promised"}
        assert procedure_rows(ON).get(number="statutory").next_on == yesterday


def test_a_project_takes_its_worst_lamp_and_hits_by_its_target(
    zhungeer: Tenant, in_tenant: In
) -> None:
    march = date(2026, 3, 31)
    with in_tenant(zhungeer), transaction.atomic():
        put([
            project("hit", expected_on=march),
            project("late", expected_on=march + timedelta(days=1)),
            project("done", done_on=ON, expected_on=march + timedelta(days=1)),
            project("done-late", done_on=march + timedelta(days=1), target_on=march),
            project("unplanned", procedures_total=0),
            project("P1", expected_on=march),
            procedure("r", red_on=ON), procedure("y", yellow_on=ON), procedure("d", decided_on=ON),
        ])  # fmt: skip
        rows = {r.number: (r.lamp, r.hit, r.reds, r.yellows) for r in project_rows(ON)}
    assert rows == {
        "hit": ("green", True, 0, 0),
        "late": ("red", False, 0, 0),
        "done": ("done", True, 0, 0),
        "done-late": ("green", False, 0, 0),
        "unplanned": ("none", False, 0, 0),
        "P1": ("red", True, 1, 1),
    }
