"""What other rooms look at before a procedure moves (联动): a hook that raises `MoveRefused` stops the move.

It runs under the project's lock, for a move and for a correction that would bring a decision back or date one
back.
"""

from datetime import date
from typing import Protocol

from workflows.procedures.lifecycle import Move
from workflows.procedures.models import Procedure
from workflows.procedures.planning import Book


class Before(Protocol):
    """``on`` is the day the move happened; ``book`` the whole project's ledger."""

    def __call__(self, book: Book, procedure: Procedure, move: Move, *, on: date) -> object: ...


BEFORE_MOVE: list[Before] = []


def ask(book: Book, procedure: Procedure, move: Move, *, on: date) -> None:
    """Ask each room in turn."""
    for hook in BEFORE_MOVE:
        hook(book, procedure, move, on=on)
