"""Every tenant starts from its parent's organisation, without its people."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tenants.models import Tenant
from workflows.mechanism import sample, standard
from workflows.mechanism.actions import end_seat, end_unit, seed
from workflows.mechanism.models import Holding, Seat, SeatKind, Unit
from workflows.mechanism.queries import organisation, snapshot

pytestmark = pytest.mark.django_db
Visit = Callable[[Tenant], Any]


def test_the_model_has_what_the_document_names() -> None:
    kinds = [seat.kind for seat in standard.seats()]
    assert len(standard.units()) == 17
    assert kinds.count(SeatKind.TASK_FORCE) == 12
    assert kinds.count(SeatKind.MEMBER) == kinds.count(SeatKind.LIAISON) == 17
    heads = [s for s in standard.seats() if s.kind is SeatKind.MEMBER and s.post == "分管负责人"]
    assert [s.department_code for s in heads] == ["zfw"]


def test_the_city_and_a_banner_call_the_same_unit_by_their_own_place(
    city: Tenant, zhungeer: Tenant, in_tenant: Visit
) -> None:
    for tenant, land, law in (
        (city, "鄂尔多斯市自然资源局", "鄂尔多斯市委政法委员会"),
        (zhungeer, "准格尔旗自然资源局", "准格尔旗委政法委员会"),
    ):
        with in_tenant(tenant):
            names = set(Unit.objects.open().values_list("name", flat=True))
        assert {land, law} <= names


def test_a_park_is_led_by_its_committee(city: Tenant) -> None:
    park = Tenant(name="准格尔经济开发区", kind="park", parent=city)
    assert standard.post_below("本级人民政府主要负责人", park) == "园区管理委员会主要负责人"
    law = standard.renamed("鄂尔多斯市委政法委员会", "zfw", parent=city, child=park)
    assert law == "准格尔经济开发区党工委政法委员会"


def test_people_are_not_copied_and_a_second_seeding_does_nothing(
    zhungeer: Tenant, in_tenant: Visit
) -> None:
    with in_tenant(zhungeer):
        before = Seat.objects.count(), Unit.objects.count()
        seed(zhungeer)
        assert (Seat.objects.count(), Unit.objects.count()) == before
        assert not Holding.objects.exists()


def test_a_new_tenant_lacks_nothing_but_people(zhungeer: Tenant, in_tenant: Visit) -> None:
    with in_tenant(zhungeer):
        today = timezone.localdate()
        assert organisation(today).lacks == []
        assert len(organisation(today).vacancies) == len(standard.seats())


def test_three_parts_removed_are_three_parts_missing(
    zhungeer: Tenant, in_tenant: Visit, actor: Any, on_file: Callable[[str], str]
) -> None:
    today = timezone.localdate()
    with in_tenant(zhungeer):
        paper = on_file("准联办〔2026〕1号")
        for number in (
            Seat.objects.get(kind=SeatKind.CONVENER).pk,
            Seat.objects.get(kind=SeatKind.TASK_FORCE, department_code="slj").pk,
        ):
            end_seat(seat_number=number, on=today, document=paper, actor=actor)
        unit = Unit.objects.get(department_code="qxj")
        end_unit(unit_number=unit.pk, on=today, document=paper, actor=actor)
        assert organisation(today).lacks == [
            "没有设总召集人",
            "缺成员单位：气象局",
            "水利局缺专项工作组成员",
        ]


def test_a_snapshot_is_plain_json_and_always_the_same(zhungeer: Tenant, in_tenant: Visit) -> None:
    today = timezone.localdate()
    with in_tenant(zhungeer):
        sample.fill(on=today)
        one = snapshot(today)
        assert json.loads(json.dumps(one)) == one == snapshot(today)
        assert one["seats"][0]["kind"] == "convener"
        assert snapshot(today - timedelta(days=1))["seats"] == []


def test_the_chart_costs_three_queries(
    zhungeer: Tenant, in_tenant: Visit, django_assert_num_queries: Any
) -> None:
    with in_tenant(zhungeer):
        Unit.objects.exists()
        with django_assert_num_queries(3):
            assert organisation(timezone.localdate()).rows


def test_the_sample_cast_is_invented_and_filled_once(zhungeer: Tenant, in_tenant: Visit) -> None:
    on = date(2025, 10, 9)
    with in_tenant(zhungeer):
        assert sample.fill(on=on) == len(standard.seats())
        assert sample.fill(on=on) == 0
        assert all("（示例）" in h.name for h in Holding.objects.all())
        assert organisation(on).lacks == []
