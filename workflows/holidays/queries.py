"""Questions to drafts, passes and moved dates (放假通知的影响). What a tenant may not see, the walls
leave out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from kernel.calendars.freezing import thawed
from kernel.calendars.models import HolidayNotice
from kernel.calendars.queries import calendar_digest, notices
from kernel.clock import WorkCalendar
from tenants.gateway import ready_tenants
from tenants.models import Tenant
from workflows.holidays.lifecycle import DateKind, State
from workflows.holidays.models import Draft, MovedDate, Visit


def drafts(tenant: Tenant) -> QuerySet[Draft]:
    """What the console of ``tenant`` lists: its own drafts, and what anybody has applied."""
    return Draft.objects.filter(Q(owner=tenant.schema_name) | Q(state=State.APPLIED)).order_by(
        "-created_at", "-pk"
    )


def notices_on_file() -> list[HolidayNotice]:
    """Every notice on file with its days, newest year first; three queries."""
    return list(
        HolidayNotice.objects.order_by("-year", "-issued_on", "number").prefetch_related(
            "rests", "make_ups"
        )
    )


def calendars_of(draft: Draft) -> tuple[WorkCalendar, WorkCalendar]:
    """The calendar without the draft's notice, and the one with it; three queries."""
    on_file = notices()
    notice = draft.notice
    others = [n for n in on_file if n.number != notice.number]
    if draft.state == State.APPLIED:
        before = [*others, thawed(draft.replaced)] if draft.replaced else others
        return WorkCalendar.from_notices(before), WorkCalendar.from_notices(on_file)
    return WorkCalendar.from_notices(on_file), WorkCalendar.from_notices([*others, notice])


# How far a draft is ------------------------------------------------------------------------------


LINES_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One tenant's pass; without a visit it has not begun."""

    schema_name: str
    name: str
    visit: Visit | None = None

    @property
    def finished(self) -> bool:
        return self.visit is not None and self.visit.finished_at is not None

    @property
    def moved(self) -> int:
        return self._count("moved")

    @property
    def firm(self) -> int:
        return self._count("firm")

    def _count(self, what: str) -> int:
        return sum(n.get(what, 0) for n in self.visit.counts.values()) if self.visit else 0


@dataclass(frozen=True, slots=True)
class Passes:
    """The passes of a draft's present phase that the asking tenant may see, in the city's order."""

    lines: list[Line] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.lines)

    @property
    def done(self) -> int:
        return sum(line.finished for line in self.lines)

    @property
    def finished(self) -> bool:
        return bool(self.lines) and self.done == self.total

    @property
    def moved(self) -> int:
        return sum(line.moved for line in self.lines)

    @property
    def firm(self) -> int:
        return sum(line.firm for line in self.lines)

    @property
    def shown(self) -> list[Line]:
        """All of a small city; of a large one as many, those that are not through first."""
        if len(self.lines) <= LINES_SHOWN:
            return self.lines
        return sorted(self.lines, key=lambda line: line.finished)[:LINES_SHOWN]

    @property
    def failed(self) -> list[tuple[str, str]]:
        """(单位, 项目编号) of what could not be computed."""
        return [
            (line.name, number) for line in self.lines if line.visit for number in line.visit.failed
        ]

    @property
    def by_kind(self) -> dict[DateKind, Mapping[str, int]]:
        """Moved and firm dates of each kind, all tenants together."""
        found: dict[DateKind, dict[str, int]] = {kind: {"moved": 0, "firm": 0} for kind in DateKind}
        for line in self.lines:
            for kind, counts in (line.visit.counts if line.visit else {}).items():
                for what, n in counts.items():
                    found[DateKind(kind)][what] += n
        return dict(found)


def passes(draft: Draft, tenant: Tenant) -> Passes:
    """How far the draft is, as ``tenant`` may see it: the owner all, anybody else itself. Two queries."""
    visits = {
        visit.owner: visit
        for visit in Visit.objects.filter(draft=draft, phase=draft.phase, run=draft.run).order_by(
            "pk"
        )
    }
    asked = draft.tenants if tenant.schema_name == draft.owner else [tenant.schema_name]
    names = dict(
        Tenant.objects.filter(schema_name__in=asked)
        .order_by("order", "code")
        .values_list("schema_name", "name")
    )
    return Passes(
        [
            Line(schema, name, visits.get(schema))
            for schema, name in names.items()
            if schema in draft.tenants
        ]
    )


def waiting(draft: Draft) -> list[str]:
    """Schemas whose pass is not finished; asked where the draft's owner is."""
    done = set(
        Visit.objects.filter(
            draft=draft, phase=draft.phase, run=draft.run, finished_at__isnull=False
        ).values_list("owner", flat=True)
    )
    return [schema for schema in draft.tenants if schema not in done]


def open_drafts() -> list[Draft]:
    """Drafts whose passes may not be through yet, the oldest first."""
    return list(Draft.objects.filter(finished_at=None, run__gt=0).order_by("pk"))


def stale(draft: Draft) -> str:
    """Why what was previewed is no longer what applying would do; empty when it is."""
    if not draft.base_digest:
        return "草稿还没有预览，或预览之后又改过"
    if draft.base_digest != calendar_digest():
        return "预览之后，册里的放假通知有变动"
    if new := {t.schema_name for t in ready_tenants()} - set(draft.tenants):
        return f"预览之后新开通了{len(new)}个单位，还没有推算"
    return ""


# What moved --------------------------------------------------------------------------------------


def moved(draft: Draft, chosen: Mapping[str, Any]) -> QuerySet[MovedDate]:
    """The dates that moved in the draft's present phase, as a cleaned `MovedFilter` asks for them."""
    rows = MovedDate.objects.filter(draft=draft, phase=draft.phase)
    for name in ("owner", "kind"):
        if value := chosen.get(name):
            rows = rows.filter(Q(**{name: value}))
    if words := chosen.get("q"):
        rows = rows.filter(
            Q(project_name__icontains=words)
            | Q(project_number__istartswith=words)
            | Q(procedure_name__icontains=words)
            | Q(procedure_number__istartswith=words)
        )
    return rows.order_by("owner", "project_number", "procedure_number", "kind")


def slugs_of(rows: Iterable[MovedDate]) -> dict[str, str]:
    """The slug of each tenant that one of ``rows`` belongs to, by its schema."""
    owners = {row.owner for row in rows}
    found = Tenant.objects.filter(schema_name__in=owners).order_by("pk")
    return dict(found.values_list("schema_name", "slug"))
