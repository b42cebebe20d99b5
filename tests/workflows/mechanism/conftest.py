from collections.abc import Callable
from datetime import date

import pytest
from django.utils import timezone

from kernel.trail import Actor
from workflows.mechanism.models import Order


@pytest.fixture
def actor() -> Actor:
    return Actor(1, "测试员", "机制办公室")


@pytest.fixture
def on_file() -> Callable[[str], str]:
    """``on_file(number)`` puts a document on file in the tenant that is current."""

    def put(number: str) -> str:
        Order.objects.create(
            number=number,
            title="调整通知（示例）",
            dated_on=date(2026, 3, 2),
            filed_at=timezone.now(),
            filed_by="某某（示例）",
        )
        return number

    return put
