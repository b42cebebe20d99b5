"""Lamps (红黄绿灯): which one shows on a day, and its word. Never stored, always asked for a day."""

from datetime import date
from enum import StrEnum


class Lamp(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    DONE = "done"
    PAUSED = "paused"
    NONE = "none"

    @property
    def word(self) -> str:
        return _WORDS[self]


_WORDS = {
    Lamp.GREEN: "绿灯",
    Lamp.YELLOW: "黄灯",
    Lamp.RED: "红灯",
    Lamp.DONE: "已办结",
    Lamp.PAUSED: "停表",
    Lamp.NONE: "未计时",
}


def lamp_on(
    on: date,
    *,
    yellow_on: date | None,
    red_on: date | None,
    decided_on: date | None = None,
    paused: bool = False,
) -> Lamp:
    """The lamp at the close of ``on``: a decision ends it, and a red day outlasts a pause."""
    if decided_on is not None and decided_on <= on:
        return Lamp.DONE
    if red_on is not None and on >= red_on:
        return Lamp.RED
    if yellow_on is not None and on >= yellow_on:
        return Lamp.YELLOW
    if paused:
        return Lamp.PAUSED
    return Lamp.NONE if red_on is None and yellow_on is None else Lamp.GREEN
