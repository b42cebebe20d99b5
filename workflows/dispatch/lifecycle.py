"""Periods of the dispatch, states of a report, and the steps between them."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models

from kernel.moves import Moves, Step
from kernel.refusal import Refused


class State(models.TextChoices):
    DRAFT = "draft", "已编制"
    REVIEW = "review", "送审"
    ISSUED = "issued", "已签发"
    COPIED = "copied", "已抄送"
    SUPERSEDED = "superseded", "已更正"


#: Still with the office or its reviewer: nobody else sees it.
IN_WORK = frozenset({State.DRAFT, State.REVIEW})
#: The report that stands for its period.
IN_FORCE = frozenset({State.ISSUED, State.COPIED})
#: Issued at some time; these stay.
OUT = IN_FORCE | {State.SUPERSEDED}


class DispatchRefused(Refused):
    """The report can't take this step; the text is for the clerk."""


@dataclass(frozen=True)
class Move(Step[State]):
    """One allowed step: from which states to which, and who takes it."""

    by: str


MOVES = Moves(
    (
        Move("compile", "重新编制", frozenset({State.DRAFT}), State.DRAFT, "机制办公室"),
        Move("submit", "送审", frozenset({State.DRAFT}), State.REVIEW, "机制办公室"),
        Move("send_back", "退回修改", frozenset({State.REVIEW}), State.DRAFT, "审核人"),
        Move("issue", "签发", frozenset({State.REVIEW}), State.ISSUED, "审核人"),
        Move("copy", "抄送", frozenset({State.ISSUED}), State.COPIED, "机制办公室"),
        Move("supersede", "更正", IN_FORCE, State.SUPERSEDED, "更正件签发"),
    ),
    of="这期报告",
    states=State,
    refused=DispatchRefused,
    begins="编制",
)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Half a month (半月): from the 1st to the 15th, or from the 16th to the month's end."""

    first: date
    last: date

    @classmethod
    def of(cls, day: date) -> "Period":
        if day.day <= 15:
            return cls(day.replace(day=1), day.replace(day=15))
        end = calendar.monthrange(day.year, day.month)[1]
        return cls(day.replace(day=16), day.replace(day=end))

    @property
    def before(self) -> "Period":
        return Period.of(self.first - timedelta(days=1))

    @property
    def after(self) -> "Period":
        return Period.of(self.last + timedelta(days=1))

    @property
    def words(self) -> str:
        half = "上半月" if self.first.day == 1 else "下半月"
        return f"{self.first.year}年{self.first.month}月{half}"
