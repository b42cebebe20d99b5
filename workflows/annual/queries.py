"""Questions to the cycle of a year's list (年度清单编制)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
)
from django.utils import timezone

from kernel.clock import WorkCalendar
from tenants.registry.freezing import digest_of
from workflows.annual import progress, replies
from workflows.annual.comparing import Comparison, compare
from workflows.annual.freezing import Entry, frozen_list
from workflows.annual.lifecycle import OPEN, Stage
from workflows.annual.models import Change, Cycle, ListVersion
from workflows.annual.progress import Counts, Point
from workflows.projects.consultation import Standing, consulted
from workflows.projects.facts import industry_labels
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Comment, Opinion, Project
from workflows.projects.queries import department_names, listed, standings


def cycles() -> QuerySet[Cycle]:
    """Every cycle, newest year first, with its calendar and the number of versions issued."""
    return (
        Cycle.objects.order_by("-year")
        .prefetch_related("milestones")
        .annotate(issued_count=Count("versions"))
    )


def open_cycles() -> QuerySet[Cycle]:
    """Those that are not archived, by year."""
    return Cycle.objects.filter(state__in=OPEN).order_by("year").prefetch_related("milestones")


def planned(cycle: Cycle) -> dict[Stage, date]:
    """The day of each stage as the office set it, in the order of the stages."""
    days = {Stage(row.stage): row.planned_on for row in cycle.milestones.all()}
    return {stage: days[stage] for stage in Stage}


@dataclass(frozen=True)
class Year:
    """What the list of a year looks like now: its projects, who answered, where the cycle stands.

    Read with a constant number of queries whatever the number of projects.
    """

    cycle: Cycle
    on: date
    calendar: WorkCalendar

    @cached_property
    def projects(self) -> list[Project]:
        """All that were not removed, by number."""
        return list(listed(self.cycle.year).exclude(state=ProjectState.REMOVED))

    @cached_property
    def standings(self) -> list[tuple[Project, Standing]]:
        """Those that were sent for comment, with what the departments said."""
        sent = [project for project in self.projects if project.state != ProjectState.DRAFT]
        found = standings(sent)
        return [(project, found[project.pk]) for project in sent]

    @cached_property
    def versions(self) -> list[ListVersion]:
        """The newest first, without their content."""
        return list(versions(self.cycle).defer("content"))

    @cached_property
    def owed(self) -> list[replies.Owed]:
        """Which departments have still to answer; a confirmed project waits for nobody."""
        return replies.owed(
            (project, standing)
            for project, standing in self.standings
            if project.state == ProjectState.COMMENTING
        )

    @cached_property
    def counts(self) -> Counts:
        told = [standing for _, standing in self.standings]
        answers = [
            timezone.localdate(comment.at)
            for standing in told
            for code, comment in standing.last.items()
            if code in standing.asked
        ]
        sent = [p.sent_on for p, _ in self.standings if p.sent_on]
        return Counts(
            projects=len(self.projects),
            drafts=sum(p.state == ProjectState.DRAFT for p in self.projects),
            confirmed=sum(p.state == ProjectState.CONFIRMED for p in self.projects),
            asked=sum(len(standing.asked) for standing in told),
            answered=sum(standing.answered for standing in told),
            silent=sum(len(standing.silent(self.on)) for standing in told),
            unhandled=sum(len(standing.unhandled) for standing in told),
            started_on=self.cycle.started_on,
            declared_on=self.cycle.declared_on,
            sent_on=max(sent, default=None),
            answered_on=max(answers, default=None),
            settled_on=self.versions[-1].issued_on if self.versions else None,
        )

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """The calendar against what happened."""
        kept = {Stage(row.stage): row.done_on for row in self.cycle.milestones.all()}
        return progress.read(
            planned(self.cycle),
            kept if self.versions else None,
            self.counts,
            lead_days=self.cycle.lead_days,
            calendar=self.calendar,
            on=self.on,
        )

    @property
    def lamp(self) -> str:
        return progress.worst(self.points).value

    @property
    def next_point(self) -> Point | None:
        """The first day that is not reached, while the list is drawn up."""
        if self.versions:
            return None
        return next((point for point in self.points if point.done_on is None), None)

    @cached_property
    def departments(self) -> list[str]:
        """Codes of the departments asked, those with most projects first."""
        counted: dict[str, int] = {}
        for _, standing in self.standings:
            for code in standing.asked:
                counted[code] = counted.get(code, 0) + 1
        return sorted(counted, key=lambda code: (-counted[code], code))


# Totals ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Total:
    """One group of a year's projects: how many in each state, and what they invest."""

    label: str
    key: str
    by_state: Mapping[str, int]
    investment_wan: Decimal

    @property
    def count(self) -> int:
        return sum(self.by_state.values())

    def of(self, state: str) -> int:
        return self.by_state.get(state, 0)


