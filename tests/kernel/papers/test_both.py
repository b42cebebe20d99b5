"""The PDF, the .docx and the record say the same."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from kernel.papers.docx import docx_bytes
from kernel.papers.paper import Form, Paper, Para
from kernel.papers.pdf import pdf_bytes
from tests.kernel.papers.papers import bare, docx_text, paper, papers, pdf_text, said

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("form", list(Form))
def test_each_form_says_every_part_in_the_same_order(form: Form) -> None:
    whole = paper(form)
    assert pdf_text(whole) == docx_text(whole) == said(whole)
    assert "旻祎璟喆赟镕㐂𫢸𬒈" in said(whole)


#: A failing paper is not made smaller: hundreds of rows would take minutes.
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(papers)
def test_whatever_was_typed_stands_in_both(any_paper: Paper) -> None:
    assert pdf_text(any_paper) == said(any_paper)
    assert docx_text(any_paper) == said(any_paper)


@settings(max_examples=40, deadline=None)
@given(papers)
def test_a_paper_comes_back_from_the_record_as_it_was(any_paper: Paper) -> None:
    assert Paper.read(any_paper.write()) == any_paper


def test_a_long_paper_is_set_whole() -> None:
    long = bare(*(Para(f"第{n}段，" + "请按期办理并回复。" * 6) for n in range(300)))
    assert pdf_text(long) == docx_text(long) == said(long)


@pytest.mark.parametrize("setter", [pdf_bytes, docx_bytes])
def test_the_same_paper_is_the_same_file_twice(setter: object) -> None:
    assert setter(paper()) == setter(paper())  # type: ignore[operator]
    assert setter(paper()) != setter(paper(title="另一件"))  # type: ignore[operator]


def test_the_same_paper_is_the_same_file_in_another_process() -> None:
    code = (
        "import hashlib; from tests.kernel.papers.papers import paper, pdf_bytes, docx_bytes;"
        "print(*(hashlib.sha256(f(paper())).hexdigest() for f in (pdf_bytes, docx_bytes)))"
    )
    there = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}", "TZ": "America/Lima"},
    ).stdout.split()
    here = [hashlib.sha256(setter(paper())).hexdigest() for setter in (pdf_bytes, docx_bytes)]
    assert there == here
