"""Officers at one list at once: one version is issued, the others are told."""

from collections.abc import Callable
from datetime import date
from typing import Any

from kernel.notices.models import Notice
from kernel.trail import Actor
from kernel.trail.writing import first_broken_line
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.conftest import OFFICERS
from tests.workflows.annual.conftest import YEAR, at, move, step
from workflows.annual import actions, queries
from workflows.annual.models import Cycle, ListVersion
from workflows.issuing.models import Issued
from workflows.projects import actions as projects
from workflows.projects.workbook import ProjectFacts

ON = date(2026, 10, 28)


def officer(n: int) -> Actor:
    return Actor(n, f"某{n}（示例）", "机制办公室")


def test_one_version_is_issued_and_each_department_reminded_once(
    own_tenant: Tenant, facts: Callable[..., ProjectFacts], at_once: Callable[..., list[Any]]
) -> None:
    with visiting(own_tenant):
        actions.open_cycle(year=YEAR, on=date(2026, 8, 3), at=at(ON), actor=officer(9))
        move("start", date(2026, 9, 1))
        one, two = (projects.register(year=YEAR, facts=facts(n), actor=officer(9)) for n in (1, 2))
        move("close_collecting", date(2026, 9, 28))
        step(one, "send_for_comment", date(2026, 10, 9))
        step(two, "send_for_comment", date(2026, 10, 9))
        step(one, "confirm", ON)
        cycle = Cycle.objects.get(year=YEAR)
        digest = queries.next_version(cycle).digest

    sweeps = at_once(lambda n: actions.remind(on=ON, at=at(ON)))
    assert all(isinstance(answer, int) for answer in sweeps)
    with visiting(own_tenant):
        keys = list(Notice.objects.values_list("key", flat=True))
        assert len(keys) == len(set(keys)) > 0

    urged = at_once(
        lambda n: actions.urge(year=YEAR, codes=None, on=ON, at=at(ON), actor=officer(n))
    )
    assert sum(isinstance(answer, list) for answer in urged) == 1
    assert sum("今天已经提醒过" in answer for answer in urged if isinstance(answer, str)) == 3

    issued = at_once(
        lambda n: actions.issue_version(
            year=YEAR,
            on=ON,
            note="",
            digest=digest,
            version=cycle.version,
            at=at(ON),
            actor=officer(n),
        )
    )
    refused = [answer for answer in issued if isinstance(answer, str)]
    assert len(refused) == OFFICERS - 1
    assert all("已被改动" in answer for answer in refused), refused
    with visiting(own_tenant):
        assert ListVersion.objects.count() == Issued.objects.count() == 1
        assert first_broken_line() is None
