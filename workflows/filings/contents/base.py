"""What a filing says (报备内容), read from its frozen snapshot: in figures, as tables, and against another."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.http import urlencode

from kernel.papers.forms import FilesField
from kernel.web.parts import Fact
from kernel.web.templatetags.lianshen import full_day
from tenants.registry.freezing import digest_of, frozen
from tenants.registry.models import FilingKind

Snapshot = Mapping[str, Any]
#: What a mechanism has done by the day it is filed; it moves on by itself.
RUNNING = "running"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says, and what stands in small print under it."""

    text: str
    under: str = ""
    figure: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a filing; `texts` are sections of running words."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    @property
    def heads(self) -> list[tuple[str, bool]]:
        """Each column, and whether figures stand in it."""
        return [
            (column, any(row[place].figure for row in self.rows))
            for place, column in enumerate(self.columns)
        ]

    @property
    def labelled(self) -> list[list[tuple[str, Cell]]]:
        """Rows whose cells carry their column, for a phone that stacks them."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two filings; ``old`` or ``new`` is empty where a line came or went."""

    part: str
    what: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """What a filing is for (期次): a year, or a part of it named by ``period`` ("2026-11-16", a document's number)."""

    year: int
    period: str = ""

    @property
    def query(self) -> str:
        """As an address names it: year=2026&period=2026-11-16."""
        return urlencode({"year": str(self.year), "period": self.period})


class Written(forms.Form):
    """The base of what people write: which draft, as the clerk saw it, and the files that go along."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    attachments = FilesField(label="附件", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "attachments"])

    @property
    def given(self) -> dict[str, Any]:
        """What was written, without what belongs to the page."""
        own = set(self.fields) - {"version", "attachments"}
        return {name: value for name, value in self.cleaned_data.items() if name in own}


class Content(ABC):
    """A kind of filing: where its content comes from, and how it is read. One object for each kind."""

    kind: ClassVar[FilingKind]
    #: Its own fields where people write it; None where the system takes all of it from the ledgers.
    form: ClassVar[type[Written] | None] = None
    #: Where what is filed is made, and what the button there says.
    made_at: ClassVar[tuple[str, str]] = ("", "")

    def words(self, term: Term) -> str:
        """What is filed, with its time: 2027年度项目清单, 2027年工作机制."""
        label = self.kind.label
        return f"{term.year}{label}" if label.startswith("年") else f"{term.year}年{label}"

    @abstractmethod
    def terms(self, on: date) -> list[Term]:
        """What it may be filed for on day ``on``; the first is the one offered."""

    @abstractmethod
    def take(self, term: Term, on: date, given: Snapshot) -> Snapshot:
        """What would be filed now; ``given`` is what people wrote. Plain JSON values."""

    @abstractmethod
    def is_empty(self, snapshot: Snapshot) -> bool:
        """Whether there is nothing to file."""

    @abstractmethod
    def figures(self, snapshot: Snapshot) -> list[Fact]:
        """The filing at a glance."""

    def sections(self, snapshot: Snapshot) -> list[Section]:
        """Its tables."""
        return []

    def texts(self, snapshot: Snapshot) -> list[tuple[str, list[str]]]:
        """Its running words: heading and paragraphs."""
        return []

    @abstractmethod
    def lacks(self, snapshot: Snapshot) -> list[str]:
        """What the city's model asks for and this does not have, one sentence each (完整性)."""

    @property
    @abstractmethod
    def model(self) -> str:
        """What the city's model asks for, in one sentence."""

    @abstractmethod
    def changes(self, before: Snapshot, after: Snapshot) -> list[Change]:
        """Line by line what ``after`` says that ``before`` did not, and the other way round."""


def draft_of(content: Content, term: Term, on: date, given: Snapshot) -> dict[str, Any]:
    """The snapshot as it would be frozen."""
    taken: dict[str, Any] = frozen(content.take(term, on, given))
    return taken


def same_content(one: Snapshot, other: Snapshot) -> bool:
    """Whether two snapshots say the same, whatever the days they were taken on and what went on meanwhile."""
    return digest_of(_timeless(one)) == digest_of(_timeless(other))


def _timeless(snapshot: Snapshot) -> dict[str, Any]:
    return {key: value for key, value in frozen(snapshot).items() if key not in ("on", RUNNING)}


def said(value: Any) -> str:
    """A JSON value as a cell says it."""
    if isinstance(value, bool):
        return "是" if value else ""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return full_day(date.fromisoformat(value))
    return "—" if value in (None, "", [], {}) else str(value)


def paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def text_changes(
    before: Snapshot, after: Snapshot, labels: Mapping[str, str], part: str
) -> list[Change]:
    """Fields of ``labels`` that say something else."""
    return [
        Change(part, label, said(before.get(name)), said(after.get(name)))
        for name, label in labels.items()
        if before.get(name) != after.get(name)
    ]


def row_changes(
    part: str,
    before: Sequence[Snapshot],
    after: Sequence[Snapshot],
    key: tuple[str, ...],
    name: str,
    labels: Mapping[str, str],
    shown: Any = None,
) -> list[Change]:
    """Rows that came, went or changed; ``shown(field, value)`` says a value, `said` where it is None."""
    show = shown or (lambda _, value: said(value))
    old, new = _keyed(before, key), _keyed(after, key)
    found = [Change(part, _called(old[k], name), "有", "") for k in old if k not in new]
    for k, line in new.items():
        if k not in old:
            found.append(Change(part, _called(line, name), "", "新增"))
            continue
        found += [
            Change(
                part,
                f"{_called(line, name)} · {label}",
                show(field, old[k].get(field)),
                show(field, line.get(field)),
            )
            for field, label in labels.items()
            if old[k].get(field) != line.get(field)
        ]
    return found


def _keyed(lines: Sequence[Snapshot], key: tuple[str, ...]) -> dict[tuple[Any, ...], Snapshot]:
    """Lines by their key; the second with the same key gets its place as well."""
    keyed: dict[tuple[Any, ...], Snapshot] = {}
    for line in lines:
        mark = tuple(line[part] for part in key)
        count = 0
        while (*mark, count) in keyed:
            count += 1
        keyed[(*mark, count)] = line
    return keyed


def _called(line: Snapshot, name: str) -> str:
    kind, unit = line.get("kind_label", ""), line.get("unit", "")
    return " ".join(part for part in (kind, unit, line[name]) if part)
