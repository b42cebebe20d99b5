"""Verbs of the approval ledger: comb out, plan, move, close; each publishes what changed."""

from collections.abc import Collection, Iterable
from datetime import date, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from kernel.calendars.queries import work_calendar
from kernel.clock import CalendarOutOfRange, WorkCalendar
from kernel.plan import Edge as PlanEdge
from kernel.plan import PlanRefused
from kernel.trail import SYSTEM, Actor, record
from tenants.rollup import writing as rollup
from tenants.rollup.models import ProcedureRow, ProjectRow
from workflows.catalogue.combing import CatalogueInvalid, Combed, MatterFact, Profile, comb
from workflows.procedures import bulk, guards, hooks, queries
from workflows.procedures.clocks import open_stops, read_clocks, standing, this_round
from workflows.procedures.lifecycle import MoveRefused
from workflows.procedures.models import ClockEntry, Edge, Procedure
from workflows.procedures.picture import procedure_rows, project_row
from workflows.procedures.planning import PROJECT_DERIVED, STRENGTH_OF, Book, refresh
from workflows.procedures.storing import save_derived
from workflows.procedures.terms import Terms
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Project
from workflows.promises.models import Promise
from workflows.promises.queries import promises


class CombingRefused(MoveRefused):
    """The project's facts don't fit the catalogue; the text says which."""


@transaction.atomic
def comb_out(project: Project, *, on: date, actor: Actor) -> list[Procedure]:
    """Comb out the project's procedures (梳理办件, A4.1), order them, and plan them (A3).

    Idempotent. What has not been handed in follows the catalogue and the project's facts; a
    procedure with a line in its ledger keeps its terms, and stays even when no longer needed.
    """
    _locked(project)
    standard, versions = queries.standard(on)
    combed = _combed(project, standard)
    promised = promises()

    book = queries.book_of(project)
    kept = {p.matter_code: p for p in book.procedures}
    needed = {fact.code for fact in combed.matters}
    idle = [
        p for p in book.procedures if p.matter_code not in needed and not book.lines.get(p.number)
    ]
    _drop(idle)
    place = max((p.order for p in book.procedures), default=0)
    new: list[Procedure] = []
    refreshed: list[Procedure] = []
    for fact in combed.matters:
        terms = Terms.copied(fact, *_promised(promised.get(fact.code)))
        procedure = kept.get(fact.code)
        if procedure and procedure.bundle:
            terms = terms.jointly(procedure.bundle.handling)
        facts = _facts(fact, versions[fact.code], combed.reasons[fact.code], terms.write())
        if procedure is None:
            place += 1
            number = f"{project.number}-{place:02d}"
            new.append(Procedure(number=number, project=project, order=place, **facts))
        elif not book.lines.get(procedure.number) and any(
            getattr(procedure, name) != value for name, value in facts.items()
        ):
            for name, value in facts.items():
                setattr(procedure, name, value)
            procedure.revision += 1
            refreshed.append(procedure)
    Procedure.objects.bulk_update(refreshed, [*_FACTS], batch_size=200)

    stays = [p for p in book.procedures if p not in idle]
    edges = [
        PlanEdge(edge.before, edge.after, STRENGTH_OF[edge.strength], edge.basis)
        for edge in combed.edges
    ]
    book = Book(project, [*stays, *new], edges, book.lines)
    calendar = work_calendar()
    refresh(book, calendar=calendar, on=on)
    Procedure.objects.bulk_create(new)
    _set_edges(project, book)
    changed = [p for p in book.changed() if p not in new]
    save_derived(changed)
    _save_project(book)
    record(
        actor=actor,
        action="procedures.comb_out",
        subject=project.number,
        summary=f"梳理办件 {len(combed.matters)} 项：新增 {len(new)} 项，不再需要 {len(idle)} 项。",
        detail={"new": [p.number for p in new], "dropped": [p.number for p in idle]},
    )
    publish(book, {*new, *refreshed, *changed}, calendar=calendar)
    return book.procedures


@transaction.atomic
def take_up(project: Project, *, on: date, actor: Actor) -> None:
    """Comb out as of ``on``, the day of the confirmation or the change; then see it as of today.

    The accepted plan belongs to the day it was accepted, what is expected to the day it is asked.
    """
    comb_out(project, on=on, actor=actor)
    today = timezone.localdate()
    if today > on:
        replan(project, on=today)


@transaction.atomic
def replan(
    project: Project,
    *,
    on: date,
    actor: Actor | None = None,
    rebaseline: bool = False,
    why: str = "",
) -> int:
    """Read every clock and plan again as of ``on``; returns how many procedures changed.

    The accepted plan stays beside the current one unless ``rebaseline`` accepts the latter; the
    one before is then kept in the trail, with ``why``. A project that left the list meanwhile is
    not planned any more: nothing changes, and a rebaseline raises `MoveRefused`.
    """
    _locked(project)
    if project.state != ProjectState.CONFIRMED:
        if rebaseline:
            raise MoveRefused(
                f"项目“{project.name}”现为“{project.get_state_display()}”，不再重排计划。请先把项目确认入列。"
            )
        return 0
    book = queries.book_of(project)
    accepted = {p.number: (p.planned_start_on, p.planned_due_on) for p in book.procedures}
    calendar = work_calendar()
    refresh(book, calendar=calendar, on=on, rebaseline=rebaseline)
    changed = write_back(book, calendar)
    if rebaseline:
        record(
            actor=actor or SYSTEM,
            action="procedures.rebaseline",
            subject=project.number,
            summary=f"按{on.year}年{on.month}月{on.day}日的进度重排倒排计划，{len(changed)} 项有变。"
            + (f"理由：{why}" if why else ""),
            detail={
                "before": {
                    number: [_iso(start), _iso(due)] for number, (start, due) in accepted.items()
                }
            },
        )
    return len(changed)


