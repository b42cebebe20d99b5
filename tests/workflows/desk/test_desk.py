"""The desk for every role, and the search: what each sees, and what nobody sees of a neighbour."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel.authority.permissions import Role
from kernel.trail import Actor, record
from tenants.models import Tenant
from workflows.disclosure.models import Draft
from workflows.filings import actions as filings
from workflows.mechanism import sample
from workflows.procedures.models import Procedure
from workflows.projects.models import Project

In = Callable[[Tenant], AbstractContextManager[Tenant]]
ON = date(2026, 1, 14)
CLERK = Actor(None, "娜仁（示例）", "机制办公室")


@pytest.fixture(autouse=True)
def _day() -> Any:
    with time_machine.travel("2026-01-14T09:20:00+08:00", tick=False):
        yield


@pytest.fixture
def desk_of(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client], in_tenant: In
) -> Callable[..., str]:
    """``desk_of(role, department_code="", tenant=…)`` is the first page that person sees."""
    with in_tenant(zhungeer):
        sample.fill(on=date(2025, 1, 1))

    def page(
        role: str, department_code: str = "", tenant: Tenant = zhungeer, path: str = "/"
    ) -> str:
        answer = console(tenant, member(tenant, role, department_code)).get(path)
        assert answer.status_code == 200, answer
        return str(answer.content.decode())

    return page


def project(number: str = "ZGE-2026-001", state: str = "confirmed", **facts: Any) -> Project:
    return Project.objects.create(
        **{
            "number": number, "year": 2026, "name": f"煤基新材料{number}（示例）",
            "owner_name": "示例公司", "region_code": "150622", "kind": "verification",
            "investment_wan": 468_000, "planned_start_on": date(2026, 4, 1),
            "admission_rule": "investment", "admission_reason": "总投资46.8亿元", "state": state,
            "confirmed_on": date(2025, 12, 1), "target_on": date(2026, 3, 31),
        } | facts
    )  # fmt: skip


def procedure(of: Project, code: str, department: str, **facts: Any) -> Procedure:
    return Procedure.objects.create(
        **{
            "number": f"{of.number}-{code}", "project": of, "order": 1, "matter_code": code,
            "matter_version": 1, "name": f"事项{code}", "short_name": code, "level": "banner",
            "department_code": department, "stage": 1, "why": "示例", "terms": {},
            "state": "accepted", "ball": "department",
        } | facts
    )  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_desk_in_city_and_banner(
    city: Tenant, zhungeer: Tenant, desk_of: Callable[..., str], role: Role
) -> None:
    department = "zrzy" if role in (Role.DEPARTMENT, Role.REPRESENTATIVE) else ""
    assert "工作台" in desk_of(role, department)
    if not department:
        assert "工作台" in desk_of(role, tenant=city)


def test_a_department_sees_its_own_procedures_by_due_date(
    zhungeer: Tenant, desk_of: Callable[..., str], in_tenant: In
) -> None:
    with in_tenant(zhungeer):
        one = project()
        procedure(one, "B03", "zrzy", promised_due_on=ON + timedelta(days=9))
        procedure(one, "B01", "zrzy", promised_due_on=ON + timedelta(days=2), state="received")
        procedure(one, "C01", "sthj", promised_due_on=ON)
        procedure(one, "B02", "zrzy", state="planned", ball="owner")
    html = desk_of("department", "zrzy")
    assert html.index("事项B01") < html.index("事项B03")
    assert ">受理</a>" in html
    assert ">办结</a>" in html
    assert "事项C01" not in html
    assert "事项B02" not in html


def test_red_and_turning_within_reach(
    zhungeer: Tenant, desk_of: Callable[..., str], in_tenant: In
) -> None:
    with in_tenant(zhungeer):
        one = project()
        procedure(one, "B03", "zrzy", ball="owner", yellow_on=ON - timedelta(days=9), red_on=ON)
        soon = ON + timedelta(days=7)
        procedure(one, "C01", "sthj", ball="owner", yellow_on=soon, red_on=soon + timedelta(days=9))
        procedure(
            one,
            "C02",
            "sthj",
            ball="owner",
            yellow_on=soon + timedelta(days=1),
            red_on=soon + timedelta(days=9),
        )
    office = desk_of("office")
    assert "事项B03" in office
    assert "事项C01" in office
    assert "事项C02" not in office
    assert "事项B03" not in desk_of("department", "sthj")


def test_a_department_is_asked_for_its_opinion(
    zhungeer: Tenant, desk_of: Callable[..., str], in_tenant: In
) -> None:
    with in_tenant(zhungeer):
        project(state="commenting", consulted=["sthj"])
    assert "提意见" in desk_of("department", "sthj")
    assert "提意见" not in desk_of("department", "zrzy")


def test_the_office_sends_on_confirms_and_files_again(
    city: Tenant, zhungeer: Tenant, desk_of: Callable[..., str], in_tenant: In
) -> None:
    with in_tenant(zhungeer):
        project()
        project("ZGE-2026-002", state="draft")
        project("ZGE-2026-003", state="commenting")
        filing = filings.send(kind="annual_list", year=2026, on=ON, actor=CLERK)
    html = desk_of("office")
    assert "2026年清单有 1 个项目还是草拟" in html
    assert "看意见并确认" in html
    assert "等鄂尔多斯市办理" in html
    assert ">办理</a>" in desk_of("office", tenant=city)
    with in_tenant(city):
        filings.return_(pk=filing.pk, reason="缺召集人", actor=CLERK)
    assert "修改后重新报送" in desk_of("office")
    assert "修改后重新报送" not in desk_of("leader")


def test_a_leader_releases_what_another_prepared_and_an_editor_mends(
    zhungeer: Tenant, desk_of: Callable[..., str], in_tenant: In,
    member: Callable[..., Any], console: Callable[..., Client],
) -> None:  # fmt: skip
    editor = member(zhungeer, "editor")
    facts = {"kind": "matter", "payload": {}, "digest": "x", "prepared_at": timezone.now(), "prepared_by_id": editor.pk, "prepared_by": "编某"}  # fmt: skip
    with in_tenant(zhungeer):
        Draft.objects.create(key="A", title="待审核的稿", **facts)
        Draft.objects.create(
            key="B", title="未通过的稿", state="rejected", reason="缺依据", **facts
        )
    assert "待审核的稿" in desk_of("leader")
    html = console(zhungeer, editor).get("/").content.decode()
    assert "未通过：缺依据" in html
    assert "待审核的稿" not in html


def test_a_helper_sees_what_owners_must_put_right(
    zhungeer: Tenant, desk_of: Callable[..., str], in_tenant: In
) -> None:
    with in_tenant(zhungeer):
        procedure(project(), "B03", "zrzy", ball="owner", state="correcting")
    assert "补正收讫" in desk_of("helper")


def test_news_since_yesterday_and_to_whom(
    zhungeer: Tenant, desk_of: Callable[..., str], in_tenant: In
) -> None:
    with in_tenant(zhungeer):
        procedure(project(), "B03", "zrzy")
        with time_machine.travel("2026-01-12T23:00:00+08:00"):
            record(
                actor=CLERK, action="projects.confirm", subject="ZGE-2026-001", summary="前天的事"
            )
        record(actor=CLERK, action="projects.confirm", subject="ZGE-2026-001", summary="确认入列了")
        record(
            actor=CLERK, action="procedures.accept", subject="ZGE-2026-001-B03", summary="受理了"
        )
    office, department, other = (
        desk_of("office"),
        desk_of("department", "zrzy"),
        desk_of("department", "sthj"),
    )
    assert "确认入列了" in office
    assert "前天的事" not in office
    assert "受理了" in department
    assert "确认入列了" not in department
    assert "受理了" not in other


def test_a_new_office_is_shown_the_way(
    city: Tenant, dalate: Tenant, desk_of: Callable[..., str]
) -> None:
    html = desk_of("office", tenant=dalate)
    for step in ("补齐机制", "导入清单", "征求意见", "确认入列", "报备", "公开"):
        assert step in html
    assert "起步" not in desk_of("helper", tenant=dalate)
    assert '<span class="strong">5 公开</span>' in desk_of("office", tenant=city)


@pytest.mark.parametrize("role", ["office", "department", "leader"])
def test_the_desk_asks_the_same_number_of_questions_whatever_there_is(
    zhungeer: Tenant,
    member: Callable[..., Any],
    console: Callable[..., Client],
    in_tenant: In,
    role: str,
) -> None:
    browser = console(zhungeer, member(zhungeer, role, "zrzy" if role == "department" else ""))
    browser.get("/")  # what is kept in memory is there from now on
    counts = []
    for size in (1, 3, 10):
        with in_tenant(zhungeer):
            for n in range(size):
                one = project(f"ZGE-2026-{size}{n:02}", state="confirmed")
                procedure(one, "B03", "zrzy", promised_due_on=ON, red_on=ON, yellow_on=ON)
                project(f"ZGE-2026-{size}{n:02}d", state="draft")
        with CaptureQueriesContext(connection) as asked:
            browser.get("/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[2] <= counts[0] + 2  # a full list is counted


def test_search_finds_two_characters_inside_and_numbers_by_their_beginning(
    zhungeer: Tenant, desk_of: Callable[..., str], in_tenant: In
) -> None:
    with in_tenant(zhungeer):
        one = project(project_code="2601-150622-04-01-123456")
        procedure(one, "B03", "zrzy", name="建设用地规划许可证")
        procedure(one, "B01", "zrzy", name="施工许可证")

    def found(words: str, role: str = "office") -> str:
        return desk_of(role, path=f"/search/?q={words}")

    assert "煤基新材料ZGE-2026-001" in found("材料")
    assert "煤基新材料ZGE-2026-001" in found("zge-2026")
    assert "煤基新材料ZGE-2026-001" in found("2601-150622")
    assert "没有找到" in found("150622-04"), "codes match from their beginning only"
    assert "ZGE-2026-001-B03" in found("规划")
    assert "ZGE-2026-001-B03" in found("ZGE-2026-001-B")
    assert "B03" in found("b03")
    assert "总召集人" in found("人民政府主要")
    assert "人员与席位" in found("某（示例")
    assert "人员与席位" not in found("某（示例", "editor")
    assert "没有找到" in found("查无此事")
    assert "在页面上方输入" in found("")
    assert "没有找到" in found("%25")


def test_the_neighbour_finds_nothing(
    zhungeer: Tenant, dalate: Tenant, desk_of: Callable[..., str], in_tenant: In
) -> None:
    with in_tenant(zhungeer):
        procedure(project(), "B03", "zrzy", promised_due_on=ON, red_on=ON)
    assert "煤基" not in desk_of("office", tenant=dalate)
    assert "煤基" not in desk_of("office", tenant=dalate, path="/search/?q=ZGE")
    assert "没有找到" in desk_of("office", tenant=dalate, path="/search/?q=煤基")
