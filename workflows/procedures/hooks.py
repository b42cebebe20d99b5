"""What other rooms do beside the ledger (联动), in its transaction and under the project's lock.

`BEFORE_MOVE`: a hook that raises `MoveRefused` stops the move, or a correction that would bring a decision back
or date one back. `AFTER_MOVE` hears of what was done. `ON_PUBLISH`: a room whose figures follow from the ledger
publishes them with it.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol

from kernel.trail import Actor
from workflows.procedures.lifecycle import Move
from workflows.procedures.models import ClockEntry, Procedure
from workflows.procedures.planning import Book


class Before(Protocol):
    """``on`` is the day the move happened; ``book`` the whole project's ledger."""

    def __call__(self, book: Book, procedure: Procedure, move: Move, *, on: date) -> object: ...


class After(Protocol):
    """``line`` was written, everything follows it, and the state was ``before``. ``name`` is the move's, or `AMENDED`."""

    def __call__(
        self,
        book: Book,
        procedure: Procedure,
        line: ClockEntry,
        *,
        name: str,
        before: str,
        actor: Actor,
    ) -> object: ...


BEFORE_MOVE: list[Before] = []
AFTER_MOVE: list[After] = []
AMENDED = "amend"  # a line was put right or taken back
#: Told of the projects (ids) whose ledger or plan was published, and of the whole ledger where it is at hand.
ON_PUBLISH: list[Callable[[Sequence[int], Book | None], object]] = []


def ask(book: Book, procedure: Procedure, move: Move, *, on: date) -> None:
    """Ask each room in turn."""
    for hook in BEFORE_MOVE:
        hook(book, procedure, move, on=on)


def tell(
    book: Book, procedure: Procedure, line: ClockEntry, *, name: str, before: str, actor: Actor
) -> None:
    """Tell each room in turn, in the transaction of the move."""
    for hook in AFTER_MOVE:
        hook(book, procedure, line, name=name, before=before, actor=actor)


def published(ids: Sequence[int], book: Book | None = None) -> None:
    """Tell each room that these projects were put into the picture."""
    for hook in ON_PUBLISH:
        hook(ids, book)
