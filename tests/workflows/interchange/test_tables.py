"""The tables are data that somebody can check: sources, code lists, and the rules the score rests on."""

import pytest

from kernel.clock import Kind, StopReason
from workflows.interchange.states import NATIONAL, SAID, SPECIAL, WITH_OPINION, code_of
from workflows.interchange.tables import (
    CODES,
    SUPPLEMENTS,
    TABLES,
    Home,
    Table,
    Type,
    fields_of,
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_says_where_it_was_read_and_where_it_comes_from(table: Table) -> None:
    names = [column.name for column in table.columns]
    assert len(names) == len(set(names))
    for column in table.columns:
        assert column.source
        assert (column.type is Type.CODE) == bool(column.codes), column.name
        assert not column.codes or column.codes in CODES


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_day_is_the_earlier_one_of_two_pairs(table: Table) -> None:
    firsts = [first for first, _ in table.before]
    assert len(firsts) == len(set(firsts))
    assert {name for pair in table.before for name in pair} <= table.by_name.keys()


def test_what_is_filled_in_is_asked_once_for_each_subject() -> None:
    assert list(fields_of(Home.PROCEDURE)) == ["SLFS", "BLYJ", "PFWJBT", "PFWJYXQX"]
    assert "SPLCBM" not in fields_of(Home.PROCESS)
    assert "SPLCBM" in fields_of(Home.PROJECT)
    assert all(fields_of(home) for home in SUPPLEMENTS)


def test_the_national_codes_are_sixteen_and_every_line_of_the_ledger_has_its_answer() -> None:
    assert list(NATIONAL) == [str(n) for n in range(1, 17)]
    assert {said.kind for said in SAID} == set(Kind)
    assert {said.code for said in SAID} - {""} <= NATIONAL.keys()
    assert NATIONAL.keys() >= WITH_OPINION


@pytest.mark.parametrize(
    ("kind", "reason", "code"),
    [
        ("receive", "", "1"), ("accept", "", "3"), ("notice", "", "6"), ("correct", "", "7"),
        ("refuse", "", "5"), ("stop", "expert_review", "9"), ("resume", "expert_review", "10"),
        ("stop", "hand_up", ""), ("stop", "correction", ""), ("stop", "owner_request", ""),
        ("resume", "", ""), ("extend", "", ""), ("decide", "", "11"), ("deliver", "", ""),
        ("withdraw", "", "14"), ("redo", "", "15"), ("void", "", ""),
    ],
)  # fmt: skip
def test_a_line_of_the_ledger_becomes_a_national_state(kind: str, reason: str, code: str) -> None:
    assert code_of(kind, reason) == code


def test_a_decision_with_papers_missing_says_so() -> None:
    assert code_of("decide", short=True) == "12"


def test_only_stops_of_article_45_are_the_special_procedure() -> None:
    assert {r for r in StopReason if r not in SPECIAL} == {
        StopReason.HAND_UP,
        StopReason.CORRECTION,
        StopReason.OWNER_REQUEST,
    }