@transaction.atomic
def make_move(
    *,
    procedure_number: str,
    name: str,
    on: date,
    version: int,
    actor: Actor,
    reach: Collection[str] | None = None,
    **told: Any,
) -> Procedure:
    """Take one step of the lifecycle that happened on ``on``, and let every date follow.

    Ledger line, state, plan, roll-up and trail land together or not at all. ``version`` is the one
    the clerk saw; ``reach`` the units whose procedures they move, None for all; ``told`` are the
    other fields of a `Filing`. Raises `MoveRefused` with a sentence for the clerk, `Project.DoesNotExist` for an unknown number.
    """
    now = timezone.localtime()
    today = now.date()
    # One lock a project: its moves and its list entry take turns, and dates are computed once.
    project = Project.objects.select_for_update(of=("self",)).get(
        procedures__number=procedure_number
    )
    book = queries.book_of(project)
    procedure = book.procedure(procedure_number)
    state = procedure.state
    calendar = work_calendar()
    filing = guards.filing(on, **told)

    guards.check_desk(book, procedure, version=version, reach=reach)
    terms = book.terms[procedure.number]
    lines = list(book.lines.get(procedure.number, ()))
    stands = standing(lines)
    guards.check_day(filing, stands, now=now, year=project.year)
    before = read_clocks(terms, lines, calendar=calendar, on=on)
    move = guards.allowed_move(name, filing, terms, before, calendar)
    guards.check_predecessors(book, procedure, move, on)
    hooks.ask(book, procedure, move, on=on)
    if move.name == "notify":
        guards.check_notice(filing, this_round(stands))
    if move.name == "stop":
        guards.check_stop(filing, open_stops(this_round(stands)))
    if move.name == "resume":
        guards.check_resume(filing, open_stops(this_round(stands)))
    if move.name == "extend":
        guards.check_extension(filing, terms, before.statutory)
    asked = {field: getattr(filing, field) for field in move.asks}
    if move.reason:
        asked["reason"] = move.reason.value
    line = ClockEntry(
        procedure=procedure,
        kind=move.clock.value,
        on=on,
        recorded_at=now,
        by_id=actor.user_id,
        by_name=actor.name,
        **asked,
    )
    after = read_clocks(terms, [*lines, line], calendar=calendar, on=on)
    guards.check_effect(move, filing, before.statutory, after)

    line.save(force_insert=True)
    book.lines = {**book.lines, procedure.number: [*lines, line]}
    procedure.version += 1
    refresh(book, calendar=calendar, on=today)
    record(
        actor=actor,
        action=f"procedures.{move.name}",
        subject=procedure.number,
        summary=f"{procedure.name}：{move.label}，{on.year}年{on.month}月{on.day}日",
        detail={
            **{
                field: plain(value) for field, value in asked.items() if value not in ("", None, ())
            },
            "on": on.isoformat(),
            "statutory_due_on": _iso(procedure.statutory_due_on),
            "promised_due_on": _iso(procedure.promised_due_on),
        },
    )
    write_back(book, calendar)
    hooks.tell(book, procedure, line, name=move.name, before=state, actor=actor)
    return procedure


@transaction.atomic
def close(project: Project, *, on: date, actor: Actor) -> None:
    """A project left the list (移出清单): its ledger stays as it is, the city's picture drops it."""
    numbers = list(
        Procedure.objects.filter(project=project).order_by("pk").values_list("number", flat=True)
    )
    rollup.drop(ProcedureRow, numbers)
    rollup.drop(ProjectRow, [project.number])
    if numbers:
        record(
            actor=actor,
            action="procedures.close",
            subject=project.number,
            summary=f"项目移出清单，{len(numbers)} 项办件停止办理，记录保留。",
        )


def publish(
    book: Book, changed: Iterable[Procedure], *, calendar: WorkCalendar | None = None
) -> None:
    """Put the project's row and those of ``changed`` procedures into the city's picture."""
    changed = list(changed)
    rollup.put([project_row(book.project, book.procedures, calendar or work_calendar())])
    if changed:
        rollup.put(procedure_rows(book.project, changed))
    hooks.published([book.project.pk], book)


