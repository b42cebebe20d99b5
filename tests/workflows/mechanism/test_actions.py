"""A change closes one row and opens the next; a mistake is voided and stays on file."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from kernel.authority.reach import grant
from kernel.office_line import NotAnOfficeLine
from kernel.trail import Actor
from kernel.trail.models import TrailEntry
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.mechanism import actions, sample
from workflows.mechanism.actions import ChangeRefused
from workflows.mechanism.models import Holding, Seat, SeatKind, Unit
from workflows.mechanism.queries import history_of_seat, organisation
from workflows.procedures.queries import reach_of

pytestmark = pytest.mark.django_db
START = date(2025, 10, 9)
PAPER = "准联办〔2026〕3号"


@pytest.fixture
def seat(zhungeer: Tenant, on_file: Callable[[str], str]) -> Iterator[Seat]:
    with visiting(zhungeer):
        sample.fill(on=START)
        on_file(PAPER)
        yield Seat.objects.get(kind=SeatKind.CONVENER)


def appoint(seat: Seat, actor: Actor, **words: Any) -> Holding | None:
    facts = {"name": "额某（示例）", "on": date(2026, 3, 2), "document": PAPER} | words
    return actions.appoint(seat_number=seat.pk, actor=actor, **facts)


def test_the_one_before_holds_until_the_day_before(seat: Seat, actor: Actor) -> None:
    before = seat.holdings.get().name
    appoint(seat, actor)
    assert organisation(date(2026, 3, 1)).conveners[0].holder == before
    assert organisation(date(2026, 3, 2)).conveners[0].holder == "额某（示例）"
    new, old = history_of_seat(seat)
    assert (old.until_on, old.end_document) == (date(2026, 3, 1), PAPER)
    assert new.until_on is None


def test_a_second_change_of_the_same_day_voids_the_mistake(seat: Seat, actor: Actor) -> None:
    appoint(seat, actor, name="错某（示例）")
    appoint(seat, actor, name="对某（示例）")
    assert organisation(date(2026, 3, 2)).conveners[0].holder == "对某（示例）"
    assert [(h.name, h.voided) for h in history_of_seat(seat)][:2] == [
        ("对某（示例）", False),
        ("错某（示例）", True),
    ]


def test_a_seat_can_be_left_vacant_and_filled_again(seat: Seat, actor: Actor) -> None:
    appoint(seat, actor, name="")
    assert organisation(date(2026, 3, 2)).conveners[0].holding is None
    appoint(seat, actor, on=date(2026, 3, 9))
    assert organisation(date(2026, 3, 9)).conveners[0].holder == "额某（示例）"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"document": " "}, "请填写依据文件"),
        ({"document": "没有的文号"}, "没有登记"),
        ({"on": timezone.localdate() + timedelta(days=367)}, "太远"),
        ({"on": START - timedelta(days=1)}, "不能早于这一天"),
    ],
)
def test_a_change_without_paper_or_out_of_time_is_refused(
    seat: Seat, actor: Actor, words: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ChangeRefused, match=sentence):
        appoint(seat, actor, **words)


def test_a_term_cannot_reach_back_into_one_that_ended(seat: Seat, actor: Actor) -> None:
    appoint(seat, actor, name="")
    with pytest.raises(ChangeRefused, match="变更日期须晚于"):
        appoint(seat, actor, on=date(2026, 2, 2))


def test_a_change_to_come_leaves_today_as_it_is(seat: Seat, actor: Actor) -> None:
    today = timezone.localdate()
    later = today + timedelta(days=30)
    before = seat.holdings.get().name
    appoint(seat, actor, on=later)
    assert organisation(today).conveners[0].holder == before
    assert organisation(later).conveners[0].holder == "额某（示例）"
    with pytest.raises(ChangeRefused, match="变更日期须晚于"):
        appoint(seat, actor, on=today, name="那某（示例）")
    with pytest.raises(ChangeRefused, match="变更日期须晚于"):
        actions.change_seat(
            seat_number=seat.pk, post="常务副职", on=today, document=PAPER, actor=actor
        )


def test_a_name_to_come_keeps_a_departments_reach(
    seat: Seat, actor: Actor, zhungeer: Tenant, member: Callable[..., Any]
) -> None:
    membership = member(zhungeer, "department", "slj").memberships.get()
    today = timezone.localdate()
    later = today + timedelta(days=30)
    actions.change_unit(
        unit_number=Unit.objects.open().get(department_code="slj").pk,
        name="准格尔旗水务局",
        hosts_office=False,
        on=later,
        document=PAPER,
        actor=actor,
    )
    assert reach_of(membership, today) == reach_of(membership, later) == {"slj"}
    unit = Unit.objects.open().get(department_code="qxj")
    grant(membership.user, "mechanism.handle_procedures", unit)
    actions.end_unit(unit_number=unit.pk, on=later, document=PAPER, actor=actor)
    assert reach_of(membership, today) == {"slj", "qxj"}
    assert reach_of(membership, later) == {"slj"}


def test_a_mobile_number_is_refused(seat: Seat, actor: Actor) -> None:
    with pytest.raises(NotAnOfficeLine, match="手机号码"):
        appoint(seat, actor, office_phone="138 0000 0000")


def test_a_new_post_keeps_the_person(seat: Seat, actor: Actor) -> None:
    holder = seat.holdings.get().name
    actions.change_seat(
        seat_number=seat.pk,
        post="本级人民政府常务副职",
        on=date(2026, 3, 2),
        document=PAPER,
        actor=actor,
    )
    (now,) = organisation(date(2026, 3, 2)).conveners
    assert (now.seat.post, now.holder) == ("本级人民政府常务副职", holder)
    assert organisation(date(2026, 3, 1)).conveners[0].seat.post == "本级人民政府主要负责人"


def test_a_renamed_unit_keeps_its_key_and_its_past(seat: Seat, actor: Actor) -> None:
    unit = Unit.objects.open().get(department_code="slj")
    actions.change_unit(
        unit_number=unit.pk,
        name="准格尔旗水务局",
        hosts_office=False,
        on=date(2026, 3, 2),
        document=PAPER,
        actor=actor,
    )

    def name(on: date) -> str:
        return Unit.objects.in_force(on).get(department_code="slj").name

    assert (name(date(2026, 3, 1)), name(date(2026, 3, 2))) == ("准格尔旗水利局", "准格尔旗水务局")
    assert Unit.objects.open().get(department_code="slj").pk == unit.pk


def test_the_office_moves_and_never_stands_nowhere(seat: Seat, actor: Actor) -> None:
    host, other = (Unit.objects.open().get(department_code=c) for c in ("fgw", "zwfw"))
    change = {"on": date(2026, 3, 2), "document": PAPER, "actor": actor}
    with pytest.raises(ChangeRefused, match="办公室须设在一个单位"):
        actions.change_unit(unit_number=host.pk, name=host.name, hosts_office=False, **change)
    with pytest.raises(ChangeRefused, match="请先把办公室改设"):
        actions.end_unit(unit_number=host.pk, **change)
    actions.change_unit(unit_number=other.pk, name=other.name, hosts_office=True, **change)
    assert [organisation(d).host.department_code for d in (date(2026, 3, 1), date(2026, 3, 2))] == [
        "fgw",
        "zwfw",
    ]


def test_a_unit_that_goes_takes_its_seats_along_and_may_come_back(seat: Seat, actor: Actor) -> None:
    unit = Unit.objects.open().get(department_code="qxj")
    actions.end_unit(unit_number=unit.pk, on=date(2026, 3, 2), document=PAPER, actor=actor)
    assert not Seat.objects.open().filter(department_code="qxj").exists()
    assert "qxj" in {u.department_code for u in organisation(date(2026, 3, 1)).units}
    actions.add_unit(
        department_code="qxj",
        name="准格尔旗气象局",
        in_task_force=True,
        on=date(2026, 3, 9),
        document=PAPER,
        actor=actor,
    )
    assert Seat.objects.open().filter(department_code="qxj").count() == 4


@pytest.mark.parametrize(
    "verb", ["add_seat", "change_seat", "end_seat", "add_unit", "change_unit", "end_unit"]
)
def test_no_action_goes_round_the_documents_on_file(seat: Seat, actor: Actor, verb: str) -> None:
    unit = Unit.objects.open().get(department_code="qxj")
    facts: dict[str, dict[str, Any]] = {
        "add_seat": {"kind": SeatKind.FOLLOW_UP, "department_code": "", "post": "专责"},
        "change_seat": {"seat_number": seat.pk, "post": "常务副职"},
        "end_seat": {"seat_number": seat.pk},
        "add_unit": {"department_code": "wsj", "name": "某局", "in_task_force": False},
        "change_unit": {"unit_number": unit.pk, "name": "某局", "hosts_office": False},
        "end_unit": {"unit_number": unit.pk},
    }
    with pytest.raises(ChangeRefused, match="没有登记"):
        getattr(actions, verb)(
            on=date(2026, 3, 2), document="没有的文号", actor=actor, **facts[verb]
        )


def test_every_change_leaves_a_line_and_a_refusal_changes_nothing(seat: Seat, actor: Actor) -> None:
    lines = TrailEntry.objects.count()
    appoint(seat, actor)
    assert TrailEntry.objects.count() == lines + 1
    assert PAPER in TrailEntry.objects.first().summary
    with pytest.raises(ChangeRefused):
        appoint(seat, actor)
    assert TrailEntry.objects.count() == lines + 1


def test_the_neighbour_keeps_its_own(seat: Seat, actor: Actor, dalate: Tenant) -> None:
    appoint(seat, actor)
    with visiting(dalate):
        assert not Holding.objects.exists()
