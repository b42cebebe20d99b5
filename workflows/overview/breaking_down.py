"""The breakdown (多维汇总): one dimension at a time, every figure with the address of exactly its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from tenants.models import Tenant
from workflows.overview import grouping, queries
from workflows.overview.grouping import BANDS, DIMENSIONS, NO_INDUSTRY, Procedures, Projects


@dataclass(frozen=True, slots=True)
class Line:
    """One group. ``asked`` are the conditions of its rows, ``below`` leads to its own places."""

    label: str
    asked: Mapping[str, Any]
    procedures: Procedures
    projects: Projects | None = None
    below: str = ""

    def url(self, **rest: str) -> str:
        """Its procedures in the consolidated ledger, narrowed by ``rest``."""
        return f"{reverse('overview:procedures')}?{urlencode({**self.asked, **rest})}"

    @property
    def urls(self) -> dict[str, str]:
        """Where each figure of the procedures leads."""
        return {
            "all": self.url(), "red": self.url(lamp="red"), "yellow": self.url(lamp="yellow"),
            "done": self.url(lamp="done"), "late": self.url(late="1"), "kept": self.url(kept="yes"),
            "judged": self.url(kept="judged"),
        }  # fmt: skip

    @property
    def projects_url(self) -> str:
        return f"{reverse('overview:projects')}?{urlencode(self.asked)}"

    @property
    def shared_url(self) -> str:
        return f"{self.projects_url}&shared=1"


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Lines of one dimension, and all of them together. ``silent`` counts places without a row."""

    lines: list[Line]
    whole: Line
    silent: int = 0


#: What a line may be sorted by.
SORTS: dict[str, Any] = {
    "projects": lambda line: line.projects.count if line.projects else 0,
    "investment": lambda line: line.projects.investment_wan if line.projects else 0,
    "total": lambda line: line.procedures.total,
    "done": lambda line: line.procedures.done,
    "red": lambda line: line.procedures.lamps.get("red", 0),
    "yellow": lambda line: line.procedures.lamps.get("yellow", 0),
    "late": lambda line: line.procedures.late,
    "median": lambda line: line.procedures.median or 0,
    "share": lambda line: line.procedures.share.rate or 0,
}


def breakdown(
    by: str, asked: Mapping[str, Any], names: Mapping[str, str], seen_from: Tenant, on: date
) -> Breakdown:
    """Confirmed projects and their procedures as ``asked`` (year, half, within), by dimension ``by``; ``names``
    are those of its codes. At most seven queries, whatever the number of tenants and rows."""
    asked = {name: value for name, value in asked.items() if value} | {"confirmed": "1"}
    project_rows = queries.projects_narrowed(asked, on)
    procedure_rows = queries.procedures_narrowed(asked, on)
    above = grouping.depth_of(seen_from)
    procedures = grouping.procedures_by(procedure_rows, on, grouping.procedure_key(by, above))
    whole = Line(
        "合计",
        asked,
        grouping.procedures_by(procedure_rows, on).get("", Procedures()),
        grouping.projects_by(project_rows, on).get("", Projects()),
    )
    if not next(d.of_project for d in DIMENSIONS if d.key == by):
        found = [
            Line(_label(by, key, names, figures), {**asked, by: key}, figures)
            for key, figures in sorted(procedures.items())
        ]
        return Breakdown(found, whole)
    projects = grouping.projects_by(project_rows, on, grouping.project_key(by, above))
    keys = sorted(procedures.keys() | projects.keys(), key=_order(by))
    none = (Procedures(), Projects())
    if by != "place":
        lines = [
            Line(
                _label(by, key, names, none[0]),
                {**asked, by: key},
                procedures.get(key, none[0]),
                projects.get(key, none[1]),
            )
            for key in keys
        ]
        return Breakdown(lines, whole)
    known = grouping.places(keys)
    lines = [
        _place_line(
            tenant, seen_from, asked, procedures.get(key, none[0]), projects.get(key, none[1])
        )
        for key, tenant in known.items()
    ]
    here = Tenant.objects.filter(parent=seen_from, ready=True).exclude(schema_name__in=keys)
    return Breakdown(lines, whole, here.count())


def _place_line(
    tenant: Tenant,
    seen_from: Tenant,
    asked: Mapping[str, Any],
    procedures: Procedures,
    projects: Projects,
) -> Line:
    if tenant == seen_from:  # what it handles itself
        own = {**asked, "owner": tenant.schema_name}
        return Line(f"{tenant.name}本级", own, procedures, projects)
    into = {name: value for name, value in asked.items() if name != "confirmed"}
    into |= {"by": "place", "within": tenant.schema_name}
    has_below = tenant.has_below  # type: ignore[attr-defined]
    return Line(
        tenant.name,
        {**asked, "within": tenant.schema_name},
        procedures,
        projects,
        f"?{urlencode(into)}" if has_below else "",
    )


def _label(by: str, key: str, names: Mapping[str, str], figures: Procedures) -> str:
    match by:
        case "matter_code":
            return f"{key} {names.get(key, figures.name)}"
        case "band":
            return next(band.label for band in BANDS if band.key == key)
        case "industry":
            return "没有填行业" if key == NO_INDUSTRY else names.get(key, key)
        case "stage":
            return (
                f"第{'〇一二三四五六七八九'[int(key)]}阶段"
                if key.isdigit() and int(key) < 10
                else key
            )
    return names.get(key, key)


def _order(by: str) -> Any:
    places = {band.key: place for place, band in enumerate(BANDS)}
    return (lambda key: places[key]) if by == "band" else None


def ordered(lines: Sequence[Line], sort: str) -> list[Line]:
    """By one of `SORTS`, ``-`` in front for the other way; else as they come."""
    key = SORTS.get(sort.removeprefix("-"))
    return sorted(lines, key=key, reverse=sort.startswith("-")) if key else list(lines)
