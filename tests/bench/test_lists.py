"""Every list of the console in a tenant of 60,000 procedures, against the same list in one of 1,200.

There are fifty times the rows, and a page shows the same number of them: whatever it costs more, it
pays for counting and ordering rows it does not show. Beside it stands the database's own share. The
first look of a day at the hundred days counts them all and is not measured.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel.trail import SYSTEM
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.bench.test_bulk import MATTERS, ON, TODAY, dated, multiply
from tests.bench.test_comb import wide_standard
from workflows.procedures import queries
from workflows.procedures.actions import comb_out
from workflows.procedures.models import Procedure
from workflows.procedures.sample import play_all
from workflows.projects.models import Project
from workflows.watches.actions import notice

PROJECTS, FEW = 1_500, 30
DEARER_AT_MOST = 15.0
LISTS = (
    "/",
    "/projects/?year=2026",
    "/procedures/",
    "/procedures/?lamp=red",
    "/procedures/?sort=-expected&page=40",
    "/watches/",
    "/watches/validity/",
    "/meter/?year=2026",
)

pytestmark = pytest.mark.bench


@pytest.fixture
def tenant(
    own_tenant: Tenant, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Tenant]:
    """Thirty projects of forty matters, played through their season."""
    standard = wide_standard()
    versions = {fact.code: 1 for fact in standard.matters}
    monkeypatch.setattr(queries, "standard", lambda on: (standard, versions))
    with django_db_blocker.unblock():
        with visiting(own_tenant):
            projects = Project.objects.bulk_create([dated(n) for n in range(FEW)])
            for project in projects:
                comb_out(project, on=ON, actor=SYSTEM)
            play_all(projects, today=TODAY)
            notice(on=TODAY, at=timezone.now())
        yield own_tenant


def test_a_list_costs_little_more_in_a_full_tenant_than_in_a_small_one(
    tenant: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> None:
    browser = console(tenant, member(tenant, "office"))
    small = {path: cost(browser, path) for path in LISTS}
    with visiting(tenant):
        multiply(PROJECTS // FEW - 1)
        notice(on=TODAY, at=timezone.now())
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        assert Procedure.objects.count() == PROJECTS * MATTERS
    full = {path: cost(browser, path) for path in LISTS}

    print(f"\n{PROJECTS * MATTERS} 件对 {FEW * MATTERS} 件，每页耗时（其中数据库）与倍数：")
    ratios = {}
    for path in LISTS:
        (before, asked_before), (after, asked_after) = small[path], full[path]
        ratios[path] = after / before
        print(
            f"{path:40} {before * 1e3:6.0f} ms（{asked_before * 1e3:4.0f}）→"
            f" {after * 1e3:6.0f} ms（{asked_after * 1e3:4.0f}）  {ratios[path]:5.2f} 倍"
        )
    assert {path: n for path, n in ratios.items() if n > DEARER_AT_MOST} == {}


def cost(browser: Client, path: str) -> tuple[float, float]:
    """Seconds for the page and for its queries: the best of three, after one that warms up."""
    best = (float("inf"), 0.0)
    for _ in range(4):
        with CaptureQueriesContext(connection) as asked:
            begun = time.perf_counter()
            answer = browser.get(path)
            took = time.perf_counter() - begun
        assert answer.status_code == 200, path
        best = min(best, (took, sum(float(q["time"]) for q in asked.captured_queries)))
    return best
