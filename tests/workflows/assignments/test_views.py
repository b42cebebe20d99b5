"""Pages of the sheets: who sees what, what the buttons do, what comes out and what comes back in."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from kernel.calendars.queries import work_calendar
from kernel.papers.models import Attachment
from tenants.models import Tenant
from tests.workflows.assignments.conftest import CLERK, OFFICER, draft, part_of, proof
from workflows.assignments.actions import ask_extension, feed_back, hand_over
from workflows.assignments.lifecycle import SheetState, State
from workflows.assignments.models import Feedback, Part, Sheet

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]
PATH = "/assignments/"


@pytest.fixture
def sheet(zhungeer: Tenant, in_tenant: Callable[..., Any]) -> Sheet:
    today = timezone.localdate()
    with in_tenant(zhungeer):
        drawn = draft(on=today, due_on=today + timedelta(days=14))
        return hand_over(sheet_id=drawn.pk, on=today, actor=CLERK)


@pytest.fixture
def at(zhungeer: Tenant, member: Callable[..., Any], console: Browser) -> Browser:
    def browser(role: str, department: str = "", tenant: Tenant | None = None) -> Client:
        where = tenant or zhungeer
        return console(where, member(where, role, department))

    return browser


def words(answer: Any) -> str:
    return answer.content.decode()


def test_a_department_sees_its_own_sheets_and_no_drafts(
    sheet: Sheet, zhungeer: Tenant, in_tenant: Callable[..., Any], at: Browser
) -> None:
    with in_tenant(zhungeer):
        hidden = draft(title="还没有交办的任务")
    office, land, water = at("office"), at("department", "zrzy"), at("department", "slj")
    assert "还没有交办的任务" in words(office.get(PATH))
    assert sheet.number in words(land.get(PATH))
    assert "还没有交办的任务" not in words(land.get(PATH))
    assert sheet.number not in words(water.get(PATH))
    assert land.get(f"{PATH}{sheet.pk}/").status_code == 200
    assert water.get(f"{PATH}{sheet.pk}/").status_code == 404
    assert land.get(f"{PATH}{hidden.pk}/").status_code == 404
    assert at("leader").get(f"{PATH}{sheet.pk}/").status_code == 200


def test_a_helper_is_offered_neither_the_paper_nor_the_return_of_progress(
    sheet: Sheet, at: Browser
) -> None:
    helper, land = at("helper"), at("department", "zrzy")
    page, paper = f"{PATH}{sheet.pk}/", f"/issuing/{sheet.issued_id}/pdf/"
    assert (paper in words(land.get(page)), paper in words(helper.get(page))) == (True, False)
    assert f"{PATH}upload/" in words(land.get(PATH))
    assert f"{PATH}upload/" not in words(helper.get(PATH))


def test_the_neighbour_finds_nothing_and_moves_nothing(
    sheet: Sheet, dalate: Tenant, zhungeer: Tenant, in_tenant: Callable[..., Any], at: Browser
) -> None:
    neighbour = at("office", tenant=dalate)
    with in_tenant(zhungeer):
        part = part_of(sheet, "zrzy")
    assert sheet.number not in words(neighbour.get(PATH))
    for path in (f"{PATH}{sheet.pk}/", f"{PATH}{sheet.pk}/edit/"):
        assert neighbour.get(path).status_code == 404
    for path in (f"parts/{part.pk}/move/sign/", f"parts/{part.pk}/feed/", f"{sheet.pk}/cancel/"):
        assert neighbour.post(f"{PATH}{path}", {"version": 1, "text": "x"}).status_code == 404
    with in_tenant(zhungeer):
        assert part_of(sheet, "zrzy").state == State.WAITING


def test_from_signing_to_writing_off_by_the_pages(
    sheet: Sheet, zhungeer: Tenant, in_tenant: Callable[..., Any], at: Browser
) -> None:
    office, land, forest = at("office"), at("department", "zrzy"), at("department", "lcj")
    with in_tenant(zhungeer):
        part, other = part_of(sheet, "zrzy"), part_of(sheet, "lcj")
    step = f"{PATH}parts/{part.pk}/move/"
    assert forest.post(f"{step}sign/", {"version": 1}).status_code == 404
    assert land.post(f"{step}sign/", {"version": 1}).status_code == 302
    today = timezone.localdate().isoformat()
    told = {"version": 2, "on": today, "text": "已出具意见。"}
    answer = land.post(f"{step}report/", told)
    assert answer.status_code == 422
    assert "须附佐证材料" in words(answer)
    future = told | {"on": (timezone.localdate() + timedelta(days=1)).isoformat()}
    assert "到今天" in words(land.post(f"{step}report/", future | {"attachments": proof()}))
    assert land.post(f"{step}report/", told | {"attachments": proof()}).status_code == 302
    with in_tenant(zhungeer):
        token = Attachment.objects.get().token
    assert "意见.pdf" in words(land.get(f"{PATH}{sheet.pk}/"))
    assert land.get(f"/papers/{token}/").status_code == 200
    assert at("department", "slj").get(f"/papers/{token}/").status_code == 404
    assert land.post(f"{PATH}write-off/", {"part": part.pk}).status_code == 403

    assert (
        office.post(f"{step}write_off/", {"version": 3, "text": "牵头先办结。"}).status_code == 302
    )
    assert (
        office.post(
            f"{PATH}parts/{other.pk}/move/cancel/", {"version": 1, "text": "不再需要。"}
        ).status_code
        == 302
    )
    with in_tenant(zhungeer):
        sheet.refresh_from_db()
        assert sheet.state == SheetState.CLOSED


def test_a_double_click_on_hand_over_gives_one_number(
    zhungeer: Tenant, in_tenant: Callable[..., Any], at: Browser
) -> None:
    today = timezone.localdate()
    with in_tenant(zhungeer):
        drawn = draft(on=today, due_on=today + timedelta(days=9))
    office = at("office")
    for _ in range(2):
        answer = office.post(f"{PATH}hand-over/", {"sheet": drawn.pk}, follow=True)
    assert "不能再交办一次" in words(answer)
    with in_tenant(zhungeer):
        assert Sheet.objects.get().number.endswith(f"交〔{today.year}〕1号")


def test_a_sheet_is_drafted_on_a_form_without_a_script(
    zhungeer: Tenant, in_tenant: Callable[..., Any], at: Browser
) -> None:
    office = at("office")
    due = work_calendar().add(timezone.localdate(), 20)
    form = {
        "title": "解决接网",
        "source_kind": "leader",
        "source_words": "批示",
        "matter": "事由",
        "demand": "要求",
        "due_on": due.isoformat(),
        "parts-TOTAL_FORMS": "4",
        "parts-INITIAL_FORMS": "0",
        "parts-0-department_code": "nyj",
        "parts-0-leads": "on",
        "parts-1-department_code": "fgw",
        "parts-1-demand": "协调",
    }
    assert 'name="parts-3-department_code"' in words(office.get(f"{PATH}new/"))
    more = words(office.post(f"{PATH}new/", form | {"more": "1"}))
    assert 'name="parts-6-department_code"' in more
    assert "解决接网" in more
    twice = office.post(f"{PATH}new/", form | {"parts-1-leads": "on"})
    assert twice.status_code == 422
    assert "只能有一个" in words(twice)
    rest = office.post(f"{PATH}new/", form | {"due_on": "2026-10-01"})
    assert "休息日。请改为2026年9月30日（周三）或者2026年10月8日（周四）。" in words(rest)
    past = office.post(f"{PATH}new/", form | {"due_on": "2020-01-02"})
    assert "已经过去" in words(past)
    assert office.post(f"{PATH}new/", form).status_code == 302
    with in_tenant(zhungeer):
        drawn = Sheet.objects.get()
        assert [(p.department_code, p.leads, p.due_on) for p in drawn.parts.all()] == [
            ("nyj", True, due),
            ("fgw", False, due),
        ]
    edited = form | {"title": "解决接网路径", "version": "1", "parts-1-demand": "协调电网"}
    assert office.post(f"{PATH}{drawn.pk}/edit/", edited).status_code == 302
    assert "解决接网路径" in words(office.get(f"{PATH}{drawn.pk}/"))


def test_an_extension_is_asked_and_answered_on_the_page(
    sheet: Sheet, zhungeer: Tenant, in_tenant: Callable[..., Any], at: Browser
) -> None:
    office, land = at("office"), at("department", "zrzy")
    with in_tenant(zhungeer):
        part = part_of(sheet, "zrzy")
    later = work_calendar().add(part.due_on, 5)
    ask = f"{PATH}parts/{part.pk}/ask/"
    early = {
        "until_on": work_calendar().on_or_before(part.due_on).isoformat(),
        "reason": "评审未完",
    }
    assert "不晚于现在的期限" in words(land.post(ask, early))
    page = f"{PATH}{sheet.pk}/"
    assert ask in words(land.get(page))
    assert land.post(ask, early | {"until_on": later.isoformat()}).status_code == 302
    assert ask not in words(land.get(page))  # one waits to be answered
    assert sheet.number in words(office.get(f"{PATH}?time=asked"))
    with in_tenant(zhungeer):
        asked = part.extensions.get()
    answer = f"{PATH}extensions/{asked.pk}/answer/"
    assert land.post(answer, {"answer": "granted"}).status_code == 403
    assert office.post(answer, {"answer": "granted"}).status_code == 302
    with in_tenant(zhungeer):
        assert part_of(sheet, "zrzy").due_on == later


def test_a_draft_shows_its_paper_and_no_step_of_a_department(
    zhungeer: Tenant, in_tenant: Callable[..., Any], at: Browser
) -> None:
    with in_tenant(zhungeer):
        drawn = draft(on=timezone.localdate(), due_on=timezone.localdate() + timedelta(days=14))
    page = words(at("office").get(f"{PATH}{drawn.pk}/"))
    assert "关于加快用地预审的任务交办单" in page
    assert "申请延期" not in page
    assert "待签收" not in page


def test_what_is_not_written_off_is_named(
    sheet: Sheet, zhungeer: Tenant, in_tenant: Callable[..., Any], take: Any, at: Browser
) -> None:
    with in_tenant(zhungeer):
        part = part_of(sheet, "zrzy")
        take(part, "sign", on=timezone.localdate())
        take(part, "report", on=timezone.localdate())
    answer = at("office").post(f"{PATH}write-off/", {"part": part.pk}, follow=True)
    assert f"{sheet.number}（自然资源局）：还有 1 个配合单位没有销号" in words(answer)


def test_the_exported_list_comes_back_with_its_progress(
    sheet: Sheet, zhungeer: Tenant, in_tenant: Callable[..., Any], at: Browser
) -> None:
    office, land = at("office"), at("department", "zrzy")
    with in_tenant(zhungeer):
        part = part_of(sheet, "zrzy")
    land.post(f"{PATH}parts/{part.pk}/move/sign/", {"version": 1})
    book = load_workbook(io.BytesIO(land.get(f"{PATH}?export=1").content))
    page = book.active
    assert "A3:A4" in [str(merged) for merged in page.merged_cells.ranges]
    assert page.freeze_panes == "B5"
    assert page.cell(5, 2).value == sheet.number
    column = [cell.value for cell in page[4]].index("本次进展") + 1

    def sent(text: str, unit: str = "") -> SimpleUploadedFile:
        page.cell(5, column).value = text
        if unit:
            page.cell(5, 6).value = unit
        target = io.BytesIO()
        book.save(target)
        return SimpleUploadedFile("台账.xlsx", target.getvalue())

    assert "没有要登记的内容" in words(land.post(f"{PATH}upload/", {"file": sent("")}))
    assert land.post(f"{PATH}upload/", {"file": sent("已组织踏勘。")}).status_code == 302
    with in_tenant(zhungeer):
        assert Feedback.objects.get().text == "已组织踏勘。"
    again = words(land.post(f"{PATH}upload/", {"file": sent("已组织踏勘。")}))
    assert "今天已经登记过" in again  # the same file sent twice
    with in_tenant(zhungeer):
        Feedback.objects.update(on=timezone.localdate() - timedelta(days=7))
    assert land.post(f"{PATH}upload/", {"file": sent("已组织踏勘。")}).status_code == 302
    with in_tenant(zhungeer):
        assert Feedback.objects.count() == 2  # the same words a week later are news
    bad = words(office.post(f"{PATH}upload/", {"file": sent("再次踏勘。", "没有的局")}))
    assert "第 5 行 F 列" in bad
    assert "没有这个责任单位" in bad
    torn = SimpleUploadedFile("坏.xlsx", b"PK\x03\x04broken")
    assert land.post(f"{PATH}upload/", {"file": torn}).status_code == 422
    with in_tenant(zhungeer):
        assert Feedback.objects.count() == 2


def test_a_department_fills_in_nobody_elses_progress(
    sheet: Sheet, zhungeer: Tenant, in_tenant: Callable[..., Any], at: Browser
) -> None:
    office, forest = at("office"), at("department", "lcj")
    with in_tenant(zhungeer):
        Part.objects.update(state=State.WORKING)
    book = load_workbook(io.BytesIO(office.get(f"{PATH}?export=1").content))
    page = book.active
    column = [cell.value for cell in page[4]].index("本次进展") + 1
    for row in (5, 6):
        page.cell(row, column).value = "办好了。"
    target = io.BytesIO()
    book.save(target)
    answer = forest.post(
        f"{PATH}upload/", {"file": SimpleUploadedFile("台账.xlsx", target.getvalue())}
    )
    assert answer.status_code == 422
    assert "不是您所在单位的任务" in words(answer)
    with in_tenant(zhungeer):
        assert not Feedback.objects.exists()


def test_figures_count_what_was_on_time_and_what_was_not(
    sheet: Sheet, zhungeer: Tenant, in_tenant: Callable[..., Any], at: Browser
) -> None:
    with in_tenant(zhungeer):
        land, forest = part_of(sheet, "zrzy"), part_of(sheet, "lcj")
        Part.objects.filter(pk=land.pk).update(
            state=State.REPORTED, reported_on=land.due_on + timedelta(days=1)
        )
        Part.objects.filter(pk=forest.pk).update(state=State.REPORTED, reported_on=forest.due_on)
    page = words(at("office").get(f"{PATH}figures/"))
    assert "少于5件，不评价" in page
    export = at("office").get(f"{PATH}figures/?export=1").content
    rows = list(load_workbook(io.BytesIO(export)).active.iter_rows(min_row=4, values_only=True))
    assert {row[0]: row[1:7] for row in rows[:2]} == {
        rows[0][0]: (1, 0, 1, 0, 0, 0),
        rows[1][0]: (1, 1, 0, 0, 0, 0),
    }
    own = words(at("department", "lcj").get(f"{PATH}figures/"))
    assert rows[0][0] not in own


def test_the_desk_tells_a_department_to_sign_and_the_office_to_judge(
    sheet: Sheet, zhungeer: Tenant, in_tenant: Callable[..., Any], at: Browser
) -> None:
    assert "加快用地预审" in words(at("department", "zrzy").get("/"))
    assert "加快用地预审" not in words(at("department", "slj").get("/"))
    with in_tenant(zhungeer):
        Part.objects.filter(department_code="zrzy").update(
            state=State.REPORTED, reported_on=timezone.localdate()
        )
    assert "核销" in words(at("office").get("/"))


def test_a_reason_too_long_or_with_a_nul_cancels_nothing(
    sheet: Sheet, zhungeer: Tenant, in_tenant: Callable[..., Any], at: Browser
) -> None:
    office = at("office")
    for text, sentence in (("长" * 301, "300"), ("撤\0销", "空字符"), ("", "请填写这一项")):
        answer = office.post(f"{PATH}{sheet.pk}/cancel/", {"text": text}, follow=True)
        assert sentence in words(answer)
    with in_tenant(zhungeer):
        sheet.refresh_from_db()
        assert sheet.state == SheetState.HANDED_OVER


def test_an_answer_that_says_neither_yes_nor_no_is_none(
    sheet: Sheet, zhungeer: Tenant, in_tenant: Callable[..., Any], at: Browser
) -> None:
    with in_tenant(zhungeer):
        part = part_of(sheet, "zrzy")
        asked = ask_extension(
            part_id=part.pk,
            until_on=part.due_on + timedelta(days=7),
            reason="等批复",
            on=timezone.localdate(),
            actor=OFFICER,
            reach=None,
        )
    office, path = at("office"), f"{PATH}extensions/{asked.pk}/answer/"
    assert "请点“同意延期”或者“不同意”" in words(office.post(path, {"text": "好"}, follow=True))
    long = {"answer": "granted", "text": "长" * 301}
    assert "300" in words(office.post(path, long, follow=True))
    with in_tenant(zhungeer):
        asked.refresh_from_db()
        assert asked.answer == "open"


def test_of_several_ticked_none_is_handed_over_when_one_is_not_there(
    zhungeer: Tenant, in_tenant: Callable[..., Any], at: Browser
) -> None:
    today = timezone.localdate()
    with in_tenant(zhungeer):
        mine = draft(on=today, due_on=today + timedelta(days=9))
    office = at("office")
    assert office.post(f"{PATH}hand-over/", {"sheet": [mine.pk, 999_999]}).status_code == 404
    assert "请先勾选" in words(office.post(f"{PATH}hand-over/", {}, follow=True))
    assert "请先勾选" in words(office.post(f"{PATH}write-off/", {}, follow=True))
    with in_tenant(zhungeer):
        mine.refresh_from_db()
        assert mine.state == SheetState.DRAFT


def test_a_sheet_that_was_handed_over_has_no_form_to_change_it(sheet: Sheet, at: Browser) -> None:
    answer = at("office").get(f"{PATH}{sheet.pk}/edit/", follow=True)
    assert "只有草稿能修改" in words(answer)


def test_a_workbook_with_short_rows_and_other_columns_is_read(
    sheet: Sheet, zhungeer: Tenant, in_tenant: Callable[..., Any], at: Browser
) -> None:
    with in_tenant(zhungeer):
        Part.objects.update(state=State.WORKING)
    book = Workbook()
    book.active.append(["本次进展", "文号", "责任单位"])
    book.active.append(["只写了进展"])
    target = io.BytesIO()
    book.save(target)
    answer = at("office").post(
        f"{PATH}upload/", {"file": SimpleUploadedFile("进展.xlsx", target.getvalue())}
    )
    assert answer.status_code == 422
    assert "没有这个责任单位" in words(answer)


def test_the_page_of_a_sheet_asks_once_whatever_was_fed_back(
    sheet: Sheet,
    zhungeer: Tenant,
    in_tenant: Callable[..., Any],
    at: Browser,
) -> None:
    office = at("office")
    office.get(f"{PATH}{sheet.pk}/")
    with CaptureQueriesContext(connection) as few:
        office.get(f"{PATH}{sheet.pk}/")
    with in_tenant(zhungeer):
        Part.objects.update(state=State.WORKING)
        for code in ("zrzy", "lcj"):
            for _ in range(3):
                feed_back(
                    part_id=part_of(sheet, code).pk,
                    on=timezone.localdate(),
                    text="踏勘",
                    actor=OFFICER,
                    reach=None,
                    files=[proof()],
                )
    with CaptureQueriesContext(connection) as many:
        office.get(f"{PATH}{sheet.pk}/")
    assert len(many) <= len(few) + 1  # the files of the sheet, together
