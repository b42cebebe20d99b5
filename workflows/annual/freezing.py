"""The list as a version keeps it (固化): plain JSON values, the same whatever happened in between."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from workflows.projects.facts import STATED, as_json, in_order
from workflows.projects.models import Project

Entry = Mapping[str, Any]
FIELDS = (*STATED, "admission_rule", "admission_reason", "target_on", "confirmed_on")


def entry_of(project: Project) -> dict[str, Any]:
    """One project; amounts and days as text, features in the catalogue's order."""
    stated = {name: as_json(getattr(project, name)) for name in FIELDS}
    return {"number": project.number} | stated | {"features": in_order(project.features)}


def frozen_list(year: int, projects: Iterable[Project]) -> dict[str, Any]:
    """The list of a year: its projects by number."""
    entries = sorted((entry_of(project) for project in projects), key=lambda entry: entry["number"])
    return {"year": year, "projects": entries}


def investment_of(entries: Iterable[Entry]) -> Decimal:
    """What the entries invest together, in 万元."""
    return sum((Decimal(entry["investment_wan"]) for entry in entries), Decimal(0))
