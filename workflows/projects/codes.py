"""代码：the three codes a project carries, namely project code, credit code and region."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType


class BadCode(ValueError):
    """A code that cannot stand; the text is a Chinese sentence naming value, fault and cure."""

    def __init__(self, label: str, source: str, fault: str, cure: str) -> None:
        super().__init__(f"{label}“{source}”{fault}；{cure}。")
        self.fault, self.cure = fault, cure


# ---------------------------------------------------------------- 行政区划 GB/T 2260


@dataclass(frozen=True, slots=True)
class Region:
    """行政区划：a place of GB/T 2260."""

    code: str
    name: str


CITY = Region("150600", "鄂尔多斯市")
REGIONS: tuple[Region, ...] = (
    CITY,
    Region("150602", "东胜区"),
    Region("150603", "康巴什区"),
    Region("150621", "达拉特旗"),
    Region("150622", "准格尔旗"),
    Region("150623", "鄂托克前旗"),
    Region("150624", "鄂托克旗"),
    Region("150625", "杭锦旗"),
    Region("150626", "乌审旗"),
    Region("150627", "伊金霍洛旗"),
)
_BY_CODE = MappingProxyType({region.code: region for region in REGIONS})
_SHORT_NAMES = MappingProxyType(
    {region.name[:-1]: region for region in REGIONS}
    | {
        short: _BY_CODE[code]
        for short, code in {
            "达旗": "150621",
            "准旗": "150622",
            "鄂前旗": "150623",
            "鄂旗": "150624",
            "杭旗": "150625",
            "伊旗": "150627",
        }.items()
    }
)


@lru_cache(maxsize=4096)
def find_region(text: str) -> Region | None:
    """The Ordos region a code, a name, a short name or an address means; ``None`` if none or several.

    An address counts by the one banner or district whose full name it contains.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    if found := _BY_CODE.get(plain) or _SHORT_NAMES.get(plain.removeprefix(CITY.name)):
        return found
    named = [region for region in REGIONS if region.name in plain]
    banners = [region for region in named if region is not CITY]
    if banners:
        return banners[0] if len(banners) == 1 else None
    return named[0] if named else None


# ---------------------------------------------------------------- 项目代码 GB/T 40058-2021

#: Gives the expected last digit for the 19 digits before it. The standard's own algorithm is not
#: published with it, so without one the check digit stays unverified.
CheckDigit = Callable[[str], str]

_DASHES = re.compile(r"[-‐‑‒–—―−─一_~·.]+")
_PROJECT_CODE = re.compile(r"(\d{4})-(\d{6})-(\d{2})-(\d{2})-(\d{6})", re.ASCII)
# First two digits of GB/T 2260; 00 is a project of the national level.
_PROVINCES = frozenset(
    f"{number:02}"
    for span in (
        (0, 1),
        (11, 16),
        (21, 24),
        (31, 38),
        (41, 47),
        (50, 55),
        (61, 66),
        (71, 72),
        (81, 83),
    )
    for number in range(*span)
)


@dataclass(frozen=True, slots=True)
class ProjectCode:
    """项目代码: ``YYMM-RRRRRR-DD-TT-NNNNNC``, or the older ``YYYY-RRRRRR-DD-TT-NNNNNN``."""

    text: str
    year: int
    month: int | None  #: ``None`` in the older generation
    region_code: str
    department: str
    kind: str
    serial: str
    check: str | None
    verified: bool  #: the check digit was compared, and agreed
    changed: bool  #: the source was written differently from ``text``


@lru_cache(maxsize=4096)
def read_project_code(source: str, *, check_digit: CheckDigit | None = None) -> ProjectCode:
    """Read a national project code of either generation.

    Full-width characters, spaces and wrong or missing dashes are put right; ``text`` is the proper
    form and ``changed`` says that it differs. Raises ``BadCode``.
    """
    text = "".join(unicodedata.normalize("NFKC", source).split())
    text = _DASHES.sub("-", text).strip("-")
    bad = partial(BadCode, "项目代码", source)
    if re.fullmatch(r"[0-9]{20}", text):
        text = "-".join((text[:4], text[4:10], text[10:12], text[12:14], text[14:]))
    match = _PROJECT_CODE.fullmatch(text)
    if not match:
        raise bad(
            "不是“4位-6位-2位-2位-6位”共20位数字",
            "请按在线审批监管平台赋码原样填写，例如 2601-150622-04-01-123456",
        )
    when, region_code, department, kind, serial = match.groups()
    century, rest = int(when[:2]), int(when[2:])
    older = century == 20 and rest > 12  # codes began after 2012: 2001 to 2012 are months of 2020
    if not older and not 1 <= rest <= 12:
        raise bad(f"前四位“{when}”的月份是{when[2:]}", "前两位是年、后两位是01至12月，请核对")
    if not _is_region(region_code):
        raise bad(f"中的区划代码“{region_code}”不存在", "请对照赋码通知核对")
    verified = False
    if check_digit and not older:
        expected = check_digit("".join(match.groups())[:-1])
        verified = serial[-1] == expected
        if not verified:
            raise bad(f"末位校验码应为{expected}", "请对照赋码通知核对有无错位、漏位")
    return ProjectCode(
        text=text,
        year=2000 + rest if older else 2000 + century,
        month=None if older else rest,
        region_code=region_code,
        department=department,
        kind=kind,
        serial=serial if older else serial[:-1],
        check=None if older else serial[-1],
        verified=verified,
        changed=text != source,
    )


def _is_region(code: str) -> bool:
    if code.startswith(CITY.code[:4]):
        # 71 to 99 are the functional zones that statistics number beside GB/T 2260
        return code in _BY_CODE or code[4:] >= "71"
    return code[:2] in _PROVINCES


# ---------------------------------------------------------------- 统一社会信用代码 GB 32100-2015

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CREDIT_VALUES = MappingProxyType({letter: n for n, letter in enumerate(_CREDIT_ALPHABET)})
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def credit_check(first_17: str) -> str:
    """Check character (18th) of a unified social credit code, GB 32100-2015."""
    total = sum(_CREDIT_VALUES[c] * w for c, w in zip(first_17, _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_ALPHABET[-total % 31]


def body_check(first_8: str) -> str:
    """Check character of the nine-character organisation code within it, GB 11714."""
    total = sum(int(c, 36) * w for c, w in zip(first_8, _BODY_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


@lru_cache(maxsize=4096)
def read_credit_code(source: str) -> str:
    """The proper form of a unified social credit code; both check characters agree, or ``BadCode``."""
    text = "".join(unicodedata.normalize("NFKC", source).split()).upper()
    text = _DASHES.sub("", text)
    bad = partial(BadCode, "统一社会信用代码", source)
    if len(text) != 18:
        raise bad(f"是{len(text)}位，应为18位", "请对照营业执照填写")
    if strange := sorted(set(text) - set(_CREDIT_ALPHABET)):
        raise bad(
            f"含有不会出现的字符{'、'.join(strange)}",
            "请对照营业执照核对（字母I、O、S、V、Z不用，常与1、0、5混淆）",
        )
    if body_check(text[8:16]) != text[16] or credit_check(text[:17]) != text[17]:
        raise bad("校验不符，至少有一位写错", "请对照营业执照逐位核对")
    return text
