"""The changes an order may hold (调整内容): their words on paper, and what each does to the mechanism."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kernel.refusal import Refused
from kernel.trail import Actor
from workflows.mechanism import actions
from workflows.mechanism.models import Seat, SeatKind, Unit
from workflows.taskforce import actions as taskforce
from workflows.taskforce.models import Secondment

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verb:
    """A kind of change: its name on the form, its sentence in the document, its deed."""

    label: str
    words: Callable[[Given], str]
    apply: Callable[[Given, date, str, Actor], object]


def _unit(pk: int) -> str:
    unit = Unit.objects.filter(pk=pk).first()
    return unit.name if unit else "（单位已变更）"


def _of_code(code: str) -> str:
    unit = Unit.objects.open().filter(department_code=code).first()
    return unit.name if unit else ""


def _seat(pk: int) -> str:
    seat = Seat.objects.filter(pk=pk).first()
    if seat is None:
        return "（席位已变更）"
    return f"{_of_code(seat.department_code)}{seat.get_kind_display()}（{seat.post}）"


def _member(pk: int) -> str:
    row = Secondment.objects.filter(pk=pk).first()
    return f"{_of_code(row.department_code)}{row.name}" if row else "（人员已变更）"


def _seconded(given: Given) -> str:
    until = date.fromisoformat(given["planned_until"])
    how = f"临时参加专项工作组（{given['purpose']}）" if given["temporary"] else "参加专项工作组"
    day = f"{until.year}年{until.month}月{until.day}日"
    return f"选派{_of_code(given['department_code'])}{given['name']}{how}，至{day}。"


def _appoint(given: Given, on: date, number: str, actor: Actor) -> object:
    if Seat.objects.filter(pk=given["seat"], kind=SeatKind.TASK_FORCE).exists():
        raise Refused("专项工作组的人员由选派和召回变更。请改用“选派”或者“召回”。")
    return actions.appoint(
        seat_number=given["seat"],
        name=given["name"],
        office_phone=given["office_phone"],
        on=on,
        document=number,
        actor=actor,
    )


def _change_unit(
    given: Given, on: date, number: str, actor: Actor, *, hosts_office: bool | None = None
) -> object:
    unit = Unit.objects.get(pk=given["unit"])
    return actions.change_unit(
        unit_number=unit.pk,
        name=given.get("name", unit.name),
        hosts_office=unit.hosts_office if hosts_office is None else hosts_office,
        on=on,
        document=number,
        actor=actor,
    )


VERBS: dict[str, Verb] = {
    "appoint": Verb(
        "任免人员",
        lambda g: (
            f"{g['name']}任{_seat(g['seat'])}。"
            if g["name"]
            else f"免去{_seat(g['seat'])}的现任人员。"
        ),
        _appoint,
    ),
    "second": Verb(
        "选派专项工作组人员",
        _seconded,
        lambda g, on, number, actor: taskforce.second(
            department_code=g["department_code"],
            name=g["name"],
            temporary=g["temporary"],
            purpose=g["purpose"],
            from_on=on,
            planned_until=date.fromisoformat(g["planned_until"]),
            document=number,
            actor=actor,
        ),
    ),
    "recall": Verb(
        "召回专项工作组人员",
        lambda g: f"{_member(g['secondment'])}不再参加专项工作组（{g['why']}）。",
        lambda g, on, number, actor: taskforce.end(
            pk=g["secondment"],
            on=on - timedelta(days=1),
            why=g["why"],
            document=number,
            today=on,
            actor=actor,
        ),
    ),
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
    "rename_unit": Verb(
        "单位更名",
        lambda g: f"{_unit(g['unit'])}更名为{g['name']}。",
        _change_unit,
    ),
    "move_office": Verb(
        "办公室改设",
        lambda g: f"工作机制办公室改设在{_unit(g['unit'])}。",
        lambda g, on, number, actor: _change_unit(g, on, number, actor, hosts_office=True),
    ),
    "end_unit": Verb(
        "减少成员单位",
        lambda g: f"{_unit(g['unit'])}不再作为成员单位。",
        lambda g, on, number, actor: actions.end_unit(
            unit_number=g["unit"], on=on, document=number, actor=actor
        ),
    ),
    "add_seat": Verb(
        "增设席位",
        lambda g: (
            f"增设{_of_code(g['department_code'])}{SeatKind(g['kind']).label}席位，由{g['post']}担任。"
        ),
        lambda g, on, number, actor: actions.add_seat(
            kind=g["kind"],
            department_code=g["department_code"],
            post=g["post"],
            on=on,
            document=number,
            actor=actor,
        ),
    ),
    "change_seat": Verb(
        "席位改由别的职务担任",
        lambda g: f"{_seat(g['seat'])}改由{g['post']}担任。",
        lambda g, on, number, actor: actions.change_seat(
            seat_number=g["seat"], post=g["post"], on=on, document=number, actor=actor
        ),
    ),
    "end_seat": Verb(
        "撤销席位",
        lambda g: f"撤销{_seat(g['seat'])}。",
        lambda g, on, number, actor: actions.end_seat(
            seat_number=g["seat"], on=on, document=number, actor=actor
        ),
    ),
}


def words_of(change: Given) -> str:
    """The change as a sentence of the document; once issued, the one it had on that day."""
    words: str = change.get("words") or VERBS[change["verb"]].words(change)
    return words


def apply_all(changes: list[dict[str, Any]], *, on: date, number: str, actor: Actor) -> None:
    """Do every change in order, resting on document ``number``. Raises `Refused` at the first that can't be."""
    for change in changes:
        VERBS[change["verb"]].apply(change, on, number, actor)
