"""The pages: a year for everybody, a notice for the city office, and for each tenant what is its own."""

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from kombu.exceptions import OperationalError

from kernel.calendars.models import HolidayNotice
from kernel.trail.models import TrailEntry
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.kernel.calendars.wordings import text_of
from tests.workflows.holidays.conftest import confirmed
from workflows.holidays.lifecycle import Phase, State
from workflows.holidays.models import Draft, MovedDate

pytestmark = pytest.mark.django_db
NUMBER = "国办发明电〔2025〕7号"


@pytest.fixture
def office(city: Tenant, member: Callable[..., Any], console: Callable[..., Client]) -> Client:
    return console(city, member(city, "office"))


def words(answer: Any) -> str:
    """The page as a person reads it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def sheet_of(answer: Any) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.active is not None
    return [tuple(cell for cell in row) for row in book.active.values]


# The year ----------------------------------------------------------------------------------------


def test_a_published_year_shows_its_days_and_the_notice_they_rest_on(office: Client) -> None:
    html = office.get("/holidays/?year=2026").content.decode()
    assert "全年 248 个工作日" in html
    assert 'title="2026年2月14日 周六，调休上班"' in html
    assert 'title="2026年2月17日 周二，春节"' in html
    assert html.count('class="cal-month"') == 12
    assert html.count(NUMBER) > 7
    assert "未核实" in html
    assert "标记核实" in html


def test_a_year_without_a_notice_says_what_that_means(office: Client) -> None:
    html = office.get("/holidays/?year=2027").content.decode()
    assert "推定" in html
    assert "2027年还没有放假通知在册" in html
    assert "这一年还没有放假安排" in html
    assert 'class="cal-work cal-provisional"' in html


def test_today_is_marked(office: Client) -> None:
    html = office.get("/holidays/").content.decode()
    assert 'aria-current="date">29<' in html


@pytest.mark.parametrize("year", ["1999", "2061", "abcd", "２０２６", "20260"])
def test_a_year_no_calendar_has_is_not_found(office: Client, year: str) -> None:
    assert office.get(f"/holidays/?year={year}").status_code == 404
    assert office.get(f"/holidays/export/?year={year}").status_code == 404


def test_the_year_is_exported_day_by_day(office: Client) -> None:
    rows = sheet_of(office.get("/holidays/export/?year=2026"))
    days = {row[0].date(): row for row in rows if hasattr(row[0], "date")}
    assert len(days) == 365
    assert sum(row[4] == "是" for row in days.values()) == 248
    assert days[min(days)][1:6] == ("周四", "元旦", "元旦", "否", NUMBER)
    assert "全年248个工作日" in str(rows[-1][0])


def test_a_reader_sees_the_year_and_no_button_to_change_it(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> None:
    for role in ("office", "helper"):
        html = (
            console(zhungeer, member(zhungeer, role)).get("/holidays/?year=2026").content.decode()
        )
        assert "工作日历" in html
        assert "录入放假通知" not in html
        assert "标记核实" not in html


def test_a_notice_is_vouched_for_with_who_and_where(office: Client) -> None:
    row = HolidayNotice.objects.get(number=NUMBER)
    address = f"/holidays/notices/{row.pk}/verify/"
    assert "2026年2月28日 周六" in words(office.get(address))
    refused = office.post(address, {"source": "公报", "read_on": "2026-12-31"})
    assert refused.status_code == 422
    assert "还没有到；请填写实际核对的日期" in refused.content.decode()
    done = office.post(address, {"source": "公报第32号", "read_on": "2025-12-29"}, follow=True)
    assert f"{NUMBER}已标记为核实" in done.content.decode()
    assert "公报第32号" in done.content.decode()
    again = office.post(address, {"source": "公报第33号", "read_on": "2025-12-29"})
    assert "依据是“公报第32号”" in again.content.decode()


# Bringing a notice in ----------------------------------------------------------------------------


def form_of(page: Any) -> dict[str, Any]:
    """What a browser would send back of the page's form."""
    form, rests = page.context["form"], page.context["rests"]
    data = {name: form[name].value() or "" for name in form.fields if name != "replaces"}
    for field in rests.management_form:
        data[field.html_name] = field.value()
    for row in rests:
        data |= {field.html_name: field.value() or "" for field in row}
    return data


