"""A banner with procedures, a neighbour with others, and systems that come with keys."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.exchange import actions
from workflows.exchange.lifecycle import Scope
from workflows.procedures.models import Procedure
from workflows.projects import sample

CLERK = Actor(1, "某某（示例）", "机制办公室")
YEAR = 2026


@pytest.fixture(autouse=True)
def _fresh_minute() -> None:
    cache.clear()


@pytest.fixture
def ledgers(city: Tenant, zhungeer: Tenant, dalate: Tenant) -> None:
    """Two projects in each banner, confirmed and combed out."""
    for tenant in (zhungeer, dalate):
        with visiting(tenant):
            rows = sample.sample_rows(tenant.slug, YEAR, 2)
            sample.load(rows, year=YEAR, on=date(2025, 11, 3), actor=CLERK)


@pytest.fixture
def first(ledgers: None, zhungeer: Tenant) -> Procedure:
    """The banner's first procedure of 自然资源, not handed in yet."""
    with visiting(zhungeer):
        return (
            Procedure.objects.filter(department_code="zrzy", state="planned")
            .select_related("project")
            .order_by("number")[0]
        )


class Caller:
    """Another system: its key, and the answers as it gets them."""

    def __init__(self, tenant: Tenant, key: str) -> None:
        self.tenant, self.key = tenant, key
        self.client = Client(
            HTTP_HOST=f"{tenant.slug}.localhost", HTTP_AUTHORIZATION=f"Bearer {key}"
        )

    def get(self, path: str, **headers: str) -> Any:
        return self._then(self.client.get(f"/api/v1{path}", headers=headers))

    def post(self, path: str, body: Any, **headers: str) -> Any:
        text = body if isinstance(body, (str, bytes)) else json.dumps(body)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.post(
            f"/api/v1{path}", text, content_type="application/json", headers=names
        )
        return self._then(answer)

    def _then(self, answer: Any) -> Any:
        connection.set_schema_to_public()
        return answer


@pytest.fixture
def system(db: None) -> Callable[..., Caller]:
    """``system(tenant, *scopes, department="")`` comes with a key of the tenant."""
    made = 0

    def make(tenant: Tenant, *scopes: Scope, department: str = "") -> Caller:
        nonlocal made
        made += 1
        now = timezone.now()
        with visiting(tenant):
            new = actions.add_system(
                name=f"系统{made}",
                department_code=department,
                scopes=[str(scope) for scope in scopes],
                contact="某局 0477-0001234",
                at=now,
                actor=CLERK,
            )
            _, text = actions.give_key(new.pk, on=timezone.localdate(), at=now, actor=CLERK)
        return Caller(tenant, text)

    return make
