"""逐地推算：one tenant's pass over its projects under two calendars, a project at a time.

Each project is compared, and after applying recomputed, in a transaction that also moves the pass's
cursor: a worker that dies loses nothing, a message delivered twice does nothing twice.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from kernel.clock import WorkCalendar
from kernel.trail import SYSTEM, record
from tenants.gateway import current_tenant
from tenants.models import Tenant
from workflows.holidays import queries
from workflows.holidays.lifecycle import DateKind, Phase
from workflows.holidays.models import Draft, MovedDate, Visit
from workflows.procedures.actions import replan
from workflows.procedures.dates import Due, ProjectDates, dates_under
from workflows.procedures.planning import Book
from workflows.procedures.queries import book_of
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Project

logger = logging.getLogger(__name__)


def work_through(draft_id: int, *, on: date) -> Visit:
    """Take the current tenant through the draft's present phase as far as it is not yet.

    Previewed as of the draft's own day, recomputed as of ``on``. Safe to run again, and by two
    workers at once.
    """
    tenant = current_tenant()
    above = [t.schema_name for t in tenant.lineage()]
    draft = Draft.objects.get(pk=draft_id)
    visit = _begun(draft, tenant, above)
    before, after = queries.calendars_of(draft)
    step = _Step(
        draft, before, after, on if draft.phase is Phase.APPLIED else draft.compared_on or on
    )
    while step.take(visit.pk):
        pass
    return Visit.objects.get(pk=visit.pk)


@transaction.atomic
def _begun(draft: Draft, tenant: Tenant, above: list[str]) -> Visit:
    """The tenant's pass; one left over from an earlier run begins anew."""
    blank = {
        "run": draft.run,
        "owner_name": tenant.name,
        "visible_to": above,
        "started_at": timezone.now(),
        "projects_total": _projects().count(),
    }
    owned = {"draft": draft, "phase": draft.phase, "owner": tenant.schema_name}
    visit, _ = Visit.objects.get_or_create(**owned, defaults=blank)
    visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    if visit.run < draft.run:
        MovedDate.objects.filter(**owned).delete()
        restart = {"cursor": 0, "projects_done": 0, "counts": {}, "failed": [], "finished_at": None}
        for name, value in (blank | restart).items():
            setattr(visit, name, value)
        visit.save()
    return visit


@dataclass(frozen=True)
class _Step:
    """The next project of a pass, under a lock that lets one worker at a time through."""

    draft: Draft
    before: WorkCalendar
    after: WorkCalendar
    on: date

    @transaction.atomic
    def take(self, visit_id: int) -> bool:
        """Do one project; False when there is none left, or the pass is no longer this one."""
        visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit_id)
        if visit.finished_at or visit.run != self.draft.run:
            return False
        project = _projects().filter(pk__gt=visit.cursor).first()
        if project is None:
            self._finish(visit)
            return False
        try:
            with transaction.atomic():
                self._do(visit, project)
        except Exception:
            # One project's fault must not keep the others waiting; its own changes are rolled back.
            logger.exception("draft %s, project %s", self.draft.pk, project.number)
            visit.failed = [*visit.failed, project.number]
        visit.cursor = project.pk
        visit.projects_done += 1
        visit.save(update_fields=["cursor", "projects_done", "counts", "failed"])
        return True

    def _do(self, visit: Visit, project: Project) -> None:
        if self.draft.phase is Phase.APPLIED:
            project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
        book = book_of(project)
        found = list(self._compared(book))
        counts = {kind: dict(n) for kind, n in visit.counts.items()}
        for row, was_moved in found:
            tally = counts.setdefault(row.kind, {"moved": 0, "firm": 0})
            tally["moved" if was_moved else "firm"] += 1
        MovedDate.objects.bulk_create(self._owned(visit, row) for row, moved in found if moved)
        if self.draft.phase is Phase.APPLIED:
            replan(project, on=self.on)
        visit.counts = counts

    def _compared(self, book: Book) -> Iterator[tuple[MovedDate, bool]]:
        """Each date that differs, and whether it moved; the others are no estimate any more."""
        old = dates_under(book, calendar=self.before, on=self.on)
        new = dates_under(book, calendar=self.after, on=self.on)
        project = self._row(book.project, DateKind.PROJECT, old.expected, new.expected)
        project.feasible_before, project.feasible_after = old.feasible, new.feasible
        if _moved(old.expected, new.expected) or old.feasible != new.feasible:
            yield project, True
        elif _settled(old.expected, new.expected):
            yield project, False
        for procedure in book.procedures:
            for kind, was, now in _pairs(old, new, procedure.number):
                if not (_moved(was, now) or _settled(was, now)):
                    continue
                row = self._row(book.project, kind, was, now)
                row.procedure_number, row.procedure_name = procedure.number, procedure.name
                yield row, _moved(was, now)

    def _row(self, project: Project, kind: DateKind, was: Due, now: Due) -> MovedDate:
        return MovedDate(
            draft=self.draft,
            phase=self.draft.phase,
            project_number=project.number,
            project_name=project.name,
            kind=kind,
            before_on=was.on,
            after_on=now.on,
            before_provisional=was.provisional,
            after_provisional=now.provisional,
        )

    def _owned(self, visit: Visit, row: MovedDate) -> MovedDate:
        row.owner, row.owner_name, row.visible_to = visit.owner, visit.owner_name, visit.visible_to
        return row

    def _finish(self, visit: Visit) -> None:
        visit.finished_at = timezone.now()
        visit.save(update_fields=["finished_at"])
        if self.draft.phase is Phase.APPLIED:
            n = {
                what: sum(kind.get(what, 0) for kind in visit.counts.values())
                for what in ("moved", "firm")
            }
            record(
                actor=SYSTEM,
                action="holidays.recompute",
                subject=self.draft.notice.number,
                summary=f"按新启用的放假通知重算{visit.projects_done}个项目："
                f"变动{n['moved']}个日期，{n['firm']}个由推定转为确定。",
                detail={"draft": self.draft.pk, "counts": visit.counts, "failed": visit.failed},
            )


def _projects() -> QuerySet[Project]:
    return Project.objects.filter(state=ProjectState.CONFIRMED).order_by("pk")


def _pairs(
    old: ProjectDates, new: ProjectDates, number: str
) -> Iterator[tuple[DateKind, Due, Due]]:
    was, now = old.procedures[number], new.procedures[number]
    for name in {**was, **now}:
        yield DateKind(name), was.get(name, Due()), now.get(name, Due())


def _moved(was: Due, now: Due) -> bool:
    return was.on != now.on


def _settled(was: Due, now: Due) -> bool:
    """The day stands, and is no estimate any more."""
    return was.on == now.on and was.provisional and not now.provisional
