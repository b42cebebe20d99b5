"""Find anything of this tenant (查找): names by any part of two characters or one, numbers by their beginning."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.urls import reverse

from kernel.authority.permissions import Permission
from workflows.catalogue.queries import matters
from workflows.mechanism.models import Holding, Seat
from workflows.procedures.lifecycle import State as ProcedureState
from workflows.procedures.queries import ledger
from workflows.projects.queries import listed

MOST = 20  # of each kind


@dataclass(frozen=True, slots=True)
class Hit:
    title: str
    about: str
    url: str


@dataclass(frozen=True, slots=True)
class Found:
    """Hits of one kind; ``more`` when there were more than are shown."""

    label: str
    hits: list[Hit]
    more: bool


def search(words: str, *, permissions: frozenset[Permission], on: date) -> list[Found]:
    """Projects, procedures, matters, people and seats that fit; only what the person may see."""
    words = words.strip()
    if not words:
        return []
    kinds = [
        (Permission.PROJECTS_VIEW, "项目", _projects),
        (Permission.PROCEDURES_VIEW, "办件", _procedures),
        (Permission.CATALOGUE_VIEW, "事项", _matters),
        (Permission.MECHANISM_VIEW, "人员与席位", _people),
    ]
    found = []
    for permission, label, look in kinds:
        if permission in permissions and (hits := look(words, on)):
            found.append(Found(label, hits[:MOST], len(hits) > MOST))
    return found


def _projects(words: str, on: date) -> list[Hit]:
    rows = listed().filter(
        Q(name__icontains=words)
        | Q(owner_name__icontains=words)
        | Q(number__istartswith=words)
        | Q(project_code__startswith=words)
    )
    return [
        Hit(
            row.name,
            f"{row.number} · {row.owner_name} · {row.get_state_display()}",
            reverse("projects:project", args=[row.number]),
        )
        for row in rows[: MOST + 1]
    ]


def _procedures(words: str, on: date) -> list[Hit]:
    rows = ledger().filter(Q(name__icontains=words) | Q(number__istartswith=words))
    return [
        Hit(
            row.name,
            f"{row.number} · {row.project.name} · {ProcedureState(row.state).label}",
            reverse("procedures:detail", args=[row.number]),
        )
        for row in rows.order_by("-project__year", "number")[: MOST + 1]
    ]


def _matters(words: str, on: date) -> list[Hit]:
    rows = matters(on).filter(
        Q(name__icontains=words)
        | Q(short_name__icontains=words)
        | Q(matter_code__istartswith=words)
    )
    return [
        Hit(row.name, row.matter_code, reverse("catalogue:matter", args=[row.matter_code]))
        for row in rows[: MOST + 1]
    ]


def _people(words: str, on: date) -> list[Hit]:
    held = (
        Holding.objects.in_force(on)
        .filter(name__icontains=words)
        .select_related("seat")
        .order_by("name", "pk")
    )
    seats = Seat.objects.in_force(on).filter(post__icontains=words).order_by("order", "pk")
    hits = [_seat_hit(row.name, row.seat) for row in held[: MOST + 1]]
    return hits + [_seat_hit(seat.post, seat) for seat in seats[: MOST + 1 - len(hits)]]


def _seat_hit(title: str, seat: Seat) -> Hit:
    about = f"{seat.get_kind_display()} · {seat.post}"
    return Hit(title, about, reverse("mechanism:seat", args=[seat.pk]))
