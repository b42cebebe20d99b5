"""读通知：a holiday notice out of the text a clerk pastes, in the wording of recent years. Pure.

Every fault is one sentence with line, value and cure; with one of them there is no notice. A title,
a number or a day of issue that was not pasted is no fault here: the clerk fills it in afterwards.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from kernel.calendars.checking import faults_of, said, weekday_of
from kernel.clock import Notice, Rest

LONGEST = 20_000  # characters; a notice has some 700
_DAY = timedelta(days=1)

_WEEKDAYS = {word: place for place, word in enumerate("一二三四五六日")} | {"天": 6}
_ATOM = r"(?:\d{4}年)?(?:\d{1,2}月)?\d{1,2}日(?:\([^()]*\))?"
_PARTS = re.compile(
    r"(?:(?P<year>\d{4})年)?(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})日(?:\((?P<note>[^()]*)\))?"
)
_PLAIN_DAY = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})")
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")
_TO = r"(?:至|到|—+|-|~)"
_LIST = rf"{_ATOM}(?:[、和及与]{_ATOM})*"

_CLAUSE = re.compile(
    r"(?:^|(?<=[。;:\n]))(?:[一二三四五六七八九十]{1,3}、|\(?\d{1,2}[.、)])?(?:\d{4}年)?"
    r"(?P<name>(?:元旦|[\u4e00-\u9fff]{1,9}[节日])(?:、[\u4e00-\u9fff]{1,9}[节日])*):",
    re.MULTILINE,
)
_REST = re.compile(
    rf"(?P<from>{_ATOM})(?:{_TO}(?P<until>{_ATOM}))?放假(?:调休|补休)?"
    r"(?:(?P<days>\d{1,2})天)?(?:调休)?"
)
_COUNT = re.compile(r"(?:共|放假)(?:计)?(?P<days>\d{1,2}|[一二两三四五六七八九十]{1,2})天")
_WORK = re.compile(rf"(?P<days>{_LIST})(?:照常|正常|调休)?上班")
_ALSO = re.compile(rf"(?P<days>{_LIST})(?:补休|调休放假)")
_LONGER = re.compile(rf"延长(?:\d{{4}}年)?(?P<name>[\u4e00-\u9fff]{{2,4}})假期至(?P<until>{_ATOM})")
_BACK_TO_WORK = re.compile(rf"{_ATOM}起(?:照常|正常)?上班")
_BESIDE_A_WEEKEND = re.compile(r"与周末(?:连休|相连)")
_TELLS_A_DAY = re.compile(r"\d日.*(?:放假|上班|休)|(?:放假|上班|休).*\d日")

_NUMBER = re.compile(
    r"(?P<organ>[\u4e00-\u9fff]{2,12})[〔\[(【](?P<year>\d{4})[〕\])】]第?(?P<number>\d{1,4})号"
)
_TITLE = re.compile(r"国务院办公厅关于[\u4e00-\u9fff\d]{2,40}?的通知")
_YEAR = re.compile(r"(?<!\d)(\d{4})年(?:部分节假日|全年节假日|节假日|元旦|春节)")
_LABELLED_DAY = re.compile(r"(?:成文|印发|发文|发布)日期:(\d{4})[年.-](\d{1,2})[月.-](\d{1,2})")
_SIGNED_ON = re.compile(r"(?:^|国务院办公厅)(\d{4})年(\d{1,2})月(\d{1,2})日$", re.MULTILINE)
_SMALL = {word: n for n, word in enumerate("零一二三四五六七八九十")} | {"两": 2}


@dataclass(frozen=True, slots=True)
class Read:
    """读出的通知：the notice, or why there is none. ``remarks`` say what was passed over."""

    notice: Notice | None
    faults: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def read_text(
    source: str, *, year: int | None = None, known: Iterable[Rest] = (), origin: str = ""
) -> Read:
    """The notice in ``source``. ``year`` is the clerk's word and goes before the text's own.

    ``known`` are the holidays on file: a notice that only makes one longer begins after it.
    ``origin`` becomes the notice's source.
    """
    if len(source) > LONGEST:
        return Read(
            None,
            (f"粘贴的文字共{len(source)}字，超过{LONGEST}字；请只粘贴放假通知本身。",),
        )
    text = plain_lines(source)
    if not text.strip():
        return Read(None, ("没有粘贴文字；请粘贴放假通知的全文，或改为上传表格。",))
    year = year or year_in(text)
    if year is None:
        return Read(None, ("粘贴的文字没有写是哪一年的安排；请连标题一起粘贴，或在“年份”里填写。",))
    reader = _Reader(text, year, tuple(known))
    reader.read()
    if not (reader.rests or reader.faults):
        cure = "请粘贴带“一、元旦：1月1日放假……”这样条款的原文。"
        return Read(None, (f"粘贴的文字里没有读出放假安排；{cure}",))
    if reader.faults:
        return Read(None, tuple(reader.faults), tuple(reader.remarks))
    title = title_in(text)
    notice = Notice(
        year=year,
        number=number_in(text),
        title=title or f"国务院办公厅关于{year}年部分节假日安排的通知",
        issued_on=issued_in(text),
        source=origin,
        published=True,
        rest=tuple(reader.rests),
        make_up=tuple(sorted(reader.make_ups)),
    )
    faults = tuple(
        f"第{reader.lines[fault.on]}行：{fault.text}" if fault.on in reader.lines else fault.text
        for fault in faults_of(notice)
    )
    return Read(None if faults else notice, faults, tuple(reader.remarks))


# 抬头 --------------------------------------------------------------------------------------------


def plain_lines(source: str) -> str:
    """Half-width and without spaces; lines stay lines."""
    return "\n".join(
        "".join(unicodedata.normalize("NFKC", line).split()) for line in source.splitlines()
    )


def number_in(text: str) -> str:
    """The document's number (文号) in its usual form, or nothing."""
    match = _NUMBER.search(plain_lines(text))
    if match is None:
        return ""
    organ = re.sub(r"^.*(?:文号|字号)", "", match["organ"])
    return f"{organ}〔{match['year']}〕{int(match['number'])}号"


