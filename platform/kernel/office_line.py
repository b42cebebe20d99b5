"""Office lines (办公电话): what may be published as somebody's telephone; mobiles never."""

import re

from kernel.refusal import Refused

_MOBILE = re.compile(r"1\d{10}")
_LINE = re.compile(r"(?:\d{3,4}-?)?\d{7,8}(?:-\d{1,6})?|\d{3,6}")


class NotAnOfficeLine(Refused):
    """The number is a mobile's, or no telephone number at all."""


def office_line(text: str) -> str:
    """``text`` without spaces, as it may be kept; empty stays empty. Raises `NotAnOfficeLine`."""
    number = re.sub(r"\s", "", text).replace("－", "-").replace("—", "-")
    digits = re.sub(r"^(\+|00)?86(?=1\d{10}$)", "", re.sub(r"[^\d+]", "", number))
    if _MOBILE.fullmatch(digits):
        raise NotAnOfficeLine(
            f"“{text}”是手机号码。这里的电话会对外公开，请填办公电话，例如 0477-0001234。"
        )
    if number and not _LINE.fullmatch(number):
        raise NotAnOfficeLine(f"“{text}”不像电话号码，请填办公电话，例如 0477-0001234。")
    return number
