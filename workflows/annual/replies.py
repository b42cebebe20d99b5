"""Who has answered (意见回复): departments against projects, and whom the office still waits for. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kernel.labelled import Labelled
from workflows.projects.consultation import Standing
from workflows.projects.models import Comment, Opinion, Project


class Word(Labelled):
    """What stands in a cell of the matrix."""

    AGREE = "agree", "同意"
    ADVISE = "advise", "有建议"
    OBJECT = "object", "不同意"
    WAITING = "waiting", "未回复"
    SILENT = "silent", "逾期未回复"
    NOT_ASKED = "not_asked", ""


TONES = {Word.AGREE: "green", Word.ADVISE: "yellow", Word.OBJECT: "red", Word.SILENT: "red"}
UNANSWERED = frozenset({Word.WAITING, Word.SILENT})


@dataclass(frozen=True, slots=True)
class Cell:
    """A department's standing on a project."""

    department_code: str
    word: Word
    comment: Comment | None = None

    @property
    def tone(self) -> str:
        return TONES.get(self.word, "")

    @property
    def unhandled(self) -> bool:
        return self.word in (Word.ADVISE, Word.OBJECT) and not (
            self.comment and self.comment.verdict
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A project and a cell for each department of the matrix."""

    project: Project
    cells: tuple[Cell, ...]

    def has(self, words: Iterable[Word]) -> bool:
        wanted = set(words)
        return any(cell.word in wanted for cell in self.cells)

    @property
    def unhandled(self) -> int:
        return sum(cell.unhandled for cell in self.cells)


def rows_of(
    standings: Sequence[tuple[Project, Standing]], departments: Sequence[str], on: date
) -> list[Row]:
    """A row for each project that was sent."""
    return [
        Row(project, tuple(_cell(standing, code, on) for code in departments))
        for project, standing in standings
    ]


def _cell(standing: Standing, code: str, on: date) -> Cell:
    if comment := standing.last.get(code):
        return Cell(code, Word(Opinion(comment.opinion).value), comment)
    if code not in standing.asked:
        return Cell(code, Word.NOT_ASKED)
    return Cell(code, Word.SILENT if code in standing.silent(on) else Word.WAITING)


@dataclass(frozen=True, slots=True)
class Owed:
    """What one department still owes by one day: answers on so many projects."""

    department_code: str
    reply_by: date | None
    projects: int


def owed(standings: Iterable[tuple[Project, Standing]]) -> list[Owed]:
    """By department and deadline, for projects still open for comment."""
    counted: dict[tuple[str, date | None], int] = {}
    for project, standing in standings:
        for code in standing.outstanding:
            key = (code, project.reply_by)
            counted[key] = counted.get(key, 0) + 1
    order = sorted(counted, key=lambda key: (key[1] or date.max, key[0]))
    return [Owed(code, by, counted[code, by]) for code, by in order]


@dataclass(frozen=True, slots=True)
class Line:
    """One department of the matrix in figures."""

    department_code: str
    asked: int
    answered: int
    silent: int


def lines_of(rows: Iterable[Row]) -> Mapping[str, Line]:
    """The matrix by department."""
    words: dict[str, list[Word]] = {}
    for row in rows:
        for cell in row.cells:
            if cell.word is not Word.NOT_ASKED:
                words.setdefault(cell.department_code, []).append(cell.word)
    return {
        code: Line(
            code,
            len(found),
            sum(word not in UNANSWERED for word in found),
            sum(word is Word.SILENT for word in found),
        )
        for code, found in words.items()
    }
