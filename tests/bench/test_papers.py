"""A paper of one page against Typst alone setting the same template text."""

import json
from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
import typst

from kernel.papers import pdf
from kernel.papers.docx import docx_bytes
from kernel.papers.paper import Para
from kernel.papers.pdf import pdf_bytes
from tests.bench.test_whatif import fastest
from tests.kernel.papers.papers import paper

AT_MOST = 1.5  # what we add to Typst's own work
BARE_AT_MOST = 12.0  # against an empty page of the same fonts
pytestmark = pytest.mark.bench


def set_by(source: bytes, given: dict[str, Any]) -> Callable[[], bytes]:
    """Typst alone, from the source on, with everything else made before."""
    inputs = {"paper": json.dumps(given, ensure_ascii=False)}

    def run() -> bytes:
        compiler = typst.Compiler(
            source, font_paths=pdf._fonts(), ignore_system_fonts=True, sys_inputs=inputs
        )
        return compiler.compile(format="pdf", pdf_standards="a-2u", timestamp=0)

    return run


def test_a_page_costs_little_more_than_typst_itself(capsys: pytest.CaptureFixture[str]) -> None:
    count = 0

    def another() -> Any:
        """Another paper each time, or Typst would remember the last one."""
        nonlocal count
        count += 1
        return paper(
            body=(Para(f"第{count}件，请按期办理并回复。" * 3),),
            title="通知", annexes=(), note="", attendance=(), copies_to="", printed_by="",
        )  # fmt: skip

    assert len(pypdfium2.PdfDocument(pdf_bytes(another()))) == 1

    def bare_template() -> bytes:
        return set_by(pdf._template(), pdf._given(another(), ""))()

    def empty_page() -> bytes:
        another()
        return set_by(f"#set page(width: 210mm)\n第{count}页".encode(), {})()

    whole, template, empty, word = fastest(
        lambda: pdf_bytes(another()), bare_template, empty_page, lambda: docx_bytes(another())
    )
    with capsys.disabled():
        print(
            f"\n一页公文 PDF {whole:.1f} 毫秒，Typst 只排同一模板 {template:.1f} 毫秒，"
            f"{whole / template:.2f} 倍（上限 {AT_MOST}）；空白页 {empty:.1f} 毫秒，"
            f"{whole / empty:.1f} 倍（上限 {BARE_AT_MOST}）；Word {word:.1f} 毫秒"
        )
    assert whole / template <= AT_MOST
    assert whole / empty <= BARE_AT_MOST