def totals(projects: Iterable[Project]) -> dict[str, list[Total]]:
    """By industry, by the department that leads it, and by half-year; the largest group first."""
    projects = list(projects)
    leads = {p.pk: (p.consulted or consulted(p.industry))[0] for p in projects}
    codes = sorted(set(leads.values()))
    names = dict(zip(codes, department_names(codes), strict=True))
    labels = industry_labels()
    groups: dict[str, dict[tuple[str, str], list[Project]]] = {
        "industry": {},
        "department": {},
        "half": {},
    }
    for p in projects:
        half = ("1", "上半年") if p.in_first_half else ("2", "下半年")
        for name, key in (
            ("industry", (p.industry, labels.get(p.industry, "未分行业"))),
            ("department", (leads[p.pk], names[leads[p.pk]])),
            ("half", half),
        ):
            groups[name].setdefault(key, []).append(p)
    found = {name: [_total(*key, own) for key, own in by.items()] for name, by in groups.items()}
    for name, rows in found.items():
        rows.sort(key=lambda row: (row.key,) if name == "half" else (-row.count, row.label))
    return found


def _total(key: str, label: str, projects: list[Project]) -> Total:
    by_state: dict[str, int] = {}
    for project in projects:
        by_state[project.state] = by_state.get(project.state, 0) + 1
    wan = sum((project.investment_wan for project in projects), Decimal(0))
    return Total(label, key, by_state, wan)


# Comments ----------------------------------------------------------------------------------------


def comments(year: int) -> QuerySet[Comment]:
    """What departments said of the projects of a year, by project; all rounds. ``counts`` says whether
    it is the last word of its department in the round that runs or ran last."""
    later = Comment.objects.filter(
        Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")),
        project=OuterRef("project"),
        round=OuterRef("round"),
        department_code=OuterRef("department_code"),
    )
    last = Q(round=F("project__round")) & ~Exists(later)
    return (
        Comment.objects.filter(project__year=year)
        .annotate(counts=ExpressionWrapper(last, output_field=BooleanField()))
        .select_related("project")
        .order_by("project__number", "-at", "-pk")
    )


def unhandled() -> dict[int, int]:
    """Objections and suggestions that wait for the office, by year: the last word of each department
    in the round that counts; two queries."""
    disputed = Project.objects.filter(
        state=ProjectState.COMMENTING,
        comments__opinion__in=[Opinion.OBJECT, Opinion.ADVISE],
    )
    projects = {project.pk: project for project in disputed.order_by("year", "pk").distinct()}
    counted: dict[int, int] = {}
    for pk, standing in standings(projects.values()).items():
        year = projects[pk].year
        for comment in standing.last.values():
            if comment.opinion != Opinion.AGREE and not comment.verdict:
                counted[year] = counted.get(year, 0) + 1
    return counted


# Versions ----------------------------------------------------------------------------------------


def versions(cycle: Cycle) -> QuerySet[ListVersion]:
    """The newest first, with the paper each was issued by."""
    return (
        ListVersion.objects.filter(cycle=cycle)
        .select_related("issued")
        .defer("issued__paper")
        .order_by("-number")
    )


def list_now(year: int) -> dict[str, Any]:
    """The confirmed list of a year as a version would keep it."""
    return frozen_list(year, listed(year).filter(state=ProjectState.CONFIRMED))


def entries_of(version: ListVersion | None) -> list[Entry]:
    """The projects of a version; of none before the first."""
    return version.content["projects"] if version else []


@dataclass(frozen=True, slots=True)
class Draft:
    """The version that could be issued now, and what it would change."""

    number: int
    content: dict[str, Any]
    digest: str
    since: Comparison | None

    @property
    def entries(self) -> list[Entry]:
        found: list[Entry] = self.content["projects"]
        return found

    @property
    def changes_nothing(self) -> bool:
        return self.since is not None and self.since.same


def next_version(cycle: Cycle) -> Draft:
    """What issuing now would freeze."""
    content = list_now(cycle.year)
    last = versions(cycle).first()
    since = compare(entries_of(last), content["projects"]) if last else None
    return Draft(last.number + 1 if last else 1, content, digest_of(content), since)


def is_whole(version: ListVersion) -> bool:
    """What is on file still has the digest it was issued with."""
    return digest_of(version.content) == version.digest


def pending(year: int) -> QuerySet[Change]:
    """What happened to the list since its last version, newest first."""
    return changes(year).filter(taken_into=None)


def changes(year: int) -> QuerySet[Change]:
    """Everything that happened to the list of a year, newest first."""
    return Change.objects.filter(year=year).select_related("project").order_by("-on", "-pk")
