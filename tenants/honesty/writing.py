"""Keep the current tenant's score, and read those the walls let it see."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import QuerySet

from tenants.gateway import current_tenant
from tenants.honesty.models import Score


def put(*, year: int, at: datetime, figures: Mapping[str, int]) -> Score:
    """Replace the current tenant's score of ``year``; ``figures`` by the names of the model's columns."""
    tenant = current_tenant()
    score, _ = Score.objects.update_or_create(
        owner=tenant.schema_name,
        year=year,
        defaults={
            **figures,
            "owner_name": tenant.name,
            "visible_to": [each.schema_name for each in tenant.lineage()],
            "at": at,
        },
    )
    return score


def scores(year: int) -> QuerySet[Score]:
    """Of the tenant itself and those below it, by name of the schema."""
    return Score.objects.filter(year=year).order_by("owner")


def years() -> list[int]:
    """Seasons that somebody checked, newest first."""
    return list(Score.objects.order_by("-year").values_list("year", flat=True).distinct())
