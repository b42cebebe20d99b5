"""A draft goes one way; what it would do is what was previewed, or it is refused with a sentence."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kernel.calendars.actions import file_notice
from kernel.calendars.models import HolidayNotice
from kernel.calendars.queries import work_calendar
from kernel.clock import Notice, Rest
from kernel.refusal import Refused
from kernel.trail.models import TrailEntry
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.workflows.holidays.conftest import CLERK, TODAY
from workflows.holidays import actions, tasks
from workflows.holidays.lifecycle import State
from workflows.holidays.models import Draft

pytestmark = pytest.mark.django_db


def apply(city: Tenant, draft: Draft) -> Draft:
    with visiting(city):
        return actions.apply(
            draft_id=draft.pk, version=draft.version, run=draft.run, on=TODAY, actor=CLERK
        )


def correct(city: Tenant, draft: Draft, notice: Notice, **more: Any) -> Draft:
    with visiting(city):
        return actions.correct(
            draft_id=draft.pk,
            notice=notice,
            actor=CLERK,
            **{"version": draft.version, "source_url": "", "replaces": False} | more,
        )


def test_applying_files_the_notice_with_the_address_of_its_source(
    city: Tenant, kept: Callable[..., Draft], notice: Notice
) -> None:
    draft = correct(city, kept(), notice, source_url="https://example.gov.cn/2026")
    with visiting(city):
        actions.begin_preview(draft_id=draft.pk, version=2, on=TODAY, actor=CLERK)
    tasks.resume.run()
    draft.refresh_from_db()
    apply(city, draft)
    row = HolidayNotice.objects.get(number=notice.number)
    assert row.source == "中国政府网 https://example.gov.cn/2026"
    assert (row.filed_by, row.verified) == (CLERK.name, False)
    assert not work_calendar().is_provisional(date(2026, 12, 31))
    with visiting(city):
        lines = TrailEntry.objects.filter(subject=notice.number).values_list("action", flat=True)
        assert set(lines) >= {
            "holidays.keep",
            "holidays.preview",
            "holidays.apply",
            "calendars.file",
        }


def test_a_draft_without_a_preview_is_not_applied(city: Tenant, kept: Callable[..., Draft]) -> None:
    with pytest.raises(Refused, match="还没有预览"):
        apply(city, kept())


def test_a_preview_that_is_not_through_is_not_applied(
    city: Tenant, kept: Callable[..., Draft]
) -> None:
    with visiting(city):
        draft = actions.begin_preview(draft_id=kept().pk, version=1, on=TODAY, actor=CLERK)
    with pytest.raises(Refused, match="个单位没有推算完"):
        apply(city, draft)


def test_a_draft_corrected_after_its_preview_is_previewed_again(
    city: Tenant, previewed: Callable[..., Draft], notice: Notice
) -> None:
    draft = correct(city, previewed(), replace(notice, title="改过的标题"))
    with pytest.raises(Refused, match="预览之后又改过"):
        apply(city, draft)


def test_a_preview_older_than_another_applied_notice_is_refused(
    city: Tenant, previewed: Callable[..., Draft], notice: Notice
) -> None:
    first = previewed()
    second = previewed(number="国办发明电〔2025〕9号")
    apply(city, second)
    with pytest.raises(Refused, match="册里的放假通知有变动，这次没有启用；请重新预览"):
        apply(city, first)
    assert not HolidayNotice.objects.filter(number=notice.number).exists()


def test_the_second_officer_is_told(city: Tenant, previewed: Callable[..., Draft]) -> None:
    draft = previewed()
    apply(city, draft)
    with pytest.raises(
        Refused, match="这份草稿已启用（某经办（示例），12月29日09:20），这次没有改动"
    ):
        apply(city, draft)
    tasks.resume.run()
    tasks.resume.run()
    with pytest.raises(Refused, match="已启用"):
        apply(city, draft)


def test_a_stale_form_is_told(city: Tenant, kept: Callable[..., Draft], notice: Notice) -> None:
    draft = kept()
    correct(city, draft, notice)
    with pytest.raises(Refused, match="已被改动"):
        correct(city, draft, notice)


def test_a_discarded_draft_stays_as_it_was(city: Tenant, kept: Callable[..., Draft]) -> None:
    draft = kept()
    with visiting(city):
        assert actions.discard(draft_id=draft.pk, version=1, actor=CLERK).state == State.DISCARDED
    with visiting(city), pytest.raises(Refused, match="已放弃"):
        actions.begin_preview(draft_id=draft.pk, version=1, on=TODAY, actor=CLERK)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"number": ""}, "没有文号；请填写"),
        ({"issued_on": None}, "没有印发日期；请按原件填写"),
        ({"source": " "}, "没有写来源；请写明在哪里看到的通知"),
        ({"year": 2061}, "年份2061超出工作日历的范围"),
        ({"make_up": (date(2026, 1, 6),)}, "2026年1月6日（周二）本来就是工作日"),
        ({"make_up": (date(2027, 5, 9),)}, "不在2026年及其前后一个月之内"),
        ({"rest": (Rest("春节", date(2026, 2, 15), date(2026, 2, 23)),)}, "没有安排元旦、清明"),
    ],
)
def test_what_may_not_be_filed_is_refused_when_it_is_corrected(
    city: Tenant, kept: Callable[..., Draft], notice: Notice, changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        correct(city, kept(), replace(notice, **changed))


def test_overlapping_holidays_are_refused(
    city: Tenant, kept: Callable[..., Draft], notice: Notice
) -> None:
    twice = (*notice.rest, Rest("再一次", date(2026, 10, 7), date(2026, 10, 8)))
    with pytest.raises(Refused, match="“再一次”从2026年10月7日（周三）开始，与“国庆节”"):
        correct(city, kept(), replace(notice, rest=twice))


def test_a_number_on_file_is_replaced_only_by_choice_and_the_old_one_is_kept(
    city: Tenant, kept: Callable[..., Draft], notice: Notice
) -> None:
    with visiting(city):
        file_notice(notice=notice, actor=CLERK)
    other = replace(notice, make_up=notice.make_up[1:])
    draft = kept()
    with pytest.raises(Refused, match="日期与这份不同；请核对文号"):
        correct(city, draft, other)
    with pytest.raises(Refused, match="日期完全一样"):
        correct(city, draft, notice, replaces=True)
    draft = correct(city, draft, other, replaces=True)
    with visiting(city):
        draft = actions.begin_preview(draft_id=draft.pk, version=2, on=TODAY, actor=CLERK)
    tasks.resume.run()
    apply(city, draft)
    draft.refresh_from_db()
    assert work_calendar().is_working(date(2026, 1, 4)) is False
    assert draft.replaced["make_up"][0] == "2026-01-04"
    with visiting(city):
        line = TrailEntry.objects.get(action="calendars.replace")
    assert line.detail["replaced"]["make_up"][0] == "2026-01-04"
    assert line.detail["filed"]["make_up"][0] == "2026-02-14"
