"""Changes of the organisation (机构和人员变更): each by a document, from a day, leaving the old row.

A5.1: the office adds and drops member units by a document of its own.
"""

from datetime import date, datetime, timedelta
from typing import TypeVar

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone

from kernel.office_line import office_line
from kernel.papers.attaching import keep
from kernel.refusal import Refused
from kernel.trail import SYSTEM, Actor, record
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.mechanism import standard
from workflows.mechanism.models import Holding, Order, Seat, Unit

_DAY = timedelta(days=1)
FURTHEST = timedelta(days=366)
Row = TypeVar("Row", Unit, Seat, Holding)


class ChangeRefused(Refused):
    """A change the rules say no to."""


# What a new tenant starts from ---------------------------------------------------------------------


def seed(tenant: Tenant) -> None:
    """Give a new tenant its parent's units and seats, or the model if it is the city. Idempotent.

    Called inside the tenant's schema and outside a transaction. People are not copied.
    """
    if Unit.objects.exists():
        return
    on = timezone.localdate()
    if tenant.parent is None:
        units = [(unit, standard.named(tenant, unit)) for unit in standard.units()]
        seats = [(seat, seat.post) for seat in standard.seats()]
    else:
        parent = tenant.parent
        with visiting(parent):
            above = list(Unit.objects.in_force(on).order_by("order", "department_code"))
            places = list(Seat.objects.in_force(on).order_by("kind", "order", "pk"))
        units = [
            (unit, standard.renamed(unit.name, unit.department_code, parent=parent, child=tenant))
            for unit in above
        ]
        seats = [(seat, standard.post_below(seat.post, tenant)) for seat in places]
    with transaction.atomic():
        Unit.objects.bulk_create(
            Unit(
                department_code=unit.department_code,
                name=name,
                order=unit.order,
                hosts_office=unit.hosts_office,
                in_task_force=unit.in_task_force,
                from_on=on,
            )
            for unit, name in units
        )
        Seat.objects.bulk_create(
            Seat(
                kind=seat.kind,
                department_code=seat.department_code,
                post=post,
                order=seat.order,
                from_on=on,
            )
            for seat, post in seats
        )
        record(
            actor=SYSTEM,
            action="mechanism.seed",
            subject="组织机构",
            summary=f"按{tenant.parent or '市级机制样板'}建立组织机构：成员单位{len(units)}个，席位{len(seats)}个。",
        )


# People --------------------------------------------------------------------------------------------


@transaction.atomic
def appoint(
    *,
    seat_number: int,
    name: str,
    office_phone: str = "",
    on: date,
    document: str,
    actor: Actor,
) -> Holding | None:
    """Let ``name`` hold the seat from day ``on``; an empty name leaves it vacant.

    The holder before holds until the day before; one who began on that very day was entered by
    mistake and is voided. Raises `ChangeRefused`, `NotAnOfficeLine`.
    """
    _checked(on, document)
    seat = _open(Seat, seat_number)
    if on < seat.from_on:
        raise ChangeRefused(f"这个席位自{seat.from_on}设立，任职日期不能早于这一天。")
    current = Holding.objects.select_for_update(of=("self",)).open().filter(seat=seat).first()
    if current is None and not name:
        raise ChangeRefused("这个席位本来就空着，请填写接任的人。")
    if current and current.name == name and current.office_phone == office_phone:
        raise ChangeRefused(f"{name}已经在这个席位上，没有要变更的内容。")
    _free(seat, on)
    if current:
        _close(current, on, document)
    following = None
    if name:
        following = Holding.objects.create(
            seat=seat,
            name=name,
            office_phone=office_line(office_phone),
            from_on=on,
            document=document,
        )
    record(
        actor=actor,
        action="mechanism.appoint",
        subject=_subject(seat),
        summary=f"{_subject(seat)}自{on}起由“{current.name if current else '空缺'}”"
        f"变为“{name or '空缺'}”，依据{document}。",
        detail={"seat": seat.pk, "on": on.isoformat(), "document": document},
    )
    return following


# Seats ---------------------------------------------------------------------------------------------


@transaction.atomic
def add_seat(
    *, kind: str, department_code: str, post: str, on: date, document: str, actor: Actor
) -> Seat:
    """Open a seat from day ``on``."""
    _checked(on, document)
    if department_code and not Unit.objects.open().filter(department_code=department_code).exists():
        raise ChangeRefused("这个单位不是成员单位，请先增加成员单位。")
    last = Seat.objects.filter(kind=kind).order_by("-order").first()
    seat = Seat.objects.create(
        kind=kind,
        department_code=department_code,
        post=post,
        order=last.order + 1 if last else 1,
        from_on=on,
        document=document,
    )
    _record_seat(actor, seat, "mechanism.add_seat", f"自{on}起设{_subject(seat)}", on, document)
    return seat


