"""A banner with a mechanism and a short list, and the people who send and answer."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tenants.models import Tenant
from workflows.projects.models import Project

In = Callable[[Tenant], AbstractContextManager[Tenant]]


def add_project(number: str = "ZGE-2026-001", **facts: Any) -> Project:
    return Project.objects.create(
        **{
            "number": number, "year": 2026, "name": f"煤基新材料{number}（示例）",
            "owner_name": "示例公司", "region_code": "150622", "kind": "verification",
            "investment_wan": 468_000, "planned_start_on": date(2026, 4, 1),
            "admission_rule": "investment", "admission_reason": "总投资46.8亿元",
            "state": "confirmed", "confirmed_on": date(2025, 12, 1), "target_on": date(2026, 3, 31),
        } | facts
    )  # fmt: skip


@pytest.fixture
def project() -> Callable[..., Project]:
    return add_project


@pytest.fixture
def listed(zhungeer: Tenant, in_tenant: In) -> Tenant:
    with in_tenant(zhungeer):
        add_project()
    return zhungeer


@pytest.fixture
def sender(zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]) -> Client:
    return console(zhungeer, member(zhungeer, "office"))


@pytest.fixture
def receiver(city: Tenant, member: Callable[..., Any], console: Callable[..., Client]) -> Client:
    return console(city, member(city, "office"))
