"""The lamp rule is data: a new version takes over on its day and every list follows."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.procedures.actions import replan
from workflows.procedures.lamp_rules import revise
from workflows.procedures.lamps import SHIPPED
from workflows.procedures.lifecycle import MoveRefused
from workflows.procedures.models import LampRuleVersion, Procedure
from workflows.procedures.queries import lamp_rules
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
CLERK = Actor(7, "某经办（示例）", "机制办公室")
TODAY = date(2026, 1, 14)


def rule(lead: int = 8) -> dict[str, Any]:
    told = SHIPPED.write()
    told["waiting"]["lead_days"] = lead
    return told


def put(**facts: Any) -> Any:
    told: dict[str, Any] = {
        "rule": rule(),
        "effective_from": TODAY,
        "why": "春节前提早提醒",
        "document": "",
        "seen": 1,
        "on": TODAY,
        "actor": CLERK,
    }
    return revise(**told | facts)


def test_from_its_day_on_lamps_turn_by_the_new_version(project: Project) -> None:
    before = Procedure.objects.get(matter_code="C03").yellow_on
    put(effective_from=date(2026, 2, 1))
    replan(project, on=TODAY)
    assert Procedure.objects.get(matter_code="C03").yellow_on == before
    replan(project, on=date(2026, 2, 1))
    after = Procedure.objects.get(matter_code="C03").yellow_on
    assert after < before


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"effective_from": TODAY - timedelta(days=1)}, "已经亮过的灯不追改"),
        ({"effective_from": date(9999, 1, 1)}, "在一年以后，请核对年份"),
        ({"rule": SHIPPED.write()}, "没有可修订的"),
        ({"seen": 0}, "请看过再修订"),
    ],
)
def test_what_would_rewrite_the_past_or_change_nothing_is_refused(
    here: Tenant, facts: dict[str, Any], words: str
) -> None:
    with pytest.raises(MoveRefused, match=words):
        put(**facts)
    assert not LampRuleVersion.objects.exists()


def test_each_mechanism_has_its_own_rule(here: Tenant, dalate: Tenant) -> None:
    put()
    assert lamp_rules().on(TODAY).number == 2
    with visiting(dalate):
        assert lamp_rules().on(TODAY).number == 1


def test_the_office_revises_on_its_page_and_others_read(
    project: Project, here: Tenant, console: Callable[..., Client], member: Callable[..., Any]
) -> None:
    office = console(here, member(here))
    assert "第 1 版" in office.get("/procedures/lamps/").content.decode()
    told = {
        "effective_from": (timezone.localdate() + timedelta(days=1)).isoformat(),
        "why": "提早提醒",
        "seen": "1",
    }
    for name, watch in SHIPPED.watches.items():
        told |= {
            f"{name}_against": list(watch.against),
            f"{name}_lead": "9",
            f"{name}_grace": "0",
        }
    assert office.post("/procedures/lamps/new/", told | {"seen": "x"}).status_code == 422
    assert office.post("/procedures/lamps/new/", told | {"waiting_against": []}).status_code == 422
    assert office.post("/procedures/lamps/new/", told).status_code == 302
    page = office.get("/procedures/lamps/").content.decode()
    assert "第 2 版" in page
    assert "提前 9 个工作日" in page
    clerk = console(here, member(here, "department", "zrzy"))
    assert clerk.get("/procedures/lamps/").status_code == 200
    assert clerk.get("/procedures/lamps/new/").status_code == 403
