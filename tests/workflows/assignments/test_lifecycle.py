"""The table of a part's steps: every state is reached, every other step refused, the drawing current."""

from pathlib import Path

import pytest

from workflows import assignments
from workflows.assignments.lifecycle import MOVES, MoveRefused, State


def test_every_state_is_reached_from_the_hand_over() -> None:
    reached = {State.WAITING}
    for _ in State:
        reached |= {move.target for move in MOVES if move.sources & reached}
    assert reached == set(State)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("name", [move.name for move in MOVES])
def test_a_step_is_open_where_the_table_says_and_refused_elsewhere(state: State, name: str) -> None:
    move = next(move for move in MOVES if move.name == name)
    if state in move.sources:
        assert MOVES.take(state, name) == move
    else:
        with pytest.raises(
            MoveRefused, match=f"现为“{state.label}”，不能“{move.label}”"
        ) as refused:
            MOVES.take(state, name)
        assert str(refused.value).endswith("。")


def test_the_drawing_in_the_readme_is_current() -> None:
    readme = Path(assignments.__file__).with_name("README.md").read_text("utf-8")
    assert f"```mermaid\n{MOVES.diagram()}\n```" in readme