@transaction.atomic
def change_seat(*, seat_number: int, post: str, on: date, document: str, actor: Actor) -> Seat:
    """Let another post fill the seat from day ``on``; who holds it stays."""
    _checked(on, document)
    seat = _open(Seat, seat_number)
    if post == seat.post:
        raise ChangeRefused(f"这个席位已经由“{post}”担任，没有要变更的内容。")
    _free(seat, on)
    holding = Holding.objects.select_for_update(of=("self",)).open().filter(seat=seat).first()
    _close(seat, on, document)
    following = Seat.objects.create(
        kind=seat.kind,
        department_code=seat.department_code,
        post=post,
        order=seat.order,
        from_on=on,
        document=document,
    )
    if holding:
        _close(holding, on, document)
        Holding.objects.create(
            seat=following,
            name=holding.name,
            office_phone=holding.office_phone,
            from_on=on,
            document=document,
        )
    _record_seat(
        actor,
        following,
        "mechanism.change_seat",
        f"{_subject(seat)}自{on}起改由{post}担任",
        on,
        document,
    )
    return following


@transaction.atomic
def end_seat(*, seat_number: int, on: date, document: str, actor: Actor) -> None:
    """Do away with the seat from day ``on``; who holds it leaves it."""
    _checked(on, document)
    seat = _open(Seat, seat_number)
    _end(seat, on, document)
    _record_seat(actor, seat, "mechanism.end_seat", f"自{on}起撤销{_subject(seat)}", on, document)


# Units ---------------------------------------------------------------------------------------------


@transaction.atomic
def add_unit(
    *,
    department_code: str,
    name: str,
    in_task_force: bool,
    on: date,
    document: str,
    actor: Actor,
) -> Unit:
    """Take a member unit in from day ``on``, with the seats a member unit has."""
    _checked(on, document)
    # Locked, so that of two who add one unit the second finds the first's.
    list(Unit.objects.select_for_update(of=("self",)).open().order_by("pk"))
    if Unit.objects.open().filter(department_code=department_code).exists():
        raise ChangeRefused(f"{name}已经是成员单位。")
    before = Unit.objects.filter(
        department_code=department_code, voided=False, until_on__gte=on
    ).first()
    if before:
        raise ChangeRefused(f"{before.name}的成员资格到{before.until_on}，加入日期须晚于这一天。")
    last = Unit.objects.order_by("-order").first()
    unit = Unit.objects.create(
        department_code=department_code,
        name=name,
        order=last.order + 1 if last else 1,
        in_task_force=in_task_force,
        from_on=on,
        document=document,
    )
    Seat.objects.bulk_create(
        Seat(
            kind=seat.kind,
            department_code=department_code,
            post=seat.post,
            order=seat.order,
            from_on=on,
            document=document,
        )
        for seat in standard.unit_seats(department_code, unit.order, in_task_force=in_task_force)
    )
    _record_unit(actor, unit, "mechanism.add_unit", f"自{on}起增加成员单位{name}", on, document)
    return unit


@transaction.atomic
def change_unit(
    *,
    unit_number: int,
    name: str,
    hosts_office: bool,
    on: date,
    document: str,
    actor: Actor,
) -> Unit:
    """Give a member unit its new name or the office from day ``on``.

    The row in force keeps its key, because permissions hang on it; its past goes to a row of its own.
    """
    _checked(on, document)
    unit = _open(Unit, unit_number)
    others = Unit.objects.select_for_update(of=("self",)).open().filter(hosts_office=True)
    if (name, hosts_office) == (unit.name, unit.hosts_office):
        raise ChangeRefused("名称和办公室所在单位都没有变，没有要变更的内容。")
    if unit.hosts_office and not hosts_office:
        raise ChangeRefused("办公室须设在一个单位。请打开接手的单位，把办公室改设过去。")
    before = unit.name
    if hosts_office and not unit.hosts_office:
        for other in others:
            _keep_past(other, on, document)
            other.hosts_office = False
            other.document = document
            other.save()
    _keep_past(unit, on, document)
    unit.name, unit.hosts_office, unit.document = name, hosts_office, document
    unit.save()
    _record_unit(
        actor,
        unit,
        "mechanism.change_unit",
        f"自{on}起{before}变更：名称{name}{'，办公室设在此单位' if hosts_office else ''}",
        on,
        document,
    )
    return unit


@transaction.atomic
def end_unit(*, unit_number: int, on: date, document: str, actor: Actor) -> None:
    """Let a member unit go from day ``on``, with its seats and those who hold them."""
    _checked(on, document)
    unit = _open(Unit, unit_number)
    if unit.hosts_office:
        raise ChangeRefused(f"办公室设在{unit.name}，请先把办公室改设到别的单位。")
    _close(unit, on, document)
    seats = Seat.objects.select_for_update(of=("self",)).open()
    for seat in seats.filter(department_code=unit.department_code):
        _end(seat, on, document)
    _record_unit(
        actor, unit, "mechanism.end_unit", f"自{on}起减少成员单位{unit.name}", on, document
    )


def hold_still() -> None:
    """Let nobody else change the organisation until this transaction ends."""
    list(Unit.objects.select_for_update(of=("self",)).order_by("pk").values_list("pk"))