def title_in(text: str) -> str:
    match = _TITLE.search(text.replace("\n", ""))
    return match[0] if match else ""


def year_in(text: str) -> int | None:
    match = _YEAR.search(text.replace("\n", ""))
    return int(match[1]) if match else None


def issued_in(text: str) -> date | None:
    """The day of issue: where it is labelled, else where the paper is signed."""
    found = _LABELLED_DAY.search(text) or next(iter(_SIGNED_ON.finditer(text)), None)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def days_in(text: str, year: int) -> list[date]:
    """Days separated by 、 or a comma: 1月4日（周日）, 2026-01-04, 2026.1.4; ``year`` where none is
    written. Raises ``ValueError`` with what is wrong and the cure."""
    days = []
    for piece in re.split(r"[、;\s]+|,(?![^()]*\))", unicodedata.normalize("NFKC", text).strip()):
        if not piece:
            continue
        if match := _PLAIN_DAY.fullmatch(piece):
            days.append(_day(int(match[1]), int(match[2]), int(match[3]), "", piece))
        elif (match := _PARTS.fullmatch(piece)) and match["month"]:
            parts = int(match["year"] or year), int(match["month"]), int(match["day"])
            days.append(_day(*parts, match["note"] or "", piece))
        else:
            raise _Unreadable(
                f"中的“{piece}”认不出是哪一天；请写成 {year}年1月4日 或 {year}-01-04，几个日期用顿号隔开。"
            )
    return days


# 条款 --------------------------------------------------------------------------------------------


