"""The .docx is the same page, and can be edited: styles, faces, exact lines, page numbers as fields."""

import io
import zipfile

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from kernel.papers.docx import docx_bytes
from kernel.papers.paper import Form
from tests.kernel.papers.papers import paper


def test_the_page_is_measured_as_in_print() -> None:
    section = Document(io.BytesIO(docx_bytes(paper()))).sections[0]
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert sides == pytest.approx((Mm(37), Mm(35), Mm(28), Mm(26)), abs=Mm(0.1))
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "linesAndChars"
    assert 22 * int(grid.get(qn("w:linePitch"))) <= 225 / 25.4 * 1440
    assert 23 * int(grid.get(qn("w:linePitch"))) > 225 / 25.4 * 1440
    character = 16 + int(grid.get(qn("w:charSpace"))) / 4096
    assert 28 * character == pytest.approx(156 / 25.4 * 72, abs=0.1)


def test_every_face_is_named_for_chinese_too() -> None:
    document = Document(io.BytesIO(docx_bytes(paper())))
    for name, face in (
        ("Normal", "仿宋_GB2312"),
        ("Title", "方正小标宋简体"),
        ("Heading 1", "黑体"),
        ("Heading 2", "楷体_GB2312"),
    ):
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == face
        assert fonts.get(qn("w:asciiTheme")) is None


def test_heads_are_real_heads_and_lines_have_an_exact_pitch() -> None:
    document = Document(io.BytesIO(docx_bytes(paper())))
    styles = {line.text: line.style.name for line in document.paragraphs}
    assert styles["一、交办事项"] == "Heading 1"
    assert styles["（一）用地手续"] == "Heading 2"
    assert document.styles["Normal"].paragraph_format.line_spacing.pt == pytest.approx(
        28.95, abs=0.1
    )


def test_page_numbers_are_fields_and_stand_outside() -> None:
    document = Document(io.BytesIO(docx_bytes(paper())))
    section = document.sections[0]
    assert document.settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, 2), (section.even_page_footer, 0)):
        line = footer.paragraphs[0]
        assert line.text == "— 1 —"
        assert [code.text for code in line._p.iter(qn("w:instrText"))] == ["PAGE"]
        assert line.alignment == side


def test_a_letter_has_a_first_page_of_its_own() -> None:
    letter = Document(io.BytesIO(docx_bytes(paper(Form.LETTER))))
    assert letter.sections[0].different_first_page_header_footer
    assert letter.sections[0].first_page_footer.paragraphs[0].text == ""
    assert (
        not Document(io.BytesIO(docx_bytes(paper()))).sections[0].different_first_page_header_footer
    )


def test_the_head_of_a_table_repeats_over_pages() -> None:
    table = Document(io.BytesIO(docx_bytes(paper()))).tables[0]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_a_voided_paper_says_so_over_each_page() -> None:
    document = Document(io.BytesIO(docx_bytes(paper(Form.LETTER), stamp="作废")))
    section = document.sections[0]
    for header in (section.header, section.even_page_header, section.first_page_header):
        assert "作废" in header.paragraphs[0].text


def test_nothing_tells_when_or_where_it_was_made() -> None:
    with zipfile.ZipFile(io.BytesIO(docx_bytes(paper()))) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = package.read("docProps/core.xml").decode()
        assert not [name for name in package.namelist() if "thumbnail" in name]
    assert "2026-01-05" in core
    assert "python-docx" not in core
