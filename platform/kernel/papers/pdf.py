"""A paper as PDF (公文 PDF): set by Typst after GB/T 9704-2012, for print and for keeping (PDF/A-2u)."""

import json
import re
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import typst

from kernel.papers import measures
from kernel.papers.paper import Block, Heading, Paper, Para, Table
from kernel.papers.refusals import PaperRefused

HERE = Path(__file__).parent
_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')


def pdf_bytes(paper: Paper, *, stamp: str = "") -> bytes:
    """The paper in pages; ``stamp`` (作废) is drawn across each. Equal input gives equal bytes.

    Raises `PaperRefused` for a character that no font has.
    """
    compiler = typst.Compiler(
        _template(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(_given(paper, stamp), ensure_ascii=False)},
    )
    written = datetime.combine(paper.signed_on or datetime(1970, 1, 1, tzinfo=UTC), time(), UTC)
    try:
        made = compiler.compile(format="pdf", pdf_standards="a-2u", timestamp=written)
    except typst.TypstError as fault:
        if missing := _NO_GLYPH.search(fault.message):
            raise PaperRefused(_no_glyph(missing[1], paper)) from fault
        raise
    if not isinstance(made, bytes):  # several files come of pictures only
        raise TypeError(type(made))
    return made


# Inside ------------------------------------------------------------------------------------------


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(HERE / "fonts")]
    )


@cache
def _template() -> bytes:
    return (HERE / "typst" / "paper.typ").read_bytes()


def _given(paper: Paper, stamp: str) -> dict[str, Any]:
    """What the template reads: the paper, and what is measured for both renderers."""
    size, scale = measures.mark_fit(paper.mark, paper.form)
    printed_by, printed_on = paper.printed
    return {
        "paper": paper.write() | {"printed_by": printed_by},
        "body": [part for block in paper.body for part in _parts(block)],
        "title": measures.title_lines(paper.title),
        "mark": {"size": size, "scale": scale},
        "date": paper.date,
        "signing": [(text, measures.under_seal(text, paper.date)) for text in paper.signing],
        "annexes": paper.numbered_annexes,
        "printed": bool(printed_by),
        "printed_on": printed_on,
        "measure": {label: measures.width_of(label) + 1 for label, _ in paper.attendance},
        "stamp": stamp,
    }


def _parts(block: Block) -> list[dict[str, Any]]:
    match block:
        case Heading(text, level):
            return [{"block": "heading", "text": text, "level": level}]
        case Para(text):
            return [
                {"block": "para", "text": line, "stays": measures.stays_with_signature(line)}
                for line in text.split("\n")
            ]
        case Table(heads, _, widths, caption):
            columns = block.columns
            shares = measures.shares(widths, heads, columns)
            return [
                {
                    "block": "table",
                    "caption": caption,
                    "heads": heads and (*heads, *[""] * (columns - len(heads))),
                    "rows": [(row, measures.row_stays_whole(row, shares)) for row in block.filled],
                    "shares": shares,
                    "size": measures.cell_size(columns),
                }
            ]


def _no_glyph(text: str, paper: Paper) -> str:
    line = next((line for line in paper.lines() if text in line), "")
    place = f"“{line[:20]}{'…' if len(line) > 20 else ''}”里的" if line else ""
    code = f"U+{ord(text[0]):04X}"
    return f"{place}“{text}”（{code}）字库里没有，印不出来。请换成通用规范汉字或者注明读音后再办。"
