"""Joint handling: 45 and 15 by the government, or 20 and 10 by the head; never both."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from kernel.calendars.queries import work_calendar
from kernel.trail import Actor
from tenants.models import Tenant
from workflows.procedures import bundles
from workflows.procedures.actions import comb_out
from workflows.procedures.lifecycle import MoveRefused
from workflows.procedures.models import Bundle, Procedure
from workflows.procedures.terms import Terms
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
CLERK = Actor(7, "某经办（示例）", "机制办公室")
ON = date(2026, 1, 5)


def number(code: str) -> str:
    return Procedure.objects.get(matter_code=code).number


def form(project: Project, *codes: str, **facts: Any) -> Bundle:
    told = {
        "numbers": [number(code) for code in codes],
        "handling": "joint",
        "document": "准联办〔2026〕1号",
        "lead_code": Procedure.objects.get(matter_code=codes[0]).department_code,
        "on": ON,
        "actor": CLERK,
    }
    return bundles.form(project, **told | facts)


def test_forty_five_days_and_fifteen_more_by_the_government(
    project: Project, move: Callable[..., Procedure]
) -> None:
    form(project, "C03", "C02")
    move("C03", "receive", date(2026, 1, 26))
    accepted = move("C03", "accept", date(2026, 1, 28))
    assert accepted.statutory_due_on == work_calendar().add(date(2026, 1, 28), 45)
    told = {"days": 10, "approver": "局长（示例）", "text": "难"}
    with pytest.raises(
        MoveRefused, match="须经本级人民政府负责人批准（《行政许可法》第四十二条第二款）"
    ):
        move("C03", "extend", date(2026, 2, 9), level="head", **told)
    with pytest.raises(MoveRefused, match="最多延长 15 日"):
        move("C03", "extend", date(2026, 2, 9), level="government", **told | {"days": 16})
    longer = move("C03", "extend", date(2026, 2, 9), level="government", **told | {"days": 15})
    assert longer.statutory_due_on == work_calendar().add(date(2026, 1, 28), 60)


def test_by_itself_the_head_extends_and_the_government_does_not(
    project: Project, move: Callable[..., Procedure]
) -> None:
    move("C03", "receive", date(2026, 1, 26))
    move("C03", "accept", date(2026, 1, 28))
    with pytest.raises(MoveRefused, match="须经本部门负责人批准"):
        move(
            "C03",
            "extend",
            date(2026, 2, 9),
            level="government",
            days=10,
            approver="旗长",
            text="难",
        )


@pytest.mark.parametrize(
    ("codes", "facts", "words"),
    [
        (("C03",), {}, "至少要 2 个事项"),
        (("C03", "B01"), {}, "另定 60 个自然日，从其规定"),
        (("C03", "A05"), {}, "没有法定时限"),
        (("C03", "C02"), {"document": " "}, "没有文书的联合办理不成立"),
        (("C03", "C02"), {"handling": "together"}, "不认识"),
        (("C03", "C02"), {"lead_code": "sthj"}, "牵头单位须是"),
    ],
)
def test_what_does_not_go_together_is_refused(
    project: Project, codes: tuple[str, ...], facts: dict[str, Any], words: str
) -> None:
    with pytest.raises(MoveRefused, match=words):
        form(project, *codes, **facts)
    assert not Bundle.objects.exists()


def test_a_paper_of_an_earlier_day_turns_no_date_back(
    project: Project, move: Callable[..., Procedure]
) -> None:
    move("B01", "receive", date(2026, 1, 5))
    bundle = form(project, "C03", "C02", formed_on=date(2025, 12, 1))
    assert bundle.formed_on == date(2025, 12, 1)
    assert Procedure.objects.get(matter_code="B01").state == "received"


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1999, 1, 1), date(2026, 1, 6)])
def test_the_day_of_the_paper_is_one_that_can_be(project: Project, day: date) -> None:
    with pytest.raises(MoveRefused, match=f"确定日期 {day} 不成立"):
        form(project, "C03", "C02", formed_on=day)
    assert not Bundle.objects.exists()


def test_once_something_is_handed_in_the_mode_stays(
    project: Project, move: Callable[..., Procedure]
) -> None:
    move("C03", "receive", date(2026, 1, 26))
    with pytest.raises(MoveRefused, match="已经收件，按单项时限计算"):
        form(project, "C03", "C02")
    bundle = form(project, "C02", "A10")
    move("A10", "receive", date(2026, 1, 26))
    with pytest.raises(MoveRefused, match="已经收件，时限按联合办理计算"):
        bundles.dissolve(project, bundle_id=bundle.pk, on=ON, actor=CLERK)


def test_dissolved_each_has_its_own_limit_again(project: Project) -> None:
    before = {p.matter_code: Terms.read(p.terms) for p in Procedure.objects.all()}
    bundle = form(project, "C03", "C02")
    assert Terms.read(Procedure.objects.get(matter_code="C03").terms).limit_days == 45
    bundles.dissolve(project, bundle_id=bundle.pk, on=ON, actor=CLERK)
    assert {p.matter_code: Terms.read(p.terms) for p in Procedure.objects.all()} == before
    assert not Bundle.objects.exists()
    with pytest.raises(MoveRefused, match="已经解除"):
        bundles.dissolve(project, bundle_id=bundle.pk, on=ON, actor=CLERK)


def test_combing_again_keeps_the_mode(project: Project) -> None:
    form(project, "C03", "C02")
    comb_out(project, on=ON, actor=CLERK)
    assert Terms.read(Procedure.objects.get(matter_code="C03").terms).handling == "joint"


def test_the_office_forms_and_dissolves_on_the_plans_page(
    project: Project, here: Tenant, console: Callable[..., Client], member: Callable[..., Any]
) -> None:
    office = console(here, member(here))
    url = f"/procedures/plan/{project.number}/bundle/"
    page = office.get(url).content.decode()
    assert "从其规定" in page  # what can't be joined says why
    told = {
        "numbers": [number("C03"), number("C02")],
        "handling": "joint",
        "lead_code": Procedure.objects.get(matter_code="C02").department_code,
        "document": "准联办〔2026〕2号",
        "on": "2026-01-05",
    }
    assert office.post(url, told | {"on": "2126-01-05"}).status_code == 422
    refused = office.post(url, told | {"on": "1999-01-01"})
    assert refused.status_code == 422
    assert "请核对文书上的日期" in refused.content.decode()
    assert office.post(url, told).status_code == 302
    shown = office.get(f"/procedures/plan/{project.number}/").content.decode()
    assert "联合办理 准联办〔2026〕2号" in shown
    bundle = Bundle.objects.get()
    answer = office.post(f"/procedures/plan/{project.number}/bundle/{bundle.pk}/dissolve/")
    assert answer.status_code == 302
    assert not Bundle.objects.exists()
