"""The city's mechanism as a model (市级机制样板): what every other tenant starts from and may change.

Posts are told without a place, in our own words (A1.1 to A1.3); the units are the member units of
the catalogue's departments. No document number is known, so none is written.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tenants.models import Kind, Tenant
from workflows.catalogue.combing import load_standard
from workflows.mechanism.models import SeatKind

HOST = "fgw"
#: Organs of the party committee: 鄂尔多斯市委政法委员会, not 鄂尔多斯市政法委员会.
_PARTY = frozenset({"zfw"})
#: Where matters go up to the region or the nation most often; the group changes with the work.
_FOLLOW_UP = ("fgw", "zrzy", "zjj", "nyj", "lcj")


@dataclass(frozen=True, slots=True)
class Unit:
    """A member unit, named without its place."""

    department_code: str
    name: str
    order: int
    hosts_office: bool
    in_task_force: bool


@dataclass(frozen=True, slots=True)
class Seat:
    kind: SeatKind
    department_code: str
    post: str
    order: int


def units() -> tuple[Unit, ...]:
    """The 17 member units, in order; the 12 of them that send somebody to the task force."""
    return tuple(
        Unit(d.code, d.name, d.order, d.code == HOST, d.task_force)
        for d in load_standard().departments
        if d.member
    )


def seats() -> tuple[Seat, ...]:
    """Every seat of the model, in order."""
    return tuple(_seats())


def _seats() -> Iterator[Seat]:
    yield Seat(SeatKind.CONVENER, "", "本级人民政府主要负责人", 1)
    yield Seat(SeatKind.DEPUTY, "", "本级人民政府分管发展改革工作的负责人", 1)
    yield Seat(SeatKind.DEPUTY, "", "本级人民政府分管自然资源和建设工作的负责人", 2)
    yield Seat(SeatKind.OFFICE_DIRECTOR, HOST, "发展和改革委员会主要负责人（兼任）", 1)
    for unit in units():
        yield from unit_seats(unit.department_code, unit.order, in_task_force=unit.in_task_force)
    for order, code in enumerate(_FOLLOW_UP, 1):
        yield Seat(SeatKind.FOLLOW_UP, code, "专责跟进上级审批事项的干部（副处级）", order)


def unit_seats(code: str, order: int, *, in_task_force: bool) -> Iterator[Seat]:
    """The seats a member unit brings with it."""
    # The party organ sends the leader in charge of the field, every other unit its head.
    head = "分管负责人" if code in _PARTY else "主要负责人"
    yield Seat(SeatKind.MEMBER, code, head, order)
    yield Seat(SeatKind.OFFICE_MEMBER, code, "分管负责人", order)
    yield Seat(SeatKind.LIAISON, code, "相关业务科室主要负责人", order)
    if in_task_force:
        yield Seat(SeatKind.TASK_FORCE, code, "业务骨干（脱产，集中办公）", order)


def named(tenant: Tenant, unit: Unit) -> str:
    """A unit of the model with its place before it: 准格尔旗自然资源局."""
    return _place(tenant, party=unit.department_code in _PARTY) + unit.name


def renamed(name: str, code: str, *, parent: Tenant, child: Tenant) -> str:
    """The parent's unit as the child calls its own; a name without the place stays as it is."""
    party = code in _PARTY
    before = _place(parent, party=party)
    return _place(child, party=party) + name[len(before) :] if name.startswith(before) else name


def post_below(post: str, child: Tenant) -> str:
    """The parent's post in the child's words: ranks are the city's, a park has a committee."""
    told = post.replace("（副处级）", "")
    return told.replace("本级人民政府", "园区管理委员会") if child.kind == Kind.PARK else told


def _place(tenant: Tenant, *, party: bool) -> str:
    if not party:
        return tenant.name
    return tenant.name + ("党工委" if tenant.kind == Kind.PARK else "委")
