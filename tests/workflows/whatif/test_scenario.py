"""A scenario and its address: the same both ways, and a sentence for whatever can't be read."""

from datetime import date
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.clock import Unit
from kernel.plan import Strength
from tests.workflows.whatif.graphs import scenarios
from workflows.whatif.scenario import (
    MOST_CHANGES,
    Change,
    Kind,
    Scenario,
    ScenarioRefused,
    read,
    read_change,
)

CODES = ["A01", "B01", "B03"]


@given(scenarios(CODES))
def test_a_scenario_comes_back_from_its_address(scenario: Scenario) -> None:
    found = read(parse_qs(scenario.address))
    assert found.scenario == scenario
    assert found.faults == ()


@given(scenarios(CODES), st.randoms())
def test_the_order_of_the_address_plays_no_part(scenario: Scenario, random: object) -> None:
    query: dict[str, list[str]] = {}
    for name, text in reversed(scenario.pairs):
        query.setdefault(name, []).append(text)
    assert read(query).scenario.address == scenario.address


@given(st.dictionaries(st.sampled_from(list(Kind)), st.lists(st.text(max_size=30), max_size=3)))
def test_whatever_stands_in_the_address_is_read_or_told(query: dict[str, list[str]]) -> None:
    found = read(query)
    assert all(fault.endswith("。") for fault in found.faults)
    assert read(parse_qs(found.scenario.address)).scenario == found.scenario


def test_other_parameters_and_empty_ones_are_not_looked_at() -> None:
    found = read({"year": ["2026"], "q": ["甲"], "days": ["", " "], "target": [""]})
    assert found.scenario == Scenario()
    assert not found.faults


@pytest.mark.parametrize(
    ("kind", "text", "place", "cure"),
    [
        (Kind.DAYS, "B01", "B01", "B01:20"),
        (Kind.DAYS, "B01:", "B01:", "B01:20"),
        (Kind.DAYS, "B01:-3", "B01:-3", "0 到 365"),
        (Kind.DAYS, "B01:3.5", "B01:3.5", "整数"),
        (Kind.DAYS, "B01:366", "B01:366", "0 到 365"),
        (Kind.DAYS, "B01:999999999999", "B01:9999", "0 到 365"),
        (Kind.DAYS, "B01:٣", "B01:٣", "整数"),
        (Kind.DAYS, "B01:20d", "B01:20d", "B01:20"),
        (Kind.DAYS, "环评:20", "环评:20", "字母和数字"),
        (Kind.LEAD, "B01:20c", "B01:20c", "工作日"),
        (Kind.START, "B01:2026-2-30", "2026-2-30", "B01:2026-03-31"),
        (Kind.START, "B01:20260310", "20260310", "年-月-日"),
        (Kind.COMMIT, "B01:1", "B01:1", "例如 B01"),
        (Kind.LACK, "", "", "例如 B01"),
        (Kind.EDGE, "A01:hard", "A01:hard", "A01-B01:soft"),
        (Kind.EDGE, "A01-A01:hard", "A01-A01", "自己"),
        (Kind.EDGE, "A01-B01:strong", "strong", "hard"),
        (Kind.EDGE, "A01-B01", "A01-B01", "none"),
        (Kind.TARGET, "明天", "明天", "2026-03-31"),
        (Kind.BEGIN, "2026-13-01", "2026-13-01", "2026-03-31"),
    ],
)
def test_a_fault_names_place_value_and_cure(kind: Kind, text: str, place: str, cure: str) -> None:
    with pytest.raises(ScenarioRefused) as refusal:
        read_change(kind, text)
    (fault,) = refusal.value.faults
    assert fault.startswith(f"{kind.label}“")
    assert place in fault
    assert cure in fault
    assert fault.count("。") == 1


def test_one_matter_changed_twice_in_a_way_is_refused() -> None:
    (fault,) = read({"days": ["B01:3", "B01:4"]}).faults
    assert "B01:3" in fault
    assert "B01:4" in fault
    assert not read({"days": ["B01:3", "B01:3"]}).faults


def test_a_time_beside_a_commitment_is_refused() -> None:
    (fault,) = read({"days": ["B01:3"], "commit": ["B01"]}).faults
    assert "B01" in fault


def test_an_endless_address_is_refused() -> None:
    found = read({"days": [f"B{n}:3" for n in range(MOST_CHANGES + 1)]})
    assert found.scenario == Scenario()
    assert len(found.faults) == 1


def test_adding_takes_the_place_of_the_same_and_removing_takes_it_back() -> None:
    first = Change(Kind.DAYS, "B01", 3)
    scenario = Scenario().adding(first).adding(Change(Kind.TARGET, on=date(2026, 3, 20)))
    assert scenario.adding(Change(Kind.DAYS, "B01", 5)).of(Kind.DAYS)["B01"].days == 5
    assert [c.kind for c in scenario.adding(Change(Kind.COMMIT, "B01")).changes] == [
        Kind.COMMIT,
        Kind.TARGET,
    ]
    assert scenario.without(first).address == "target=2026-03-20"


def test_a_change_says_itself_in_chinese() -> None:
    names = {"A01": "备案", "B01": "环评"}
    said = {
        "环评（B01）：办理用时改为 40 个自然日": Change(Kind.DAYS, "B01", 40, Unit.CALENDAR),
        "环评（B01）：办理用时改为 40 天": Change(Kind.DAYS, "B01", 40),
        "环评（B01）：备件用时改为 10 个工作日": Change(Kind.LEAD, "B01", 10),
        "备案（A01）→环评（B01）：可容缺受理": Change(
            Kind.EDGE, "A01-B01", strength=Strength.DEFICIENT
        ),
        "备案（A01）→Z9：取消前置关系": Change(Kind.EDGE, "A01-Z9"),
        "目标日改为 2026年3月20日": Change(Kind.TARGET, on=date(2026, 3, 20)),
    }
    assert {words: change.said(names) for words, change in said.items()} == {w: w for w in said}
