"""The pages of filing: what each side sees, and what the neighbour does not."""

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.models import Tenant
from tenants.registry.models import Filing
from workflows.projects.models import Project

In = Callable[[Tenant], AbstractContextManager[Tenant]]
pytestmark = pytest.mark.usefixtures("_day")


@pytest.fixture
def _day() -> Any:
    with time_machine.travel("2026-01-14T09:20:00+08:00", tick=False):
        yield


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def file(sender: Client, kind: str = "annual_list", year: int = 2026) -> Any:
    html = text(sender.get(f"/filings/new/{kind}/", {"year": year}))
    digest = re.search(r'name="digest" value="(\w{64})"', html)
    assert digest
    return sender.post(
        f"/filings/new/{kind}/send/", {"year": year, "digest": digest[1]}, follow=True
    )


def only() -> Filing:
    return Filing.objects.exclude(state="superseded").get()


def test_a_banner_files_and_the_city_acknowledges(
    listed: Tenant, city: Tenant, sender: Client, receiver: Client, in_tenant: In
) -> None:
    sent = text(file(sender))
    assert "准格尔旗报〔2026〕1号" in sent
    assert "摘要值一致" in sent
    with in_tenant(city):
        pk, digest = only().pk, only().digest
    assert digest in sent
    assert "准格尔旗报〔2026〕1号" in text(receiver.get("/filings/inbox/"))
    there = text(receiver.get(f"/filings/{pk}/"))
    assert digest in there
    assert "摘要值一致" in there
    done = text(receiver.post(f"/filings/{pk}/acknowledge/", follow=True))
    assert "已备案，回执号鄂联审备〔2026〕1号" in done
    again = text(receiver.post(f"/filings/{pk}/acknowledge/", follow=True))
    assert "不能再办一次" in again
    assert "鄂联审备〔2026〕1号" in text(sender.get("/filings/"))


def test_a_return_needs_a_reason_and_shows_it_to_the_sender(
    listed: Tenant, city: Tenant, sender: Client, receiver: Client, in_tenant: In
) -> None:
    file(sender)
    with in_tenant(city):
        pk = only().pk
    empty = receiver.post(f"/filings/{pk}/return/", {"reason": " "})
    assert empty.status_code == 400
    assert "退回必须写明理由" in empty.content.decode()
    receiver.post(f"/filings/{pk}/return/", {"reason": "缺第二个项目"})
    seen = text(sender.get(f"/filings/{pk}/"))
    assert "退回理由：缺第二个项目" in seen
    assert "修改后重新报送" in seen
    assert "nav-count" in text(sender.get("/filings/"))


def test_the_same_again_is_not_offered(listed: Tenant, sender: Client) -> None:
    file(sender)
    assert "完全一样" in text(sender.get("/filings/new/annual_list/"))


def test_what_is_to_be_sent_is_shown_with_what_the_model_has_more(
    zhungeer: Tenant, sender: Client, in_tenant: In
) -> None:
    html = text(sender.get("/filings/new/mechanism/"))
    assert "与市级样板比对" in html
    with in_tenant(zhungeer):
        project_page = text(sender.get("/filings/new/annual_list/"))
    assert "还没有可报的内容" in project_page


def test_the_difference_to_the_one_before_is_shown_to_the_city(
    listed: Tenant, city: Tenant, sender: Client, receiver: Client, in_tenant: In,
    project: Callable[..., Project],
) -> None:  # fmt: skip
    file(sender)
    with in_tenant(listed):
        project("ZGE-2026-002")
    file(sender)
    with in_tenant(city):
        pk = only().pk
    html = text(receiver.get(f"/filings/{pk}/"))
    assert "1 处变化" in html
    assert "新增" in html
    assert "已被替代" in text(receiver.get("/filings/"))


def test_the_neighbour_finds_nothing(
    listed: Tenant, dalate: Tenant, city: Tenant, sender: Client, in_tenant: In,
    member: Callable[..., Any], console: Callable[..., Client],
) -> None:  # fmt: skip
    file(sender)
    with in_tenant(city):
        pk = only().pk
    neighbour = console(dalate, member(dalate, "office"))
    assert neighbour.get(f"/filings/{pk}/").status_code == 404
    assert "准格尔旗报" not in text(neighbour.get("/filings/"))
    for path in ("acknowledge", "return"):
        assert neighbour.post(f"/filings/{pk}/{path}/").status_code == 404
    assert sender.post(f"/filings/{pk}/acknowledge/").status_code == 404


@pytest.mark.parametrize("address", ["/filings/new/nonsense/", "/filings/999999/"])
def test_what_is_not_there_is_404(sender: Client, address: str) -> None:
    assert sender.get(address).status_code == 404


def test_a_year_that_is_not_offered_is_404(listed: Tenant, sender: Client) -> None:
    answer = sender.post("/filings/new/annual_list/send/", {"year": 2090, "digest": "0" * 64})
    assert answer.status_code == 404


def test_an_answer_is_late_after_five_working_days(
    listed: Tenant, sender: Client, city: Tenant,
    member: Callable[..., Any], console: Callable[..., Client],
) -> None:  # fmt: skip
    file(sender)  # Wednesday 14 January: 15, 16, 19, 20, 21
    with time_machine.travel("2026-01-21T23:00:00+08:00"):
        receiver = console(city, member(city, "office"))
        assert "超期" not in text(receiver.get("/filings/inbox/"))
    with time_machine.travel("2026-01-22T00:00:01+08:00"):
        assert "1 件超期" in text(receiver.get("/filings/inbox/"))
        assert "其中 1 件超过答复期限" in text(receiver.get("/filings/"))


def test_leaders_read_and_do_not_answer(
    listed: Tenant, city: Tenant, sender: Client, in_tenant: In,
    member: Callable[..., Any], console: Callable[..., Client],
) -> None:  # fmt: skip
    file(sender)
    with in_tenant(city):
        pk = only().pk
    leader = console(city, member(city, "leader"))
    assert "去办理" not in text(leader.get("/filings/"))
    assert ">备案</button>" not in text(leader.get(f"/filings/{pk}/"))
    assert leader.post(f"/filings/{pk}/acknowledge/").status_code == 403


def test_the_export_names_number_and_digest(listed: Tenant, sender: Client) -> None:
    file(sender)
    answer = sender.get("/filings/", {"export": "1"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    row = [cell.value for cell in sheet[4]]
    assert row[0] == "准格尔旗报〔2026〕1号"
    assert len(row[-1]) == 64


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_ask_the_same_number_of_questions(
    listed: Tenant, city: Tenant, receiver: Client, sender: Client, in_tenant: In,
    project: Callable[..., Project], count: int,
) -> None:  # fmt: skip
    for n in range(count):
        with in_tenant(listed):
            project(f"ZGE-2026-1{n:02}")
        file(sender)
    for browser, path in (
        (sender, "/filings/"),
        (receiver, "/filings/"),
        (receiver, "/filings/inbox/"),
    ):
        browser.get(path)
        with CaptureQueriesContext(connection) as asked:
            browser.get(path)
        about = [q for q in asked if "registry_filing" in q["sql"]]
        assert len(about) <= 7, [q["sql"][:150] for q in about]
