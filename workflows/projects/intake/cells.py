"""读单元格：what a cell of the list means. Each reader gives a value and a remark for the clerk."""

import math
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Self

from workflows.catalogue.combing import Kind, Standard
from workflows.projects.codes import BadCode, find_region
from workflows.projects.intake.sheets import Cell


class BadCell(ValueError):
    """A cell that cannot be read: what is wrong, and the cure; both Chinese."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.message, self.cure = message, cure


@dataclass(frozen=True, slots=True)
class Words:
    """词汇：what the catalogue and the tenant call things, each label with its code."""

    features: Mapping[str, str] = field(default_factory=dict)
    industries: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)  #: beyond the banners, such as parks

    @classmethod
    def of(cls, standard: Standard, *, places: Mapping[str, str] | None = None) -> Self:
        """The words of a catalogue, in the form in which cells are compared."""
        return cls(
            features={plain(feature.label): feature.code for feature in standard.features},
            industries={plain(industry.label): industry.code for industry in standard.industries},
            places={plain(name): code for name, code in (places or {}).items()},
        )


# ---------------------------------------------------------------- 文字

_UNPRINTABLE = dict.fromkeys(
    [*range(9), *range(11, 13), *range(14, 32), *range(0x7F, 0xA0), 0x200B, 0xFEFF, 0xFFFE, 0xFFFF]
)
_NOTHING = frozenset({"", "-", "--", "—", "——", "－", "/", "／", "\\", "无", "暂无", "N/A", "n/a"})


def text_of(cell: Cell) -> str:
    """The cell as a person reads it, without control characters and outer spaces."""
    if isinstance(cell, str):
        return (cell if cell.isprintable() else cell.translate(_UNPRINTABLE)).strip()
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return f"{cell:.15g}" if math.isfinite(cell) else ""
    return str(cell)


def is_nothing(text: str) -> bool:
    """Empty, or a sign that stands for empty."""
    return text in _NOTHING


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Half-width, without any space: the form in which words are compared."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def read_text(cell: Cell, *, longest: int, one_line: bool = True) -> tuple[str, str]:
    """Text of at most ``longest`` characters; line breaks inside a name are layout, not content."""
    text = text_of(cell)
    if one_line:
        text = "".join(line.strip() for line in text.splitlines())
    if len(text) > longest:
        raise BadCell(f"共{len(text)}字，超过{longest}字", f"请精简到{longest}字以内")
    return text, ""


# ---------------------------------------------------------------- 数量


@dataclass(frozen=True, slots=True)
class Scale:
    """量纲：units that may be written, as factors of the one we keep."""

    unit: str
    factors: Mapping[str, Decimal]
    places: Decimal
    largest: Decimal
    zero: bool = True

    def unit_named(self, text: str) -> str | None:
        """The one unit a heading or a unit line names, as ``万元`` in ``单位：万元、公顷``."""
        units = [word for word in re.split(r"[、,;:/\s]+", text) if word in self.factors]
        return units[0] if len({self.factors[unit] for unit in units}) == 1 else None


MONEY = Scale(
    "万元",
    MappingProxyType(
        {
            "亿元": Decimal(10_000),
            "亿": Decimal(10_000),
            "万元": Decimal(1),
            "万": Decimal(1),
            "元": Decimal("0.0001"),
        }
    ),
    places=Decimal("0.01"),
    largest=Decimal(10) ** 8,
    zero=False,
)
AREA = Scale(
    "公顷",
    MappingProxyType(
        {
            "公顷": Decimal(1),
            "ha": Decimal(1),
            "hm2": Decimal(1),
            "亩": Decimal(1) / 15,
            "平方米": Decimal("0.0001"),
            "m2": Decimal("0.0001"),
            "平方公里": Decimal(100),
            "km2": Decimal(100),
        }
    ),
    places=Decimal("0.0001"),
    largest=Decimal(10) ** 6,
)
VOLUME = Scale(
    "立方米",
    MappingProxyType(
        {
            "万立方米": Decimal(10_000),
            "万m3": Decimal(10_000),
            "万方": Decimal(10_000),
            "立方米": Decimal(1),
            "m3": Decimal(1),
            "方": Decimal(1),
        }
    ),
    places=Decimal("0.01"),
    largest=Decimal(10) ** 10,
)
_AMOUNT = re.compile(r"(?:人民币|¥|RMB)?([-+]?\d{1,20}(?:\.\d{1,20})?)(.*)", re.ASCII)
_THOUSANDS = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))", re.ASCII)


def read_amount(cell: Cell, *, scale: Scale, unit: str | None) -> tuple[Decimal, str]:
    """A number, or text with thousands separators and its own unit, in the scale's unit.

    ``unit`` is the heading's. Excel keeps 15 digits, so a float is read as those and not as its
    binary tail.
    """
    remark = ""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if not math.isfinite(cell):
            raise BadCell("不是数字", "请填写数字")
        number, own = Decimal(f"{cell:.15g}"), ""
    else:
        text = _THOUSANDS.sub("", plain(text_of(cell)))
        match = _AMOUNT.fullmatch(text)
        if not match or (match[2] and match[2] not in scale.factors):
            raise BadCell(
                "不是一个确定的数字",
                f"请只填数字（单位{unit or scale.unit}），不写“约”“以上”等字样，说明放到备注",
            )
        number, own = Decimal(match[1]), match[2]
    if own and own != unit:
        remark = f"按单元格内自带的单位“{own}”换算"
    amount = number * scale.factors[own or unit or scale.unit]
    if amount < 0 or (amount == 0 and not scale.zero):
        raise BadCell("是负数" if amount < 0 else "是零", "请核对后填写大于0的数字")
    if amount > scale.largest:
        raise BadCell(
            f"折合{amount:,.0f}{scale.unit}，大得不合常理", "请核对数字与表头单位是否一致"
        )
    return amount.quantize(scale.places), remark


# ---------------------------------------------------------------- 日期

_EXCEL_EPOCH = date(1899, 12, 30)
_DAY = re.compile(r"(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})[日号]?(?:00:00(?::00)?)?", re.ASCII)
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})[年./-](\d{1,2})月?(?:份)?", re.ASCII)
_MONTH_DAY = re.compile(r"(\d{1,2})月(\d{1,2})[日号]", re.ASCII)
_VAGUE = re.compile(r"[底初末旬前后]|左右|季度|半年|年内|待定|尽快|拟")
_DAY_CURE = "请填写具体日期，例如 2026年4月15日"
#: Years in which a project may start; the work calendar must reach to both sides of them.
START_YEARS = range(2010, 2051)


def read_day(cell: Cell, *, year: int | None) -> tuple[date, str]:
    """A day. ``year`` is the list's own, for days written without one.

    A month alone becomes its first day: for a planned start that is the strict reading.
    """
    if isinstance(cell, date):
        return _day(cell.year, cell.month, cell.day), ""
    if isinstance(cell, bool):
        raise BadCell("不是日期", _DAY_CURE)
    if isinstance(cell, int | float):
        return _numeric_day(cell)
    text = plain(cell)
    if match := _DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text):
        return _day(*map(int, match.groups())), ""
    if match := _MONTH.fullmatch(text):
        return _day(int(match[1]), int(match[2]), 1), "只写到月，按当月1日登记"
    if (match := _MONTH_DAY.fullmatch(text)) and year:
        return _day(year, int(match[1]), int(match[2])), f"没有写年份，按清单年度{year}年登记"
    if re.fullmatch(r"[3-6]\d{4}", text, re.ASCII):
        return _numeric_day(int(text))
    if _VAGUE.search(text):
        raise BadCell("不是确定的日子", _DAY_CURE)
    raise BadCell("认不出是哪一天", _DAY_CURE)


def _numeric_day(number: float) -> tuple[date, str]:
    if 30_000 <= number < 70_000:  # an Excel serial: 1982 to 2091
        day = _EXCEL_EPOCH + timedelta(days=int(number))
        return _day(day.year, day.month, day.day), ""
    if 20_000_101 <= number <= 21_001_231 and number == int(number):
        digits = str(int(number))
        return _day(int(digits[:4]), int(digits[4:6]), int(digits[6:])), ""
    if 2000 <= number < 2100:  # 2026.4 typed as a month and kept as a number
        year, _, month = f"{number:.15g}".partition(".")
        if month == "1":
            raise BadCell("分不清是1月还是10月（表格去掉了末尾的0）", _DAY_CURE)
        if month in {"2", "3", "4", "5", "6", "7", "8", "9", "11", "12"}:
            return _day(int(year), int(month), 1), "只写到月，按当月1日登记"
    raise BadCell("认不出是哪一天", _DAY_CURE)


def _day(year: int, month: int, day: int) -> date:
    if year not in START_YEARS:
        raise BadCell(f"年份{year}不合常理", _DAY_CURE)
    try:
        return date(year, month, day)
    except ValueError:
        raise BadCell("日历上没有这一天", _DAY_CURE) from None


# ---------------------------------------------------------------- 代码与词

_KIND_WORDS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {"filing": ("备案",), "verification": ("核准",), "government": ("政府投资", "审批")}
)


def read_kind(cell: Cell) -> tuple[Kind, str]:
    """备案、核准 or 政府投资（审批）."""
    text = plain(text_of(cell))
    kinds = [kind for kind, words in _KIND_WORDS.items() if any(word in text for word in words)]
    if len(kinds) != 1:
        raise BadCell("不是一种审批类型", "请填写 备案、核准、政府投资 三者之一")
    return kinds[0], ""


def read_industry(cell: Cell, *, industries: Mapping[str, str]) -> tuple[str, str]:
    """The code of the one industry the cell names, as 现代煤化工 names 化工; else empty."""
    text = plain(text_of(cell))
    named = [label for label in industries if label in text]
    if len(named) == 1:
        return industries[named[0]], ""
    return "", f"没有对上行业目录，按未分行业登记；可填：{_some(industries)}"


def read_region(cell: Cell, *, places: Mapping[str, str]) -> tuple[str, str]:
    """A region code of Ordos; ``places`` adds names of the tenant's own, such as parks."""
    text = text_of(cell)
    if region := find_region(text):
        return region.code, ""
    near = [code for name, code in places.items() if name in text]
    if len(set(near)) != 1:
        raise BadCell(
            "不是本市的一个旗区",
            "请写旗区全称或六位区划代码；跨旗区项目写“鄂尔多斯市”",
        )
    return near[0], ""


