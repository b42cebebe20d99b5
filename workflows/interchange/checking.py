"""What is missing, invented or contradictory in rows about to be exported (检查). Pure: the day is a parameter.

The score (数据真实度) is the share of asked cells that hold a recorded fact. It is monotone: a value taken
away or invented never raises it, one put right never lowers it. Four rules keep it so. A cell has one fault at
most. A contradiction between two days is charged to the later one alone, where the earlier is asked. Of equal values beyond what is allowed
each further row is charged once. What a value leads to (a project's process leads to rows of its matters) is asked
whether or not the value is there.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from kernel.labelled import Labelled
from workflows.interchange.states import NATIONAL
from workflows.interchange.tables import (
    BY_NAME,
    CODES,
    NEVER_EXPIRES,
    SUPPLEMENTS,
    Column,
    Home,
    Need,
    Table,
    Type,
)
from workflows.projects.codes import BadCode, read_credit_code, read_project_code

EARLIEST = date(1990, 1, 1)


class Fault(Labelled):
    MISSING = "missing", "没有填写"
    INVENTED = "invented", "臆造值"
    CONTRARY = "contrary", "前后矛盾"
    SHAPE = "shape", "格式不符"


#: Values that stand where nobody knew one; compared without case, width, spaces and punctuation.
PLACEHOLDERS = frozenset(
    """无 暂无 没有 不详 不明 未知 未定 待定 待补 待补充 待填 略 空 默认 测试 错误数据 暂无数据 数据缺失
    a01 a1 test testing demo null none nil nan na undefined unknown default tbd todo xxx abc abcd asdf qwerty
    admin sysadmin 系统 管理员 系统管理员 张三 李四""".split()  # noqa: SIM905 -- read as words
)
STOCK_PHRASES = frozenset(
    """同意 已同意 拟同意 同意办理 同意受理 同意通过 无意见 暂无意见 没有意见 无 暂无 通过 审核通过 审批通过 已通过 已阅 阅
    已办 已办理 已办结 办结 准予 准予许可 许可 批准 符合 符合要求 符合条件 情况属实 属实 按程序办理 请办理 好 是 可以 收到
    ok yes pass agree""".split()  # noqa: SIM905
)
_STATES = frozenset(re.sub(r"[\W_]+", "", name) for name in NATIONAL.values())
_SERIAL = "0123456789" * 2
_PUNCTUATION = re.compile(r"[\W_]+")
_REGION = re.compile(r"[1-9]\d{5}")


@dataclass(frozen=True, slots=True)
class Row:
    """A row as the ledgers have it: a value that nobody recorded is absent, never made up.

    ``waived`` are columns nobody asks of this row, ``recurring`` those whose words may stand in many rows. ``since`` are days a column may not lie before, with
    what happened on them. ``parents`` are the (table, key) it hangs on. ``subjects`` name what a value of
    each home belongs to, ``owner`` the department, empty for the office. Rows that ``counts_as`` the same
    hold the same facts, which are counted once. ``held`` says why a row without fault stays at home.
    """

    table: str
    key: str
    name: str
    values: Mapping[str, Any]
    subjects: Mapping[Home, str] = field(default_factory=dict)
    owner: str = ""
    waived: frozenset[str] = frozenset()
    since: Mapping[str, tuple[date, str]] = field(default_factory=dict)
    parents: tuple[tuple[str, str], ...] = ()
    recurring: frozenset[str] = frozenset()
    counts_as: str = ""
    held: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One cell that may not be exported; `sentence` names table, row, column, value and cure."""

    table: Table
    column: Column
    key: str
    name: str
    fault: Fault
    value: str
    why: str
    owner: str
    home: Home
    subject: str

    @property
    def cure(self) -> str:
        if self.home in SUPPLEMENTS:
            return f"请由责任单位在“{self.home.label}”中按原件填写"
        return f"请在{self.home.label}中按原件更正"

    @property
    def sentence(self) -> str:
        held = f"“{self.value}”" if self.value else ""
        return (
            f"{self.table.label}，{self.name}：“{self.column.label}”（{self.column.name}）"
            f"{held}{self.why}。{self.cure}。"
        )


