"""What the pages of the dispatch show, to whom, and what they refuse."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from kernel.authority.permissions import grants
from kernel.papers.pdf import pdf_bytes
from kernel.web.waiting import items_of
from tenants.models import Tenant
from tests.workflows.dispatch.test_dispatch import (
    CHIEF,
    CLERK,
    ON,
    PERIOD,
    _season,  # noqa: F401 -- three projects for every test here
    at,
    compiled,
    issued,
)
from workflows.dispatch import actions, queries, sample
from workflows.dispatch.lifecycle import Period, State
from workflows.dispatch.models import Reading, Report
from workflows.procedures.models import Procedure

pytestmark = pytest.mark.django_db
RED = "figures/procedures.red/"


@pytest.fixture
def browsers(
    zhungeer: Tenant, dalate: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> dict[str, Any]:
    return {
        "office": console(zhungeer, member(zhungeer, "office")),
        "leader": console(zhungeer, member(zhungeer, "leader")),
        "land": console(zhungeer, member(zhungeer, "department", "zrzy")),
        "helper": console(zhungeer, member(zhungeer, "helper")),
        "neighbour": console(dalate, member(dalate, "office")),
    }


def page(browser: Any, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def copied(report: Report) -> Report:
    return actions.copy(pk=report.pk, version=report.version, on=ON, at=at(ON), actor=CLERK)


def test_a_figure_in_a_sentence_leads_to_its_list_and_back_to_its_procedures(
    browsers: dict[str, Any],
) -> None:
    report = compiled()
    shown = page(browsers["office"], f"/dispatch/{report.pk}/")
    assert f'红灯 <a href="/dispatch/{report.pk}/{RED}">2</a> 项' in shown
    rows = page(browsers["office"], f"/dispatch/{report.pk}/{RED}")
    for procedure in Procedure.objects.filter(red_on=date(2026, 1, 10)):
        assert f'href="/procedures/{procedure.number}/"' in rows
    assert "{" not in shown.split("<article")[1].split("</article>")[0]


def test_every_figure_of_a_report_opens_and_exports(browsers: dict[str, Any]) -> None:
    report = compiled()
    for key, figure in queries.figures_of(report).items():
        path = f"/dispatch/{report.pk}/figures/{key}/"
        page(browsers["office"], path)
        book = load_workbook(io.BytesIO(browsers["office"].get(f"{path}?export=1").content))
        assert book.active.max_row == 3 + len(figure["rows"]) + 1  # title, day, head; the digest


def test_the_paper_is_linked_for_who_may_read_it(browsers: dict[str, Any]) -> None:
    report = copied(issued(compiled()))
    paper = f'href="/issuing/{report.issued_id}/'
    for path in ("/dispatch/", f"/dispatch/{report.pk}/"):
        assert paper in page(browsers["office"], path)
        assert paper not in page(browsers["helper"], path)


def test_a_red_lamp_names_cause_owner_and_next_date(browsers: dict[str, Any]) -> None:
    report = compiled()
    for _, _, cells, _ in queries.figures_of(report)["procedures.red"]["rows"]:
        name, _, unit, _, ball, due, expected, cause = cells
        assert all([name, unit, ball])
        assert due != "—"
        assert expected != "—"
        assert "个工作日" in cause


@pytest.mark.parametrize("path", ["", RED, "compare/", "file/pdf/", "?export=1"])
def test_a_draft_is_seen_by_office_and_reviewer_only_and_never_by_the_neighbour(
    browsers: dict[str, Any], path: str
) -> None:
    report = compiled()
    address = f"/dispatch/{report.pk}/{path}"
    assert browsers["office"].get(address).status_code == 200
    assert browsers["leader"].get(address).status_code == 200
    page(browsers["land"], address, 404)
    page(browsers["neighbour"], address, 404)


def test_neither_list_nor_desk_tells_a_department_or_the_neighbour_of_a_draft(
    browsers: dict[str, Any],
) -> None:
    report = compiled()
    for who in ("land", "neighbour"):
        for path in ("/dispatch/", "/dispatch/?export=1", "/"):
            content = browsers[who].get(path).content
            if "export" in path:
                sheet = load_workbook(io.BytesIO(content)).active
                assert report.title not in {cell for row in sheet.values for cell in row}
            else:
                assert report.title not in content.decode()
    assert report.title in page(browsers["office"], "/dispatch/")


def test_a_department_can_post_no_step_on_a_draft(browsers: dict[str, Any]) -> None:
    report = compiled()
    for step in ("step/submit/", "step/copy/", "review/issue/", "write/"):
        asked = browsers["land"].post(f"/dispatch/{report.pk}/{step}", {"version": 1})
        assert asked.status_code == 403
    assert browsers["land"].post(f"/dispatch/{report.pk}/read/").status_code == 404
    assert not Reading.objects.exists()


def test_a_report_that_was_tampered_with_shows_the_warning_and_not_its_text(
    browsers: dict[str, Any],
) -> None:
    report = compiled()
    report.snapshot["parts"][0]["figures"][0] = {"key": "forged"}
    report.save(update_fields=["snapshot"])
    path = f"/dispatch/{report.pk}/"
    shown = page(browsers["office"], path)
    assert "摘要值不一致" in shown
    assert "<article" not in shown
    assert f"{path}step/submit/" not in shown
    for other in (RED, "file/pdf/"):
        assert browsers["office"].get(path + other).url == path
    assert "不能对照" not in page(browsers["office"], f"{path}compare/")  # nothing to compare with
    browsers["office"].post(f"{path}step/submit/", {"version": 1})
    report.refresh_from_db()
    assert report.state == State.DRAFT
    browsers["office"].post(f"{path}step/compile/", {"version": 1})
    assert "摘要值一致" in page(browsers["office"], path)


def test_files_made_twice_are_the_same_byte_for_byte(browsers: dict[str, Any]) -> None:
    report = compiled()
    office, path = browsers["office"], f"/dispatch/{report.pk}/"
    addresses = [f"{path}?export=1", f"{path}{RED}?export=1"]
    addresses += [f"{path}file/{form}/" for form in ("pdf", "docx")]
    first = [office.get(address).content for address in addresses]
    Procedure.objects.update(red_on=date(2026, 1, 1), name="改过的名称")
    assert [office.get(address).content for address in addresses] == first


def test_once_issued_the_files_are_those_of_the_register(browsers: dict[str, Any]) -> None:
    report = issued(compiled())
    answer = browsers["land"].get(f"/dispatch/{report.pk}/file/pdf/")
    assert answer.url == f"/issuing/{report.issued_id}/pdf/"
    assert browsers["land"].get(f"/dispatch/{report.pk}/file/exe/").status_code == 404
    assert report.issued
    assert pdf_bytes(report.issued.as_paper).startswith(b"%PDF")


def test_two_reports_stand_side_by_side(browsers: dict[str, Any]) -> None:
    first = issued(compiled())
    gone = Procedure.objects.filter(red_on=date(2026, 1, 10)).order_by("number")[0]
    Procedure.objects.filter(pk=gone.pk).update(red_on=date(2026, 6, 1))
    second = compiled(PERIOD.after, date(2026, 2, 2))
    path = f"/dispatch/{second.pk}/compare/"
    shown = page(browsers["office"], path)
    assert first.title in shown
    assert "消除" in shown
    assert gone.name in shown
    back = page(browsers["office"], f"/dispatch/{first.pk}/compare/?other={second.pk}")
    assert "新增" in back.split("红灯")[-1]
    book = load_workbook(io.BytesIO(browsers["office"].get(f"{path}?export=1").content))
    rows = [row[:3] for row in book.active.values]
    assert ("红灯", "消除", gone.name) in rows
    page(browsers["office"], f"{path}?other=999999")
    page(browsers["office"], f"{path}?other=x&only=all")


def test_a_comparison_costs_the_same_with_two_reports_and_with_four(
    browsers: dict[str, Any],
) -> None:
    issued(compiled())
    second = issued(compiled(PERIOD.after, date(2026, 2, 2)), date(2026, 2, 2))
    path = f"/dispatch/{second.pk}/compare/?only=all"

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            page(browsers["office"], path)
        return len(asked)

    cost()
    with_two = cost()
    compiled(PERIOD.before, date(2026, 2, 2))
    compiled(PERIOD.before.before, date(2026, 2, 2))
    assert cost() == with_two


def test_a_department_compares_only_with_what_was_issued(browsers: dict[str, Any]) -> None:
    first = issued(compiled())
    draft = compiled(PERIOD.after, date(2026, 2, 2))
    shown = page(browsers["land"], f"/dispatch/{first.pk}/compare/?other={draft.pk}")
    assert draft.title not in shown


@pytest.mark.parametrize("why", ["", "改" * 301, "有\x00字"])
def test_a_reason_the_form_refuses_changes_nothing(browsers: dict[str, Any], why: str) -> None:
    report = compiled()
    actions.submit(pk=report.pk, version=1, at=at(ON), actor=CLERK)
    sent = browsers["leader"].post(
        f"/dispatch/{report.pk}/review/send_back/", {"version": 2, "text": why}
    )
    assert sent.status_code == 302
    report.refresh_from_db()
    assert report.state == State.REVIEW
    actions.issue(pk=report.pk, version=2, on=ON, at=at(ON), actor=CHIEF)
    browsers["office"].post(f"/dispatch/{report.pk}/step/correct/", {"why": why})
    assert Report.objects.count() == 1


def test_the_page_of_an_issued_report_offers_copying_and_says_who_has_not_read(
    browsers: dict[str, Any],
) -> None:
    report = issued(compiled())
    path = f"/dispatch/{report.pk}/"
    assert f"{path}step/copy/" in page(browsers["office"], path)
    assert f"{path}step/copy/" not in page(browsers["land"], path)
    browsers["office"].post(f"{path}step/copy/", {"version": report.version})
    report.refresh_from_db()
    assert report.state == State.COPIED
    before = page(browsers["leader"], path).split("未知悉的成员单位：")[1].split("</p>")[0]
    browsers["land"].post(f"{path}read/")
    after = page(browsers["leader"], path).split("未知悉的成员单位：")[1].split("</p>")[0]
    assert set(before.rstrip("。").split("、")) - set(after.rstrip("。").split("、")) == {
        "自然资源局"
    }


def test_the_desk_has_the_one_next_move_for_each(
    zhungeer: Tenant, member: Callable[..., Any], rf: Any
) -> None:
    def moves(role: str, code: str = "", user: Any = None, on: date = ON) -> list[tuple[str, str]]:
        request = rf.get("/")
        request.user = user or member(zhungeer, role, code)
        request.tenant = zhungeer
        request.membership = request.user.memberships.get(tenant=zhungeer)
        request.permissions = grants(request.membership.role, in_city=False)
        items = [i for i in items_of(request, on) if i.url.startswith("/dispatch/")]
        return [(item.move, item.lamp) for item in items]

    assert moves("office", on=date(2026, 1, 20)) == []
    assert moves("office", on=date(2026, 1, 21)) == [("编制", "red")]
    report = compiled()
    assert moves("office") == [("送审", "green")]
    assert moves("office", on=date(2026, 1, 20)) == [("送审", "yellow")]
    assert moves("office", on=date(2026, 1, 21)) == [("送审", "red")]
    assert moves("leader") == moves("department", "zrzy") == []
    actions.submit(pk=report.pk, version=1, at=at(ON), actor=CLERK)
    assert moves("leader") == [("审核签发", "green")]
    report = actions.issue(pk=report.pk, version=2, on=ON, at=at(ON), actor=CHIEF)
    assert moves("office") == [("抄送", "")]
    assert moves("leader") == [("阅知", "")]
    assert moves("department", "zrzy") == []
    copied(report)
    assert moves("office") == []
    reader = member(zhungeer, "department", "zrzy")
    assert moves("department", user=reader) == [("阅知", "")]
    actions.read(
        report=Report.objects.get(), user_id=reader.pk, name="某某", department_code="zrzy",
        at=at(ON),
    )  # fmt: skip
    assert moves("department", user=reader) == []


def test_the_list_is_narrowed_by_year_and_state(browsers: dict[str, Any]) -> None:
    old = issued(compiled(Period.of(date(2025, 12, 20)), date(2026, 1, 4)), date(2026, 1, 4))
    new = compiled()
    shown = page(browsers["office"], "/dispatch/?year=2025")
    assert old.title in shown
    assert new.title not in shown
    shown = page(browsers["office"], "/dispatch/?state=draft")
    assert new.title in shown
    assert old.title not in shown
    assert "没有符合条件的报告" in page(browsers["office"], "/dispatch/?state=copied")
    page(browsers["office"], "/dispatch/?year=abc&state=nothing&page=x")


def test_compiling_asks_the_same_number_of_queries_however_many_rows_there_are() -> None:
    with CaptureQueriesContext(connection) as few:
        compiled()
    for n in range(5, 30):
        Procedure.objects.filter(pk=Procedure.objects.order_by("pk")[n].pk).update(
            red_on=date(2026, 1, 10), promised_due_on=date(2026, 1, 12)
        )
    with CaptureQueriesContext(connection) as many:
        compiled(PERIOD.after, date(2026, 2, 2))
    assert len(many) <= len(few)


def test_the_sample_fills_three_half_months_once(zhungeer: Tenant) -> None:
    told = {"today": date(2026, 3, 4), "at": at(date(2026, 3, 4)), "clerk": CLERK}
    sample.fill(**told, reviewer=CHIEF)
    sample.fill(**told, reviewer=CHIEF)
    reports = list(Report.objects.order_by("first"))
    assert [report.first for report in reports] == [
        date(2026, 1, 16),
        date(2026, 2, 1),
        date(2026, 2, 16),
    ]
    assert {report.state for report in reports} == {State.COPIED}
    assert all(timezone.localdate(r.taken_at) == r.issued_on for r in reports)
    assert reports[-1].snapshot["before"]["pk"] == reports[-2].pk
    assert all(map(queries.holds, reports))
