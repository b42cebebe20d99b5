"""征求意见：which industry departments a project is sent to before it is confirmed (A4.1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from workflows.projects.models import Comment, Opinion, Project

#: Every project has land under it and surroundings around it.
_ALWAYS = ("zrzy", "sthj")
_BY_INDUSTRY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "energy": ("nyj",),
        "chemical": ("gxj", "yjj"),
        "mining": ("nyj", "yjj"),
        "manufacturing": ("gxj",),
        "transport": ("jtj",),
        "water": ("slj",),
        "agriculture": ("nmj",),
        "public_building": ("zjj",),
    }
)


def consulted(industry: str) -> list[str]:
    """Codes of the departments asked: those of the industry first; 发改委 where it has none."""
    return [*_BY_INDUSTRY.get(industry, ("fgw",)), *_ALWAYS]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the consultation stands: the last word of each department in this round."""

    asked: tuple[str, ...]
    last: Mapping[str, Comment]
    reply_by: date | None = None

    @property
    def answered(self) -> int:
        return sum(code in self.last for code in self.asked)

    @property
    def outstanding(self) -> tuple[str, ...]:
        return tuple(code for code in self.asked if code not in self.last)

    @property
    def objections(self) -> tuple[Comment, ...]:
        """Those that still object; a department that changed its mind no longer does."""
        return tuple(c for c in self.last.values() if c.opinion == Opinion.OBJECT)

    @property
    def unhandled(self) -> tuple[Comment, ...]:
        """Objections that the office has not answered: while there is one, nothing is confirmed."""
        return tuple(c for c in self.objections if not c.verdict)

    def silent(self, on: date) -> tuple[str, ...]:
        """Those that let the deadline pass (逾期未回复) by day ``on``. Silence is no consent."""
        late = self.reply_by is not None and on > self.reply_by
        return self.outstanding if late else ()


def standing(project: Project, comments: Iterable[Comment]) -> Standing:
    """``comments`` are the project's, newest first; those of an earlier round do not count."""
    last: dict[str, Comment] = {}
    for comment in comments:
        if comment.round == project.round:
            last.setdefault(comment.department_code, comment)
    return Standing(tuple(project.consulted), last, project.reply_by)
