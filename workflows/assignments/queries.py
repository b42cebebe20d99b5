"""Questions to the sheets (任务交办): who sees which, what is late, how departments do."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone

from kernel.authority.permissions import Permission, Role
from kernel.clock import WorkCalendar
from kernel.web.lamps import Lamp, lamp_on
from workflows.assignments.lifecycle import OPEN, SheetState, State
from workflows.assignments.models import Extension, Feedback, Part, Sheet
from workflows.catalogue.queries import departments
from workflows.supervision.duties import Duty, addresses

if TYPE_CHECKING:
    from kernel.web.http import SignedInRequest

WARNING_DAYS = 3  # working days before the deadline from which a part shines yellow
SIGN_WITHIN = 1  # working days after the hand-over within which a department signs for it


def own_code(request: "SignedInRequest") -> str | None:
    """The department a member is bound to; None for those who look at every sheet."""
    if request.membership.role in (Role.DEPARTMENT, Role.REPRESENTATIVE):
        return request.membership.department_code or "-"
    return None


def sheets_for(request: "SignedInRequest") -> QuerySet[Sheet]:
    """Sheets the member may see: a department those it has a part in; drafts are the office's."""
    found = Sheet.objects.select_related("project", "procedure", "issued").defer("issued__paper")
    if Permission.ASSIGNMENTS_CHANGE not in request.permissions:
        found = found.exclude(number="")
    code = own_code(request)
    if code is not None:
        mine = Part.objects.filter(sheet=OuterRef("pk"), department_code=code)
        found = found.filter(Exists(mine))
    return found


def parts_for(request: "SignedInRequest") -> QuerySet[Part]:
    """Parts of sheets that were handed over; of a department its own."""
    found = Part.objects.exclude(sheet__number="").select_related("sheet", "sheet__project")
    code = own_code(request)
    return found if code is None else found.filter(department_code=code)


def narrowed(parts: QuerySet[Part], chosen: Mapping[str, Any], on: date) -> QuerySet[Part]:
    """Those that fit a cleaned `PartFilter`."""
    if words := chosen.get("q"):
        parts = parts.filter(
            Q(sheet__number__icontains=words)
            | Q(sheet__title__icontains=words)
            | Q(sheet__project__name__icontains=words)
            | Q(sheet__project__number__icontains=words)
        )
    match chosen.get("state"):
        case "open":
            parts = parts.filter(state__in=OPEN)
        case str(state) if state:
            parts = parts.filter(state=state)
    match chosen.get("time"):
        case "late":
            parts = parts.late(on)  # type: ignore[attr-defined]
        case "asked":
            asked = Extension.objects.filter(part=OuterRef("pk"), answer=Extension.Answer.OPEN)
            parts = parts.filter(Exists(asked))
        case "done_late":
            parts = parts.filter(was_late())
    if code := chosen.get("department"):
        parts = parts.filter(department_code=code)
    if source := chosen.get("source"):
        parts = parts.filter(sheet__source_kind=source)
    if year := chosen.get("year"):
        parts = parts.filter(sheet__handed_over_on__year=year)
    return parts


def was_late() -> Q:
    """Reported after the deadline, or after a first one that was only then asked to be extended."""
    asked_late = Extension.objects.filter(
        part=OuterRef("pk"), late=True, answer=Extension.Answer.GRANTED
    )
    done = Q(reported_on__isnull=False)
    return done & (Q(reported_on__gt=F("due_on")) | Q(Exists(asked_late)))


def done_late(parts: Iterable[Part]) -> set[int]:
    """Keys of those of ``parts`` that were done late; one query."""
    ids = [part.pk for part in parts]
    return set(Part.objects.filter(was_late(), pk__in=ids).order_by().values_list("pk", flat=True))


SORTS: dict[str, tuple[str, ...]] = {
    "due": ("due_on", "pk"),
    "number": ("sheet__handed_over_on", "sheet_id", "pk"),
    "department": ("department_code", "due_on", "pk"),
    "state": ("state", "due_on", "pk"),
}


def ordered(parts: QuerySet[Part], sort: str) -> QuerySet[Part]:
    """By one of `SORTS`, ``-`` in front for the other way."""
    names = SORTS.get(sort.removeprefix("-"), SORTS["due"])
    sign = "-" if sort.startswith("-") else ""
    return parts.order_by(*(f"{sign}{name}" for name in names))


def with_last_words(parts: QuerySet[Part]) -> QuerySet[Any]:
    """Each with ``last_words``: what was said about it last, and ``said_on``, when; None for nothing."""
    last = Feedback.objects.filter(part=OuterRef("pk")).order_by("-pk")
    return parts.annotate(
        last_words=Subquery(last.values("text")[:1]), said_on=Subquery(last.values("on")[:1])
    )


def lamp_of(part: Part, on: date, calendar: WorkCalendar) -> Lamp:
    """Yellow from three working days before the deadline, red after it; a report stops it."""
    if part.state == State.CANCELLED:
        return Lamp.NONE
    return lamp_on(
        on,
        yellow_on=calendar.subtract(part.due_on, WARNING_DAYS),
        red_on=date.fromordinal(part.due_on.toordinal() + 1),
        decided_on=part.reported_on,
    )