@dataclass
class _Reader:
    """Walks the clauses; what it finds, with the line of each day."""

    text: str
    year: int
    known: tuple[Rest, ...]
    rests: list[Rest] = field(default_factory=list)
    make_ups: list[date] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    lines: dict[date | None, int] = field(default_factory=dict)
    last: Rest | None = None  #: the one a count or a day in lieu speaks of

    def read(self) -> None:
        heads = list(_CLAUSE.finditer(self.text))
        ends = [*(head.start() for head in heads[1:]), len(self.text)]
        for head, end in zip(heads, ends, strict=False):
            self._clause(head["name"], head.end(), end)
        if not heads:
            self._sentences("", 0, len(self.text))

    def _clause(self, name: str, begin: int, end: int) -> None:
        before = len(self.rests), len(self.faults)
        self.last = None
        self._sentences(name, begin, end)
        if (len(self.rests), len(self.faults)) == before:
            cure = "请写成“1月1日至3日放假调休，共3天”。"
            self._fault(begin, name, f"没有读出放假日期；{cure}")

    def _sentences(self, name: str, begin: int, end: int) -> None:
        """Each sentence of a clause, piece by piece; what neither rests nor works is passed over."""
        for found in re.finditer(r"[^。;\n]+", self.text[begin:end]):
            at, sentence = begin + found.start(), found[0]
            if sentence.startswith("鼓励"):
                self.remarks.append(f"第{self._line(at)}行“{sentence}”是倡议，没有计入放假。")
                continue
            for piece in _pieces(sentence):
                try:
                    self._piece(name, at, piece)
                except _Unreadable as bad:
                    self._fault(at, piece, str(bad))

    def _piece(self, name: str, at: int, piece: str) -> None:
        line = self._line(at)
        if match := _LONGER.search(piece):
            until = self._days(match["until"], name or match["name"])[0]
            rest = self._made_longer(match["name"], until)
            self._rest(rest)
            self._note(line, rest.from_on, rest.until_on)
        elif match := _REST.fullmatch(piece):
            if not name:
                raise _Unreadable("前面没有写是哪个节日；请写成“一、元旦：1月1日放假”。")
            first, *_ = self._days(match["from"], name)
            last = self._days(match["until"], name, after=first)[0] if match["until"] else first
            if last < first:
                raise _Unreadable(f"结束的{said(last)}早于开始的{said(first)}；请核对起止日期。")
            self._rest(Rest(name, first, last))
            self._note(line, first, last)
            if match["days"]:
                self._count(int(match["days"]))
        elif match := _COUNT.fullmatch(piece):
            self._count(_number(match["days"]))
        elif match := _WORK.fullmatch(piece):
            for day in self._days(match["days"], name):
                self.make_ups.append(day)
                self._note(line, day)
        elif match := _ALSO.fullmatch(piece):
            for day in self._days(match["days"], name):
                self._also(name, day)
                self._note(line, day)
        elif _BESIDE_A_WEEKEND.fullmatch(piece):
            self._beside_a_weekend()
        elif _BACK_TO_WORK.fullmatch(piece):
            self.remarks.append(f"第{line}行“{piece}”是恢复上班，不算调休上班日。")
        elif _TELLS_A_DAY.search(piece):
            cure = "请改写成“某月某日至某日放假”或“某月某日（周几）上班”后再粘贴。"
            raise _Unreadable(f"没有看懂；{cure}")

    def _days(self, atoms: str, name: str, after: date | None = None) -> list[date]:
        """Days written one after the other; year and month are carried from the one before."""
        found: list[date] = []
        for match in _PARTS.finditer(atoms):
            carried = found[-1] if found else after
            month = int(match["month"] or (carried.month if carried else 0))
            if not month:
                raise _Unreadable(f"中的“{match[0]}”没有写月份；请写成“1月{match['day']}日”。")
            year = int(match["year"] or self._year_of(month, name, carried))
            found.append(_day(year, month, int(match["day"]), match["note"] or "", match[0]))
        return found

    def _year_of(self, month: int, name: str, carried: date | None) -> int:
        """The year that is not written: the holiday of 1 January may begin in December."""
        if carried is not None:
            return carried.year + (month < carried.month)
        return self.year - (month == 12 and "元旦" in name)

    def _rest(self, rest: Rest) -> None:
        self.rests.append(rest)
        self.last = rest

    def _count(self, days: int) -> None:
        rest = self.last
        if rest is None:
            return
        found = (rest.until_on - rest.from_on).days + 1
        if found != days:
            span = f"{said(rest.from_on)}至{said(rest.until_on)}"
            raise _Unreadable(f"写的是{days}天，{span}是{found}天；请核对日期或天数。")

    def _also(self, name: str, day: date) -> None:
        """A day off in lieu goes with the holiday it adjoins."""
        last = self.last
        if last and last.until_on + _DAY == day:
            self.rests.remove(last)
            self._rest(Rest(last.name, last.from_on, day))
        else:
            self._rest(Rest(name, day, day))

    def _beside_a_weekend(self) -> None:
        rest = self.last
        if rest is None:
            return
        beside = (rest.from_on - _DAY, rest.until_on + _DAY)
        if all(day.weekday() < 5 for day in beside):
            span = f"{said(rest.from_on)}至{said(rest.until_on)}"
            raise _Unreadable(f"{span}前后都不是周末；请核对日期。")

    def _made_longer(self, name: str, until: date) -> Rest:
        """The days a holiday on file grows by."""
        own = [r for r in self.known if name in r.name and r.until_on.year == until.year]
        last = max((rest.until_on for rest in own), default=None)
        if last is None:
            raise _Unreadable(
                f"延长的是{until.year}年{name}假期，但册里还没有这个假期；请先录入当年的放假通知。"
            )
        if until <= last:
            raise _Unreadable(
                f"延长到{said(until)}，但册里的假期已到{said(last)}，没有变长；请核对日期。"
            )
        return Rest(name, last + _DAY, until)

    def _note(self, line: int, *days: date) -> None:
        for day in days:
            self.lines.setdefault(day, line)

    def _line(self, at: int) -> int:
        return self.text.count("\n", 0, at) + 1

    def _fault(self, at: int, value: str, text: str) -> None:
        self.faults.append(f"第{self._line(at)}行“{value}”{text}")


class _Unreadable(ValueError):
    """A piece that cannot be taken as it stands; the text says why and what to do."""


def _pieces(sentence: str) -> Iterator[str]:
    """The sentence between its commas; those in brackets are the day's own."""
    depth, piece = 0, ""
    for letter in sentence:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth <= 0:
            yield piece
            piece = ""
        else:
            piece += letter
    yield piece


def _day(year: int, month: int, number: int, note: str, written: str) -> date:
    try:
        day = date(year, month, number)
    except ValueError:
        raise _Unreadable(f"中的“{written}”在{year}年的日历上没有；请核对日期。") from None
    stated = _WEEKDAY.search(note)
    if stated and _WEEKDAYS[stated[1]] != day.weekday():
        raise _Unreadable(
            f"中的“{written}”写的是周{stated[1]}，{year}年{month}月{number}日其实是{weekday_of(day)}；"
            "请核对日期和年份。"
        )
    return day


def _number(words: str) -> int:
    if words.isdecimal():
        return int(words)
    if words.startswith("十"):
        return 10 + _SMALL.get(words[1:], 0)
    return _SMALL[words[0]] * (10 if words[1:] == "十" else 1)
