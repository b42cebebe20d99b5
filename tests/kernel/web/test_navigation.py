import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import path
from django.views.generic import View

from kernel.web import navigation
from kernel.web.navigation import NavItem, groups_for, register

BLANK = View.as_view()
urlpatterns = [
    path("", BLANK, name="desk"),
    path("projects/", BLANK, name="projects"),
    path("projects/import/", BLANK, name="import"),
    path("filings/", BLANK, name="filings"),
    path("ledgers/<slug:slug>/", BLANK, name="ledger"),
]
pytestmark = pytest.mark.urls(__name__)

DESK = NavItem("我的工作", "工作台", "desk", "desk.view", count=lambda request: 7)
PROJECTS = NavItem("台账", "项目清单", "projects", "projects.view", order=10)
IMPORT = NavItem("台账", "导入", "import", "projects.import", order=20)
FILINGS = NavItem("报备与公开", "报备", "filings", "filings.view")


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_registry", {})
    for item in (FILINGS, IMPORT, PROJECTS, DESK):
        register(item)


def get(path: str) -> HttpRequest:
    return RequestFactory().get(path)


def test_groups_stand_in_the_office_s_order_whatever_the_order_of_registration() -> None:
    groups = groups_for(get("/"), lambda permission: True)
    assert [(g.label, [i.label for i in g.items]) for g in groups] == [
        ("我的工作", ["工作台"]),
        ("台账", ["项目清单", "导入"]),
        ("报备与公开", ["报备"]),
    ]
    assert groups[0].items[0].count == 7


def test_what_a_person_may_not_open_is_not_shown_and_its_group_neither() -> None:
    groups = groups_for(get("/"), lambda permission: permission == "projects.view")
    assert [(g.label, len(g.items)) for g in groups] == [("台账", 1)]


@pytest.mark.parametrize(
    ("address", "current"),
    [
        ("/", "工作台"),
        ("/projects/", "项目清单"),
        ("/projects/ZGE-2026-017/", "项目清单"),
        ("/projects/import/", "导入"),
        ("/elsewhere/", None),
    ],
)
def test_the_longest_address_that_leads_here_is_current(address: str, current: str | None) -> None:
    groups = groups_for(get(address), lambda permission: True)
    marked = [item.label for group in groups for item in group.items if item.current]
    assert marked == ([current] if current else [])


def test_the_same_entry_may_come_twice_but_no_second_one_in_its_place() -> None:
    register(DESK)
    with pytest.raises(ValueError, match="twice"):
        register(NavItem("我的工作", "另一个", "desk", "desk.view"))
    with pytest.raises(ValueError, match="twice"):
        register(NavItem("台账", "项目清单", "other", "projects.view"))


def test_a_group_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown navigation group"):
        register(NavItem("其他", "什么", "x", "y"))


def test_a_count_is_not_asked_for_what_is_not_shown() -> None:
    def never(request: HttpRequest) -> int:
        raise AssertionError

    register(NavItem("系统", "账号", "import2", "accounts.view", count=never))
    groups_for(get("/"), lambda permission: permission != "accounts.view")


def test_one_address_with_different_parts_is_as_many_entries() -> None:
    for label, slug in (("甲", "a"), ("乙", "b")):
        register(NavItem("汇总", label, "ledger", "x", args=(slug,)))
    with pytest.raises(ValueError, match="twice"):
        register(NavItem("汇总", "丙", "ledger", "x", args=("b",)))
    links = [i for g in groups_for(get("/ledgers/b/"), lambda permission: True) for i in g.items]
    assert [(i.label, i.url) for i in links if i.current] == [("乙", "/ledgers/b/")]
