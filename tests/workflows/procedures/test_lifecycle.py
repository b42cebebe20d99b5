"""The table a clerk could check, and the README's drawing of it."""

from pathlib import Path

import pytest

from kernel.clock import Kind
from workflows.procedures import lifecycle
from workflows.procedures.lifecycle import MOVES, STATE_AFTER, MoveRefused, State
from workflows.procedures.models import Procedure

README = Path(lifecycle.__file__).with_name("README.md")


def test_every_state_can_be_reached() -> None:
    reached = {State.PLANNED}
    while more := {m.target for m in MOVES if m.sources & reached} - reached:
        reached |= more
    assert reached == set(State)


def test_after_delivery_only_a_court_or_a_higher_office_opens_it_again() -> None:
    assert [m.name for m in MOVES.open(State.DELIVERED)] == ["redo"]
    assert all(MOVES.open(state) for state in State)


def test_each_kind_of_entry_leads_to_one_state() -> None:
    plain = [m for m in MOVES if m.reason is None]
    assert len({m.clock for m in plain}) == len(plain) == len(STATE_AFTER)
    assert {(m.name, m.clock) for m in MOVES if m.reason} == {
        ("hand_up", Kind.STOP),
        ("return_down", Kind.RESUME),
    }


def test_the_column_holds_every_state() -> None:
    assert dict(Procedure._meta.get_field("state").flatchoices) == dict(State.choices)


def test_a_step_from_the_wrong_state_is_refused_with_what_can_be_done() -> None:
    with pytest.raises(
        MoveRefused, match="现为“停表”，不能“办结”。现在可办：停表、恢复计时、撤回申请"
    ):
        MOVES.take(State.STOPPED, "decide")


def test_the_readme_draws_the_table_as_it_is() -> None:
    assert f"```mermaid\n{lifecycle.MOVES.diagram()}\n```" in README.read_text("utf-8")
