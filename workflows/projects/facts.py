"""要素：what a project says of itself, how each fact is shown, and what differs between two states."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from workflows.catalogue.combing import load_standard
from workflows.projects.codes import REGIONS
from workflows.projects.eligibility import RULES, Admission
from workflows.projects.lifecycle import State
from workflows.projects.models import Kind, Project, target_for
from workflows.projects.workbook import ProjectFacts

#: What a list or a form states, in the order pages show it.
STATED = (
    "name",
    "project_code",
    "owner_name",
    "credit_code",
    "region_code",
    "place",
    "industry",
    "kind",
    "investment_wan",
    "content",
    "planned_start_on",
    "land_ha",
    "earthwork_m3",
    "features",
    "note",
)
LABELS: Mapping[str, str] = {
    field.name: str(field.verbose_name)
    for field in Project._meta.get_fields()
    if hasattr(field, "verbose_name")
}
REGION_NAMES = {region.code: region.name for region in REGIONS}
RULE_LABELS = {rule.code: rule.label for rule in RULES}
_EMPTY: tuple[object, ...] = ("", None, frozenset(), [])


@cache
def feature_labels() -> dict[str, str]:
    """Label of each feature (项目特征) by its code."""
    return {feature.code: feature.label for feature in load_standard().features}


@cache
def industry_labels() -> dict[str, str]:
    """Label of each industry (行业) by its code."""
    return {industry.code: industry.label for industry in load_standard().industries}


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that is to change; ``old`` and ``new`` are JSON values, as a `Revision` keeps them."""

    field: str
    old: Any
    new: Any

    @property
    def label(self) -> str:
        return LABELS.get(self.field, self.field)

    @property
    def shown_old(self) -> str:
        return shown(self.field, self.old)

    @property
    def shown_new(self) -> str:
        return shown(self.field, self.new)

    def as_json(self) -> dict[str, Any]:
        return {"field": self.field, "old": self.old, "new": self.new}


def shown(field: str, value: Any) -> str:
    """A fact, or its JSON form, as pages say it; a dash when there is none."""
    if value in _EMPTY:
        return "—"
    match field:
        case "region_code":
            return REGION_NAMES.get(value, str(value))
        case "industry":
            return industry_labels().get(value, str(value))
        case "kind":
            return str(Kind(value).label)
        case "state":
            return str(State(value).label)
        case "admission_rule":
            return RULE_LABELS.get(value, str(value))
        case "features":
            return "、".join(feature_labels().get(code, code) for code in in_order(value))
        case "investment_wan" | "land_ha" | "earthwork_m3":
            text = f"{Decimal(value):,f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
        case _ if field.endswith("_on"):
            day = value if isinstance(value, date) else date.fromisoformat(value)
            return f"{day.year}年{day.month}月{day.day}日"
        case _:
            return str(value)


def in_order(features: Iterable[str]) -> list[str]:
    """Features in the catalogue's order, whatever order they came in."""
    place = {code: number for number, code in enumerate(feature_labels())}
    return sorted(features, key=lambda code: (place.get(code, len(place)), code))


def row_values(facts: ProjectFacts, admission: Admission) -> dict[str, Any]:
    """The columns of a `Project` that follow from what was stated and the rule that admits it."""
    values = {name: getattr(facts, name) for name in STATED}
    return values | {
        "features": in_order(facts.features),
        "admission_rule": admission.rule_code,
        "admission_reason": admission.reason,
        "target_on": target_for(facts.planned_start_on),
    }


def differences(project: Project, values: Mapping[str, Any]) -> Iterator[Difference]:
    """What ``values`` would change; the admission's words are no difference of their own."""
    for name, new in values.items():
        old = getattr(project, name)
        if old != new and name != "admission_reason":
            yield Difference(name, as_json(old), as_json(new))


def as_json(value: Any) -> Any:
    """A fact as JSON keeps it: days and amounts as text."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def stated_by(project: Project) -> ProjectFacts:
    """A stored project in the form in which a list or a form states one."""
    stored = {name: getattr(project, name) for name in STATED}
    return ProjectFacts(
        **stored
        | {
            "features": frozenset(project.features),
            "source_row": 0,
            "admission_claim": project.admission_claim,
        }
    )
