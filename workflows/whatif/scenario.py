"""A scenario (推演方案): what is assumed to be otherwise, as frozen changes that an address can hold.

| 地址 | 改什么 |
|---|---|
| ``days=B01:40``、``days=B01:40c`` | 办理用时；不带单位的按事项自己的单位，``w`` 工作日，``c`` 自然日 |
| ``left=B01:5`` | 在办事项的剩余用时，自今天起 |
| ``lead=B01:10`` | 备件用时（工作日） |
| ``notice=B01:5w`` | 公示天数 |
| ``start=B01:2026-01-10`` | 最早受理日，材料到时备齐 |
| ``commit=B01`` | 告知承诺：当场决定，不公示 |
| ``lack=B01`` | 容缺受理：前置事项的结果在决定前补齐 |
| ``edge=A01-B01:soft`` | 前置关系：``hard`` ``soft`` ``deficient``，``none`` 是取消；没有的就是新增 |
| ``target=2026-03-20``、``begin=2026-01-05`` | 目标日、动手日 |

A scenario is written in one order, so that equal scenarios have equal addresses.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self
from urllib.parse import urlencode

from kernel.clock import Unit
from kernel.labelled import Labelled
from kernel.plan import Strength
from kernel.refusal import Refused

MOST_DAYS = 365
MOST_CHANGES = 60


class Kind(Labelled):
    """What a change changes; the value is its name in the address."""

    DAYS = "days", "办理用时"
    COMMIT = "commit", "告知承诺"
    LEFT = "left", "剩余用时"
    START = "start", "最早受理日"
    LEAD = "lead", "备件用时"
    NOTICE = "notice", "公示"
    LACK = "lack", "容缺受理"
    EDGE = "edge", "前置关系"
    TARGET = "target", "目标日"
    BEGIN = "begin", "动手日"


COUNTED = frozenset({Kind.DAYS, Kind.LEFT, Kind.LEAD, Kind.NOTICE})
DATED = frozenset({Kind.START, Kind.TARGET, Kind.BEGIN})
OF_PROJECT = frozenset({Kind.TARGET, Kind.BEGIN})
DROPPED = "none"

_ORDER = {kind: place for place, kind in enumerate(Kind)}
_CODE = re.compile(r"[0-9A-Za-z]{1,10}")
_COUNT = re.compile(r"(\d{1,6})([wc]?)", re.ASCII)
_UNITS = {"": None, "w": Unit.WORKING, "c": Unit.CALENDAR}
_LETTERS = {unit: letter for letter, unit in _UNITS.items()}
_STRENGTHS: Mapping[str, Strength | None] = {
    DROPPED: None,
    **{strength.value: strength for strength in Strength},
}


class ScenarioRefused(Refused):
    """The scenario can't be read or can't be; ``faults`` are sentences, one for each fault."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("".join(self.faults))


@dataclass(frozen=True, slots=True)
class Change:
    """One change. ``subject`` is a matter's code, for an edge "before-after", else empty.

    Of the rest a kind uses what it needs; an edge without a strength is dropped.
    """

    kind: Kind
    subject: str = ""
    days: int = 0
    unit: Unit | None = None
    on: date | None = None
    strength: Strength | None = None

    @property
    def ends(self) -> tuple[str, str]:
        """The two matters of an edge."""
        before, _, after = self.subject.partition("-")
        return before, after

    @property
    def text(self) -> str:
        """The value as the address holds it."""
        if self.kind in COUNTED:
            return f"{self.subject}:{self.days}{_LETTERS[self.unit]}"
        if self.kind in OF_PROJECT:
            return f"{self.on}"
        if self.kind is Kind.START:
            return f"{self.subject}:{self.on}"
        if self.kind is Kind.EDGE:
            return f"{self.subject}:{self.strength or DROPPED}"
        return self.subject

    def said(self, names: Mapping[str, str]) -> str:
        """The change in Chinese, with ``names`` for codes: 环评报告书：办理用时改为 40 个自然日."""
        if self.kind is Kind.EDGE:
            chain = "→".join(named(code, names) for code in self.ends)
            return f"{chain}：{self.strength.label if self.strength else '取消前置关系'}"
        if self.kind in OF_PROJECT:
            return f"{self.kind.label}改为 {_told(self.on)}"
        name = named(self.subject, names)
        if self.kind is Kind.START:
            return f"{name}：最早受理日改为 {_told(self.on)}，材料到时备齐"
        if self.kind in COUNTED:
            unit = Unit.WORKING if self.kind is Kind.LEAD else self.unit
            return (
                f"{name}：{self.kind.label}改为 {self.days} {f'个{unit.label}' if unit else '天'}"
            )
        if self.kind is Kind.COMMIT:
            return f"{name}：告知承诺，当场决定，不公示"
        return f"{name}：容缺受理，前置结果在决定前补齐"


