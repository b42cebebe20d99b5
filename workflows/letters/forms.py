"""The form of a one-time notice that the system numbers."""

from typing import Any

from workflows.procedures.forms import MoveForm


class NoticeForm(MoveForm):
    """As the ledger's own form, without a number to type."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["document"]