def test_a_text_goes_from_paste_to_every_recomputed_tenant(
    projects: dict[str, list[str]], office: Client, zhungeer: Tenant
) -> None:
    page = office.post("/holidays/new/", {"text": text_of(2026)}, follow=True)
    draft = Draft.objects.get()
    assert page.redirect_chain[-1][0] == f"/holidays/drafts/{draft.pk}/edit/"
    assert f'value="{NUMBER}"' in page.content.decode()
    assert page.content.decode().count('value="2026-02-15"') == 1

    data = form_of(page) | {"source": "中国政府网"}
    page = office.post(f"/holidays/drafts/{draft.pk}/edit/", data, follow=True)
    assert "还没有预览" in page.content.decode()

    page = office.post(f"/holidays/drafts/{draft.pk}/preview/", {"version": 2}, follow=True)
    html = page.content.decode()
    assert "跨年项目1（示例）" in html
    assert "推定转确定" in html
    assert "<h2>变动的日期</h2>" in html
    with visiting(zhungeer):
        assert MovedDate.objects.filter(phase=Phase.PREVIEW).count() > 0
    assert not HolidayNotice.objects.filter(number=NUMBER).exists()

    page = office.post(f"/holidays/drafts/{draft.pk}/apply/", {"version": 2, "run": 1}, follow=True)
    html = page.content.decode()
    assert f"{NUMBER}已启用" in html
    assert "留作记录" in html
    assert "重新预览" not in html
    assert HolidayNotice.objects.get(number=NUMBER).source == "中国政府网"
    assert "已公布" in office.get("/holidays/?year=2026").content.decode()
    again = office.post(
        f"/holidays/drafts/{draft.pk}/apply/", {"version": 2, "run": 1}, follow=True
    )
    assert "这份草稿已启用" in again.content.decode()


def test_a_text_with_faults_leaves_nothing_but_the_sentences(office: Client, city: Tenant) -> None:
    bad = text_of(2026).replace("1月4日（周日）", "1月4日（周一）")
    answer = office.post("/holidays/new/", {"text": bad})
    assert answer.status_code == 422
    assert "有 1 处读不通，什么也没有登记" in answer.content.decode()
    assert "其实是周日" in answer.content.decode()
    assert "二、春节" in answer.content.decode(), "the text stays to be mended"
    assert not Draft.objects.exists()
    with visiting(city):
        assert TrailEntry.objects.get(action="holidays.keep").outcome == "refused"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "请粘贴通知全文，或者上传表格，二者选一样"),
        ({"text": "一、元旦：1月1日放假。"}, "没有写是哪一年"),
        ({"file": SimpleUploadedFile("坏.xlsx", b"PK\x03\x04abc")}, "不完整或已损坏"),
        ({"text": "x", "year": "1999"}, "2000"),
    ],
)
def test_what_cannot_be_read_gets_one_sentence(
    office: Client, given: dict[str, Any], said: str
) -> None:
    answer = office.post("/holidays/new/", given)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_the_template_is_offered(office: Client) -> None:
    rows = sheet_of(office.get("/holidays/new/template/"))
    assert rows[2][:4] == ("节日", "自", "至", "调休上班")


def test_a_form_that_says_no_keeps_what_was_typed(
    kept: Callable[..., Draft], office: Client
) -> None:
    draft = kept()
    address = f"/holidays/drafts/{draft.pk}/edit/"
    page = office.get(address)
    for changed, said in (
        ({"number": ""}, "请填写这一项"),
        ({"make_ups": "2026-01-06"}, "本来就是工作日"),
        ({"make_ups": "周六"}, "认不出是哪一天"),
        ({"rests-1-until_on": "2026-02-01"}, "早于开始的2026年2月15日；请核对起止日期"),
        ({"rests-1-from_on": "2026-01-02"}, "超过15天"),
        ({"rests-6-name": "", "rests-6-from_on": "", "rests-6-until_on": ""}, "没有安排国庆"),
    ):
        answer = office.post(address, form_of(page) | changed)
        assert answer.status_code == 422, changed
        assert said in answer.content.decode(), changed
    draft.refresh_from_db()
    assert draft.version == 1


def test_a_row_made_blank_is_taken_out_and_one_filled_in_is_added(
    kept: Callable[..., Draft], office: Client
) -> None:
    draft = kept()
    address = f"/holidays/drafts/{draft.pk}/edit/"
    data = form_of(office.get(address)) | {
        "rests-6-name": "国庆、中秋节",
        "rests-5-name": "", "rests-5-from_on": "", "rests-5-until_on": "",
        "rests-7-name": "另一段", "rests-7-from_on": "2026-12-30", "rests-7-until_on": "2026-12-31",
    }  # fmt: skip
    assert office.post(address, data).status_code == 302
    draft.refresh_from_db()
    assert [rest.name for rest in draft.notice.rest][-2:] == ["国庆、中秋节", "另一段"]
    assert len(draft.notice.rest) == 7


def test_a_draft_is_discarded(kept: Callable[..., Draft], office: Client) -> None:
    draft = kept()
    page = office.post(f"/holidays/drafts/{draft.pk}/discard/", {"version": 1}, follow=True)
    assert "工作日历没有变动" in page.content.decode()
    draft.refresh_from_db()
    assert draft.state == State.DISCARDED
    assert office.get(f"/holidays/drafts/{draft.pk}/edit/").status_code == 302