@dataclass(frozen=True, slots=True)
class Scenario:
    """Changes in their one order, each subject changed once in a way; without any it is 现状."""

    changes: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Names and values of the address."""
        return [(change.kind.value, change.text) for change in self.changes]

    @property
    def address(self) -> str:
        """As a query without its question mark; empty for 现状."""
        return urlencode(self.pairs, safe=":")

    def of(self, kind: Kind) -> dict[str, Change]:
        """The changes of one kind by what they change."""
        return {change.subject: change for change in self.changes if change.kind is kind}

    def adding(self, change: Change) -> Self:
        """The same with ``change`` in the place of what it replaces."""
        replaced = {Kind.DAYS: Kind.COMMIT, Kind.COMMIT: Kind.DAYS}.get(change.kind)
        kept = (
            c
            for c in self.changes
            if c.subject != change.subject or c.kind not in (change.kind, replaced)
        )
        return type(self)(_ordered([*kept, change]))

    def without(self, change: Change) -> Self:
        return type(self)(tuple(c for c in self.changes if c != change))


@dataclass(frozen=True, slots=True)
class Address:
    """What an address says: the changes that could be read, and a sentence for each that could not."""

    scenario: Scenario
    faults: tuple[str, ...] = ()


def read(query: Mapping[str, Sequence[str]]) -> Address:
    """The scenario that an address holds; parameters of other names are not looked at."""
    found: dict[tuple[Kind, str], Change] = {}
    faults: list[str] = []
    texts = [(kind, text) for kind in Kind for text in query.get(kind.value, ()) if text.strip()]
    if len(texts) > MOST_CHANGES:
        return Address(
            Scenario(),
            (f"一次推演最多 {MOST_CHANGES} 项改动，地址里有 {len(texts)} 项；请去掉一些。",),
        )
    for kind, text in texts:
        try:
            change = read_change(kind, text)
        except ScenarioRefused as refusal:
            faults += refusal.faults
            continue
        known = found.setdefault((kind, change.subject), change)
        if known != change:
            place = f"“{change.subject}”" if change.subject else ""
            faults.append(
                f"{kind.label}{place}改了两次：{known.text} 和 {change.text}；请只留一次。"
            )
    faults += [
        f"事项“{code}”已按告知承诺当场决定，办理用时 {change.days} 天不起作用；请去掉其中一项。"
        for (kind, code), change in found.items()
        if kind is Kind.DAYS and (Kind.COMMIT, code) in found
    ]
    return Address(Scenario(_ordered(found.values())), tuple(faults))


def read_change(kind: Kind, text: str) -> Change:
    """One value of the address. Raises ScenarioRefused with one sentence."""
    text = text.strip()
    if kind in OF_PROJECT:
        return Change(kind, on=_day(kind, text, text))
    subject, _, value = text.partition(":")
    if kind is Kind.EDGE:
        return _edge(subject, value)
    if not _CODE.fullmatch(subject):
        raise _fault(kind, text, "事项编码应是字母和数字", "B01")
    if kind in COUNTED:
        return _counted(kind, text, subject, value)
    if kind is Kind.START:
        return Change(kind, subject, on=_day(kind, text, value))
    if value:
        raise _fault(kind, text, f"“{value}”没有意义，只写事项编码", subject)
    return Change(kind, subject)


def _told(on: date | None) -> str:
    return f"{on.year}年{on.month}月{on.day}日" if on else "—"


def named(code: str, names: Mapping[str, str]) -> str:
    """环评报告书（B01）, or the code alone where nobody knows it."""
    return f"{names[code]}（{code}）" if code in names else code


def _counted(kind: Kind, text: str, subject: str, value: str) -> Change:
    matched = _COUNT.fullmatch(value)
    if matched is None or int(matched[1]) > MOST_DAYS:
        raise _fault(kind, text, f"天数应是 0 到 {MOST_DAYS} 的整数", f"{subject}:20")
    unit = _UNITS[matched[2]]
    if kind is Kind.LEAD and unit is Unit.CALENDAR:
        raise _fault(kind, text, "备件用时只按工作日算", f"{subject}:{matched[1]}")
    return Change(kind, subject, days=int(matched[1]), unit=None if kind is Kind.LEAD else unit)


def _edge(subject: str, value: str) -> Change:
    before, hyphen, after = subject.partition("-")
    text = f"{subject}:{value}" if value else subject
    if not (hyphen and _CODE.fullmatch(before) and _CODE.fullmatch(after)):
        raise _fault(Kind.EDGE, text, "应写明前后两个事项", "A01-B01:soft")
    if before == after:
        raise _fault(Kind.EDGE, text, "事项不能以自己为前置", "A01-B01:soft")
    if value not in _STRENGTHS:
        raise _fault(
            Kind.EDGE, text, f"强度应是 {'、'.join(_STRENGTHS)} 之一", f"{before}-{after}:soft"
        )
    return Change(Kind.EDGE, subject, strength=_STRENGTHS[value])


def _day(kind: Kind, text: str, value: str) -> date:
    try:
        return date.fromisoformat(value if len(value) == len("2026-03-31") else "")
    except ValueError:
        example = text.removesuffix(value) + "2026-03-31"
        raise _fault(kind, text, "日期应写成年-月-日", example) from None


def _fault(kind: Kind, text: str, why: str, example: str) -> ScenarioRefused:
    return ScenarioRefused([f"{kind.label}“{text[:60]}”读不懂：{why}，例如 {example}。"])


def _ordered(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda change: (_ORDER[change.kind], change.subject)))
