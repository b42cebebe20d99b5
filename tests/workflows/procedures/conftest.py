"""A confirmed project of 准格尔旗 with its procedures, and a way to move them."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.procedures.actions import comb_out, make_move
from workflows.procedures.models import Procedure
from workflows.projects.models import Project, target_for

CLERK = Actor(7, "某经办（示例）", "机制办公室")
CONFIRMED_ON = date(2025, 11, 1)


@pytest.fixture
def here(zhungeer: Tenant) -> Iterator[Tenant]:
    with visiting(zhungeer):
        yield zhungeer


@pytest.fixture
def make_project() -> Callable[..., Project]:
    """``make_project(n, **facts)`` saves a confirmed project in the current schema."""

    def make(n: int = 1, **facts: Any) -> Project:
        start = facts.setdefault("planned_start_on", date(2026, 4, 20))
        return Project.objects.create(
            **{
                "number": f"ZGE-2026-{n:03d}",
                "year": 2026,
                "name": f"煤基新材料一体化项目{n}（示例）",
                "owner_name": "某能源化工有限公司（示例）",
                "region_code": "150622",
                "kind": "verification",
                "investment_wan": 468_000,
                "land_ha": 40,
                "earthwork_m3": 120_000,
                "features": ["land_supply", "building", "eia_report"],
                "admission_rule": "scale",
                "admission_reason": "总投资不低于10亿元",
                "state": "confirmed",
                "confirmed_on": CONFIRMED_ON,
                "target_on": target_for(start),
                **facts,
            }
        )

    return make


@pytest.fixture
def project(here: Tenant, make_project: Callable[..., Project]) -> Project:
    """Combed out on the day it was confirmed."""
    made = make_project()
    comb_out(made, on=CONFIRMED_ON, actor=CLERK)
    return made


@pytest.fixture
def move(project: Project) -> Callable[..., Procedure]:
    """``move("A08", "accept", on, **facts)`` on the project's procedure of that matter."""

    def act(code: str, name: str, on: date, **facts: Any) -> Procedure:
        procedure = Procedure.objects.get(project=project, matter_code=code)
        facts.setdefault("version", procedure.version)
        facts.setdefault("document", "准审〔2026〕1号")
        facts.setdefault("actor", CLERK)
        return make_move(procedure_number=procedure.number, name=name, on=on, **facts)

    return act
