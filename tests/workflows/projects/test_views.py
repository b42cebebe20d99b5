"""Pages of the list: who may open them, what they show, and what a neighbour never sees."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from kernel.accounts.models import User
from kernel.trail import Actor
from tenants.models import Tenant
from tenants.rollup.models import ProjectRow
from tenants.rollup.writing import put
from workflows.projects import importing, queries
from workflows.projects.models import Batch, Comment, Intake, Project

CLERK = Actor(1, "某某（示例）", "机制办公室")

pytestmark = pytest.mark.django_db

Made = Callable[..., Project]


@pytest.fixture
def office(zhungeer: Tenant, member: Callable[..., User], console: Callable[..., Client]) -> Client:
    return console(zhungeer, member(zhungeer, "office"))


@pytest.fixture
def department(
    zhungeer: Tenant, member: Callable[..., User], console: Callable[..., Client]
) -> Client:
    return console(zhungeer, member(zhungeer, "department", "sthj"))


def url(name: str, *args: Any) -> str:
    return reverse(f"projects:{name}", args=args)


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def uploaded(office: Client, source: bytes, **more: Any) -> Any:
    file = SimpleUploadedFile("清单2026.xlsx", source)
    return office.post(url("upload"), {"file": file, **more}, follow=True)


ALL_GET = (
    ("project", "number"),
    ("edit", "number"),
    ("confirm", "number"),
    ("intake", "intake"),
    ("intake_errors", "intake"),
    ("intake_file", "intake"),
    ("batch", "batch"),
)
ALL_POST = (
    ("edit", "number"),
    ("confirm", "number"),
    ("comment", "number"),
    ("intake_apply", "intake"),
    ("intake_discard", "intake"),
    ("resume", "batch"),
)


@pytest.fixture
def ours(here: Tenant, commenting: Made, dirty_list: bytes) -> dict[str, Any]:
    """Things of 准格尔旗 that have an address."""
    project = commenting(name="邻旗看不到的项目（示例）")
    intake = importing.receive(
        file_name="邻旗看不到的清单.xlsx", source=dirty_list, year=None, actor=CLERK
    )
    batch = Batch.objects.create(
        move="confirm", year=2026, on="2025-10-28", started_at=intake.uploaded_at, by_name="某"
    )
    return {"number": project.number, "intake": intake.pk, "batch": batch.pk}


class TestTheNeighbour:
    @pytest.mark.parametrize(("name", "key"), ALL_GET)
    def test_finds_nothing_at_our_addresses(
        self,
        ours: dict[str, Any],
        dalate: Tenant,
        member: Callable[..., User],
        console: Callable[..., Client],
        name: str,
        key: str,
    ) -> None:
        neighbour = console(dalate, member(dalate, "office"))
        assert neighbour.get(url(name, ours[key])).status_code == 404

    @pytest.mark.parametrize(("name", "key"), ALL_POST)
    def test_moves_nothing_at_our_addresses(
        self,
        ours: dict[str, Any],
        dalate: Tenant,
        member: Callable[..., User],
        console: Callable[..., Client],
        name: str,
        key: str,
    ) -> None:
        neighbour = console(dalate, member(dalate, "office"))
        assert neighbour.post(url(name, ours[key]), {"version": 2}).status_code == 404
        assert Project.objects.get(number=ours["number"]).version == 2

    @pytest.mark.parametrize("name", ["index", "export", "upload", "waiting"])
    def test_sees_none_of_ours_in_lists(
        self,
        ours: dict[str, Any],
        dalate: Tenant,
        member: Callable[..., User],
        console: Callable[..., Client],
        name: str,
    ) -> None:
        neighbour = console(dalate, member(dalate, "office"))
        response = neighbour.get(url(name), {"year": 2026})
        assert response.status_code == 200
        assert "邻旗看不到" not in response.content.decode(errors="replace")

    def test_a_member_of_the_neighbour_is_a_stranger_here(
        self,
        ours: dict[str, Any],
        zhungeer: Tenant,
        dalate: Tenant,
        member: Callable[..., User],
        console: Callable[..., Client],
    ) -> None:
        stranger = console(zhungeer, member(dalate, "office"))
        for name, key in ALL_GET:
            assert stranger.get(url(name, ours[key])).status_code == 404


class TestTheList:
    def test_an_empty_list_says_what_to_do(self, office: Client) -> None:
        page = office.get(url("index")).content.decode()
        assert "还没有这一年的清单" in page
        assert url("upload") in page

    def test_it_asks_the_database_as_often_for_three_as_for_one(
        self, here: Tenant, office: Client, commenting: Made, django_assert_max_num_queries: Any
    ) -> None:
        commenting(name="项目（示例）")
        office.get(url("index"))
        with django_assert_max_num_queries(20) as one:
            office.get(url("index"))
        for n in range(2):
            commenting(name=f"项目{n}（示例）")
        with django_assert_max_num_queries(20) as three:
            office.get(url("index"))
        assert len(one.captured_queries) == len(three.captured_queries)

    def test_a_confirmed_project_shows_the_lamp_of_its_procedures(
        self, here: Tenant, office: Client, confirmed: Made
    ) -> None:
        made = confirmed()
        assert 'class="lamp' not in office.get(url("index")).content.decode()
        with transaction.atomic():
            put([
                ProjectRow(
                    number=made.number, name=made.name, year=2026, version=1, state="confirmed",
                    investment_wan=made.investment_wan, target_on=date(2026, 3, 31),
                    procedures_total=12,
                )
            ])  # fmt: skip
        assert 'class="lamp lamp-red"' in office.get(url("index")).content.decode()

    def test_the_export_has_what_the_filter_leaves(
        self, here: Tenant, office: Client, project: Made
    ) -> None:
        project()
        project(name="光伏（示例）")
        response = office.get(url("export"), {"year": 2026, "q": "光伏"})
        assert response["Content-Type"].endswith("spreadsheetml.sheet")
        assert "%E9%87%8D%E7%82%B9" in response["Content-Disposition"]
        intake = importing.receive(
            file_name="x.xlsx", source=response.content, year=None, actor=CLERK
        )
        assert [line.name for line in queries.comparison(intake).lines] == ["光伏（示例）"]

    def test_a_strange_year_is_not_found(self, office: Client) -> None:
        assert office.get(url("index"), {"year": "next"}).status_code == 404

    def test_a_helper_sees_the_list_and_no_buttons(
        self,
        here: Tenant,
        zhungeer: Tenant,
        project: Made,
        member: Callable[..., User],
        console: Callable[..., Client],
    ) -> None:
        number = project().number
        helper = console(zhungeer, member(zhungeer, "helper"))
        page = helper.get(url("index")).content.decode()
        assert number in page
        assert url("upload") not in page
        assert helper.get(url("upload")).status_code == 403
        assert helper.post(url("move", number, "send_for_comment")).status_code == 403
        assert helper.get(url("send_all", 2026)).status_code == 403


class TestImport:
    def test_a_dirty_list_names_every_cell_and_offers_no_apply(
        self, here: Tenant, office: Client, dirty_list: bytes
    ) -> None:
        response = uploaded(office, dirty_list)
        page = response.content.decode()
        for words in ("第 6 行 I 列", "4月底", "包头市固阳县", "请填写具体日期", "有 14 处要改正"):
            assert words in page
        pk = Intake.objects.get().pk
        assert url("intake_apply", pk) not in page
        assert office.get(url("intake_errors", pk)).content[:2] == b"PK"
        assert b"".join(office.get(url("intake_file", pk)).streaming_content) == dirty_list

    def test_a_clean_list_is_applied_once_however_often_it_is_clicked(
        self, here: Tenant, office: Client, clean_list: bytes
    ) -> None:
        page = uploaded(office, clean_list)
        pk = Intake.objects.get().pk
        digest = page.context["comparison"].digest

        first = office.post(url("intake_apply", pk), {"digest": digest}, follow=True)
        second = office.post(url("intake_apply", pk), {"digest": digest}, follow=True)

        assert said(first) == ["已导入：新增12个，变更0个，未变0个。"]
        assert said(second) == ["“清单2026.xlsx”已经导入过了，没有重复写入。"]
        assert Project.objects.count() == 12
        again = uploaded(office, clean_list).content.decode()
        assert "与现有项目完全一致" in again
        assert "导入过" in again

    @pytest.mark.parametrize(
        ("source", "sentence"),
        [
            (b"", "文件是空的"),
            (b"hello", "不是 Excel 或 WPS 表格"),
            (b"PK\x03\x04junk", "不完整或已损坏"),
        ],
    )
    def test_a_file_that_is_no_list_is_refused_in_words(
        self, here: Tenant, office: Client, source: bytes, sentence: str
    ) -> None:
        response = uploaded(office, source)
        assert response.status_code == 422
        assert sentence in response.content.decode()
        assert not Intake.objects.exists()

    def test_the_empty_form_can_be_filled_and_read(self, here: Tenant, office: Client) -> None:
        assert office.get(url("template")).content[:2] == b"PK"


class TestOneProject:
    def test_its_page_tells_facts_comments_and_history(
        self, here: Tenant, office: Client, commenting: Made
    ) -> None:
        page = office.get(url("project", commenting().number)).content.decode()
        for words in (
            "煤基新材料项目（示例）",
            "15 亿元",
            "上半年开工",
            "需要供地、环评报告书",
            "工信局 逾期未回复",
            "状态：草拟 → 征求意见",
        ):
            assert words in page

    def test_a_stale_edit_is_refused_on_the_form(
        self, here: Tenant, office: Client, project: Made
    ) -> None:
        there = project()
        form = office.get(url("edit", there.number)).context["form"]
        given = {k: v for k, v in form.initial.items() if v is not None} | {"reason": "改"}
        given["planned_start_on"] = "2026-04-15"
        office.post(url("edit", there.number), given | {"note": "先"})
        response = office.post(url("edit", there.number), given | {"note": "后"})
        assert response.status_code == 422
        assert "您打开页面之后已被改动" in response.content.decode()
        there.refresh_from_db()
        assert (there.note, there.version) == ("先", 2)

    def test_by_hand_the_same_checks_hold(self, here: Tenant, office: Client) -> None:
        given = {
            "year": 2026, "name": "手工登记（示例）", "owner_name": "示例公司", "region_code": "150622",
            "kind": "filing", "industry": "energy", "investment_wan": "9000", "planned_start_on": "2026-08-01",
            "project_code": "2613-150622-04-01-123456", "credit_code": "9115",
        }  # fmt: skip
        page = office.post(url("new"), given)
        assert page.status_code == 422
        assert "的月份是13" in page.content.decode()
        assert "应为18位" in page.content.decode()
        page = office.post(url("new"), given | {"project_code": "", "credit_code": ""})
        assert "请选择入选依据" in page.content.decode()
        assert not Project.objects.exists()

        made = office.post(
            url("new"),
            given | {"project_code": "", "credit_code": "", "admission_claim": "city_determined"},
        )
        assert made.url == url("project", "ZGE-2026-001")

    def test_steps_are_the_open_ones_and_a_future_day_is_refused(
        self, here: Tenant, office: Client, project: Made
    ) -> None:
        number = project().number
        page = office.get(url("project", number)).content.decode()
        assert url("move", number, "send_for_comment") in page
        assert url("confirm", number) not in page
        address = url("move", number, "send_for_comment")
        late = office.post(address, {"on": "2099-01-01", "version": 1})
        assert "日期在今天以后" in late.content.decode()
        done = office.post(address, {"on": "2025-10-20", "version": 1}, follow=True)
        assert said(done) == [f"{number}现为“征求意见”。"]
        assert office.get(url("move", number, "confirm")).status_code == 404
        assert said(office.get(address, follow=True)) == [
            f"{number}现为“征求意见”，这一步已不能办。"
        ]


class TestComments:
    def test_a_department_answers_what_waits_for_it(
        self, here: Tenant, department: Client, commenting: Made
    ) -> None:
        there = commenting()
        page = department.get(url("waiting")).content.decode()
        assert there.name in page
        assert 'aria-label="待处理 1 件"' in page
        bare = department.post(
            url("comment", there.number), {"department_code": "sthj", "opinion": "object"}
        )
        assert bare.status_code == 422
        assert "请写明意见内容" in bare.content.decode()
        department.post(
            url("comment", there.number),
            {"department_code": "sthj", "opinion": "object", "text": "选址", "next": "waiting"},
        )
        assert Comment.objects.get().department_code == "sthj"
        assert "没有等您提意见的项目" in department.get(url("waiting")).content.decode()

    def test_a_department_can_not_speak_for_another(
        self, here: Tenant, department: Client, commenting: Made
    ) -> None:
        response = department.post(
            url("comment", commenting().number),
            {"department_code": "zrzy", "opinion": "agree"},
        )
        assert response.status_code == 422
        assert not Comment.objects.exists()


class TestTheWholeList:
    def test_preview_then_every_draft_goes_out_then_every_one_is_confirmed(
        self, here: Tenant, office: Client, project: Made, called: list[Any]
    ) -> None:
        for n in range(3):
            project(name=f"项目{n}（示例）")
        assert (
            "对这 3 个项目送行业部门征求意见" in office.get(url("send_all", 2026)).content.decode()
        )
        page = office.post(url("send_all", 2026), {"on": "2025-10-20"}, follow=True)
        assert "已办 3 个" in page.content.decode()
        preview = office.get(url("confirm_all", 2026)).content.decode()
        assert "其中 3 个项目还有部门没有回复意见" in preview
        page = office.post(url("confirm_all", 2026), {"on": "2025-10-28"}, follow=True)
        assert "已办 3 个" in page.content.decode()
        assert len(called) == 3

    def test_many_projects_go_to_the_background(
        self, here: Tenant, office: Client, project: Made, called: list[Any]
    ) -> None:
        for n in range(21):
            project(name=f"项目{n}（示例）")
        page = office.post(url("send_all", 2026), {"on": "2025-10-20"}, follow=True)
        assert "已办 21 个" in page.content.decode()

    def test_progress_is_asked_for_until_it_is_done(
        self, here: Tenant, office: Client, ours: dict[str, Any]
    ) -> None:
        address = url("batch", ours["batch"])
        assert "every 1s" in office.get(address, headers={"HX-Request": "true"}).content.decode()
        office.post(url("resume", ours["batch"]))
        assert office.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
