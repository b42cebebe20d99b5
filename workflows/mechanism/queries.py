"""Questions to the organisation (组织机构) as it stood on any day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from kernel.authority.permissions import Permission
from kernel.papers.models import Attachment
from tenants.registry.freezing import digest_of
from workflows.catalogue.queries import departments
from workflows.mechanism import standard
from workflows.mechanism.models import Holding, Seat, SeatKind, Unit

if TYPE_CHECKING:
    from kernel.web.http import SignedInRequest

_KINDS = {kind: order for order, kind in enumerate(SeatKind)}


@dataclass(frozen=True, slots=True)
class Place:
    """A seat in force with its unit and who holds it; ``holding`` is None while it is vacant."""

    seat: Seat
    unit: Unit | None
    holding: Holding | None

    @property
    def kind(self) -> SeatKind:
        return SeatKind(self.seat.kind)

    @property
    def holder(self) -> str:
        return self.holding.name if self.holding else ""

    @property
    def unit_name(self) -> str:
        return self.unit.name if self.unit else self.seat.department_code


@dataclass(frozen=True, slots=True)
class Row:
    """A member unit and its seats, for the chart."""

    unit: Unit
    members: list[Place]
    office: list[Place]
    liaisons: list[Place]
    task_force: list[Place]

    @property
    def vacant(self) -> int:
        seats = [*self.members, *self.office, *self.liaisons, *self.task_force]
        return sum(not place.holding for place in seats)


@dataclass(frozen=True, slots=True)
class Organisation:
    """The mechanism on one day, as the chart draws it."""

    on: date
    units: list[Unit]
    places: list[Place]

    def of(self, kind: SeatKind) -> list[Place]:
        return [place for place in self.places if place.kind == kind]

    @property
    def conveners(self) -> list[Place]:
        return self.of(SeatKind.CONVENER)

    @property
    def deputies(self) -> list[Place]:
        return self.of(SeatKind.DEPUTY)

    @property
    def directors(self) -> list[Place]:
        return self.of(SeatKind.OFFICE_DIRECTOR)

    @property
    def office(self) -> list[Place]:
        return self.of(SeatKind.OFFICE_MEMBER)

    @property
    def liaisons(self) -> list[Place]:
        return self.of(SeatKind.LIAISON)

    @property
    def task_force(self) -> list[Place]:
        return self.of(SeatKind.TASK_FORCE)

    @property
    def follow_up(self) -> list[Place]:
        return self.of(SeatKind.FOLLOW_UP)

    @property
    def host(self) -> Unit | None:
        return next((unit for unit in self.units if unit.hosts_office), None)

    @property
    def vacant(self) -> int:
        return len(self.vacancies)

    @property
    def vacancies(self) -> list[str]:
        """Seats nobody holds, in the chart's order."""
        return [
            "·".join(filter(None, (place.kind.label, place.unit.name if place.unit else "")))
            for place in self.places
            if not place.holding
        ]

    @property
    def lacks(self) -> list[str]:
        """What the city's model has and this mechanism lacks, one sentence each (A5.5)."""
        return missing(
            {unit.department_code for unit in self.units},
            [(place.kind, place.seat.department_code) for place in self.places],
            has_host=self.host is not None,
        )

    @property
    def rows(self) -> list[Row]:
        seats: dict[tuple[str, str], list[Place]] = {}
        for place in self.places:
            seats.setdefault((place.seat.department_code, place.seat.kind), []).append(place)

        def of(unit: Unit, kind: SeatKind) -> list[Place]:
            return seats.get((unit.department_code, kind), [])

        return [
            Row(
                unit,
                of(unit, SeatKind.MEMBER),
                of(unit, SeatKind.OFFICE_MEMBER),
                of(unit, SeatKind.LIAISON),
                of(unit, SeatKind.TASK_FORCE),
            )
            for unit in self.units
        ]


def organisation(on: date) -> Organisation:
    """The mechanism as it stood on day ``on``; three queries whatever its size."""
    return standing(
        on,
        Unit.objects.in_force(on).order_by("order", "department_code", "pk"),
        Seat.objects.in_force(on),
        Holding.objects.in_force(on).order_by("pk"),
    )


