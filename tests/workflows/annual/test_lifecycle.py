"""The table a clerk could check, and the README's drawing of it."""

from pathlib import Path

import pytest

from workflows.annual import lifecycle
from workflows.annual.lifecycle import MOVES, MoveRefused, State, issuing_move

README = Path(lifecycle.__file__).with_name("README.md")


def test_every_state_is_reached_from_the_first() -> None:
    reached, new = {State.PLANNED}, {State.PLANNED}
    while new:
        new = {move.target for state in new for move in MOVES.open(state)} - reached
        reached |= new
    assert reached == set(State)


@pytest.mark.parametrize("state", list(State))
def test_what_the_table_does_not_allow_is_refused_with_what_is_open(state: State) -> None:
    allowed = {move.name for move in MOVES.open(state)}
    for name in {move.name for move in MOVES} - allowed:
        with pytest.raises(MoveRefused, match=f"现为“{state.label}”，不能“.+”。现在可办：.+"):
            MOVES.take(state, name)


def test_a_version_is_issued_where_a_move_issues_and_refused_elsewhere() -> None:
    assert issuing_move(State.CONSULTING).name == "settle"
    assert issuing_move(State.SETTLED).name == "update"
    for state in set(State) - {State.CONSULTING, State.SETTLED}:
        with pytest.raises(MoveRefused):
            issuing_move(state)


def test_the_readme_draws_the_table_as_it_is() -> None:
    assert f"```mermaid\n{lifecycle.MOVES.diagram()}\n```" in README.read_text("utf-8")