def test_a_queue_that_cannot_be_reached_loses_nothing(
    kept: Callable[..., Draft], office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(**_: Any) -> None:
        raise OperationalError("no queue")

    draft = kept()
    with monkeypatch.context() as patched:
        patched.setattr("workflows.holidays.tasks.resume.apply_async", down)
        page = office.post(f"/holidays/drafts/{draft.pk}/preview/", {"version": 1}, follow=True)
    assert "后台队列暂时连不上" in page.content.decode()
    assert "等待" in page.content.decode()
    polled = office.get(f"/holidays/drafts/{draft.pk}/", headers={"HX-Request": "true"})
    assert "各单位推算影响" in polled.content.decode()
    assert "hx-get" in polled.content.decode()
    page = office.post(f"/holidays/drafts/{draft.pk}/resume/", follow=True)
    assert "hx-get" not in page.content.decode()
    polled = office.get(f"/holidays/drafts/{draft.pk}/", headers={"HX-Request": "true"})
    assert polled["HX-Refresh"] == "true"


# What moved --------------------------------------------------------------------------------------


def test_the_moved_dates_are_narrowed_and_exported_as_seen(
    projects: dict[str, list[str]], previewed: Callable[..., Draft], office: Client
) -> None:
    address = f"/holidays/drafts/{previewed().pk}/"
    html = office.get(f"{address}?owner=t_dalate&kind=statutory").content.decode()
    assert "跨年项目4（示例）" in html
    assert "跨年项目1（示例）" not in html
    assert "/overview/projects/dalate/P-2026-004/" in html
    rows = sheet_of(office.get(f"{address}?owner=t_dalate&kind=statutory&export=1"))
    moved = [row for row in rows if row[1] == "P-2026-004"]
    assert len(moved) == moved_count("t_dalate", "statutory")
    assert {row[5] for row in moved} == {"法定期限"}
    nothing = office.get(f"{address}?q=没有这个项目").content.decode()
    assert "没有符合条件的日期" in nothing


def moved_count(owner: str, kind: str) -> int:
    with visiting(Tenant.objects.get(schema_name="t_city")):
        return MovedDate.objects.filter(owner=owner, kind=kind).count()


def test_a_tenant_sees_its_own_moved_dates_of_what_was_applied_and_no_neighbours(
    projects: dict[str, list[str]],
    applied: Callable[..., Draft],
    zhungeer: Tenant,
    member: Callable[..., Any],
    console: Callable[..., Client],
) -> None:
    draft = applied()
    browser = console(zhungeer, member(zhungeer, "office"))
    html = browser.get(f"/holidays/drafts/{draft.pk}/").content.decode()
    assert "本机制受影响的日期" in html
    assert "跨年项目1（示例）" in html
    assert "/procedures/P-2026-001-" in html
    assert "达拉特旗" not in html
    assert "跨年项目4（示例）" not in html
    rows = sheet_of(browser.get(f"/holidays/drafts/{draft.pk}/?export=1"))
    assert {row[0] for row in rows if str(row[1]).startswith("P-")} == {"准格尔旗"}
    forged = browser.get(f"/holidays/drafts/{draft.pk}/?owner=t_dalate").content.decode()
    assert "跨年项目4（示例）" not in forged
    assert NUMBER in browser.get("/holidays/drafts/").content.decode()


def test_a_draft_that_is_not_applied_is_the_citys_own(
    previewed: Callable[..., Draft],
    zhungeer: Tenant,
    member: Callable[..., Any],
    console: Callable[..., Client],
) -> None:
    draft = previewed()
    browser = console(zhungeer, member(zhungeer, "office"))
    assert browser.get(f"/holidays/drafts/{draft.pk}/").status_code == 404
    assert NUMBER not in browser.get("/holidays/drafts/").content.decode()


def test_the_pages_cost_the_same_with_one_project_and_with_three(
    provisional_2026: None, applied: Callable[..., Draft], office: Client, zhungeer: Tenant
) -> None:
    def cost(draft: Draft) -> list[int]:
        found = []
        for address in (f"/holidays/drafts/{draft.pk}/", f"/holidays/drafts/{draft.pk}/?export=1"):
            office.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert office.get(address).status_code == 200
            found.append(len(queries))
        return found

    with visiting(zhungeer):
        confirmed(1)
    with_one = cost(applied())
    HolidayNotice.objects.filter(year=2026).delete()
    with visiting(zhungeer):
        confirmed(2)
        confirmed(3)
    with_three = cost(applied(number="国办发明电〔2025〕8号"))
    assert with_one == with_three
    assert max(with_three) <= 30
