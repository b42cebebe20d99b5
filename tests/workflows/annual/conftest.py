"""A cycle and projects in it, and what it takes to move them through simulated days."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from kernel.calendars.queries import work_calendar
from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.annual import actions, queries
from workflows.annual.models import Cycle, ListVersion
from workflows.projects import actions as projects
from workflows.projects.models import Comment, Project
from workflows.projects.workbook import ProjectFacts

CLERK = Actor(1, "某某（示例）", "机制办公室")
YEAR = 2027  #: drawn up in 2026, whose notice is on file


def at(on: date, hour: int = 9) -> datetime:
    return timezone.make_aware(datetime.combine(on, time(hour)))


@pytest.fixture
def here(zhungeer: Tenant) -> Iterator[Tenant]:
    """准格尔旗, with the connection in its schema."""
    with visiting(zhungeer):
        yield zhungeer


@pytest.fixture
def cycle(here: Tenant) -> Cycle:
    """The cycle of 2027 with the calendar that is proposed, opened in August 2026."""
    on = date(2026, 8, 3)
    return actions.open_cycle(year=YEAR, on=on, at=at(on), actor=CLERK)


@pytest.fixture
def facts() -> Callable[..., ProjectFacts]:
    def stated(n: int = 1, **changed: Any) -> ProjectFacts:
        usual: dict[str, Any] = {
            "name": f"煤基新材料项目{n}（示例）",
            "owner_name": "示例新材料有限公司",
            "region_code": "150622",
            "place": "准格尔旗大路镇",
            "kind": "filing",
            "industry": "chemical",
            "investment_wan": Decimal("150000.00"),
            "planned_start_on": date(YEAR, 4, 15),
            "features": frozenset({"land_supply"}),
            "source_row": 0,
        }
        return ProjectFacts(**usual | changed)

    return stated


@pytest.fixture
def project(facts: Callable[..., ProjectFacts]) -> Callable[..., Project]:
    """``project(n, **changed)`` registers a draft for 2027."""
    return lambda n=1, **changed: projects.register(
        year=YEAR, facts=facts(n, **changed), actor=CLERK
    )


def step(project: Project, name: str, on: date, why: str = "因故") -> Project:
    return projects.make_move(
        number=project.number, name=name, version=None, on=on, actor=CLERK, reason=why
    )


def move(name: str, on: date, why: str = "") -> Cycle:
    cycle = Cycle.objects.get(year=YEAR)
    return actions.make_move(
        year=YEAR, name=name, on=on, why=why, version=cycle.version, at=at(on), actor=CLERK
    )


def said(project: Project, code: str, opinion: str, on: date, text: str = "") -> Comment:
    """A department's opinion, dated ``on``."""
    made = projects.comment(
        number=project.number, department_code=code, opinion=opinion, text=text, actor=CLERK
    )
    Comment.objects.filter(pk=made.pk).update(at=at(on))
    return Comment.objects.get(pk=made.pk)


def issue(on: date, **changed: Any) -> ListVersion:
    cycle = Cycle.objects.get(year=YEAR)
    given: dict[str, Any] = {
        "year": YEAR,
        "on": on,
        "note": "",
        "digest": queries.next_version(cycle).digest,
        "version": cycle.version,
        "at": at(on),
        "actor": CLERK,
    }
    return actions.issue_version(**given | changed)


def now(on: date) -> queries.Year:
    return queries.Year(queries.cycles().get(year=YEAR), on, work_calendar())


@pytest.fixture
def settled(cycle: Cycle, project: Callable[..., Project]) -> list[Project]:
    """Three projects on the list of 2027, issued as version 1 on 28 October 2026."""
    move("start", date(2026, 9, 1))
    made = [project(n) for n in (1, 2, 3)]
    move("close_collecting", date(2026, 9, 28))
    made = [step(one, "send_for_comment", date(2026, 10, 9)) for one in made]
    made = [step(one, "confirm", date(2026, 10, 28)) for one in made]
    issue(date(2026, 10, 28))
    return made
