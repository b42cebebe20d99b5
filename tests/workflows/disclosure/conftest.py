"""Promises of 准格尔旗, two people who may prepare and release, and a confirmed project."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.catalogue.combing import load_standard
from workflows.procedures.actions import comb_out
from workflows.projects.models import Project, target_for
from workflows.promises.models import Party, Promise

ON = date(2026, 1, 12)
PREPARER = Actor(901, "云某（示例）", "公开发布员")
RELEASER = Actor(902, "巴某（示例）", "召集人")


@pytest.fixture
def here(zhungeer: Tenant) -> Iterator[Tenant]:
    with visiting(zhungeer):
        yield zhungeer


@pytest.fixture
def promise() -> Callable[..., Promise]:
    """``promise(code, days, **facts)`` is this tenant's promise for a matter."""

    def make(code: str, days: int | None = 3, **facts: Any) -> Promise:
        facts.setdefault("window", "政务服务大厅 2 楼 6 号窗口")
        facts.setdefault("office_phone", "0477-0006001")
        made, _ = Promise.objects.update_or_create(
            matter_code=code, defaults={"promised_days": days, **facts}
        )
        return made

    return make


@pytest.fixture
def promised(here: Tenant, promise: Callable[..., Promise]) -> list[str]:
    """Every matter of the catalogue has a promise here, the secret one too."""
    codes = [matter.code for matter in load_standard().matters]
    for code in codes:
        promise(code)
    Party.objects.create(
        promise=Promise.objects.get(matter_code="A08"),
        role="approver",
        name="王某（示例）",
        post="用地科科长",
        office_phone="0477-0006002",
    )
    return codes


@pytest.fixture
def project(here: Tenant) -> Project:
    start = date(2026, 4, 20)
    made = Project.objects.create(
        number="ZGE-2026-001",
        year=2026,
        name="煤基新材料一体化项目（示例）",
        owner_name="某能源化工有限公司（示例）",
        region_code="150622",
        industry="chemical",
        kind="verification",
        investment_wan=468_000,
        land_ha=40,
        earthwork_m3=120_000,
        features=["land_supply", "building", "eia_report"],
        admission_rule="scale",
        admission_reason="总投资不低于10亿元",
        note="内部备注：业主资金紧张",
        state="confirmed",
        confirmed_on=date(2025, 11, 1),
        planned_start_on=start,
        target_on=target_for(start),
    )
    comb_out(made, on=date(2025, 11, 1), actor=PREPARER)
    return made
