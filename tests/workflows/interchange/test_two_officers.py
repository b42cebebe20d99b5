"""Officers at one subject and at one season at once: one is done, the others are told."""

from collections.abc import Callable
from typing import Any

from kernel.trail.writing import first_broken_line
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.conftest import OFFICERS
from tests.workflows.interchange.conftest import CLERK, TODAY, YEAR, at, fill, fill_office, lay_out
from workflows.interchange import actions
from workflows.interchange.models import Batch, RefusedRow, Supplement
from workflows.interchange.tables import Home


def test_one_value_is_recorded_and_one_batch_made(
    own_tenant: Tenant, at_once: Callable[..., list[Any]]
) -> None:
    with visiting(own_tenant):
        (project,) = lay_out()

    said = at_once(lambda n: fill(Home.PROJECT, project.number, GCDM=f"1506222027000{n}"))
    assert said.count(1) == 1
    assert sum("刚刚有人改过" in answer for answer in said if isinstance(answer, str)) == 3
    with visiting(own_tenant):
        assert Supplement.objects.get().version == 1
        Supplement.objects.all().delete()
        fill_office(project)

    made = at_once(lambda n: actions.prepare(year=YEAR, on=TODAY, at=at(), actor=CLERK))
    assert sum(isinstance(answer, Batch) for answer in made) == 1
    assert sum("今天已经导出" in answer for answer in made if isinstance(answer, str)) == 3
    with visiting(own_tenant):
        batch = Batch.objects.get()
        assert batch.number == "LSQ-SJ-2027-001"
        assert RefusedRow.objects.filter(batch=batch).count() == batch.refused
        assert first_broken_line() is None

    checks = at_once(lambda n: actions.check_all(on=TODAY, at=at()))
    assert checks == [1] * OFFICERS
