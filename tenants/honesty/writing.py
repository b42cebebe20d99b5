"""Keep the current tenant's score, and read those the walls let it see."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import F, FloatField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast

from tenants.gateway import current_tenant
from tenants.honesty.models import Score
from tenants.models import Tenant


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


def ranked(tenant: Tenant, year: int) -> QuerySet[Tenant]:
    """``tenant`` and those below it: the lowest share of ``year`` first, those without one last."""
    asked = Score.objects.filter(owner=OuterRef("schema_name"), year=year, asked__gt=0)
    share = Cast("recorded", FloatField()) / F("asked")
    return (
        Tenant.objects.filter(Q(pk=tenant.pk) | Q(parent=tenant) | Q(parent__parent=tenant))
        .filter(ready=True)
        .annotate(share=Subquery(asked.values_list(share), output_field=FloatField()))
        .order_by(F("share").asc(nulls_last=True), "order", "code")
    )


def years() -> list[int]:
    """Seasons that somebody checked, newest first."""
    return list(Score.objects.order_by("-year").values_list("year", flat=True).distinct())
