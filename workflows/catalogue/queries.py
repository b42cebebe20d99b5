"""Questions to the standard catalogue (标准目录)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

from django.db.models import QuerySet, prefetch_related_objects
from pypinyin import Style, lazy_pinyin

from workflows.catalogue import combing, wording
from workflows.catalogue.combing import EdgeFact, MatterFact, Standard
from workflows.catalogue.models import Department, MatterVersion
from workflows.catalogue.wording import Difference


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


def short_names() -> dict[str, str]:
    """What pages call each department, by its code, in the order they list them."""
    return dict(Department.objects.order_by("order", "code").values_list("code", "short_name"))


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


@dataclass(frozen=True, slots=True)
class Line:
    """A matter as lists show it: the version in force and what it hangs on."""

    version: MatterVersion
    fact: MatterFact
    department: str
    fronts: tuple[EdgeFact, ...]

    @property
    def without_basis(self) -> int:
        """Preconditions of it that no law on file asks for (A5.2)."""
        return sum(edge.no_basis for edge in self.fronts)

    @property
    def confirmed(self) -> bool:
        """Somebody of this city vouched for the statutory limit."""
        return "limit" in self.version.confirmations


def lines(on: date, names: Mapping[str, combing.Department] | None = None) -> list[Line]:
    """Every matter in force on day ``on``, by code; three queries, two where the departments are at hand."""
    names = departments() if names is None else names
    return [
        Line(
            version=row,
            fact=row.fact,
            department=names[row.department_code].short_name,
            fronts=tuple(row.edges),
        )
        for row in matters(on).prefetch_related("dependencies")
    ]


def chosen(
    found: list[Line],
    *,
    q: str = "",
    stage: str = "",
    department: str = "",
    group: str = "",
    deficiency: str = "",
    verified: str = "",
    basis: str = "",
) -> list[Line]:
    """Those lines that fit every filter that is not empty; ``q`` reads names, codes and pinyin."""
    return [
        line
        for line in found
        if (not stage or line.fact.stage == int(stage))
        and (not department or department in line.fact.departments)
        and (not group or line.fact.group == ("" if group == "-" else group))
        and (not deficiency or line.fact.deficiency == ("" if deficiency == "-" else deficiency))
        and (not verified or line.fact.verified == (verified == "yes"))
        and (not basis or line.without_basis)
        and (not q or spells(line.fact, q))
    ]


def spells(fact: MatterFact, q: str) -> bool:
    """Whether the words are in the matter's name, code or basis, or are its pinyin or initials."""
    words = q.strip().lower().replace(" ", "")
    return any(words in text for text in _spellings(fact.code, fact.name, fact.short_name)) or any(
        words in str(basis).lower() for basis in fact.basis
    )


@lru_cache(maxsize=512)
def _spellings(code: str, name: str, short_name: str) -> tuple[str, ...]:
    both = [name, short_name]
    return (
        code.lower(),
        *(text.lower() for text in both),
        *("".join(lazy_pinyin(text)).lower() for text in both),
        *("".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower() for text in both),
    )


@dataclass(frozen=True, slots=True)
class Edge:
    """A precondition with both its ends, as pages name them."""

    fact: EdgeFact
    before: MatterFact
    after: MatterFact


def edges_around(found: list[Line], code: str) -> tuple[list[Edge], list[Edge]]:
    """What must come before matter ``code`` and what waits for it, each by code."""
    edges = all_edges(found)
    return (
        [edge for edge in edges if edge.fact.after == code],
        [edge for edge in edges if edge.fact.before == code],
    )


def all_edges(found: list[Line]) -> list[Edge]:
    """Every precondition among these matters, by the matter that waits and the one before."""
    facts = {line.fact.code: line.fact for line in found}
    return [
        Edge(edge, facts[edge.before], line.fact)
        for line in found
        for edge in line.fronts
        if edge.before in facts
    ]


@dataclass(frozen=True, slots=True)
class Published:
    """A version and what it says otherwise than the one before it."""

    version: MatterVersion
    changes: tuple[Difference, ...]


def versions(code: str) -> list[Published]:
    """All versions of a matter, newest first; two queries, one where there is nothing to compare."""
    rows = list(MatterVersion.objects.filter(matter_code=code).order_by("-number"))
    if len(rows) > 1:
        prefetch_related_objects(rows, "dependencies")
    published = [
        Published(
            new,
            (
                *wording.differences(old.fact, new.fact),
                *wording.edge_differences(old.edges, new.edges),
            ),
        )
        for new, old in pairwise(rows)
    ]
    return [*published, *(Published(row, ()) for row in rows[-1:])]