def unsigned_late(part: Part, on: date, calendar: WorkCalendar) -> bool:
    """Not signed for in time."""
    handed = part.sheet.handed_over_on
    return (
        part.state == State.WAITING
        and handed is not None
        and on > calendar.add(handed, SIGN_WITHIN)
    )


def whole(sheets: QuerySet[Sheet]) -> QuerySet[Sheet]:
    """Sheets with parts, feedback and extensions read along; three queries more."""
    parts = Part.objects.order_by("-leads", "pk").prefetch_related(
        Prefetch("feedback", Feedback.objects.order_by("pk")),
        Prefetch("extensions", Extension.objects.order_by("pk")),
    )
    return sheets.prefetch_related(Prefetch("parts", parts))


def sheets_from(source_kind: str, keys: Collection[str]) -> QuerySet[Sheet]:
    """Sheets that came from the sources ``keys``, oldest first."""
    return Sheet.objects.filter(source_kind=source_kind, source_key__in=keys).order_by("pk")


def waiting_count(request: HttpRequest) -> int:
    """For the navigation: parts a department has to act on, or reports the office has to judge."""
    member = request.membership  # type: ignore[attr-defined]
    if member.role == Role.OFFICE:
        return Part.objects.filter(state=State.REPORTED).count()
    if member.role in (Role.DEPARTMENT, Role.REPRESENTATIVE) and member.department_code:
        return (
            Part.objects.open()
            .filter(department_code=member.department_code)
            .exclude(state=State.REPORTED)
            .count()
        )
    return 0


# Supervision --------------------------------------------------------------------------------------


def duties_until(last: date) -> Iterable[Duty]:
    """Parts still open with a deadline up to ``last``, by deadline. A reported part is with the office
    and is chased no more."""
    rows = (
        Part.objects.open()
        .filter(due_on__lte=last, reported_on=None)
        .order_by("due_on", "pk")
        .values_list(
            "pk",
            "sheet_id",
            "sheet__number",
            "sheet__title",
            "department_code",
            "due_on",
            "sheet__project__name",
        )
    )
    address = addresses("assignments:sheet")
    for pk, sheet_id, number, title, code, due_on, project in rows.iterator(2000):
        yield Duty(
            source="assignments",
            key=f"part:{pk}",
            number=number,
            title=title,
            department_code=code,
            due_on=due_on,
            url=address(sheet_id),
            project_name=project or "",
        )


def still_open(keys: Iterable[str]) -> set[str]:
    """Those of ``keys`` ("part:12") whose part waits to be done."""
    ids = [int(key.partition(":")[2]) for key in keys]
    found = Part.objects.open().filter(pk__in=ids, reported_on=None).order_by()
    return {f"part:{pk}" for pk in found.values_list("pk", flat=True)}


def done_on(keys: Iterable[str]) -> dict[str, date]:
    """The day each part was reported done, where it was."""
    ids = [int(key.partition(":")[2]) for key in keys]
    found = Part.objects.filter(pk__in=ids, reported_on__isnull=False).order_by()
    return {f"part:{pk}": on for pk, on in found.values_list("pk", "reported_on") if on}


# Figures ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tally:
    """How a department has done with the parts handed to it in a period."""

    name: str
    code: str
    given: int
    on_time: int
    late: int
    open: int
    overdue: int
    extended: int

    @property
    def closed(self) -> int:
        return self.on_time + self.late


def tallies(first: date, last: date, on: date) -> Sequence[Tally]:
    """A line for each department with parts handed over from ``first`` to ``last``; one query."""
    done = Q(reported_on__isnull=False)
    rows = (
        Part.objects.filter(sheet__handed_over_on__range=(first, last))
        .exclude(state=State.CANCELLED)
        .order_by()
        .values("department_code")
        .annotate(
            given=Count("pk"),
            on_time=Count("pk", filter=done & ~was_late()),
            late=Count("pk", filter=was_late()),
            open=Count("pk", filter=~done),
            overdue=Count("pk", filter=~done & Q(due_on__lt=on)),
            extended=Count("pk", filter=Q(due_on__gt=F("first_due_on"))),
        )
    )
    names = departments()
    found = [
        Tally(
            names[row["department_code"]].short_name
            if row["department_code"] in names
            else row["department_code"],
            row["department_code"],
            row["given"],
            row["on_time"],
            row["late"],
            row["open"],
            row["overdue"],
            row["extended"],
        )
        for row in rows
    ]
    order = {code: n for n, code in enumerate(names)}
    return sorted(found, key=lambda tally: order.get(tally.code, len(order)))


def overdue_count() -> int:
    """Parts late today, for whoever asks."""
    return Part.objects.all().late(timezone.localdate()).count()


def years() -> list[int]:
    """Years in which sheets were handed over, newest first."""
    days = Sheet.objects.exclude(handed_over_on=None).dates("handed_over_on", "year", "DESC")
    return [day.year for day in days]


def drafts() -> QuerySet[Sheet]:
    return Sheet.objects.filter(state=SheetState.DRAFT).order_by("-drafted_on", "-pk")
