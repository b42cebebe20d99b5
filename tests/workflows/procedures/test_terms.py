"""What a procedure copies when it opens."""

import json

import pytest

from kernel.clock import Unit
from workflows.catalogue.combing import MatterFact, load_standard
from workflows.procedures.terms import Terms

MATTERS = {fact.code: fact for fact in load_standard().matters}


@pytest.mark.parametrize("fact", MATTERS.values(), ids=MATTERS)
def test_terms_come_back_from_json_as_they_were(fact: MatterFact) -> None:
    terms = Terms.copied(fact, 5)
    assert Terms.read(json.loads(json.dumps(terms.write()))) == terms


def test_the_law_grants_its_own_unit_and_the_promise_working_days() -> None:
    terms = Terms.copied(MATTERS["B01"], 30)
    assert (terms.statutory.days, terms.statutory.unit) == (60, Unit.CALENDAR)
    assert terms.statutory.starts == "receive"
    assert terms.promised
    assert (terms.promised.days, terms.promised.unit) == (30, Unit.WORKING)
    assert terms.planned == terms.promised


def test_without_a_count_in_law_the_plan_uses_the_allowance_and_says_it_is_a_guess() -> None:
    terms = Terms.copied(MATTERS["A04"], None)
    assert terms.statutory.days is None
    assert terms.planned.days == 20
    assert terms.plan_is_guess
    assert not terms.planned.verified


def test_an_extension_the_law_does_not_name_is_none() -> None:
    assert Terms.copied(MATTERS["C04"], None).statutory.extension_days == 0
    ten = Terms.copied(MATTERS["C02"], None).statutory
    assert (ten.extension_days, ten.extension_article) == (10, "《行政许可法》第四十二条第一款")


def test_a_document_number_stays_outside_the_title_marks() -> None:
    assert Terms.copied(MATTERS["A02"], None).article == (
        "《企业投资项目核准和备案管理条例》（国务院令第673号）第六至十二条"
    )
