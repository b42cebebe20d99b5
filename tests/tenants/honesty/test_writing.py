"""A score is the tenant's own: seen by those above it, written by nobody else."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.utils import timezone

from tenants.honesty.models import Score
from tenants.honesty.writing import put, scores, years
from tenants.models import Tenant

In = Callable[[Tenant], AbstractContextManager[Tenant]]
FIGURES = {
    "asked": 10, "recorded": 7, "missing": 1, "invented": 1, "contrary": 1, "misshapen": 0, "rows": 3,
    "passed": 1,
}  # fmt: skip


def keep(**changed: int) -> Score:
    return put(year=2027, at=timezone.now(), figures=FIGURES | changed)


def test_a_score_is_seen_by_its_owner_and_the_city_and_nobody_else(
    city: Tenant, zhungeer: Tenant, dalate: Tenant, in_tenant: In
) -> None:
    with in_tenant(zhungeer):
        made = keep()
        assert (made.owner, made.owner_name, made.share) == ("t_zhungeer", "准格尔旗", 0.7)
    for tenant, seen in ((zhungeer, 1), (city, 1), (dalate, 0)):
        with in_tenant(tenant), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM honesty_score")
            assert cursor.fetchone()[0] == seen, tenant
            assert (len(scores(2027)), years()) == (seen, [2027] * seen)


def test_the_next_check_replaces_the_one_before(zhungeer: Tenant, in_tenant: In) -> None:
    with in_tenant(zhungeer):
        keep()
        keep(recorded=10, missing=0, invented=0, contrary=0)
        assert Score.objects.get().share == 1


@pytest.mark.parametrize(
    "statement", ["UPDATE honesty_score SET recorded = asked", "DELETE FROM honesty_score"]
)
def test_neither_neighbour_nor_city_touches_a_score(
    city: Tenant, zhungeer: Tenant, dalate: Tenant, in_tenant: In, statement: str
) -> None:
    with in_tenant(zhungeer):
        keep()
    for tenant in (dalate, city):
        with in_tenant(tenant), connection.cursor() as cursor:
            cursor.execute(statement)
            assert cursor.rowcount == 0


def test_nobody_writes_in_anothers_name(zhungeer: Tenant, dalate: Tenant, in_tenant: In) -> None:
    with (
        in_tenant(dalate),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        Score.objects.create(
            owner="t_zhungeer", owner_name="准格尔旗", visible_to=["t_dalate"], year=2027,
            at=timezone.now(), **FIGURES,
        )  # fmt: skip


@pytest.mark.parametrize("changed", [{"recorded": 10}, {"passed": 4}])
def test_the_parts_add_up(zhungeer: Tenant, in_tenant: In, changed: dict[str, int]) -> None:
    with in_tenant(zhungeer), pytest.raises(IntegrityError), transaction.atomic():
        keep(**changed)


def test_nothing_asked_is_no_score(zhungeer: Tenant, in_tenant: In) -> None:
    with in_tenant(zhungeer):
        nothing = dict.fromkeys(FIGURES, 0)
        assert keep(**nothing).share is None
