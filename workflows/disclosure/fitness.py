"""Fit for the public (脱敏): no mobile number goes out at all, and an identity number goes out masked."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from kernel.refusal import Refused

_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}(?!\d)")
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])(\d{3})\d{3}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
    r"(?![0-9A-Za-z])"
)


class NotForThePublic(Refused):
    """The text holds what may not be published; the sentence names the place and the cure."""


def fit_for_public(content: Any, *, place: str = "") -> Any:
    """``content`` with identity numbers masked; raises `NotForThePublic` for a mobile number.

    ``place`` names where the content comes from, in the words of the page that can cure it.
    """
    if isinstance(content, Mapping):
        return {key: fit_for_public(value, place=place) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [fit_for_public(value, place=place) for value in content]
    if not isinstance(content, str):
        return content
    plain = unicodedata.normalize("NFKC", content)
    if mobile := _MOBILE.search(plain):
        number = mobile.group()
        raise NotForThePublic(
            f"“{place}”里有手机号码 {number[:3]}****{number[-2:]}，不能对外公开。请改为办公电话后再拟稿。"
        )
    if _IDENTITY.search(plain):
        return _IDENTITY.sub(r"\1***************", plain)
    return content
