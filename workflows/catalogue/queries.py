"""Questions to the standard catalogue (标准目录)."""

from datetime import date

from django.db.models import QuerySet

from workflows.catalogue import combing
from workflows.catalogue.combing import Standard
from workflows.catalogue.models import Department, MatterVersion


def departments() -> dict[str, combing.Department]:
    """Every department of the catalogue by its code, in the order pages list them."""
    return {
        row.code: combing.Department(
            code=row.code,
            name=row.name,
            short_name=row.short_name,
            order=row.order,
            member=row.member,
            task_force=row.task_force,
        )
        for row in Department.objects.order_by("order", "code")
    }


def matters(on: date) -> QuerySet[MatterVersion]:
    """The version of each matter in force on day ``on``, by code."""
    return MatterVersion.objects.filter(
        pk__in=MatterVersion.objects.in_force(on).values("pk")
    ).order_by("matter_code")


def matter(code: str, on: date) -> MatterVersion:
    """The version of a matter in force on day ``on``; raises ``MatterVersion.DoesNotExist``."""
    return matters(on).prefetch_related("dependencies").get(matter_code=code)


def standard_in_force(on: date) -> Standard:
    """The catalogue that projects are combed against on day ``on``; three queries."""
    shipped = combing.load_standard()
    rows = list(matters(on).prefetch_related("dependencies"))
    return Standard(
        matters=tuple(row.fact for row in rows),
        edges=tuple(edge for row in rows for edge in row.edges),
        departments=tuple(departments().values()),
        features=shipped.features,
        industries=shipped.industries,
    )
