"""Who has to file is told in time and once; the city is told who is late; rest days are quiet."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any

import pytest
from django.utils import timezone

from kernel.notices.models import Notice
from tenants.models import Tenant
from tenants.registry.models import Filing
from workflows.filings.reminding import remind

pytestmark = pytest.mark.django_db
In = Callable[[Tenant], AbstractContextManager[Tenant]]


@pytest.fixture(autouse=True)
def _opened_in_autumn(city: Tenant, zhungeer: Tenant, dalate: Tenant) -> None:
    moment = datetime.fromisoformat("2025-12-01T09:00+08:00")
    Tenant.objects.update(opened_at=moment)


def told(tenant: Tenant, in_tenant: In, day: str) -> list[str]:
    """What the office is told on ``day`` that it was not told before."""
    with in_tenant(Tenant.objects.get(pk=tenant.pk)):
        before = set(Notice.objects.values_list("pk", flat=True))
        on = date.fromisoformat(day)
        remind(on=on, at=timezone.make_aware(datetime.combine(on, datetime.min.time())))
        return sorted(Notice.objects.exclude(pk__in=before).values_list("text", flat=True))


def filed(tenant: Tenant, kind: str, moment: str, **what: Any) -> None:
    """``tenant`` has filed it with the city, unanswered."""
    Filing.objects.create(
        number=f"{tenant.name}报〔2026〕1号",
        kind=kind,
        sender=tenant.schema_name,
        sender_name=tenant.name,
        receiver="t_city",
        receiver_name="鄂尔多斯市",
        title="报备",
        snapshot={},
        digest="0" * 64,
        sent_at=datetime.fromisoformat(f"{moment}+08:00"),
        sent_by="某某",
        **what,
    )


def test_the_office_is_told_three_working_days_ahead_and_when_it_is_late(
    zhungeer: Tenant, in_tenant: In
) -> None:
    # The second half of December ends on the 31st; Sunday 4 January is worked, so the term is Thursday the 8th.
    assert not any("12月下半月" in text for text in told(zhungeer, in_tenant, "2026-01-04"))
    ahead = told(zhungeer, in_tenant, "2026-01-05")
    assert any("12月下半月" in text and "1月8日到期" in text for text in ahead)
    assert told(zhungeer, in_tenant, "2026-01-06") == []
    late = told(zhungeer, in_tenant, "2026-01-09")
    assert any("12月下半月" in text and "已逾期" in text for text in late)


def test_rest_days_are_quiet(zhungeer: Tenant, in_tenant: In) -> None:
    assert told(zhungeer, in_tenant, "2026-01-10") == []  # a Saturday, when it is late


def test_the_city_is_told_who_is_late_once_and_not_who_has_filed(
    city: Tenant, zhungeer: Tenant, dalate: Tenant, in_tenant: In
) -> None:
    with in_tenant(dalate):
        filed(dalate, "half_month", "2026-01-07T09:00", year=2025, period="2025-12-16")
    late = [text for text in told(city, in_tenant, "2026-01-12") if "12月下半月" in text]
    assert len(late) == 1
    assert late[0].startswith("准格尔旗的")
    assert told(city, in_tenant, "2026-01-12") == []


def test_what_was_left_unanswered_is_told(city: Tenant, zhungeer: Tenant, in_tenant: In) -> None:
    with in_tenant(zhungeer):
        filed(zhungeer, "mechanism", "2026-01-05T09:00", year=2026)
    assert not any("答复期限" in text for text in told(city, in_tenant, "2026-01-12"))
    assert any("准格尔旗报〔2026〕1号" in text for text in told(city, in_tenant, "2026-01-13"))
