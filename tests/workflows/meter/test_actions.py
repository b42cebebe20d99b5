"""A counting rule is adopted beside the old ones, with a reason, and never edited."""

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from kernel.trail.models import TrailEntry
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.workflows.meter.conftest import CLERK, TODAY
from workflows.meter import actions, standard
from workflows.meter.actions import RuleRefused, adopt
from workflows.meter.models import RuleVersion
from workflows.meter.queries import rule_in_force

pytestmark = pytest.mark.django_db
TERMS = standard.TERMS


def take(**told: Any) -> RuleVersion:
    facts: dict[str, Any] = {
        **TERMS,
        "effective_on": TODAY,
        "allowance_days": 90,
        "document": "准联审办〔2026〕1号",
        "reason": "按本级会议确定",
        "seen": 1,
        "on": TODAY,
        "actor": CLERK,
    }
    return adopt(**(facts | told))


def test_every_tenant_starts_with_the_proposal_marked_unverified(
    city: Tenant, zhungeer: Tenant
) -> None:
    for tenant in (city, zhungeer):
        with visiting(tenant):
            first = RuleVersion.objects.get()
            assert (first.version, first.effective_on, first.verified) == (1, None, False)
            assert "建议" in first.basis
            assert first.allowance_days == 100
            assert TrailEntry.objects.filter(action="meter.seed").exists()


def test_a_new_version_holds_from_its_day_and_leaves_the_old_one(here: Tenant) -> None:
    later = TODAY + timedelta(days=20)
    adopted = take(effective_on=later)
    assert rule_in_force(TODAY).version == 1
    assert rule_in_force(later) == adopted
    assert RuleVersion.objects.get(version=1).allowance_days == 100
    line = TrailEntry.objects.get(action="meter.adopt")
    assert line.detail["allowance_days"] == 90
    assert "第 2 版" in line.summary


def test_on_one_day_the_later_version_holds(here: Tenant) -> None:
    take()
    assert take(seen=2, allowance_days=95).version == 3
    assert rule_in_force(TODAY).allowance_days == 95


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"effective_on": TODAY - timedelta(days=1)}, "早于今天 2026-03-10"),
        ({"effective_on": date(2062, 3, 10)}, "请核对年份"),
        ({"seen": 0}, "口径已改到第 1 版"),
        ({"reason": "  "}, "修改理由没有填"),
        ({"allowance_days": 100, "document": ""}, "没有要修改的内容"),
        ({"allowance_days": 0}, "1 至 1000 之间"),
        ({"precedence": ["owner"] * 5}, "五方各列一次"),
        ({"counted": []}, "至少选一方"),
        ({"begins": "yesterday"}, "请从列表中选择"),
        ({"stop_parties": {"hearing": "owner"}}, "须写全"),
        ({"stop_parties": TERMS["stop_parties"] | {"hearing": "nobody"}}, "不是五方之一"),
    ],
)
def test_what_the_rules_say_no_to(here: Tenant, told: dict[str, Any], words: str) -> None:
    with pytest.raises(RuleRefused, match=words):
        take(**told)
    assert RuleVersion.objects.count() == 1


def test_a_day_before_the_last_version_is_refused(here: Tenant) -> None:
    take(effective_on=TODAY + timedelta(days=20))
    with pytest.raises(RuleRefused, match="早于第 2 版的 2026-03-30"):
        take(seen=2, effective_on=TODAY + timedelta(days=10), allowance_days=95)


def test_the_database_lets_nobody_edit_a_version(here: Tenant) -> None:
    for statement in (
        "UPDATE meter_ruleversion SET allowance_days = 1",
        "DELETE FROM meter_ruleversion",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_tenant_opened_later_starts_from_its_parents_rule(
    city: Tenant, own_tenant_rule: Callable[[], RuleVersion]
) -> None:
    with visiting(city):
        take(allowance_days=80)
    started = own_tenant_rule()
    assert (started.version, started.effective_on, started.allowance_days) == (1, None, 80)
    assert "沿用" in started.reason


@pytest.fixture
def own_tenant_rule(zhungeer: Tenant) -> Callable[[], RuleVersion]:
    """Seed 准格尔旗 as if it had no rule yet."""

    def seeded() -> RuleVersion:
        with visiting(zhungeer), connection.cursor() as cursor:
            cursor.execute("CREATE TABLE emptied (LIKE meter_ruleversion INCLUDING ALL)")
            cursor.execute("DROP TABLE meter_ruleversion")
            cursor.execute("ALTER TABLE emptied RENAME TO meter_ruleversion")
            actions.seed(zhungeer)
            actions.seed(zhungeer)
            return RuleVersion.objects.get()

    return seeded


def test_tenants_opened_before_the_room_get_the_same_first_version(here: Tenant) -> None:
    migration = import_module("workflows.meter.migrations.0003_first_version")
    given = {name: migration.FIRST[name] for name in TERMS}
    assert given == TERMS
    assert migration.FIRST["reason"] == standard.REASON
    migration.give(apps, None)
    assert RuleVersion.objects.count() == 1
