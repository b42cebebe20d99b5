"""A paper (公文) as data: what stands on it and in which order, before anybody sets it.

Form and parts follow GB/T 9704-2012. Both renderers read this and nothing else, so PDF, .docx and
the record say the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Self

from kernel.labelled import Labelled
from kernel.papers.characters import seen, seen_lines


class Form(Labelled):
    """How the first page looks (格式)."""

    DOCUMENT = "document", "文件"  # 通用格式: red mark, number, red line, title
    LETTER = "letter", "信函"  # 信函格式: double red lines, number at the right
    MINUTES = "minutes", "纪要"  # 纪要格式: red mark, number beneath, no seal


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 (一、黑体) to 3; its number is part of ``text``."""

    text: str
    level: int = 1

    def __post_init__(self) -> None:
        _put(self, text=seen(self.text))


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph, indented by two characters; a break in its text begins another."""

    text: str

    def __post_init__(self) -> None:
        _put(self, text=seen_lines(self.text))


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table. ``widths`` are shares of the line (any unit); empty for equal columns. Short rows
    are filled up."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()
    caption: str = ""

    def __post_init__(self) -> None:
        _put(
            self,
            heads=tuple(map(seen_lines, self.heads)),
            rows=tuple(tuple(map(seen_lines, row)) for row in self.rows),
            caption=seen(self.caption),
        )

    @property
    def columns(self) -> int:
        return max(len(self.heads), *map(len, self.rows), 0)

    @property
    def filled(self) -> tuple[tuple[str, ...], ...]:
        """Rows of one length."""
        return tuple((*row, *[""] * (self.columns - len(row))) for row in self.rows)


Block = Heading | Para | Table
_BLOCKS: Mapping[str, type[Heading | Para | Table]] = {
    "heading": Heading,
    "para": Para,
    "table": Table,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper. Texts are plain; what is empty is left out of the page.

    ``mark`` is the red head (发文机关标志), ``number`` the 发文字号, ``signer`` who signs it,
    ``seal_note`` whose seal stands for the signer's (代章), ``approver`` the 签发人.
    """

    form: Form
    mark: str
    title: str
    number: str = ""
    addressee: str = ""
    body: tuple[Block, ...] = ()
    annexes: tuple[str, ...] = ()
    signer: str = ""
    seal_note: str = ""
    signed_on: date | None = None
    note: str = ""
    copies_to: str = ""
    printed_by: str = ""
    approver: str = ""
    urgency: str = ""
    attendance: tuple[tuple[str, str], ...] = field(default=())  # 纪要: 出席、请假、列席, and who

    def __post_init__(self) -> None:
        _put(
            self,
            **{name: seen(getattr(self, name)) for name in _TEXTS},
            title=seen_lines(self.title),
            annexes=tuple(filter(None, map(seen, self.annexes))),
            attendance=tuple((seen(label), seen(who)) for label, who in self.attendance),
        )

    @property
    def date(self) -> str:
        """成文日期 as it is printed, or nothing."""
        return cn_date(self.signed_on) if self.signed_on else ""

    @property
    def signing(self) -> tuple[str, ...]:
        """署名、代章、成文日期 beneath the text; minutes carry no seal and name theirs at the head."""
        if self.form is Form.MINUTES:
            return ()
        return tuple(filter(None, (self.signer, self.seal_note, self.date)))

    @property
    def printed(self) -> tuple[str, str]:
        """印发机关 and 印发日期; a letter carries neither (GB/T 9704-2012, 10.1)."""
        if self.form is Form.LETTER or not self.printed_by:
            return "", ""
        return self.printed_by, f"{self.date}印发" if self.date else ""

    @property
    def numbered_annexes(self) -> list[tuple[str, str]]:
        """附件说明: what stands before each, and the annex; one alone has no number."""
        if len(self.annexes) == 1:
            return [("附件：", self.annexes[0])]
        return [(f"附件：{n}." if n == 1 else f"{n}.", a) for n, a in enumerate(self.annexes, 1)]

    def write(self) -> dict[str, Any]:
        """The paper as JSON values."""
        plain = asdict(self)
        plain["form"] = self.form.value
        plain["body"] = [
            {"block": type(block).__name__.lower(), **asdict(block)} for block in self.body
        ]
        plain["signed_on"] = self.signed_on.isoformat() if self.signed_on else None
        return plain

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """The paper that `write` put down, also after a JSON column has turned tuples to lists."""
        values = dict(data)
        values["form"] = Form(data["form"])
        values["body"] = tuple(_block(block) for block in data["body"])
        values["annexes"] = tuple(data["annexes"])
        values["attendance"] = tuple((label, who) for label, who in data["attendance"])
        signed_on = data["signed_on"]
        values["signed_on"] = date.fromisoformat(signed_on) if signed_on else None
        return cls(**values)

    def lines(self) -> Iterator[str]:
        """Every text of the paper in reading order: what its PDF and its .docx must say too."""
        yield from filter(None, self._written())

    def _written(self) -> Iterator[str]:
        letter = self.form is Form.LETTER
        yield from (self.mark, self.urgency) if letter else (self.urgency, self.mark)
        yield self.number
        if self.form is Form.MINUTES:
            yield from (self.signer, self.date)
        if self.form is Form.DOCUMENT and self.approver:
            yield f"签发人：{self.approver}"
        yield self.title
        if self.addressee:
            yield f"{self.addressee}："
        for block in self.body:
            yield from _texts(block)
        yield from (f"{before}{annex}" for before, annex in self.numbered_annexes)
        yield from self.signing
        if self.note:
            yield f"（{self.note}）"
        yield from (f"{label}：{who}" for label, who in self.attendance)
        if self.copies_to:
            yield f"抄送：{self.copies_to}"
        yield from self.printed


def cn_date(on: date) -> str:
    """成文日期: Arabic figures without leading zeros."""
    return f"{on.year}年{on.month}月{on.day}日"


def _block(data: Mapping[str, Any]) -> Block:
    values = {key: value for key, value in data.items() if key != "block"}
    if data["block"] == "table":
        return Table(
            heads=tuple(values["heads"]),
            rows=tuple(tuple(row) for row in values["rows"]),
            widths=tuple(map(float, values["widths"])),  # a frozen record holds fractions as texts
            caption=values["caption"],
        )
    made: Block = _BLOCKS[data["block"]](**values)
    return made


def _texts(block: Block) -> Sequence[str]:
    match block:
        case Table(heads, rows, _, caption):
            return [caption, *heads, *(cell for row in rows for cell in row)]
        case Heading(text) | Para(text):
            return [text]


_TEXTS = (
    "mark", "number", "addressee", "signer", "seal_note", "note", "copies_to", "printed_by",
    "approver", "urgency",
)  # fmt: skip


def _put(of: object, **values: object) -> None:
    """Set fields of a frozen value while it is being made."""
    for name, value in values.items():
        object.__setattr__(of, name, value)
