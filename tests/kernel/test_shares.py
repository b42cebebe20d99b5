"""Shares and outliers against values worked out by hand; and what blind chance does to them."""

from random import Random

import pytest

from kernel.shares import Share, holm, outliers, tail, wilson


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (10, 20, 0.2993, 0.7007),
        (3, 10, 0.1078, 0.6032),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 1, 0.2065, 1.0),
    ],
)
def test_the_interval_of_wilson(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=5e-5)


def test_under_five_cases_nothing_is_judged() -> None:
    few, enough = Share(4, 4), Share(1, 5)
    assert (few.rate, few.interval, few.words, few.interval_words) == (
        None,
        None,
        "少于5件，不评价",
        "",
    )
    assert enough.words == "20.0%"
    assert enough.interval_words == "3.6% 至 62.4%"


def test_the_lady_tasting_tea() -> None:
    assert tail(4, 4, 4, 8) == pytest.approx(1 / 70)
    assert tail(3, 4, 4, 8) == pytest.approx(17 / 70)
    assert tail(0, 4, 4, 8) == 1


def test_five_balls_drawn_out_of_twenty() -> None:
    # 6 red of 20; 5 drawn, 3 or more red: (20·91 + 15·14 + 6) / 15504
    assert tail(3, 5, 6, 20) == pytest.approx((20 * 91 + 15 * 14 + 6) / 15504)


def test_many_comparisons_are_made_up_for() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx(
        {"a": 0.03, "c": 0.06, "b": 0.06}
    )
    assert holm({"a": 0.9, "b": 0.8}) == {"b": 1.0, "a": 1.0}
    assert holm({}) == {}


def test_a_planted_outlier_is_found_and_only_it() -> None:
    shares = {f"u{n}": Share(3, 30) for n in range(9)} | {"bad": Share(18, 30)}
    assert set(outliers(shares)) == {"bad"}


def test_too_few_cases_raise_no_alarm() -> None:
    shares = {f"u{n}": Share(0, 30) for n in range(9)} | {"small": Share(4, 4)}
    assert outliers(shares) == {}
    assert outliers({"alone": Share(20, 20)}) == {}
    assert outliers({"one": Share(20, 20), "other": Share(0, 4)}) == {}


def test_blind_chance_raises_an_alarm_in_less_than_one_case_of_twenty() -> None:
    chance = Random(20260114)
    alarms = 0
    for _ in range(1_000):
        rate = chance.uniform(0.05, 0.6)
        shares = {}
        for unit in range(14):
            of = chance.randint(1, 40)
            shares[f"u{unit}"] = Share(sum(chance.random() < rate for _ in range(of)), of)
        alarms += bool(outliers(shares))
    assert alarms < 50


def test_a_department_that_stops_four_times_as_often_is_found() -> None:
    chance = Random(20260115)
    found = 0
    for _ in range(200):
        shares = {
            f"u{unit}": Share(sum(chance.random() < 0.15 for _ in range(25)), 25)
            for unit in range(12)
        }
        shares["bad"] = Share(sum(chance.random() < 0.6 for _ in range(30)), 30)
        found += "bad" in outliers(shares)
    assert found > 180