def standing(
    on: date, units: Iterable[Unit], seats: Iterable[Seat], holdings: Iterable[Holding]
) -> Organisation:
    """The mechanism that those of the rows make which hold on day ``on``; units are in order."""
    here = [unit for unit in units if unit.holds(on)]
    by_code = {unit.department_code: unit for unit in here}
    held = {row.seat_id: row for row in holdings if row.holds(on)}
    places = sorted(
        (seat for seat in seats if seat.holds(on)),
        key=lambda seat: (_KINDS[SeatKind(seat.kind)], seat.order, seat.department_code, seat.pk),
    )
    return Organisation(
        on,
        here,
        [Place(seat, by_code.get(seat.department_code), held.get(seat.pk)) for seat in places],
    )


def units_in_force(on: date) -> QuerySet[Unit]:
    """Member units on day ``on``, in order."""
    return Unit.objects.in_force(on).order_by("order", "department_code")


def unit_names(on: date) -> dict[str, str]:
    """The last name up to ``on`` of every unit by code, also of those that left."""
    rows = Unit.objects.filter(voided=False, from_on__lte=on).order_by("from_on", "pk")
    return dict(rows.values_list("department_code", "name"))


def signing_name(code: str, on: date) -> str:
    """The name a department puts under its own papers on day ``on``: the member unit's, or the catalogue's."""
    department = departments().get(code)
    return unit_names(on).get(code) or (department.name if department else code)


def history_of_seat(seat: Seat) -> list[Holding]:
    """Everyone who held the seat, newest first; voided rows too."""
    return list(seat.holdings.order_by("-from_on", "-pk"))


def history_of_unit(code: str) -> list[Unit]:
    """Every state the unit was in, newest first; voided rows too."""
    return list(Unit.objects.filter(department_code=code).order_by("-from_on", "-pk"))


def digest() -> str:
    """Another word as soon as any row of the organisation is; three queries."""
    return digest_of(
        [list(model.objects.order_by("pk").values_list()) for model in (Unit, Seat, Holding)]
    )


# For filing (报备) ---------------------------------------------------------------------------------


def snapshot(on: date) -> dict[str, Any]:
    """The mechanism on day ``on`` as plain JSON values; equal mechanisms give equal snapshots.

    ``{"on", "units": [{code, name, hosts_office, in_task_force, from_on, document}],
    "seats": [{kind, kind_label, unit_code, unit, post, holder, office_phone, from_on,
    document}]}``; days are ISO text.
    """
    found = organisation(on)
    return {
        "on": on.isoformat(),
        "units": [
            {
                "code": unit.department_code,
                "name": unit.name,
                "hosts_office": unit.hosts_office,
                "in_task_force": unit.in_task_force,
                "from_on": unit.from_on.isoformat(),
                "document": unit.document,
            }
            for unit in found.units
        ],
        "seats": [
            {
                "kind": place.seat.kind,
                "kind_label": place.kind.label,
                "unit_code": place.seat.department_code,
                "unit": place.unit.name if place.unit else "",
                "post": place.seat.post,
                "holder": place.holder,
                "office_phone": place.holding.office_phone if place.holding else "",
                "from_on": place.seat.from_on.isoformat(),
                "document": place.holding.document if place.holding else place.seat.document,
            }
            for place in found.places
        ],
    }


def missing(units: set[str], seats: Iterable[tuple[SeatKind, str]], *, has_host: bool) -> list[str]:
    """The sentences of `Organisation.lacks` for these units and seats.

    A unit that is missing is named once, not again for each of its seats.
    """
    held = set(seats)
    kinds = {kind for kind, _ in held}
    lacks = [
        f"没有设{kind.label}"
        for kind in (SeatKind.CONVENER, SeatKind.DEPUTY, SeatKind.OFFICE_DIRECTOR)
        if kind not in kinds
    ]
    if not has_host:
        lacks.append("没有写明办公室设在哪个单位")
    model = {unit.department_code: unit for unit in standard.units()}
    lacks += [f"缺成员单位：{unit.name}" for code, unit in model.items() if code not in units]
    of_units = (SeatKind.MEMBER, SeatKind.OFFICE_MEMBER, SeatKind.LIAISON, SeatKind.TASK_FORCE)
    lacks += [
        f"{model[seat.department_code].name}缺{seat.kind.label}"
        for seat in standard.seats()
        if seat.kind in of_units
        and seat.department_code in units
        and (seat.kind, seat.department_code) not in held
    ]
    if SeatKind.FOLLOW_UP not in kinds:
        lacks.append("没有设国家、自治区审批事项跟进组")
    return lacks


def may_read(request: "SignedInRequest", attachment: Attachment) -> bool:
    """Who sees the organisation sees the documents it rests on."""
    return attachment.key.startswith("order:") and Permission.MECHANISM_VIEW in request.permissions