def read_code(cell: Cell, *, read: Callable[[str], str]) -> tuple[str, str]:
    """The proper form of a code, as ``read`` of ``codes.py`` gives it."""
    if isinstance(cell, int | float) and abs(cell) >= 10**15:
        raise BadCell("存成了数字，后几位已丢失", "请把该列设为文本格式后重新填写")
    source = text_of(cell)
    try:
        code = read(source)
    except BadCode as bad:
        raise BadCell(bad.fault, bad.cure) from None
    return code, f"按规范格式登记为 {code}" if code != source else ""


_YES = re.compile(r"是|有|对|需要?|涉及|[√✓✔☑○●Yy1]|YES|yes")
_NO = re.compile(r"否|不|没有|不需要|不涉及|[×✗✘☐□xXNn0]|NO|no")


def read_mark(cell: Cell) -> tuple[bool, str]:
    """Yes or no in a column that is one feature."""
    text = plain(text_of(cell))
    if _YES.fullmatch(text):
        return True, ""
    if _NO.fullmatch(text):
        return False, ""
    raise BadCell("看不出是或否", "请填 是 或 否（也可打√），说明放到备注")


def read_features(cell: Cell, *, labels: Mapping[str, str]) -> tuple[frozenset[str], str]:
    """Codes of the features named in one cell, separated by 、 or a comma, semicolon or line break."""
    # a label may hold a separator itself, so whole labels are looked for first
    longest_first = map(re.escape, sorted(labels, key=len, reverse=True))
    word = "|".join((*longest_first, "[^、,;/]+"))
    words = re.findall(word, plain(text_of(cell).replace("\n", "、")))
    if unknown := [word for word in words if word not in labels]:
        raise BadCell(f"没有名为“{'、'.join(unknown)}”的项目特征", f"可填：{_some(labels)}")
    return frozenset(labels[word] for word in words), ""


def _some(words: Collection[str]) -> str:
    shown = list(words)[:12]
    return "、".join(shown) + ("等" if len(words) > len(shown) else "")
