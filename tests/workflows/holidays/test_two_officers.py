"""Two officers apply at once: one wins, the other is told; the notice is on file once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from kernel.calendars.models import HolidayNotice
from kernel.clock import Notice
from kernel.refusal import Refused
from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.workflows.holidays.conftest import TODAY
from workflows.holidays import actions, queries, tasks
from workflows.holidays.models import Draft

OFFICERS = 4
NUMBERS = [f"测试发〔2026〕{n}号" for n in range(1, OFFICERS + 1)]


def officer(n: int) -> Actor:
    return Actor(n, f"某{n}（示例）", "机制办公室")


@pytest.fixture
def committing(
    own_tenant: Tenant, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Tenant]:
    """Real commits, in a city of one tenant; what the tables keep for good is taken out again."""
    for room in (actions, queries, tasks):
        monkeypatch.setattr(room, "ready_tenants", lambda: [own_tenant])
    tables = "holidays_moveddate, holidays_visit, holidays_draft"
    with django_db_blocker.unblock():
        yield own_tenant
        connection.set_schema_to_public()
        HolidayNotice.objects.filter(number__in=NUMBERS).delete()
        with connection.cursor() as cursor:
            cursor.execute(f"GRANT TRUNCATE ON {tables} TO CURRENT_USER")
            cursor.execute(f"TRUNCATE {tables}")
            cursor.execute(f"REVOKE TRUNCATE ON {tables} FROM CURRENT_USER")


def previewed(tenant: Tenant, notice: Notice) -> Draft:
    with visiting(tenant):
        draft = actions.keep(notice=notice, origin="粘贴原文", actor=officer(9))
        actions.begin_preview(draft_id=draft.pk, version=1, on=TODAY, actor=officer(9))
    connection.set_schema_to_public()
    tasks.resume.run()
    return draft


def at_once(tenant: Tenant, drafts: list[Draft]) -> list[Any]:
    """Each officer applies a draft in the same moment: drafts, or what they were told."""
    together = Barrier(OFFICERS)

    def one(n: int) -> Any:
        try:
            with visiting(tenant):
                together.wait(timeout=30)
                return actions.apply(
                    draft_id=drafts[n].pk, version=1, run=1, on=TODAY, actor=officer(n)
                )
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(OFFICERS) as pool:
        return list(pool.map(one, range(OFFICERS)))


def supplement(notice: Notice, number: str) -> Notice:
    """A part of a year that has its notice on file, under any number."""
    return replace(notice, number=number, rest=notice.rest[:1], make_up=())


def test_one_draft_is_applied_once(committing: Tenant, notice: Notice) -> None:
    draft = previewed(committing, supplement(notice, NUMBERS[0]))
    answers = at_once(committing, [draft] * OFFICERS)
    told = [answer for answer in answers if isinstance(answer, str)]
    assert len(told) == OFFICERS - 1, answers
    assert all("这份草稿已启用" in answer for answer in told)
    assert HolidayNotice.objects.filter(number=NUMBERS[0]).count() == 1


def test_of_several_drafts_on_one_calendar_one_is_applied(
    committing: Tenant, notice: Notice
) -> None:
    drafts = [previewed(committing, supplement(notice, number)) for number in NUMBERS]
    answers = at_once(committing, drafts)
    told = [answer for answer in answers if isinstance(answer, str)]
    assert len(told) == OFFICERS - 1, answers
    assert all("册里的放假通知有变动" in answer for answer in told)
    assert HolidayNotice.objects.filter(number__in=NUMBERS).count() == 1
