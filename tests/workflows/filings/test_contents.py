"""What a filing says, lacks, and says otherwise than the one before."""

import copy
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from django.utils import timezone

from kernel.papers.paper import Para
from kernel.trail import Actor
from tenants.models import Tenant
from tenants.registry.models import Disclosure
from workflows.dispatch.lifecycle import Period
from workflows.dispatch.models import Report
from workflows.filings import queries
from workflows.filings.contents import CONTENTS
from workflows.filings.contents.base import Change, Term, same_content
from workflows.filings.contents.running import running
from workflows.issuing.actions import issue
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind
from workflows.issuing.models import Issued
from workflows.projects.models import Project

In = Callable[[Tenant], AbstractContextManager[Tenant]]
ON = date(2026, 1, 14)
CLERK = Actor(1, "某某（示例）", "机制办公室")


def test_a_complete_mechanism_lacks_nothing_and_three_removed_parts_are_three(
    zhungeer: Tenant, in_tenant: In
) -> None:
    with in_tenant(zhungeer):
        whole = queries.preview("mechanism", Term(2026), date(2027, 1, 1))
    for row in whole["running"]:
        row["met"] = True
    assert CONTENTS["mechanism"].lacks(whole) == []
    cut = copy.deepcopy(whole)
    cut["units"] = [unit for unit in cut["units"] if unit["code"] != "slj"]
    cut["seats"] = [
        seat
        for seat in cut["seats"]
        if seat["kind"] != "convener"
        and not (seat["kind"] == "liaison" and seat["unit_code"] == "zrzy")
        and seat["unit_code"] != "slj"
    ]
    assert len(CONTENTS["mechanism"].lacks(cut)) == 3


def test_a_mechanism_that_does_not_run_is_told_what_is_missing(
    zhungeer: Tenant, in_tenant: In
) -> None:
    content = CONTENTS["mechanism"]
    with in_tenant(zhungeer):
        idle = queries.preview("mechanism", Term(2027), date(2027, 1, 1))
        assert content.lacks(idle) == [
            "年度项目清单：还没有印发过清单",
            "半月调度：还没有签发过调度报告",
            "公开页面：还没有公开办事指南、机构与人员",
        ]
        for kind in ("matter", "mechanism"):
            Disclosure.objects.create(
                owner="t_zhungeer",
                owner_slug="zhungeer",
                owner_name="准格尔旗",
                kind=kind,
                key="1",
                version=1,
                title="公开",
                payload={},
                digest="0" * 64,
                released_at=timezone.now(),
                released_by="某某",
            )
        released = queries.preview("mechanism", Term(2027), date(2027, 1, 1))
    assert len(content.lacks(released)) == 2
    assert content.sections(idle)[-1].title == "机制运行"
    before = {key: value for key, value in idle.items() if key != "running"}
    assert content.lacks(before) == []  # filed before a mechanism's running was looked at
    assert same_content(before, idle)


@pytest.mark.parametrize(
    ("first", "on", "met"),
    [
        (date(2026, 1, 1), date(2026, 1, 20), True),
        (date(2025, 12, 16), date(2026, 1, 20), True),  # the last one may still be in the making
        (date(2025, 12, 1), date(2026, 1, 20), False),
        (date(2025, 12, 16), date(2026, 2, 1), False),
    ],
)
def test_half_months_may_not_be_skipped(
    zhungeer: Tenant, in_tenant: In, first: date, on: date, met: bool
) -> None:
    with in_tenant(zhungeer):
        Report.objects.create(
            first=first,
            last=Period.of(first).last,
            state="issued",
            snapshot={},
            digest="0" * 64,
            taken_at=timezone.now(),
            compiled_by="某某",
            issued_on=first,
            reviewed_by="另某",
            issued=_paper(first),
        )
        assert running(on)[1]["met"] is met


def _paper(on: date) -> Issued:
    paper = compose(Kind.URGING, title="文件", body=[Para("正文")], on=on)
    return issue(paper, kind=Kind.URGING, room="rows", key="1", url="/", on=on, actor=CLERK)


def test_tables_hold_words_and_no_codes(listed: Tenant, in_tenant: In) -> None:
    with in_tenant(listed):
        (section,) = CONTENTS["annual_list"].sections(
            queries.preview("annual_list", Term(2026), ON)
        )
    said = {
        column: (cell.text, cell.under)
        for column, cell in zip(section.columns, section.rows[0], strict=True)
    }
    assert said["项目单位"] == ("示例公司", "准格尔旗")
    assert said["类型"][0] == "核准"
    assert said["总投资（万元）"][0] == "468,000"
    assert said["计划开工 / 目标日"] == ("2026年4月1日", "目标 2026年3月31日")


def test_differences_name_what_came_went_and_changed(
    listed: Tenant, in_tenant: In, project: Callable[..., Project]
) -> None:
    with in_tenant(listed):
        project("ZGE-2026-002")
        before = queries.preview("annual_list", Term(2026), ON)
        Project.objects.filter(number="ZGE-2026-001").update(investment_wan=500_000)
        Project.objects.filter(number="ZGE-2026-002").delete()
        project("ZGE-2026-003")
        after = queries.preview("annual_list", Term(2026), ON)
    assert CONTENTS["annual_list"].changes(before, after) == [
        Change("项目", "煤基新材料ZGE-2026-002（示例）", "有", ""),
        Change("项目", "煤基新材料ZGE-2026-001（示例） · 总投资（万元）", "468,000", "500,000"),
        Change("项目", "煤基新材料ZGE-2026-003（示例）", "", "新增"),
    ]
    assert CONTENTS["annual_list"].changes(after, after) == []


def test_the_day_it_was_taken_is_no_difference(zhungeer: Tenant, in_tenant: In) -> None:
    with in_tenant(zhungeer):
        one, other = (
            queries.preview("mechanism", Term(2026), date(2027, 1, day)) for day in (4, 5)
        )
    assert one != other
    assert same_content(one, other)


def test_the_list_of_next_year_comes_first_from_october(
    listed: Tenant, in_tenant: In, project: Callable[..., Project]
) -> None:
    with in_tenant(listed):
        project("ZGE-2027-001", year=2027)
        assert queries.terms_to_file("annual_list", date(2026, 9, 30))[0] == Term(2026)
        assert queries.terms_to_file("annual_list", date(2026, 10, 1))[0] == Term(2027)
        assert queries.terms_to_file("mechanism", ON) == [Term(2026)]
