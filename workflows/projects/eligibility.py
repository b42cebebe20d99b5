"""入选条件：which rule of clause A2.1 admits a project to the list."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

#: 10亿元; a tenant may set its own.
DEFAULT_THRESHOLD_WAN = Decimal(100_000)


class AdmissionFacts(Protocol):
    """What the rules look at; ``ProjectFacts`` and a stored project both have it."""

    @property
    def investment_wan(self) -> Decimal: ...
    @property
    def admission_claim(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Rule:
    """入选规则：one line of the table; ``words`` are how a list claims it."""

    code: str
    label: str
    words: tuple[str, ...]
    admits: Callable[[AdmissionFacts, Decimal], bool]
    reason: Callable[[AdmissionFacts, Decimal], str]


@dataclass(frozen=True, slots=True)
class Admission:
    """入选依据：the rule that admitted a project and why; recorded with the project."""

    rule_code: str
    label: str
    reason: str


def _claimed(code: str) -> Callable[[AdmissionFacts, Decimal], bool]:
    return lambda facts, threshold_wan: facts.admission_claim == code


# A fact stands before a claim: the first rule that holds is the one recorded.
RULES: tuple[Rule, ...] = (
    Rule(
        "investment",
        "总投资达到门槛",
        ("总投资", "投资额", "10亿", "十亿"),
        lambda facts, threshold_wan: facts.investment_wan >= threshold_wan,
        lambda facts, threshold_wan: (
            f"总投资{_plain(facts.investment_wan)}万元，不低于门槛{_plain(threshold_wan)}万元"
        ),
    ),
    Rule(
        "major_infrastructure",
        "市级推进的重大能源、化工、交通、水利项目",
        ("重大能源", "重大化工", "重大交通", "重大水利", "能源化工", "市级推进", "市级重大"),
        _claimed("major_infrastructure"),
        lambda facts, _: "列为市级推进的重大能源、化工、交通、水利项目",
    ),
    Rule(
        "investment_attraction",
        "重点招商引资项目",
        ("招商",),
        _claimed("investment_attraction"),
        lambda facts, _: "列为重点招商引资项目",
    ),
    Rule(
        "city_determined",
        "市里研究确定的项目",
        ("市委", "市政府", "研究确定", "市里确定", "市确定"),
        _claimed("city_determined"),
        lambda facts, _: "由市里研究确定列入",
    ),
)


def admit(
    facts: AdmissionFacts, *, threshold_wan: Decimal = DEFAULT_THRESHOLD_WAN
) -> Admission | None:
    """The admission under A2.1, ``threshold_wan`` in 万元; ``None`` when no rule holds."""
    for rule in RULES:
        if rule.admits(facts, threshold_wan):
            return Admission(rule.code, rule.label, rule.reason(facts, threshold_wan))
    return None


def read_claim(text: str) -> str | None:
    """The code of the rule a list claims in its own words (入选依据); ``None`` if not understood."""
    plain = "".join(text.split())
    # investment is measured anyway, so its words count only where nothing else is claimed
    for rule in (*RULES[1:], RULES[0]):
        if plain in {rule.code, rule.label} or any(word in plain for word in rule.words):
            return rule.code
    return None


def _plain(wan: Decimal) -> str:
    text = f"{wan:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
