"""The register, its papers and letterheads as pages."""

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from kernel.papers.models import Attachment
from kernel.papers.paper import Heading, Para, Table
from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.issuing import actions
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind
from workflows.issuing.models import Issued, Letterhead

pytestmark = pytest.mark.django_db
CLERK = Actor(1, "某某（示例）", "机制办公室")
ON = date(2026, 1, 5)


def issue(title: str = "交办任务<b>的通知", kind: Kind = Kind.ASSIGNMENT, on: date = ON) -> Issued:
    body = [Heading("一、事项"), Para("请按期办理。\n第二段"), Table(("序号",), (("一甲",),))]
    paper = compose(
        kind, title=title, body=body, on=on, addressee="旗自然资源局", annexes=("清单",),
        copies_to="各成员单位", note="联系人：某某（示例）",
    )  # fmt: skip
    return actions.issue(
        paper, kind=kind, room="assignments", key="1", url="/assignments/1/", on=on, actor=CLERK,
        to=["zrzy"],
    )  # fmt: skip


@pytest.fixture
def issued(zhungeer: Tenant) -> Issued:
    with visiting(zhungeer):
        return issue()


@pytest.fixture
def clerk(zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]) -> Client:
    return console(zhungeer, member(zhungeer, "office"))


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]*>", "", answer.content.decode()))


def test_the_page_says_what_the_paper_says_and_that_its_digest_holds(
    clerk: Client, issued: Issued
) -> None:
    page = clerk.get(f"/issuing/{issued.pk}/")
    shown = text_of(page)
    for line in (
        "自然资源局：",
        "一、事项",
        "请按期办理。",
        "第二段",
        "一甲",
        "附件：",
        "2026年1月5日",
    ):
        assert line in shown, line
    assert issued.digest in shown
    assert "重新算过，与印发时相同" in shown
    assert "任务&lt;b&gt;的通知" in page.content.decode()


def test_a_changed_record_is_called_out(clerk: Client, issued: Issued, zhungeer: Tenant) -> None:
    with visiting(zhungeer), connection.cursor() as cursor:
        cursor.execute("GRANT UPDATE ON issuing_issued TO CURRENT_USER")
        cursor.execute("UPDATE issuing_issued SET digest = repeat('0', 64)")
    assert "内容与印发时不同，请勿采信" in text_of(clerk.get(f"/issuing/{issued.pk}/"))


def test_both_files_come_under_the_number(clerk: Client, issued: Issued) -> None:
    pdf, docx = clerk.get(f"/issuing/{issued.pk}/pdf/"), clerk.get(f"/issuing/{issued.pk}/docx/")
    assert pdf.content.startswith(b"%PDF-")
    assert docx.content.startswith(b"PK")
    for answer, extension in ((pdf, ".pdf"), (docx, ".docx")):
        assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
        assert answer["Content-Disposition"].endswith(extension)


def test_whom_it_was_addressed_to_reads_it_and_the_others_find_nothing(
    issued: Issued,
    zhungeer: Tenant,
    dalate: Tenant,
    member: Callable[..., Any],
    console: Callable[..., Client],
) -> None:
    paths = [f"/issuing/{issued.pk}/{part}" for part in ("", "pdf/", "docx/")]
    readers = [("department", "zrzy"), ("representative", "zrzy"), ("leader", ""), ("office", "")]
    for role, code in readers:
        browser = console(zhungeer, member(zhungeer, role, code))
        assert [browser.get(path).status_code for path in paths] == [200] * 3, role
    for role, code in [("department", "slj"), ("helper", "")]:
        browser = console(zhungeer, member(zhungeer, role, code if code else ""))
        assert [browser.get(path).status_code for path in paths] == [404] * 3, role
    neighbour = console(dalate, member(dalate, "office"))
    assert [neighbour.get(path).status_code for path in paths] == [404] * 3
    assert issued.number not in neighbour.get("/issuing/").content.decode()


