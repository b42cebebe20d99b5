"""Confirmed projects of 准格尔旗 on a fixed day, one of them under way."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine

from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.procedures.actions import comb_out, make_move
from workflows.procedures.models import Procedure
from workflows.projects.models import Project, target_for

CLERK = Actor(7, "某经办（示例）", "机制办公室")
CONFIRMED_ON = date(2025, 11, 3)


@pytest.fixture
def here(zhungeer: Tenant) -> Iterator[Tenant]:
    with time_machine.travel("2026-01-14T09:20:00+08:00", tick=False), visiting(zhungeer):
        yield zhungeer


@pytest.fixture
def make_project(here: Tenant) -> Callable[..., Project]:
    """``make_project(n, **facts)`` confirms a project and combs it out."""

    def make(n: int = 1, combed: bool = True, **facts: Any) -> Project:
        start = facts.setdefault("planned_start_on", date(2026, 4, 20))
        made = Project.objects.create(
            **{
                "number": f"ZGE-2026-{n:03d}",
                "year": 2026,
                "name": f"煤基新材料一体化项目{n}（示例）",
                "owner_name": "某能源化工有限公司（示例）",
                "region_code": "150622",
                "industry": "chemical",
                "kind": "verification",
                "investment_wan": 468_000,
                "features": ["land_supply", "building", "eia_report"],
                "admission_rule": "scale",
                "admission_reason": "总投资不低于10亿元",
                "state": "confirmed",
                "confirmed_on": CONFIRMED_ON,
                "target_on": target_for(start),
                **facts,
            }
        )
        if combed:
            comb_out(made, on=CONFIRMED_ON, actor=CLERK)
        return made

    return make


@pytest.fixture
def move(here: Tenant) -> Callable[..., Procedure]:
    """``move(project, "B01", "receive", on)``."""

    def act(project: Project, code: str, name: str, on: date) -> Procedure:
        procedure = Procedure.objects.get(project=project, matter_code=code)
        return make_move(
            procedure_number=procedure.number,
            name=name,
            on=on,
            version=procedure.version,
            document="准审〔2026〕1号",
            actor=CLERK,
        )

    return act


@pytest.fixture
def project(make_project: Callable[..., Project], move: Callable[..., Procedure]) -> Project:
    """B01 runs since January, A05 is done."""
    made = make_project()
    for name, on in (("receive", date(2025, 12, 1)), ("accept", date(2025, 12, 2))):
        move(made, "A05", name, on)
    move(made, "A05", "decide", date(2025, 12, 10))
    for name, on in (("receive", date(2026, 1, 5)), ("accept", date(2026, 1, 6))):
        move(made, "B01", name, on)
    return made
