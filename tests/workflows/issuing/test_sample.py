"""The sample register: believable, printable, and filled once."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.utils import timezone

from kernel.papers.pdf import pdf_bytes
from kernel.trail import Actor
from tenants.models import Tenant
from workflows.issuing import queries, sample
from workflows.issuing.models import Issued

CLERK = Actor(1, "某某（示例）", "机制办公室")


@pytest.mark.django_db
def test_the_sample_fills_the_register_once(
    zhungeer: Tenant, in_tenant: Callable[..., AbstractContextManager[Any]]
) -> None:
    today, now = timezone.localdate(), timezone.now()
    with in_tenant(zhungeer):
        assert sample.fill(on=today, actor=CLERK, at=now) == 3
        assert sample.fill(on=today, actor=CLERK, at=now) == 0
        assert Issued.objects.filter(voided_at__isnull=False).count() == 1
        for issued in Issued.objects.all():
            assert queries.holds(issued)
            assert pdf_bytes(issued.as_paper)
