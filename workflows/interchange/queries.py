"""Questions to the exchange (数据交换表): what the tables hold now, what is missing, and whose it is."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.urls import reverse

from kernel.authority.permissions import Role
from workflows.catalogue.queries import short_names
from workflows.interchange import mapping
from workflows.interchange.checking import Checked, Finding, Tally, check, count, total
from workflows.interchange.mapping import OFFICE
from workflows.interchange.models import Batch, Supplement
from workflows.interchange.tables import (
    DEPARTMENTS,
    SUPPLEMENTS,
    TABLES,
    Column,
    Home,
    Table,
)
from workflows.procedures.models import Procedure
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Project

if TYPE_CHECKING:
    from kernel.web.http import SignedInRequest

#: Seasons that are checked each night: the running one and the one before.
SEASONS = 2
#: Columns the desk names before it counts.
NAMED = 3
#: Where the product keeps a value itself, and what its page is called by.
PAGES = {Home.PROJECT_LEDGER: "projects:edit", Home.PROCEDURE_LEDGER: "procedures:detail"}


@dataclass(slots=True)
class Group:
    """What is to be put right in one column: by owner the subjects, each once, with one of its findings."""

    home: Home
    column: Column
    tables: list[Table] = field(default_factory=list)
    subjects: dict[tuple[str, str], Finding] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def cells(self) -> int:
        return sum(self.faults.values())

    @property
    def owners(self) -> list[str]:
        return sorted({owner for owner, _ in self.subjects})


@dataclass(slots=True)
class Report:
    """One season as it stands: tallies by table, what is to be put right, and how much each owner has of it."""

    year: int
    tallies: dict[str, Tally] = field(default_factory=dict)
    groups: dict[tuple[Home, str], Group] = field(default_factory=dict)
    owners: dict[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> Tally:
        return total(self.tallies)

    @property
    def tables(self) -> list[tuple[Table, Tally]]:
        return [(table, self.tallies[table.name]) for table in TABLES if table.name in self.tallies]

    def words(self, owner: str) -> str:
        """What ``owner`` lacks most: 受理方式 3 项、办件类型 2 项等 11 列."""
        lacking = [
            (sum(whose == owner for whose, _ in group.subjects), group.column.label)
            for group in self.groups.values()
            if owner in group.owners
        ]
        lacking.sort(key=lambda pair: -pair[0])
        named = "、".join(f"{label} {count} 项" for count, label in lacking[:NAMED])
        return named + (f"等 {len(lacking)} 列" if len(lacking) > NAMED else "")

    @property
    def tasks(self) -> int:
        return sum(len(group.subjects) for group in self.groups.values())


def seasons() -> list[int]:
    """Years with confirmed projects, newest first."""
    years = Project.objects.filter(state=ProjectState.CONFIRMED).order_by("-year")
    return list(years.values_list("year", flat=True).distinct())


def checked(year: int, on: date, owner: str | None = None) -> Iterator[Checked]:
    """The rows of ``year`` with what is wrong in each, as the ledgers are now."""
    return check(mapping.rows(mapping.load(year, owner)), on=on)


def report(year: int, on: date, owner: str | None = None) -> Report:
    """The whole season, or what one owner answers for; the same number of queries for any length."""
    found = Report(year)
    for each in checked(year, on, owner):
        count(found.tallies.setdefault(each.row.table, Tally()), each)
        for finding in each.findings:
            _group(found, finding)
    for group in found.groups.values():
        for whose, _ in group.subjects:
            found.owners[whose] = found.owners.get(whose, 0) + 1
    return found


def _group(found: Report, finding: Finding) -> None:
    group = found.groups.setdefault(
        (finding.home, finding.column.name), Group(finding.home, finding.column)
    )
    if finding.table not in group.tables:
        group.tables.append(finding.table)
    group.subjects.setdefault((finding.owner, finding.subject or finding.key), finding)
    group.faults[finding.fault.label] += 1


def own_of(request: "SignedInRequest") -> str | None:
    """Whose gaps a member sees: a department its own, everybody else all."""
    if request.membership.role in (Role.DEPARTMENT, Role.REPRESENTATIVE):
        return request.membership.department_code or "-"
    return None


def fills_for(request: "SignedInRequest") -> str:
    """For whom a member fills in: its department, or the office."""
    own = own_of(request)
    return OFFICE if own is None else own


def supplements(home: Home, keys: list[str]) -> dict[str, Supplement]:
    return {row.key: row for row in Supplement.objects.filter(kind=home.value, key__in=keys)}


def processes() -> dict[str, str]:
    """Processes on file: code and name."""
    found = Supplement.objects.filter(kind=Home.PROCESS.value).order_by("key")
    return {row.key: row.given.get("SPLCMC", {}).get("value", row.key) for row in found}


def owned_by(home: Home, key: str, unit: str) -> bool:
    """Whether ``unit`` (empty: the office) answers for this subject, and it exists."""
    if home not in DEPARTMENTS:
        return unit == OFFICE and _of_the_office(home, key)
    if not unit:
        return False
    procedures = Procedure.objects.filter(department_code=unit)
    if home is Home.DEPARTMENT:
        return key == unit
    if home is Home.MATTER:
        return procedures.filter(matter_code=key).exists()
    return procedures.filter(number=key).exists()


def _of_the_office(home: Home, key: str) -> bool:
    if home is Home.PROJECT:
        return Project.objects.filter(number=key, state=ProjectState.CONFIRMED).exists()
    if home is Home.STAGE:
        process, _, stage = key.rpartition("-")
        return stage in "12345" and process in processes()
    return home is Home.PROCESS


def known(home: Home, key: str) -> bool:
    """Whether there is such a subject at all, whoever answers for it."""
    if home not in DEPARTMENTS:
        return home in SUPPLEMENTS and _of_the_office(home, key)
    if home is Home.DEPARTMENT:
        return Procedure.objects.filter(department_code=key).exists()
    if home is Home.MATTER:
        return Procedure.objects.filter(matter_code=key).exists()
    return Procedure.objects.filter(number=key).exists()


def named(home: Home, keys: list[str]) -> dict[str, str]:
    """What pages call the subjects beside their keys."""
    if home is Home.PROJECT:
        return dict(Project.objects.filter(number__in=keys).values_list("number", "name"))
    if home is Home.PROCEDURE:
        found = Procedure.objects.filter(number__in=keys).select_related("project")
        return {row.number: f"{row.short_name} · {row.project.name}" for row in found}
    if home is Home.MATTER:
        rows = Procedure.objects.filter(matter_code__in=keys).order_by("matter_code")
        return dict(rows.values_list("matter_code", "name").distinct())
    if home is Home.PROCESS:
        return processes()
    if home is Home.DEPARTMENT:
        return short_names()
    return {}


def page_of(finding: Finding) -> str:
    """Where the value is put right; nothing where no page keeps it."""
    if finding.home in PAGES and finding.subject:
        return reverse(PAGES[finding.home], args=[finding.subject])
    if finding.home in SUPPLEMENTS and finding.subject:
        return reverse("interchange:subject", args=[finding.home.value, finding.subject])
    return ""


def batches() -> QuerySet[Batch]:
    return Batch.objects.defer("content", "manifest").order_by("-made_at", "-pk")