@dataclass(slots=True)
class Tally:
    """Asked cells, those that hold a fact, and the others by fault; rows, and those that pass."""

    rows: int = 0
    passed: int = 0
    asked: int = 0
    recorded: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def score(self) -> float | None:
        """0 to 1; none where nothing is asked yet."""
        return self.recorded / self.asked if self.asked else None

    @property
    def lacking(self) -> int:
        return self.asked - self.recorded

    def add(self, other: "Tally") -> None:
        self.rows += other.rows
        self.passed += other.passed
        self.asked += other.asked
        self.recorded += other.recorded
        self.faults.update(other.faults)


@dataclass(frozen=True, slots=True)
class Checked:
    """A row with what is wrong in it; ``orphan`` says which parent was refused before it. ``again``: its facts
    have been counted with an earlier row."""

    row: Row
    findings: tuple[Finding, ...]
    asked: int
    orphan: str = ""
    again: bool = False

    @property
    def passes(self) -> bool:
        return not self.findings and not self.orphan

    @property
    def reasons(self) -> list[str]:
        found = [finding.sentence for finding in self.findings]
        return [*found, self.orphan] if self.orphan else found


def check(rows: Iterable[Row], *, on: date) -> Iterator[Checked]:
    """The rows one after another, parents before children; holds keys and repeated words, not rows."""
    refused: set[tuple[str, str]] = set()
    seen: Counter[tuple[str, str, str]] = Counter()
    counted: set[tuple[str, str]] = set()
    for row in rows:
        table = BY_NAME[row.table]
        findings, asked = _check_row(row, table, on, seen)
        lost = next((parent for parent in row.parents if parent in refused), None)
        orphan = row.held
        if lost:
            orphan = f"所属的{BY_NAME[lost[0]].label}“{lost[1]}”没有通过，本行一并不上报。"
        facts = (row.table, row.counts_as or row.key)
        found = Checked(row, tuple(findings), asked, orphan, again=facts in counted)
        counted.add(facts)
        if not found.passes:
            refused.add((row.table, row.key))
        yield found


def tally(checked: Iterable[Checked]) -> dict[str, Tally]:
    """By table, in the order they come."""
    found: dict[str, Tally] = {}
    for each in checked:
        count(found.setdefault(each.row.table, Tally()), each)
    return found


def count(into: Tally, each: Checked) -> None:
    into.rows += 1
    into.passed += each.passes
    if each.again:
        return
    into.asked += each.asked
    into.recorded += each.asked - len(each.findings)
    into.faults.update(finding.fault.value for finding in each.findings)


def total(tallies: Mapping[str, Tally]) -> Tally:
    whole = Tally()
    for each in tallies.values():
        whole.add(each)
    return whole


def fault_of(column: Column, value: Any, *, on: date) -> tuple[Fault, str] | None:
    """What is wrong with one value by itself; None for a good one. An empty one is missing."""
    text = shown(value)
    if not text:
        return Fault.MISSING, "没有填写"
    if column.type is Type.DATE:
        return _day_fault(column, value, text, on)
    figure = column.type in (Type.NUMBER, Type.WHOLE, Type.CODE)
    # A01 is a matter of the published catalogue, and a placeholder everywhere else.
    if column.home not in _PUBLISHED and _is_placeholder(text, figure=figure):
        return Fault.INVENTED, "是占位的值，不是事实"
    match column.type:
        case Type.OPINION if plain(text) in STOCK_PHRASES or plain(text) in _STATES:
            return Fault.INVENTED, "是套话，不是办理人的意见"
        case Type.NUMBER | Type.WHOLE:
            return _number_fault(column, text)
        case Type.CODE:
            return _code_fault(column, text)
        case Type.REGION if not _REGION.fullmatch(text):
            return Fault.SHAPE, "不是六位行政区划代码"
        case Type.PROJECT_CODE | Type.CREDIT_CODE:
            read = read_project_code if column.type is Type.PROJECT_CODE else read_credit_code
            try:
                read(text)
            except BadCode as bad:
                return Fault.SHAPE, bad.fault
    return None


def shown(value: Any) -> str:
    """A value as a cell holds it: ISO days, plain figures; nothing for what is absent."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return str(value).strip()


def plain(text: str) -> str:
    """``text`` without width, case, spaces and punctuation, for comparing words."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text)).casefold()


