"""A section shows what is released and in force, counted on the day it is read, and nothing else."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.gateway import visiting
from tenants.models import Tenant
from tests.cms.conftest import PREPARER, RELEASER
from workflows.disclosure import actions
from workflows.disclosure.models import Draft

pytestmark = pytest.mark.django_db


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_a_guide_says_when_it_is_done_if_accepted_today(
    portal: Client, zhungeer: Tenant, publish: Callable[..., int]
) -> None:
    publish(zhungeer, "A08")
    # Thursday 12 February 2026: 13, 14 (make-up), then the festival 15-23, so the 24th.
    with time_machine.travel("2026-02-12T09:00:00+08:00", tick=False):
        page = text(portal, "/zhungeer/matters/A08/")
    assert "今天受理，最迟" in page
    assert 'datetime="2026-02-24"' in page
    assert "春节（2月15日至2月23日）" in page
    assert "推定" not in page
    # On the Sunday inside the festival the window is shut: accepted on the 24th, done on the 27th.
    with time_machine.travel("2026-02-15T09:00:00+08:00", tick=False):
        page = text(portal, "/zhungeer/matters/A08/")
    assert "2月24日受理，最迟" in page
    assert 'datetime="2026-02-27"' in page


def test_a_day_beyond_the_last_notice_is_marked(
    portal: Client, zhungeer: Tenant, publish: Callable[..., int]
) -> None:
    publish(zhungeer, "A08", days=10)
    with time_machine.travel("2026-12-28T09:00:00+08:00", tick=False):
        assert "推定" in text(portal, "/zhungeer/matters/A08/")


def test_a_guide_never_invents_what_cases_took(
    portal: Client, zhungeer: Tenant, publish: Callable[..., int]
) -> None:
    publish(zhungeer, "A08")
    page = text(portal, "/zhungeer/matters/A08/")
    for words in (
        "暂无统计",
        "怎么办",
        "可后补",
        "必须",
        "找谁办",
        "王某（示例）",
        "第 1 版",
        "未核实",
    ):
        assert words in page
    assert "<title>建设项目用地预审与选址意见书 · 准格尔旗" in page
    assert page.count("<h1") == 1
    assert '<meta name="description"' in page
    assert 'lang="zh-Hans"' in page


def test_what_is_not_released_does_not_exist(
    portal: Client, zhungeer: Tenant, publish: Callable[..., int]
) -> None:
    draft = publish(zhungeer, "A08")
    with visiting(zhungeer):
        actions.prepare_matters(codes=["A10"], on=_day(), actor=PREPARER)
    for path in ("matters/A10/", "matters/B15/", "projects/ZGE-2026-001/", "nothing/"):
        assert portal.get(f"/zhungeer/{path}").status_code == 404
    with visiting(zhungeer):
        actions.withdraw(number=draft, reason="窗口搬迁", actor=RELEASER)
    assert portal.get("/zhungeer/matters/A08/").status_code == 404
    assert "选址" not in text(portal, "/zhungeer/matters/")
    assert "没有找到" in text(portal, "/search/?q=选址意见书")


def test_a_neighbours_guide_is_not_under_this_section(
    portal: Client, zhungeer: Tenant, publish: Callable[..., int]
) -> None:
    publish(zhungeer, "A08")
    assert portal.get("/dalate/matters/A08/").status_code == 404
    assert "尚未公开" in text(portal, "/dalate/")


def test_a_new_version_takes_the_place_of_the_old(
    portal: Client, zhungeer: Tenant, publish: Callable[..., int]
) -> None:
    publish(zhungeer, "A08", days=3)
    publish(zhungeer, "A08", days=2)
    page = text(portal, "/zhungeer/matters/A08/")
    assert "2 个工作日" in page
    assert "第 2 版" in page


def test_every_page_of_a_section_answers_empty_and_full(
    portal: Client, zhungeer: Tenant, publish: Callable[..., int]
) -> None:
    paths = ("", "matters/", "projects/", "staff/", "news/")
    for path in paths:
        text(portal, f"/zhungeer/{path}")
    publish(zhungeer, "A08", "B01")
    with visiting(zhungeer):
        outcome = actions.prepare_mechanism(on=timezone.localdate(), actor=PREPARER)
        actions.release(number=outcome.prepared[0].pk, actor=RELEASER)
    for path in paths:
        text(portal, f"/zhungeer/{path}")
    assert "成员单位（17 个）" in text(portal, "/zhungeer/staff/")


def test_the_list_narrows_by_stage_and_department(
    portal: Client, zhungeer: Tenant, publish: Callable[..., int]
) -> None:
    publish(zhungeer, "A08", "B01")
    page = text(portal, "/zhungeer/matters/?stage=5")
    assert "环境影响" in page
    assert "选址意见书" not in page
    assert "没有符合条件的事项" in text(portal, "/zhungeer/matters/?stage=4")
    assert "选址意见书" in text(portal, "/zhungeer/matters/?stage=nonsense")


def test_pages_ask_no_tenants_table_and_no_more_for_more_rows(
    portal: Client, zhungeer: Tenant, publish: Callable[..., int]
) -> None:
    publish(zhungeer, "A08")
    counts: dict[str, list[int]] = {}
    own = {model._meta.db_table for model in _tenant_models()}
    for more in ((), ("B01", "B02", "B04")):
        if more:
            publish(zhungeer, *more)
        for path in (
            "/",
            "/zhungeer/",
            "/zhungeer/matters/",
            "/zhungeer/matters/A08/",
            "/search/?q=审批",
        ):
            text(portal, path)
            with CaptureQueriesContext(connection) as asked:
                text(portal, path)
            for query in asked.captured_queries:
                assert "t_zhungeer." not in query["sql"].replace("'t_zhungeer'", "")
                assert not [table for table in own if f'"{table}"' in query["sql"]]
            counts.setdefault(path, []).append(len(asked))
    assert {path: first for path, (first, _) in counts.items()} == {
        path: second for path, (_, second) in counts.items()
    }


def test_the_portal_has_no_console_and_the_console_no_portal(
    portal: Client, console: Callable[..., Client], zhungeer: Tenant, publish: Callable[..., int]
) -> None:
    publish(zhungeer, "A08")
    for path in ("/disclosure/", "/projects/", "/procedures/", "/trail/", "/sign-in/"):
        assert portal.get(path).status_code == 404
    assert console(zhungeer).get("/zhungeer/matters/A08/").status_code in (302, 404)


def _tenant_models() -> list[Any]:
    labels = ("promises", "mechanism", "projects", "procedures", "disclosure", "guardian")
    return [
        Draft,
        *(model for label in labels for model in apps.get_app_config(label).get_models()),
    ]


def _day() -> Any:
    return date(2026, 1, 12)
