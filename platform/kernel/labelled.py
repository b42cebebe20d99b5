"""Words with a label (取值): what a column holds, and what pages call it. Pure Python."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A value with its Chinese label: ``WORKING = "working", "工作日"``."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member
