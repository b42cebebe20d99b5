"""The changes an order may hold (调整内容): their words on paper, and what each does to the mechanism."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kernel.trail import Actor
from workflows.mechanism import actions
from workflows.mechanism.models import Seat, SeatKind, Unit

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verb:
    """A kind of change: its name on the form, its sentence in the document, its deed."""

    label: str
    words: Callable[[Given], str]
    apply: Callable[[Given, date, str, Actor], object]


def _unit(given: Given) -> str:
    unit = Unit.objects.filter(pk=given["unit"]).first()
    return unit.name if unit else "（单位已变更）"


def _seat(given: Given) -> str:
    seat = Seat.objects.filter(pk=given["seat"]).first()
    if seat is None:
        return "（席位已变更）"
    unit = Unit.objects.open().filter(department_code=seat.department_code).first()
    return f"{unit.name if unit else ''}{seat.get_kind_display()}（{seat.post}）"


VERBS: dict[str, Verb] = {
    "add_unit": Verb(
        "增加成员单位",
        lambda g: f"增加{g['name']}为成员单位。",
        lambda g, on, number, actor: actions.add_unit(
            department_code=g["department_code"],
            name=g["name"],
            in_task_force=g["in_task_force"],
            on=on,
            document=number,
            actor=actor,
        ),
    ),
    "end_unit": Verb(
        "减少成员单位",
        lambda g: f"{_unit(g)}不再作为成员单位。",
        lambda g, on, number, actor: actions.end_unit(
            unit_number=g["unit"], on=on, document=number, actor=actor
        ),
    ),
    "appoint": Verb(
        "任免人员",
        lambda g: f"{g['name']}任{_seat(g)}。" if g["name"] else f"免去{_seat(g)}的现任人员。",
        lambda g, on, number, actor: actions.appoint(
            seat_number=g["seat"],
            name=g["name"],
            office_phone=g["office_phone"],
            on=on,
            document=number,
            actor=actor,
        ),
    ),
    "add_seat": Verb(
        "增设席位",
        lambda g: f"增设{SeatKind(g['kind']).label}席位，由{g['post']}担任。",
        lambda g, on, number, actor: actions.add_seat(
            kind=g["kind"],
            department_code=g["department_code"],
            post=g["post"],
            on=on,
            document=number,
            actor=actor,
        ),
    ),
    "end_seat": Verb(
        "撤销席位",
        lambda g: f"撤销{_seat(g)}。",
        lambda g, on, number, actor: actions.end_seat(
            seat_number=g["seat"], on=on, document=number, actor=actor
        ),
    ),
}


def words_of(change: Given) -> str:
    """The change as a sentence of the document."""
    return VERBS[change["verb"]].words(change)


def apply_all(changes: list[dict[str, Any]], *, on: date, number: str, actor: Actor) -> None:
    """Do every change in order, resting on document ``number``. Raises `Refused` at the first that can't be."""
    for change in changes:
        VERBS[change["verb"]].apply(change, on, number, actor)