def test_a_department_sees_neither_the_voiding_nor_the_trail(
    issued: Issued, zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> None:
    shown = text_of(
        console(zhungeer, member(zhungeer, "department", "zrzy")).get(f"/issuing/{issued.pk}/")
    )
    assert "作废理由" not in shown
    assert "经过" not in shown


def test_a_voided_paper_says_so_on_the_page_and_in_its_files(clerk: Client, issued: Issued) -> None:
    answer = clerk.post(f"/issuing/{issued.pk}/void/", {"why": "主送写错"}, follow=True)
    assert "已作废，文号不再使用" in text_of(answer)
    assert "作废：主送写错" in text_of(answer)
    assert "sheet-stamp" in answer.content.decode()
    page = pypdfium2.PdfDocument(clerk.get(f"/issuing/{issued.pk}/pdf/").content)[0]
    assert "作废" in page.get_textpage().get_text_range()
    again = clerk.post(f"/issuing/{issued.pk}/void/", {"why": "又错"}, follow=True)
    assert "这次没有改动" in text_of(again)


def test_voiding_asks_for_a_reason(clerk: Client, issued: Issued, zhungeer: Tenant) -> None:
    assert clerk.post(f"/issuing/{issued.pk}/void/", {"why": " "}).status_code == 422
    with visiting(zhungeer):
        assert Issued.objects.get().voided_at is None


def test_the_sealed_copy_is_kept_and_read_by_whom_the_paper_is_for(
    clerk: Client,
    issued: Issued,
    zhungeer: Tenant,
    member: Callable[..., Any],
    console: Callable[..., Client],
) -> None:
    files = [SimpleUploadedFile(f"{n}.pdf", b"%PDF-1.7 sealed") for n in ("盖章件", "骑缝")]
    page = clerk.post(f"/issuing/{issued.pk}/attach/", {"uploads": files}, follow=True)
    assert "已存入2个文件" in text_of(page)
    assert "盖章件.pdf" in text_of(page)
    with visiting(zhungeer):
        token = Attachment.objects.first().token  # type: ignore[union-attr]
    path = f"/papers/{token}/"
    assert clerk.get(path).content == b"%PDF-1.7 sealed"
    addressed = console(zhungeer, member(zhungeer, "department", "zrzy"))
    other = console(zhungeer, member(zhungeer, "department", "slj"))
    assert addressed.get(path).status_code == 200
    assert other.get(path).status_code == 404


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ([("坏.pdf", b"MZ")], "内容不是pdf文件"),
        ([("好.pdf", b"%PDF-"), ("页.html", b"<p>")], "格式不能收"),
        ([(f"{n}.pdf", b"%PDF-") for n in range(11)], "一次最多10个附件"),
        ([], "请填写这一项"),
    ],
)
def test_a_bad_file_is_refused_and_none_is_kept(
    clerk: Client, issued: Issued, zhungeer: Tenant, files: list[tuple[str, bytes]], why: str
) -> None:
    uploads = [SimpleUploadedFile(*file) for file in files]
    answer = clerk.post(f"/issuing/{issued.pk}/attach/", {"uploads": uploads})
    assert answer.status_code == 422
    assert why in text_of(answer)
    with visiting(zhungeer):
        assert not Attachment.objects.exists()


# The register ------------------------------------------------------------------------------------


def test_the_register_is_narrowed_by_its_address(clerk: Client, zhungeer: Tenant) -> None:
    with visiting(zhungeer):
        notice = issue("甲通知", Kind.NOTICE)
        issue("乙通知", on=date(2025, 3, 3))
        wrong = issue("丙通知")
        actions.void(pk=wrong.pk, why="写错", actor=CLERK, at=timezone.now())
    for query, titles in (
        ("", "甲乙丙"),
        ("kind=notice", "甲"),
        ("year=2025", "乙"),
        ("year=2026&voided=no", "甲"),
        ("voided=yes", "丙"),
        ("q=乙通", "乙"),
        (f"q={notice.number}", "甲"),
        ("q=无", ""),
        ("kind=strange&year=abc", "甲乙丙"),
    ):
        shown = text_of(clerk.get(f"/issuing/?{query}"))
        assert [t for t in "甲乙丙" if f"{t}通知" in shown] == list(titles), query


def test_an_empty_register_says_what_fills_it(clerk: Client) -> None:
    assert "还没有印发过公文" in text_of(clerk.get("/issuing/"))
    assert "清除筛选" in text_of(clerk.get("/issuing/?q=无"))


def test_the_register_is_exported_as_it_is_seen(clerk: Client, zhungeer: Tenant) -> None:
    with visiting(zhungeer):
        issue("=cmd()")
        issue("乙通知", Kind.NOTICE)
    answer = clerk.get("/issuing/?kind=assignment&export=1")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert len(rows) == 1
    assert rows[0][0] == "准格尔联审办交〔2026〕1号"
    assert rows[0][4] == "'=cmd()"


# Letterheads -------------------------------------------------------------------------------------


def typed(**parts: Any) -> dict[str, Any]:
    return {
        "mark": "准格尔旗联审办", "signer": "准格尔旗联审办", "sealer": "旗发展和改革委员会",
        "word": "准联审", "effective_from": timezone.localdate().isoformat(),
        "document": "示例〔2026〕1号",
    } | parts  # fmt: skip


def test_a_letterhead_is_looked_at_first_and_then_registered(
    clerk: Client, zhungeer: Tenant
) -> None:
    year = timezone.localdate().year
    look = clerk.post("/issuing/letterheads/new/", typed(look=1))
    assert f"准联审交〔{year}〕1号" in text_of(look)
    assert "（旗发展和改革委员会代章）" in text_of(look)
    with visiting(zhungeer):
        assert not Letterhead.objects.exists()
    page = clerk.post("/issuing/letterheads/new/", typed(save=1), follow=True)
    assert "准联审" in text_of(page)
    assert "现用" in text_of(page)
    with visiting(zhungeer):
        assert Letterhead.objects.get().document == "示例〔2026〕1号"


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"effective_from": "2020-01-01"}, "早于今天"),
        ({"effective_from": "2999-01-01"}, "核对年份"),
        ({"document": ""}, "请填写这一项"),
        ({"word": "准联审〔2026〕"}, "由系统加上"),
        ({"mark": "国" * 61}, "60"),
        ({"signer": "甲\x00乙"}, "不允许"),
    ],
)
def test_a_bad_letterhead_is_refused_beside_what_was_typed(
    clerk: Client, zhungeer: Tenant, parts: dict[str, str], why: str
) -> None:
    answer = clerk.post("/issuing/letterheads/new/", typed(save=1, **parts))
    assert answer.status_code == 422
    assert why in text_of(answer)
    with visiting(zhungeer):
        assert not Letterhead.objects.exists()


def test_who_only_reads_sees_no_button(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> None:
    page = console(zhungeer, member(zhungeer, "leader")).get("/issuing/letterheads/")
    assert page.status_code == 200
    assert "登记新的发文机关" not in text_of(page)
    assert "按机构名称和办公室所在单位推出" in text_of(page)