# Documents -----------------------------------------------------------------------------------------


@transaction.atomic
def file_order(
    *,
    number: str,
    title: str,
    dated_on: date,
    on: date,
    at: datetime,
    actor: Actor,
    scan: File[bytes] | None = None,
    issued_id: int | None = None,
) -> Order:
    """Put a document on file: one from outside with its ``scan``, one of the office's own with its key on
    the register. Raises `ChangeRefused`."""
    number = number.strip()
    if dated_on > on:
        raise ChangeRefused(f"成文日期{dated_on}晚于今天。请填文件上的日期。")
    if scan is None and issued_id is None:
        raise ChangeRefused("登记文件须附扫描件。")
    try:
        with transaction.atomic():
            order = Order.objects.create(
                number=number,
                title=title.strip(),
                dated_on=dated_on,
                issued_id=issued_id,
                filed_at=at,
                filed_by=actor.name,
            )
    except IntegrityError as taken:
        raise ChangeRefused(f"文号{number}已经登记，不必再登一次。") from taken
    if scan is not None:
        keep(scan, room="mechanism", key=order.key, at=at, actor=actor)
    record(
        actor=actor,
        action="mechanism.file_order",
        subject=number,
        summary=f"登记依据文件{number}：{order.title}"[:500],
    )
    return order


@transaction.atomic
def add_scan(*, order_pk: int, scan: File[bytes], at: datetime, actor: Actor) -> None:
    """The scan of a document on file, such as the signed and sealed copy of one the office issued. Scans are
    added, never replaced. Raises `Refused`."""
    order = Order.objects.get(pk=order_pk)
    kept = keep(scan, room="mechanism", key=order.key, at=at, actor=actor)
    record(
        actor=actor,
        action="mechanism.add_scan",
        subject=order.number,
        summary=f"补存扫描件{kept.name}"[:500],
        detail={"digest": kept.digest},
    )


# Parts ---------------------------------------------------------------------------------------------


def _checked(on: date, document: str) -> None:
    if not document.strip():
        raise ChangeRefused("请填写依据文件的文号；机构和人员变更须以文件为准。")
    if not Order.objects.filter(number=document).exists():
        raise ChangeRefused(
            f"文号“{document}”没有登记。请先登记文件（文号、日期、扫描件），再变更。"
        )
    if on > timezone.localdate() + FURTHEST:
        raise ChangeRefused(f"生效日期{on}太远，最多提前一年登记。请核对日期。")
    hold_still()


def _open(model: type[Row], number: int) -> Row:
    row: Row = model.objects.select_for_update(of=("self",)).get(pk=number)
    if row.voided or row.until_on:
        raise ChangeRefused(f"“{row}”已定到{row.until_on}为止，不能再变更。请选现行的一行。")
    return row


def _free(seat: Seat, on: date) -> None:
    """Refuse a day on which somebody who is to leave still holds the seat."""
    last = seat.holdings.filter(voided=False, until_on__gte=on).order_by("-until_on").first()
    if last:
        raise ChangeRefused(f"{last.name}任职到{last.until_on}，变更日期须晚于这一天。")


def _close(row: Row, on: date, document: str) -> None:
    """End the row the day before ``on``; one that began on ``on`` itself was a mistake."""
    if on < row.from_on:
        raise ChangeRefused(f"“{row}”自{row.from_on}起生效，变更日期不能早于这一天。")
    if on == row.from_on:
        row.voided = True
    row.until_on = on if row.voided else on - _DAY
    row.end_document = document
    row.save(update_fields=["until_on", "voided", "end_document"])


def _end(seat: Seat, on: date, document: str) -> None:
    _close(seat, on, document)
    for holding in Holding.objects.select_for_update(of=("self",)).open().filter(seat=seat):
        _close(holding, on, document)


def _keep_past(unit: Unit, on: date, document: str) -> None:
    if on < unit.from_on:
        raise ChangeRefused(f"{unit.name}自{unit.from_on}起生效，变更日期不能早于这一天。")
    past = Unit.objects.get(pk=unit.pk)
    past.pk = None
    past.voided = on == past.from_on
    past.until_on = on if past.voided else on - _DAY
    past.end_document = document
    past.save(force_insert=True)
    unit.from_on = on


def _subject(seat: Seat) -> str:
    unit = Unit.objects.open().filter(department_code=seat.department_code).first()
    return f"{unit.name if unit else ''}{seat.get_kind_display()}（{seat.post}）"


def _record_seat(actor: Actor, seat: Seat, action: str, what: str, on: date, document: str) -> None:
    record(
        actor=actor,
        action=action,
        subject=_subject(seat),
        summary=f"{what}，依据{document}。",
        detail={"seat": seat.pk, "on": on.isoformat(), "document": document},
    )


def _record_unit(actor: Actor, unit: Unit, action: str, what: str, on: date, document: str) -> None:
    record(
        actor=actor,
        action=action,
        subject=unit.name,
        summary=f"{what}，依据{document}。",
        detail={"unit": unit.pk, "on": on.isoformat(), "document": document},
    )