def rebuild_caches(on: date) -> int:
    """Read every clock of the tenant as of ``on`` and write what differs; how many procedures did.

    Idempotent and safe to miss: a date that a page shows is read from the ledger anyway. A few
    hundred projects in a transaction of their own. Raises the first `CalendarOutOfRange` or
    `PlanRefused` after all other projects have been rebuilt.
    """
    changed, last = 0, 0
    refused: list[CalendarOutOfRange | PlanRefused] = []
    while ids := _confirmed_after(last):
        changed += _rebuilt(ids, on, refused)
        last = ids[-1]
    if refused:
        raise refused[0]
    return changed


# Inside ------------------------------------------------------------------------------------------

#: How many projects one transaction rebuilds: they are locked meanwhile.
BATCH = 500
_FACTS = (
    "matter_code",
    "matter_version",
    "name",
    "short_name",
    "department_code",
    "level",
    "stage",
    "group",
    "why",
    "terms",
    "verified",
    "revision",
)


def _facts(fact: MatterFact, version: int, why: str, terms: dict[str, object]) -> dict[str, object]:
    """What a procedure takes from the catalogue while nothing has been handed in."""
    return {
        "matter_code": fact.code,
        "matter_version": version,
        "name": fact.name,
        "short_name": fact.short_name,
        "department_code": fact.lead,
        "level": fact.level,
        "stage": fact.stage,
        "group": fact.group,
        "why": why[:200],
        "terms": terms,
        "verified": fact.verified,
    }


def _promised(promise: Promise | None) -> tuple[int | None, time | None]:
    """Days and the window's last hour, where the tenant promised any."""
    return (promise.promised_days, promise.cut_off) if promise else (None, None)


def _combed(project: Project, standard: object) -> Combed:
    profile = Profile(
        kind=project.kind,  # type: ignore[arg-type]
        features=frozenset(project.features),
        land_ha=project.land_ha,
        earthwork_m3=project.earthwork_m3,
        industry=project.industry,
    )
    try:
        return comb(profile, standard)  # type: ignore[arg-type]
    except CatalogueInvalid as fault:
        raise CombingRefused(
            f"项目“{project.name}”梳理不出办件：{fault}。请改正后再办。"
        ) from fault


def _locked(project: Project) -> None:
    """Lock the project's row and see it as it stands."""
    project.refresh_from_db(from_queryset=Project.objects.select_for_update(of=("self",)))


def _confirmed_after(last: int) -> list[int]:
    """The next batch of projects on the list, by id."""
    projects = Project.objects.filter(state=ProjectState.CONFIRMED, pk__gt=last).order_by("pk")
    return list(projects.values_list("pk", flat=True)[:BATCH])


def _rebuilt(ids: list[int], on: date, refused: list[CalendarOutOfRange | PlanRefused]) -> int:
    """Rebuild these projects in columns; one by one where some day or plan among them is refused,
    so that it is ``refused`` for its own project."""
    projects = Project.objects.filter(pk__in=ids, state=ProjectState.CONFIRMED).order_by("pk")
    try:
        with transaction.atomic():
            locked = projects.select_for_update(of=("self",)).values_list("pk", flat=True)
            return bulk.rebuild(list(locked), on=on, calendar=work_calendar())
    except (CalendarOutOfRange, PlanRefused):
        changed = 0
        for project in projects:
            try:
                changed += replan(project, on=on)
            except (CalendarOutOfRange, PlanRefused) as fault:
                fault.add_note(f"项目 {project.number}")
                refused.append(fault)
        return changed


def _drop(procedures: list[Procedure]) -> None:
    if procedures:
        Procedure.objects.filter(pk__in=[p.pk for p in procedures]).delete()
        rollup.drop(ProcedureRow, [p.number for p in procedures])


def _set_edges(project: Project, book: Book) -> None:
    """Make the project's edges those of the book; untouched where they are."""
    wanted = {(e.before, e.after): (e.strength.value, e.basis) for e in book.edges}
    rows = list(Edge.objects.filter(after__project=project).select_related("before", "after"))
    stale = [
        row.pk
        for row in rows
        if wanted.get((row.before.matter_code, row.after.matter_code)) != (row.strength, row.basis)
    ]
    Edge.objects.filter(pk__in=stale).delete()
    standing = {
        (row.before.matter_code, row.after.matter_code) for row in rows if row.pk not in set(stale)
    }
    by_code = {p.matter_code: p for p in book.procedures}
    Edge.objects.bulk_create(
        Edge(before=by_code[before], after=by_code[after], strength=strength, basis=basis)
        for (before, after), (strength, basis) in wanted.items()
        if (before, after) not in standing
    )


def _save_project(book: Book) -> None:
    if book.project_changed:
        # update(), not save(): the list's own version counts the office's edits alone.
        Project.objects.filter(pk=book.project.pk).update(
            **{name: getattr(book.project, name) for name in PROJECT_DERIVED}
        )


def write_back(book: Book, calendar: WorkCalendar) -> list[Procedure]:
    """Write what a refresh changed, and publish it."""
    changed = book.changed()
    save_derived(changed)
    _save_project(book)
    if changed or book.project_changed:
        publish(book, changed, calendar=calendar)
    return changed


def plain(value: Any) -> Any:
    """A field of a ledger line as JSON keeps it."""
    if isinstance(value, (date, time)):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
