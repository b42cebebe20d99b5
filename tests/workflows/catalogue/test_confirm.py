"""A person of the responsible department vouches for a fact: a new version, the old one as it was."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kernel.trail import SYSTEM, Actor
from kernel.trail.models import TrailEntry
from workflows.catalogue import actions, combing
from workflows.catalogue.actions import ConfirmRefused, load_standard
from workflows.catalogue.models import MatterVersion
from workflows.catalogue.queries import matter, standard_in_force, versions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_city")]
ON = date(2026, 3, 2)
ACTOR = Actor(7, "石某（示例）", "审批部门")


def confirm(**words: Any) -> MatterVersion:
    facts: dict[str, Any] = {
        "code": "A08",
        "fact": "limit",
        "source": "行政许可法第四十二条",
        "read_on": date(2026, 3, 1),
        "seen": 1,
        "department_code": "zrzy",
        "unit": "自然资源局",
        "on": ON,
        "actor": ACTOR,
    }
    return actions.confirm(**(facts | words))


def test_a_confirmed_fact_is_the_next_version() -> None:
    version = confirm()
    assert (version.number, version.verified, version.effective_from) == (2, True, ON)
    assert version.fact.mark_of("limit") == "V"
    assert version.confirmations["limit"]["name"] == "石某（示例）"
    assert matter("A08", ON).number == 2
    assert matter("A08", date(2026, 3, 1)).number == 1


def test_the_version_before_stays_as_it_was() -> None:
    before = MatterVersion.objects.filter(matter_code="A08").values().get()
    edges = matter("A08", ON).edges
    confirm()
    assert MatterVersion.objects.filter(pk=before["id"]).values().get() == before
    assert matter("A08", ON).edges == edges


def test_the_digest_covers_the_confirmation() -> None:
    version = confirm()
    assert version.digest == actions.digest(version.fact, version.edges, version.confirmations)
    assert version.digest != actions.digest(version.fact, version.edges)


def test_the_difference_between_the_versions_is_the_source_alone() -> None:
    confirm()
    newest, first = versions("A08")
    assert [(c.label, c.before, c.after) for c in newest.changes] == [
        ("法定时限的出处", "未核实", "已核对原文")
    ]
    assert first.changes == ()


def test_the_change_leaves_a_line() -> None:
    confirm()
    line = TrailEntry.objects.first()
    assert (line.action, line.actor_name) == ("catalogue.confirm", "石某（示例）")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"department_code": "slj"}, "不由您所在单位负责"),
        ({"department_code": ""}, "不由您所在单位负责"),
        ({"seen": 9}, "请看过新版本"),
        ({"source": " "}, "请写明核对的原文"),
        ({"read_on": date(2026, 3, 3)}, "还没有到"),
        ({"fact": "name"}, "没有“name”这一项"),
    ],
)
def test_what_may_not_be_confirmed_is_refused(words: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfirmRefused, match=sentence):
        confirm(**words)
    assert MatterVersion.objects.filter(matter_code="A08").count() == 1


def test_two_people_with_the_same_page_cannot_both_publish() -> None:
    confirm()
    with pytest.raises(ConfirmRefused, match="已发布第2版"):
        confirm(source="别的出处")


def test_the_office_may_confirm_any_matter() -> None:
    assert confirm(department_code=None).number == 2


def test_loading_the_catalogue_again_keeps_what_was_confirmed() -> None:
    confirm()
    assert load_standard(actor=SYSTEM) == []
    assert matter("A08", ON).verified


def test_new_shipped_facts_keep_confirmations_of_what_did_not_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    confirm()
    confirm(fact="validity", source="土地管理法实施条例", seen=2)
    shipped = combing.load_standard()
    matters = tuple(
        replace(m, validity_months=24) if m.code == "A08" else m for m in shipped.matters
    )
    monkeypatch.setattr(combing, "load_standard", lambda: replace(shipped, matters=matters))
    assert load_standard(actor=SYSTEM) == ["A08"]
    latest = MatterVersion.objects.filter(matter_code="A08").latest("number")
    assert set(latest.confirmations) == {"limit"}
    assert latest.fact.mark_of("validity") == "GK"


def test_combing_reads_the_newest_version() -> None:
    confirm()
    fact = next(m for m in standard_in_force(ON).matters if m.code == "A08")
    assert fact.verified
