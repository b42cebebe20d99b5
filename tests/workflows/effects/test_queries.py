"""Before and since a measure: equal windows, its matters alone, nothing said of too few."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel.trail import Actor
from tenants.models import Tenant
from tenants.rollup.writing import put
from tests.workflows.overview.test_views import procedure
from workflows.effects.queries import Effect, Measure, effects, measures
from workflows.filings.actions import send, write
from workflows.filings.contents.base import Term
from workflows.filings.contents.measure import MeasureForm
from workflows.policies.models import Policy

pytestmark = pytest.mark.django_db
In = Callable[[Tenant], AbstractContextManager[Tenant]]
CLERK = Actor(1, "某某（示例）", "机制办公室")
BEGUN, ON = date(2026, 1, 1), date(2026, 3, 1)
LENGTH = 60  # days from the effective day to ON, both counted


def measure(*codes: str, department: str = "zrzy", begun: date = BEGUN) -> Measure:
    return Measure(
        "m", "压缩环节", "文〔2026〕1号", department, begun, codes, "部门报备的措施", "/"
    )


def decided(
    prefix: str, count: int, on: date, *, days: int = 5, late: int = 0, **facts: Any
) -> list[Any]:
    """``count`` procedures decided on ``on``, ``days`` after acceptance, ``late`` of them a day too late."""
    return [
        procedure(
            f"{prefix}-{n}", "P", accepted_on=on - timedelta(days=days + n), decided_on=on,
            statutory_due_on=on - timedelta(days=n < late), **facts,
        )
        for n in range(count)
    ]  # fmt: skip


@pytest.fixture
def filled(zhungeer: Tenant, in_tenant: In) -> None:
    with in_tenant(zhungeer), transaction.atomic():
        put(decided("A", 30, BEGUN - timedelta(days=10), days=40, late=24))
        put(decided("B", 30, BEGUN + timedelta(days=10), days=2, late=0))
        # Outside of the windows, of another matter, of another department, undecided.
        put(decided("C", 9, BEGUN - timedelta(days=LENGTH + 1)))
        put(decided("D", 9, BEGUN, matter_code="C01"))
        put(decided("E", 9, BEGUN, matter_code="C02", department_code="slj"))
        put([procedure("F", "P", accepted_on=BEGUN)])


def effect(tenant: Tenant, in_tenant: In, asked: Measure, **more: Any) -> Effect:
    with in_tenant(tenant):
        return effects([asked], tenant, ON, **more)[0]


@pytest.mark.usefixtures("filled")
class TestCounted:
    def test_both_windows_are_as_long_as_the_measure_is_old(
        self, zhungeer: Tenant, in_tenant: In
    ) -> None:
        found = effect(zhungeer, in_tenant, measure("B03"))
        assert (found.since.first, found.since.last) == (BEGUN, ON)
        assert (found.before.first, found.before.last) == (
            BEGUN - timedelta(days=LENGTH), BEGUN - timedelta(days=1),
        )  # fmt: skip

    def test_its_matters_alone_count(self, zhungeer: Tenant, in_tenant: In) -> None:
        found = effect(zhungeer, in_tenant, measure("B03"))
        assert (found.before.decided, found.since.decided) == (30, 30)
        assert (found.before.kept, found.before.limited) == (6, 30)
        assert (found.since.kept, found.since.limited) == (30, 30)
        assert (found.before.median, found.since.median) == (54, 16)
        assert found.share_says == "明显上升"
        assert found.days_say == "明显缩短"

    def test_without_matters_all_of_the_department_count(
        self, zhungeer: Tenant, in_tenant: In
    ) -> None:
        assert effect(zhungeer, in_tenant, measure()).since.decided == 39
        assert effect(zhungeer, in_tenant, measure(department="slj")).since.decided == 9

    def test_nothing_is_said_of_too_few(self, zhungeer: Tenant, in_tenant: In) -> None:
        found = effect(zhungeer, in_tenant, measure("C01"))
        assert (found.before.decided, found.since.decided) == (0, 9)
        assert found.share_says == found.days_say == "样本不足，不作比较"
        assert found.before.days_words == "少于5件，不评价"

    def test_the_interval_of_the_middle_holds_it(self, zhungeer: Tenant, in_tenant: In) -> None:
        before = effect(zhungeer, in_tenant, measure("B03")).before
        assert before.low is not None
        assert before.high is not None
        assert before.median is not None
        # 30 days in order: places 9 and 22 of 40..69.
        assert (before.low, before.median, before.high) == (48, 54, 61)

    def test_the_city_counts_those_below_or_itself_alone(
        self, city: Tenant, dalate: Tenant, in_tenant: In
    ) -> None:
        assert effect(city, in_tenant, measure("B03")).since.decided == 30
        assert effect(city, in_tenant, measure("B03"), own_only=True).since.decided == 0
        assert effect(dalate, in_tenant, measure("B03")).since.decided == 0

    def test_one_query_for_any_number_of_measures(self, zhungeer: Tenant, in_tenant: In) -> None:
        many = [measure("B03"), measure(), measure("C01")]
        with in_tenant(zhungeer):
            effects(many, zhungeer, ON)
            with CaptureQueriesContext(connection) as found:
                assert len(effects(many, zhungeer, ON)) == 3
        assert len(found) == 1


def test_one_that_is_still_to_come_is_not_compared(zhungeer: Tenant, in_tenant: In) -> None:
    assert not effect(zhungeer, in_tenant, measure(begun=ON + timedelta(days=1))).begun
    assert effect(zhungeer, in_tenant, measure(begun=ON)).begun


def test_a_year_is_the_longest_window(zhungeer: Tenant, in_tenant: In) -> None:
    found = effect(zhungeer, in_tenant, measure(begun=date(2024, 1, 1)))
    assert (found.since.last - found.since.first).days == 364
    assert (found.before.last - found.before.first).days == 364


GIVEN = {
    "title": "压缩用地手续环节的措施", "document": "准自然资发〔2026〕1号", "dated_on": date(2025, 12, 25),
    "effective_on": BEGUN, "tasks": "合并受理", "goals": "5 个工作日办结", "duties": "用地科科长",
}  # fmt: skip


@pytest.fixture
def filed(zhungeer: Tenant, in_tenant: In) -> None:
    """A measure of the land department, and a policy that came of a meeting."""
    with in_tenant(zhungeer):
        term = Term(2026, "准自然资发〔2026〕1号")
        write(
            kind="measure", term=term, given={**GIVEN, "matters": "B03、C01"}, at=timezone.now(),
            actor=CLERK, unit_code="zrzy", files=[ContentFile(b"%PDF-1.7\n%%EOF", "措施.pdf")],
        )  # fmt: skip
        send(kind="measure", year=2026, period=term.period, unit_code="zrzy", on=ON, actor=CLERK)
        Policy.objects.create(
            title="先行受理", matter_code="C02", cause="opinions", change="材料后补",
            department_code="slj", document="准联审办〔2026〕2号", effective_on=date(2026, 2, 1),
            made_at=timezone.now(), made_by="某某（示例）",
        )  # fmt: skip


@pytest.mark.usefixtures("filed", "filled")
class TestPage:
    def test_filed_measures_and_policies_are_followed_up(
        self, zhungeer: Tenant, dalate: Tenant, city: Tenant, in_tenant: In
    ) -> None:
        with in_tenant(zhungeer):
            found = measures(zhungeer)
        assert [(m.title, m.codes) for m in found] == [
            ("先行受理", ("C02",)), ("压缩用地手续环节的措施", ("B03", "C01")),
        ]  # fmt: skip
        for neighbour in (dalate, city):
            with in_tenant(neighbour):
                assert measures(neighbour) == []

    def test_the_page_gives_counts_and_what_they_can_not_say(
        self, zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]
    ) -> None:
        with time_machine.travel("2026-03-01T09:00:00+08:00", tick=False):
            for role in ("office", "leader", "supervision"):
                page = console(zhungeer, member(zhungeer, role)).get("/effects/").content.decode()
                for words in (
                    "压缩用地手续环节的措施",
                    "明显上升",
                    "不能说明变化就是这项措施带来的",
                ):
                    assert words in page
            office = console(zhungeer, member(zhungeer))
            book = office.get("/effects/?export=1")
            assert book.content.startswith(b"PK")
            other = office.get("/effects/?department_code=sthj").content.decode()
            assert "没有符合条件的措施" in other
        department = console(zhungeer, member(zhungeer, "department", "zrzy"))
        assert department.get("/effects/").status_code == 403

    def test_the_neighbour_sees_none_of_it(
        self, dalate: Tenant, member: Callable[..., Any], console: Callable[..., Client]
    ) -> None:
        page = console(dalate, member(dalate)).get("/effects/").content.decode()
        assert "还没有可以跟踪的措施" in page
        assert "压缩用地" not in page


@pytest.mark.parametrize(("told", "kept"), [("B03 c01；B03", "B03、C01"), ("", "")])
def test_matters_are_named_by_their_codes(zhungeer: Tenant, told: str, kept: str) -> None:
    form = MeasureForm({**GIVEN, "matters": told})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["matters"] == kept


def test_a_code_that_the_catalogue_lacks_is_named(zhungeer: Tenant) -> None:
    form = MeasureForm({**GIVEN, "matters": "B03、Z99"})
    assert not form.is_valid()
    assert "没有代码“Z99”" in str(form.errors["matters"])
