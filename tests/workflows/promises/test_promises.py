"""A promise is never longer than the law, never a mobile number, and never the neighbour's."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from kernel.office_line import NotAnOfficeLine, office_line
from kernel.trail import Actor
from kernel.trail.models import TrailEntry
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.catalogue.queries import matter
from workflows.promises import actions, sample
from workflows.promises.actions import PromiseRefused
from workflows.promises.models import Party, PartyRole, Promise
from workflows.promises.queries import promises, terms

pytestmark = pytest.mark.django_db
Console = Callable[..., Client]
ON = date(2026, 3, 2)
ACTOR = Actor(1, "娜某（示例）", "机制办公室")


@pytest.fixture
def here(zhungeer: Tenant) -> Any:
    with visiting(zhungeer):
        yield zhungeer


def save(**words: Any) -> Promise:
    facts: dict[str, Any] = {
        "code": "A08",
        "promised_days": 3,
        "window": "二楼七号窗口",
        "office_phone": "0477-0001234",
        "handled_here": True,
        "version": 0,
        "on": ON,
        "actor": ACTOR,
    }
    return actions.save(**(facts | words))


def add(**words: Any) -> Party:
    facts: dict[str, Any] = {
        "code": "A08",
        "role": PartyRole.HELPER,
        "name": "宝某（示例）",
        "post": "代办员",
        "office_phone": "",
        "version": 1,
        "on": ON,
        "actor": ACTOR,
    }
    return actions.add_party(**(facts | words))


@pytest.mark.parametrize(
    ("code", "days", "good"),
    [
        ("A08", 20, True),
        ("A08", 21, False),
        ("B01", 42, True),  # 60 calendar days
        ("B01", 43, False),
        ("C06", 5, True),  # 7 calendar days
        ("C06", 6, False),
        ("A01", 1, True),
        ("A01", 2, False),
        ("A05", 300, True),
        ("A08", 0, False),
        ("A08", None, True),
    ],
)
def test_a_promise_is_at_most_what_the_law_grants(code: str, days: int | None, good: bool) -> None:
    fact = matter(code, ON).fact
    if good:
        actions.check_days(fact, days)
    else:
        with pytest.raises(PromiseRefused):
            actions.check_days(fact, days)


def test_the_refusal_names_the_matter_the_limit_and_the_cure(here: Tenant) -> None:
    with pytest.raises(PromiseRefused, match=r"法定时限是20 个工作日.*请填 20 个工作日以内"):
        save(promised_days=25)
    assert not Promise.objects.filter(matter_code="A08").exists()


@pytest.mark.parametrize(
    "number", ["13800000000", "138 0000 0000", "+86 13800000000", "1380-0000-000"]
)
def test_a_mobile_number_is_refused(here: Tenant, number: str) -> None:
    with pytest.raises(NotAnOfficeLine, match="手机号码"):
        save(office_phone=number)


@pytest.mark.parametrize("number", ["", "0477-8581234", "8581234", "12345", "0477-8581234-801"])
def test_office_lines_are_taken(number: str) -> None:
    assert office_line(number) == number


def test_a_stale_page_is_refused(here: Tenant) -> None:
    assert save().version == 1
    with pytest.raises(PromiseRefused, match="别人已经改过"):
        save(promised_days=5)
    assert save(promised_days=5, version=1).version == 2


def test_people_come_and_go_each_with_a_line(here: Tenant) -> None:
    save()
    lines = TrailEntry.objects.count()
    party = add()
    with pytest.raises(PromiseRefused, match="已经是"):
        add(version=2)
    with pytest.raises(PromiseRefused, match="别人已经改过"):
        actions.remove_party(code="A08", party_number=party.pk, version=1, actor=ACTOR)
    actions.remove_party(code="A08", party_number=party.pk, version=2, actor=ACTOR)
    assert not Party.objects.exists()
    assert TrailEntry.objects.count() == lines + 2


def test_the_list_says_what_is_missing(here: Tenant) -> None:
    save()
    add()
    found = {row.line.fact.code: row.missing for row in terms(ON)}
    assert found["A08"] == ("审批人员",)
    assert found["A02"] == ("时限", "窗口", "电话", "审批人员", "帮办代办")
    save(handled_here=False, version=2)
    assert next(r for r in terms(ON) if r.line.fact.code == "A08").missing == ()


def test_a_new_tenant_starts_from_its_parents_days_without_people(
    city: Tenant, zhungeer: Tenant
) -> None:
    with visiting(city):
        sample.fill(on=ON)
    with visiting(zhungeer):
        actions.seed(zhungeer)
        actions.seed(zhungeer)
        copied = promises()
        assert copied["A08"].promised_days == 3
        assert copied["A08"].window == ""
        assert not Party.objects.exists()


def test_the_sample_is_invented_and_within_the_law(here: Tenant) -> None:
    assert sample.fill(on=ON) > 40
    assert sample.fill(on=ON) == 0
    for row in terms(ON):
        if row.promise:
            actions.check_days(row.line.fact, row.promise.promised_days)
            assert all("（示例）" in party.name for party in row.parties)


def test_reading_promises_costs_two_queries(here: Tenant, django_assert_num_queries: Any) -> None:
    sample.fill(on=ON)
    with django_assert_num_queries(2):
        assert [p.parties.all()[0].name for p in promises().values()]


# Pages --------------------------------------------------------------------------------------------

FORM = {"promised_days": "3", "window": "七号窗口", "handled_here": "on", "version": "0"}


@pytest.fixture
def office(zhungeer: Tenant, member: Any, console: Console) -> Client:
    return console(zhungeer, member(zhungeer))


def test_the_office_writes_a_promise_on_the_page(office: Client, zhungeer: Tenant) -> None:
    assert office.get("/promises/A08/").status_code == 200
    assert office.post("/promises/A08/save/", FORM).status_code == 302
    person = {"party-role": "approver", "party-name": "石某（示例）", "party-version": "1"}
    assert office.post("/promises/A08/parties/", person).status_code == 302
    page = office.get("/promises/A08/").content.decode()
    assert "七号窗口" in page
    assert "石某（示例）" in page
    with visiting(zhungeer):
        number = Party.objects.get().pk
    gone = office.post(f"/promises/A08/parties/{number}/remove/", {"version": "2"}, follow=True)
    assert "已去掉石某" in gone.content.decode()


def test_too_long_a_promise_comes_back_with_its_reason(office: Client, zhungeer: Tenant) -> None:
    answer = office.post("/promises/A08/save/", FORM | {"promised_days": "30"})
    assert answer.status_code == 422
    assert "请填 20 个工作日以内" in answer.content.decode()
    with visiting(zhungeer):
        assert TrailEntry.objects.first().outcome == "refused"


@pytest.mark.parametrize("path", ["/promises/", "/promises/export/", "/promises/?missing=any"])
def test_lists_open(office: Client, path: str) -> None:
    assert office.get(path).status_code == 200


def test_an_unknown_matter_is_not_found(office: Client) -> None:
    assert office.get("/promises/Z99/").status_code == 404
    assert office.post("/promises/Z99/save/", FORM).status_code == 404


def test_a_department_reads_the_list_and_changes_nothing(
    zhungeer: Tenant, member: Any, console: Console
) -> None:
    browser = console(zhungeer, member(zhungeer, "department", "slj"))
    assert browser.get("/promises/").status_code == 200
    assert browser.post("/promises/A08/save/", FORM).status_code == 403


def test_the_neighbour_sees_and_removes_nothing(
    zhungeer: Tenant, dalate: Tenant, member: Any, console: Console
) -> None:
    with visiting(zhungeer):
        save(window="准旗七号窗口")
        number = add(name="邻某（示例）").pk
    own = console(dalate, member(dalate))
    for path in ("/promises/", "/promises/A08/"):
        page = own.get(path).content.decode()
        assert "准旗七号窗口" not in page
        assert "邻某" not in page
    assert own.post(f"/promises/A08/parties/{number}/remove/", {"version": "2"}).status_code == 404
    with visiting(zhungeer):
        assert Party.objects.filter(pk=number).exists()


def test_the_list_costs_the_same_empty_and_full(
    office: Client, zhungeer: Tenant, django_assert_max_num_queries: Any
) -> None:
    office.get("/promises/")
    for _ in range(2):
        with django_assert_max_num_queries(18):
            office.get("/promises/")
        with visiting(zhungeer):
            sample.fill(on=ON)
