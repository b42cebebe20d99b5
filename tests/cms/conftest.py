"""A portal with sections, its own cache, and released records of 准格尔旗."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache

from cms.models import SectionPage
from cms.seeding import ensure_sections
from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.disclosure import actions
from workflows.promises.models import Party, Promise

PREPARER = Actor(901, "云某（示例）", "公开发布员")
RELEASER = Actor(902, "巴某（示例）", "召集人")


@pytest.fixture(autouse=True)
def _own_cache(settings: Any) -> None:
    """Wagtail keeps where its sites begin; other runs on this machine keep theirs elsewhere."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


@pytest.fixture
def sections(zhungeer: Tenant, dalate: Tenant) -> dict[str, SectionPage]:
    return {section.tenant.slug: section for section in ensure_sections()}


@pytest.fixture
def publish(sections: Any) -> Callable[..., int]:
    """``publish(tenant, "A08", ..., days=3)`` releases guides there and gives the last draft's number."""

    def act(tenant: Tenant, *codes: str, days: int = 3, on: Any = None) -> int:
        with visiting(tenant):
            for code in codes:
                promise, _ = Promise.objects.update_or_create(
                    matter_code=code,
                    defaults={
                        "promised_days": days,
                        "window": "政务服务大厅 2 楼 6 号窗口",
                        "office_phone": "0477-0006001",
                    },
                )
                Party.objects.get_or_create(
                    promise=promise,
                    role="approver",
                    name="王某（示例）",
                    office_phone="0477-0006002",
                )
            outcome = actions.prepare_matters(
                codes=codes, on=on or date(2026, 1, 12), actor=PREPARER
            )
            for draft in outcome.prepared:
                actions.release(number=draft.pk, actor=RELEASER)
            return outcome.prepared[-1].pk

    return act
