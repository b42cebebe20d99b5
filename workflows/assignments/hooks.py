"""What other rooms do when a sheet closes (联动), inside the transaction that closes it."""

from datetime import date
from typing import Protocol

from kernel.trail import Actor
from workflows.assignments.models import Sheet


class Hook(Protocol):
    """``sheet`` is locked, saved and in its new state."""

    def __call__(self, sheet: Sheet, *, on: date, actor: Actor) -> object: ...


ON_CLOSE: list[Hook] = []  #: 销号或者撤销: its last part is closed
ON_REOPEN: list[Hook] = []  #: 恢复督办: a part of a closed sheet is open again
