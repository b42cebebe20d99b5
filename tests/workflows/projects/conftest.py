"""Projects in every state, and what it takes to make them."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.projects import actions, hooks
from workflows.projects.models import Project
from workflows.projects.samples.make_samples import CLEAN, DIRTY
from workflows.projects.workbook import ProjectFacts

CLERK = Actor(1, "某某（示例）", "机制办公室")
OCTOBER_28 = date(2025, 10, 28)


@pytest.fixture
def here(zhungeer: Tenant) -> Iterator[Tenant]:
    """准格尔旗, with the connection in its schema."""
    with visiting(zhungeer):
        yield zhungeer


@pytest.fixture
def facts() -> Callable[..., ProjectFacts]:
    """``facts(**changed)``: what a list may say of one project."""

    def stated(**changed: Any) -> ProjectFacts:
        usual: dict[str, Any] = {
            "name": "煤基新材料项目（示例）",
            "owner_name": "示例新材料有限公司",
            "region_code": "150622",
            "place": "准格尔旗大路镇",
            "kind": "filing",
            "industry": "chemical",
            "investment_wan": Decimal("150000.00"),
            "planned_start_on": date(2026, 4, 15),
            "features": frozenset({"land_supply", "eia_report"}),
            "source_row": 0,
        }
        return ProjectFacts(**usual | changed)

    return stated


@pytest.fixture
def project(facts: Callable[..., ProjectFacts]) -> Callable[..., Project]:
    """``project(**changed)`` registers a draft in the current tenant."""
    return lambda **changed: actions.register(year=2026, facts=facts(**changed), actor=CLERK)


@pytest.fixture
def move() -> Callable[..., Project]:
    """``move(project, *names, on, reason)`` takes one step after the other."""

    def take(project: Project, *names: str, on: date = OCTOBER_28, reason: str = "因故") -> Project:
        for name in names:
            project = actions.make_move(
                number=project.number, name=name, version=None, on=on, actor=CLERK, reason=reason
            )
        return project

    return take


@pytest.fixture
def commenting(project: Callable[..., Project], move: Callable[..., Project]) -> Any:
    return lambda **changed: move(project(**changed), "send_for_comment")


@pytest.fixture
def confirmed(
    called: list[Any], commenting: Callable[..., Project], move: Callable[..., Project]
) -> Any:
    return lambda **changed: move(commenting(**changed), "confirm")


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, date]]:
    """What other rooms were told, in order; their own hooks stand aside."""
    calls: list[tuple[str, str, date]] = []

    def teller(event: str) -> Callable[..., None]:
        def tell(project: Project, *, on: date, actor: Actor) -> None:
            calls.append((event, project.number, on))

        return tell

    for event in ("ON_CONFIRM", "ON_CHANGE", "ON_REMOVE"):
        monkeypatch.setattr(hooks, event, [teller(event)])
    return calls


@pytest.fixture
def clean_list() -> bytes:
    return CLEAN.read_bytes()


@pytest.fixture
def dirty_list() -> bytes:
    return DIRTY.read_bytes()