def day_of(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        return None


# Inside ---------------------------------------------------------------------------------------------


def _check_row(
    row: Row, table: Table, on: date, seen: Counter[tuple[str, str, str]]
) -> tuple[list[Finding], int]:
    findings: dict[str, Finding] = {}
    asked = 0

    def find(column: Column, fault: Fault, why: str) -> None:
        value, home = shown(row.values.get(column.name)), column.home
        if home is Home.PROCEDURE and home not in row.subjects:
            home = Home.PROCEDURE_LEDGER  # the words of a line of the ledger
        findings[column.name] = Finding(
            table, column, row.key, row.name, fault, value[:80], why,
            row.owner if home in _OF_DEPARTMENTS else "", home, row.subjects.get(home, ""),
        )  # fmt: skip

    for column in table.columns:
        if column.need is Need.REFERENCE:
            continue
        value = row.values.get(column.name)
        wanted = column.required and column.name not in row.waived
        if not wanted and not shown(value):
            continue
        fault = fault_of(column, value, on=on)
        if fault is None and column.copies and column.name not in row.recurring:
            place = (table.name, column.name, plain(shown(value)))
            seen[place] += 1
            if seen[place] > column.copies:
                times = f"已有 {column.copies} 行" if column.copies > 1 else "另一行"
                fault = Fault.INVENTED, f"与{times}逐字相同"
        if fault is None and (earliest := row.since.get(column.name)):
            day = day_of(value)
            if day and day < earliest[0]:
                fault = Fault.CONTRARY, f"早于{earliest[1]} {earliest[0]}"
        if fault:
            find(column, *fault)
        asked += wanted or fault is not None
    for first, last in table.before:
        begun, ended = day_of(row.values.get(first)), day_of(row.values.get(last))
        if first in row.waived or not table.by_name[first].required:
            continue  # a day nobody asks for could cost the later one its fact, and be worth none itself
        if findings.keys() & {first, last} or not (begun and ended) or begun < ended:
            continue
        column = table.by_name[last]
        find(column, Fault.CONTRARY, f"不晚于“{table.by_name[first].label}”{begun}")
        asked += not column.required or last in row.waived
    return list(findings.values()), asked


#: A limit of 0 is a matter decided on the spot (即办).
_AT_ONCE = ("SPSXBLSX", "SXBLSX")
_PUBLISHED = (Home.CATALOGUE, Home.PLACE)
_OF_DEPARTMENTS = (Home.PROCEDURE_LEDGER, Home.MATTER, Home.DEPARTMENT, Home.PROCEDURE)


def _is_placeholder(text: str, *, figure: bool) -> bool:
    bare = plain(text)
    if not bare or bare in PLACEHOLDERS:
        return True
    if figure:
        return len(bare) >= 5 and len(set(bare)) == 1 and bare[0] == "9"
    repeated = len(bare) >= 3 and len(set(bare)) == 1
    counted_through = bare.isdigit() and len(bare) >= 3 and bare in _SERIAL
    return repeated or counted_through or bare == "0"


def _day_fault(column: Column, value: Any, text: str, on: date) -> tuple[Fault, str] | None:
    day = day_of(value)
    if day is None:
        if _is_placeholder(text, figure=False):
            return Fault.INVENTED, "是占位的值，不是日期"
        return Fault.SHAPE, "不是“年-月-日”的日期"
    if day.year >= 9000:
        if column.endless and day == NEVER_EXPIRES:
            return None
        return Fault.INVENTED, "是系统占位的日期"
    if day < EARLIEST:
        return Fault.INVENTED, "是系统默认的日期，不是发生的日期"
    if column.actual and day > on:
        return Fault.CONTRARY, "还没有到，不会已经发生"
    return None


def _number_fault(column: Column, text: str) -> tuple[Fault, str] | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return Fault.SHAPE, "不是数值"
    whole = column.type is Type.WHOLE
    if not number.is_finite() or (whole and number != number.to_integral_value()):
        return Fault.SHAPE, "不是整数" if whole else "不是数值"
    if number <= 0 and not (number == 0 and column.name in _AT_ONCE):
        return Fault.INVENTED, "不大于 0，不是实际的数值"
    return None


def _code_fault(column: Column, text: str) -> tuple[Fault, str] | None:
    codes = CODES[column.codes]
    if text in codes.values:
        return None
    if codes.whole:
        known = "、".join(codes.values)
        return Fault.SHAPE, f"不在“{codes.label}”的代码（{known}）里"
    if not re.fullmatch(r"\d{1,4}", text):
        return Fault.SHAPE, "不是接收平台代码表中的数字代码"
    if int(text) == 0:
        return Fault.INVENTED, "是没有填写时的默认代码"
    return None
