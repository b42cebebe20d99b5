"""Clause A2.1: the rule that admits a project is found and recorded with its reason."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from workflows.projects.eligibility import RULES, admit, read_claim


@dataclass(frozen=True)
class Facts:
    investment_wan: Decimal
    admission_claim: str = ""


def test_ten_hundred_million_yuan_admits_and_a_yuan_less_does_not() -> None:
    admission = admit(Facts(Decimal(100_000)))
    assert admission is not None
    assert admission.rule_code == "investment"
    assert admission.reason == "总投资100,000万元，不低于门槛100,000万元"
    assert admit(Facts(Decimal("99999.99"))) is None


def test_a_tenant_sets_its_own_threshold() -> None:
    assert admit(Facts(Decimal(30_000)), threshold_wan=Decimal(30_000)) is not None
    assert admit(Facts(Decimal(100_000)), threshold_wan=Decimal(200_000)) is None


@pytest.mark.parametrize(
    "claim", ["major_infrastructure", "investment_attraction", "city_determined"]
)
def test_a_smaller_project_is_admitted_by_what_it_claims(claim: str) -> None:
    admission = admit(Facts(Decimal(5), claim))
    assert admission is not None
    assert admission.rule_code == claim


def test_a_fact_stands_before_a_claim() -> None:
    admission = admit(Facts(Decimal(468_000), "city_determined"))
    assert admission is not None
    assert admission.rule_code == "investment"


def test_claiming_the_investment_does_not_replace_it() -> None:
    assert admit(Facts(Decimal(5), "investment")) is None
    assert admit(Facts(Decimal(5), "no_such_rule")) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("总投资10亿元以上", "investment"),
        ("市级推进重大能源项目", "major_infrastructure"),
        ("市级重大化工项目，总投资8亿元", "major_infrastructure"),
        ("重大 水利", "major_infrastructure"),
        ("重点招商引资项目", "investment_attraction"),
        ("市政府研究确定", "city_determined"),
        ("领导关心", None),
        ("", None),
    ],
)
def test_a_claim_is_understood_in_the_words_of_a_list(text: str, code: str | None) -> None:
    assert read_claim(text) == code


def test_every_rule_is_known_by_its_own_label_and_code() -> None:
    for rule in RULES:
        assert read_claim(rule.label) == read_claim(rule.code) == rule.code
