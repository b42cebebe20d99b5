"""Pages: whose gaps are seen and filled by whom, what a clerk is told, and what the neighbour can't see."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from kernel.trail.models import TrailEntry
from tenants.honesty import writing as honesty
from tenants.models import Tenant
from tests.workflows.interchange.conftest import (
    CLERK,
    PROCESS,
    YEAR,
    In,
    fill,
    fill_department,
    fill_office,
    land_case,
)
from workflows.interchange import actions
from workflows.interchange.models import Batch, Supplement
from workflows.interchange.tables import Home
from workflows.procedures.models import Procedure
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
Open = Callable[..., Client]


def text(answer: Any) -> str:
    return str(answer.content.decode())


def rows_of(prefix: str = "form", **lines: str) -> dict[str, str]:
    """A formset as a page sends it."""
    sent = {f"{prefix}-TOTAL_FORMS": str(len(lines)), f"{prefix}-INITIAL_FORMS": str(len(lines))}
    for place, (key, value) in enumerate(lines.items()):
        sent |= {
            f"{prefix}-{place}-key": key,
            f"{prefix}-{place}-version": "0",
            f"{prefix}-{place}-value": value,
        }
    return sent


@pytest.fixture
def exported(banner: Tenant, in_tenant: In) -> Batch:
    now = timezone.now()
    with in_tenant(banner):
        project = Project.objects.get(year=YEAR)
        fill_office(project)
        fill_department(land_case(project))
        return actions.prepare(year=YEAR, on=timezone.localdate(), at=now, actor=CLERK)


def test_the_office_sees_score_tables_and_gaps_of_all(office: Client) -> None:
    page = text(office.get("/interchange/"))
    for words in ("数据真实度", "待补的事实", "受理方式", "自然资源局", "拟建成时间", "标准未核实"):
        assert words in page


def test_an_empty_place_is_told_what_comes_here(
    dalate: Tenant, member: Callable[..., Any], console: Open
) -> None:
    client = console(dalate, member(dalate, "office"))
    assert "还没有可以交换的数据" in text(client.get("/interchange/"))
    assert "还没有导出过" in text(client.get("/interchange/batches/"))
    assert "还没有登记审批流程" in text(client.get("/interchange/processes/"))


def test_a_department_sees_its_own_gaps_alone(bureau: Client) -> None:
    page = text(bureau.get("/interchange/"))
    assert "受理方式" in page
    assert "拟建成时间" not in page
    assert "责任单位</label>" not in page
    assert "没有要补的" in text(bureau.get(f"/interchange/gaps/project/NJCSJ/?year={YEAR}"))


def test_another_department_sees_nothing_of_it(
    banner: Tenant, in_tenant: In, member: Callable[..., Any], console: Open
) -> None:
    client = console(banner, member(banner, "department", "sthj"))
    with in_tenant(banner):
        number = Procedure.objects.get(state="decided").number
    assert number not in text(client.get("/interchange/gaps/procedure/SLFS/"))
    assert client.get(f"/interchange/facts/procedure/{number}/").status_code == 404
    sent = rows_of(**{number: "1"}) | {"source": "登记表"}
    answer = client.post("/interchange/gaps/procedure/SLFS/", sent)
    assert answer.status_code == 422
    assert "不由本单位填写" in text(answer)
    with in_tenant(banner):
        assert not Supplement.objects.exists()
        assert TrailEntry.objects.filter(outcome="refused").exists()


def test_a_department_fills_its_lines_and_they_are_gone(
    banner: Tenant, bureau: Client, in_tenant: In
) -> None:
    with in_tenant(banner):
        number = Procedure.objects.get(state="decided").number
    page = text(bureau.get(f"/interchange/gaps/procedure/SLFS/?year={YEAR}"))
    assert number in page
    assert "1 窗口受理" in page
    sent = rows_of(**{number: "1"}) | {"source": "窗口登记表"}
    answer = bureau.post(f"/interchange/gaps/procedure/SLFS/?year={YEAR}", sent, follow=True)
    assert "已记录 1 项" in text(answer)
    assert "没有要补的" in text(answer)
    with in_tenant(banner):
        assert Supplement.objects.get().given["SLFS"]["source"] == "窗口登记表"


def test_a_stock_phrase_is_refused_on_the_page(
    banner: Tenant, bureau: Client, in_tenant: In
) -> None:
    with in_tenant(banner):
        number = Procedure.objects.get(state="decided").number
    sent = rows_of(**{number: "同意"}) | {"source": "批复"}
    answer = bureau.post("/interchange/gaps/procedure/BLYJ/", sent)
    assert answer.status_code == 422
    assert "“同意”是套话" in text(answer)
    assert "没有填写任何一行" in text(
        bureau.post("/interchange/gaps/procedure/BLYJ/", rows_of() | {"source": "批复"})
    )


def test_a_value_of_another_ledger_leads_to_its_page(
    banner: Tenant, office: Client, in_tenant: In
) -> None:
    with in_tenant(banner):
        Project.objects.update(place="待定")
        number = Project.objects.get(year=YEAR).number
    path = "/interchange/gaps/project_ledger/JSDD/"
    page = text(office.get(path))
    assert f"/projects/{number}/edit/" in page
    assert "待定" in page
    assert '<form method="post"' not in page.split("<main")[1]
    with in_tenant(banner):
        Project.objects.update(place="大路产业园")
    assert "没有要补的" in text(office.get(path))


@pytest.mark.parametrize(
    "path", ["gaps/planet/X/", "gaps/project/NOPE/", "facts/planet/1/", "batches/0/"]
)
def test_what_does_not_exist_is_not_found(office: Client, path: str) -> None:
    assert office.get(f"/interchange/{path}").status_code == 404


def test_a_year_or_unit_that_makes_no_sense_is_left_out(office: Client) -> None:
    answer = office.get("/interchange/?year=abc&unit=xx")
    assert answer.status_code == 200
    assert f"{YEAR} 年" in text(answer)


def test_the_office_fills_a_project_whole(banner: Tenant, office: Client, in_tenant: In) -> None:
    with in_tenant(banner):
        number = Project.objects.get(year=YEAR).number
    office.post(
        "/interchange/processes/new/",
        {"version": "0", "code": PROCESS, "SPLCMC": "工业项目流程", "SPLCBBH": "1.0",
         "SPLCSXSJ": "2026-01-01", "SPLCLX": "6", "source": "平台登记"},
    )  # fmt: skip
    path = f"/interchange/facts/project/{number}/"
    assert "工业项目流程" in text(office.get(path))
    answer = office.post(
        path,
        {"version": "0", "GCDM": "15062220270001", "SPLCBM": PROCESS, "source": "赋码通知"},
        follow=True,
    )
    assert "已记录" in text(answer)
    assert "赋码通知" in text(answer)
    stale = office.post(path, {"version": "0", "GCDM": "15062220270002", "source": "赋码通知"})
    assert stale.status_code == 422
    assert "刚刚有人改过" in text(stale)


def test_the_office_reads_a_departments_facts_and_fills_in_none(
    banner: Tenant, office: Client, in_tenant: In
) -> None:
    with in_tenant(banner):
        case = Procedure.objects.get(state="decided")
        fill(Home.PROCEDURE, case.number, "zrzy", SLFS="1")
    path = f"/interchange/facts/procedure/{case.number}/"
    page = text(office.get(path))
    assert "准发改审批〔2026〕1号" in page
    assert "窗口受理" in page  # and not its code alone
    assert "由责任单位的经办人填写" in page
    assert 'name="SLFS"' not in page
    assert office.post(path, {"version": "1", "SLFS": "4", "source": "x"}).status_code == 403


def test_a_batch_is_made_looked_at_and_downloaded(
    banner: Tenant, office: Client, in_tenant: In
) -> None:
    with in_tenant(banner):
        fill_office(Project.objects.get(year=YEAR))
    answer = office.post("/interchange/batches/prepare/", {"year": YEAR}, follow=True)
    page = text(answer)
    assert "摘要值一致" in page
    assert "有未上报的行" in page
    assert "受理方式" in page
    with in_tenant(banner):
        batch = Batch.objects.get()
    file = office.get(f"/interchange/batches/{batch.pk}/file/")
    assert file["Content-Type"] == "application/zip"
    assert file.content == bytes(batch.content)
    assert batch.number in text(office.get("/interchange/batches/"))
    again = office.post("/interchange/batches/prepare/", {"year": YEAR}, follow=True)
    assert "今天已经导出" in text(again)


@pytest.mark.parametrize("year", ["", "abc", "1999"])
def test_a_year_without_projects_is_not_exported(office: Client, year: str) -> None:
    answer = office.post("/interchange/batches/prepare/", {"year": year}, follow=True)
    assert "没有已确认的项目" in text(answer)


@pytest.mark.parametrize(
    ("role", "unit", "status"),
    [
        ("supervision", "", 200),
        ("leader", "", 200),
        ("department", "zrzy", 403),
        ("helper", "", 403),
    ],
)
def test_batches_are_the_offices_and_its_overseers(
    banner: Tenant,
    exported: Batch,
    member: Callable[..., Any],
    console: Open,
    role: str,
    unit: str,
    status: int,
) -> None:
    client = console(banner, member(banner, role, unit))
    for path in ("", f"{exported.pk}/", f"{exported.pk}/file/"):
        assert client.get(f"/interchange/batches/{path}").status_code == status
    assert client.post("/interchange/batches/prepare/", {"year": YEAR}).status_code == 403


def test_the_neighbour_cannot_see_it(
    banner: Tenant,
    dalate: Tenant,
    exported: Batch,
    in_tenant: In,
    member: Callable[..., Any],
    console: Open,
) -> None:
    with in_tenant(banner):
        project = Project.objects.get(year=YEAR)
        case = Procedure.objects.get(state="decided")
        actions.check_all(on=timezone.localdate(), at=timezone.now())
    client = console(dalate, member(dalate, "office"))
    for path in (
        "",
        "batches/",
        "processes/",
        "places/",
        "gaps/project/NJCSJ/",
        "gaps/procedure/SLFS/",
    ):
        page = text(client.get(f"/interchange/{path}"))
        for secret in (project.number, case.number, exported.number, PROCESS):
            assert secret not in page, path
    assert "准格尔旗" not in text(client.get("/interchange/places/"))
    for path in (
        f"batches/{exported.pk}/", f"batches/{exported.pk}/file/", f"facts/project/{project.number}/",
        f"facts/procedure/{case.number}/", f"facts/process/{PROCESS}/x/",
    ):  # fmt: skip
        assert client.get(f"/interchange/{path}").status_code == 404, path


def test_the_city_reads_every_score_and_exports_them(
    city: Tenant,
    banner: Tenant,
    in_tenant: In,
    member: Callable[..., Any],
    console: Open,
) -> None:
    with in_tenant(banner):
        actions.check_all(on=timezone.localdate(), at=timezone.now())
    client = console(city, member(city, "supervision"))
    page = text(client.get("/interchange/places/"))
    assert "准格尔旗" in page
    assert "还没有检查" in page  # the city itself and the other banner
    book = load_workbook(io.BytesIO(client.get("/interchange/places/?export=1").content))
    values = [row[0].value for row in book.worksheets[0].iter_rows(min_row=4)]
    assert {"准格尔旗", "达拉特旗", "鄂尔多斯市"} <= set(values)


def test_the_lowest_score_stands_first_and_many_are_paged(
    city: Tenant,
    zhungeer: Tenant,
    dalate: Tenant,
    in_tenant: In,
    member: Callable[..., Any],
    console: Open,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    faults = dict.fromkeys(("invented", "contrary", "misshapen", "rows", "passed"), 0)
    for tenant, held in ((city, 9), (zhungeer, 8), (dalate, 1)):
        with in_tenant(tenant):
            figures = {"asked": 10, "recorded": held, "missing": 10 - held, **faults}
            honesty.put(year=YEAR, at=timezone.now(), figures=figures)
    monkeypatch.setattr("workflows.interchange.views.PAGE", 2)
    client = console(city, member(city, "supervision"))
    first, second = (text(client.get(f"/interchange/places/?page={n}")) for n in (1, 2))
    assert first.index("达拉特旗") < first.index("准格尔旗")
    assert "90%" in second or "90.0%" in second


def test_the_check_is_run_on_demand(banner: Tenant, office: Client, bureau: Client) -> None:
    assert "已重新检查" in text(office.post("/interchange/check/", follow=True))
    assert "准格尔旗" in text(office.get("/interchange/places/"))
    assert bureau.post("/interchange/check/").status_code == 403


def test_the_desk_says_what_the_unit_has_to_fill_in(
    banner: Tenant, office: Client, bureau: Client, in_tenant: In
) -> None:
    with in_tenant(banner):
        actions.check_all(on=timezone.localdate(), at=timezone.now())
    page = text(bureau.get("/"))
    assert f"{YEAR} 年数据交换表缺" in page
    assert f"/interchange/?year={YEAR}" in page
    assert "unit=office" in text(office.get("/"))
    with in_tenant(banner):
        Procedure.objects.filter(department_code="zrzy").exclude(state="decided").delete()
        fill_department(Procedure.objects.get(state="decided"))
        actions.check_all(on=timezone.localdate(), at=timezone.now())
    assert "数据交换表缺" not in text(bureau.get("/"))


def test_the_standard_is_shown_with_its_sources_and_marked(bureau: Client) -> None:
    page = text(bureau.get("/interchange/standard/"))
    for words in ("SPGL_XMSPSXPFWJXXB", "特别程序（开始）", "aplanmis", "未核实", "撤件待确认"):
        assert words in page


def test_a_score_is_cut_and_never_rounded_up_to_a_hundred() -> None:
    from workflows.interchange.views import percent  # noqa: PLC0415 -- the one thing of it tested alone

    shown = [percent(*pair) for pair in ((0, 0), (9999, 10_000), (7, 7), (0, 7), (57, 100))]
    assert shown == ["—", "99.9%", "100.0%", "0.0%", "57.0%"]
