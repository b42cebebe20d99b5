"""Set a paper as PDF (排版): Typst lays it out after GB/T 9704-2012 with fonts of our own.

The paper goes in as data, so nothing that somebody typed is read as markup. Equal papers give
equal bytes, on any machine: no fonts of the system, no clock.
"""

import json
from functools import lru_cache
from pathlib import Path

import typst

from kernel.papers.paper import Paper, cn_date

_HERE = Path(__file__).parent
FONTS = _HERE / "fonts"
_SOURCE = (_HERE / "typst" / "paper.typ").read_bytes()
#: Characters of 22 pt that a line of 156 mm holds.
_TITLE_LINE = 19


def pdf_bytes(paper: Paper, *, voided: bool = False) -> bytes:
    """The paper as PDF, with 作废 across each page when it is ``voided``."""
    content = paper.write() | {
        "signed": cn_date(paper.signed_on) if paper.signed_on else "",
        "title_lines": title_lines(paper.title),
        "voided": voided,
    }
    given = {"paper": json.dumps(content, ensure_ascii=False)}
    return typst.compile(_SOURCE, font_paths=_fonts(), sys_inputs=given)


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def title_lines(title: str) -> list[str]:
    """The title in as few lines as it takes, of about the same length: no lone character at the end."""
    count = -(-len(title) // _TITLE_LINE) or 1
    length = -(-len(title) // count) or 1
    return [title[n : n + length] for n in range(0, len(title), length)] or [""]
