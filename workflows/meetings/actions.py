"""Verbs of the meetings room, gathered: calling a meeting, holding it, and its minutes."""

from workflows.meetings.calling import (
    add_item,
    add_items,
    answer,
    ask,
    cancel,
    change,
    consent,
    drop_item,
    invite,
    prepare,
    raise_item,
    rework,
    set_invitees,
)
from workflows.meetings.holding import (
    hold,
    issue_minutes,
    resolve,
    send_back,
    submit,
    unresolve,
    write_down,
)

__all__ = [
    "add_item",
    "add_items",
    "answer",
    "ask",
    "cancel",
    "change",
    "consent",
    "drop_item",
    "hold",
    "invite",
    "issue_minutes",
    "prepare",
    "raise_item",
    "resolve",
    "rework",
    "send_back",
    "set_invitees",
    "submit",
    "unresolve",
    "write_down",
]
