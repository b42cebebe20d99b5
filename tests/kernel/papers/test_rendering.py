"""A paper's pages: measured after GB/T 9704-2012, and saying what the record says, no more and no less."""

import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Length
from docx.text.paragraph import Paragraph
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdfium2 import raw

from kernel.papers.docx import docx_bytes
from kernel.papers.paper import Form, Heading, Paper, Para, Table
from kernel.papers.pdf import FONTS, pdf_bytes, title_lines

MM = 72 / 25.4
OFFICE = "准格尔旗重点项目联审联批工作机制办公室"
WHOLE = Paper(
    form=Form.DOCUMENT,
    mark=OFFICE,
    number="准格尔联审办交〔2026〕5号",
    title="关于加快办理煤基新材料项目用地预审的任务交办单",
    addressee="自然资源局、林业和草原局",
    body=(
        Heading("一、任务来源"),
        Para("旻祎璟喆赟镕六位同志反映，用地预审与规划选址意见不一致。"),
        Heading("（一）要求", 2),
        Para("限期出具意见。"),
        Table(("单位", "要求"), (("自然资源局", "出具意见"), ("林草局", "核实草原面积")), (1, 3)),
    ),
    annexes=("分工表", "佐证清单"),
    signer=OFFICE,
    seal_note="（准格尔旗发展和改革委员会代章）",
    signed_on=date(2026, 1, 16),
    note="联系电话：0477-0000000",
    copies_to="督查室，各成员单位",
    printed_by=OFFICE,
)


def pages(paper: Paper, **how: bool) -> list[pypdfium2.PdfPage]:
    return list(pypdfium2.PdfDocument(pdf_bytes(paper, **how)))


def letters(page: pypdfium2.PdfPage) -> Iterator[tuple[str, float, float, float, float]]:
    """Each character with its box in mm from the page's left and top: left, top, right, bottom."""
    text = page.get_textpage()
    for n in range(text.count_chars()):
        left, bottom, right, top = text.get_charbox(n, loose=True)
        height = page.get_height()
        yield (
            text.get_text_range(n, 1),
            left / MM,
            (height - top) / MM,
            right / MM,
            (height - bottom) / MM,
        )


def squeezed(texts: list[str]) -> str:
    return "".join(re.sub(r"\s", "", text) for text in texts)


def docx_texts(content: bytes) -> list[str]:
    """Every text in order, tables where they stand."""
    document = Document(io.BytesIO(content))
    found = []
    for child in document.element.body.iterchildren():
        if child.tag == qn("w:p"):
            found.append(Paragraph(child, document).text)
        elif child.tag == qn("w:tbl"):
            found += [Paragraph(p, document).text for p in child.iter(qn("w:p"))]
    return found


# 版面 --------------------------------------------------------------------------------------------


def test_a_full_page_has_22_lines_of_28_characters_in_156_by_225_mm() -> None:
    page = pages(replace(WHOLE, body=(Para("国" * 28 * 70),)))[2]
    body = [box for box in letters(page) if box[0] == "国"]
    tops = sorted({round(top, 1) for _, _, top, _, _ in body})
    assert len(tops) == 22
    for line in tops:
        assert sum(round(top, 1) == line for _, _, top, _, _ in body) == 28
    pitch = (tops[-1] - tops[0]) / 21
    assert pitch == pytest.approx(225 / 22, abs=0.05)
    assert min(box[1] for box in body) == pytest.approx(28, abs=0.5)  # 订口
    assert max(box[3] for box in body) == pytest.approx(28 + 156, abs=0.5)
    assert min(box[2] for box in body) == pytest.approx(37, abs=1.5)  # 天头


def test_the_page_is_a4_and_an_even_one_mirrors_the_binding_margin() -> None:
    even = pages(replace(WHOLE, body=(Para("国" * 28 * 70),)))[1]
    assert (even.get_width() / MM, even.get_height() / MM) == pytest.approx((210, 297), abs=0.1)
    left = min(box[1] for box in letters(even) if box[0] == "国")
    assert left == pytest.approx(26, abs=0.5)


def test_page_numbers_stand_outside_odd_right_even_left() -> None:
    first, second, *_ = pages(replace(WHOLE, body=(Para("国" * 28 * 70),)))
    number = next(box for box in letters(first) if box[0] == "1" and box[2] > 262)
    assert number[1] > 150
    number = next(box for box in letters(second) if box[0] == "2" and box[2] > 262)
    assert number[1] < 60


def test_the_mark_is_red_and_centred_and_the_text_black() -> None:
    page = pages(WHOLE)[0]
    colours = {}
    for thing in page.get_objects():
        if thing.type == raw.FPDF_PAGEOBJ_TEXT:
            r, g, b, a = (raw.c_uint() for _ in range(4))
            raw.FPDFPageObj_GetFillColor(thing, r, g, b, a)
            colours[round((page.get_height() - thing.get_bounds()[3]) / MM)] = (r.value, g.value)
    reds = [place for place, colour in colours.items() if colour == (0xD7, 0)]
    assert reds
    assert max(reds) < min(set(colours) - set(reds))  # nothing stands above the red head
    head = [box for box in letters(page) if box[2] < max(reds) + 3]
    assert (head[0][1] + head[-1][3]) / 2 == pytest.approx(28 + 78, abs=1)


def test_a_sealed_date_ends_short_of_the_edge_under_its_signer() -> None:
    page = pages(replace(WHOLE, body=(Para("办。"),)))[0]
    boxes = [box for box in letters(page) if box[0].strip()]
    text = "".join(box[0] for box in boxes)
    at = text.index("2026年1月16日")
    date_boxes = boxes[at : at + len("2026年1月16日")]
    gap = 184 - date_boxes[-1][3]
    assert gap >= 2 * 16 / MM
    signer = text.index(OFFICE, text.index("2.佐证清单"))
    name = boxes[signer : signer + len(OFFICE)]
    middle = (name[0][1] + name[-1][3]) / 2
    assert (date_boxes[0][1] + date_boxes[-1][3]) / 2 == pytest.approx(middle, abs=2)
    assert name[0][2] < date_boxes[0][2]


def test_a_long_table_repeats_its_head_and_breaks_no_row() -> None:
    table = Table(("序号", "事项"), tuple((str(n), f"第{n}项") for n in range(200)))
    found = pages(replace(WHOLE, body=(table,)))
    texts = [page.get_textpage().get_text_range() for page in found]
    with_rows = [text for text in texts if re.search(r"第\d+项", text)]
    assert len(with_rows) > 3
    assert all("序号" in text for text in with_rows)


def test_a_void_paper_says_so_on_every_page() -> None:
    for page in pages(replace(WHOLE, body=(Para("国" * 2000),)), voided=True):
        assert "作废" in page.get_textpage().get_text_range()
    assert "作废" in squeezed(docx_texts(docx_bytes(WHOLE, voided=True)))
    assert "作废" not in squeezed(docx_texts(docx_bytes(WHOLE)))


@pytest.mark.parametrize("form", list(Form))
def test_each_form_says_all_its_parts(form: Form) -> None:
    paper = replace(WHOLE, form=form, attendance=(("出席", "白某（示例）"), ("请假", "无")))
    text = squeezed([page.get_textpage().get_text_range() for page in pages(paper)])
    for part in (OFFICE, paper.number, "抄送：督查室", "旻祎璟喆赟镕", "2026年1月16日"):
        assert part in text
    if form is Form.MINUTES:
        assert "出席：白某（示例）" in text


# 文字 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", list(Form))
def test_pdf_docx_and_record_say_the_same(form: Form) -> None:
    paper = replace(
        WHOLE, form=form, attendance=(("出席", "白某"),) if form is Form.MINUTES else ()
    )
    said_by_pdf = "".join(page.get_textpage().get_text_range() for page in pages(paper))
    said_by_docx = squeezed(docx_texts(docx_bytes(paper)))
    for line in paper.lines():
        assert squeezed([line]) in said_by_docx, line
        assert squeezed([line]) in re.sub(r"\s|—\d+—", "", said_by_pdf), line


WORDS = st.text(
    alphabet=st.sampled_from(
        "项目审批国旻祎璟喆赟镕#$\\<>&'\"`*_[]{}@~0123456789abcXYZ，。；（）〔〕 "
    ),
    min_size=1,
    max_size=60,
).filter(str.strip)
BLOCKS = st.one_of(
    st.builds(Para, WORDS),
    st.builds(Heading, WORDS, st.integers(1, 3)),
    st.builds(
        Table,
        heads=st.just(("甲", "乙")),
        rows=st.lists(st.tuples(WORDS, WORDS), max_size=4).map(tuple),
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(BLOCKS, max_size=6).map(tuple), WORDS, st.sampled_from(list(Form)))
def test_nothing_anybody_types_is_read_as_markup(
    body: tuple[Para | Heading | Table, ...], title: str, form: Form
) -> None:
    paper = replace(WHOLE, form=form, body=body, title=title)
    said = [page.get_textpage().get_text_range() for page in pages(paper)]
    there = sorted(re.sub(r"\s|—\d+—", "", "".join(said)).replace("-", ""))
    assert Paper.read(paper.write()) == paper
    docx = squeezed(docx_texts(docx_bytes(paper)))
    for line in paper.lines():
        assert squeezed([line]) in docx
        for letter in squeezed([line]).replace("-", ""):
            assert letter in there


def test_rare_characters_of_names_are_printed_not_boxed() -> None:
    page = pages(WHOLE)[0]
    fonts = {}
    for thing in page.get_objects():
        if thing.type == raw.FPDF_PAGEOBJ_TEXT:
            font = raw.FPDFTextObj_GetFont(thing)
            size = raw.FPDFFont_GetBaseFontName(font, None, 0)
            name = (raw.c_char * size)()
            raw.FPDFFont_GetBaseFontName(font, name, size)
            fonts[name.value.decode()] = raw.FPDFFont_GetIsEmbedded(font)
    assert any("NotoSerifCJK" in name for name in fonts)
    assert all(fonts.values())  # embedded, every one
    assert "旻祎璟喆赟镕" in page.get_textpage().get_text_range().replace("\r\n", "")


def test_every_font_comes_with_its_licence_and_its_line_in_the_list() -> None:
    listed = (FONTS / "README.md").read_text("utf-8")
    for font in FONTS.glob("*.otf"):
        assert font.name in listed
    assert {path.name for path in FONTS.glob("*.txt")} == {"FANDOL-COPYING.txt", "OFL.txt"}


# 同样的公文，同样的文件 ----------------------------------------------------------------------------


def test_equal_papers_are_equal_files_in_any_process() -> None:
    script = (
        "import sys, json, hashlib\n"
        "from kernel.papers.paper import Paper\n"
        "from kernel.papers.pdf import pdf_bytes\n"
        "from kernel.papers.docx import docx_bytes\n"
        "paper = Paper.read(json.load(sys.stdin))\n"
        "for made in (pdf_bytes(paper), docx_bytes(paper)):\n"
        "    print(hashlib.sha256(made).hexdigest())\n"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", script],
            input=json.dumps(WHOLE.write()),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    }
    assert len(answers) == 1


def test_the_docx_names_chinese_faces_and_an_exact_pitch() -> None:
    with zipfile.ZipFile(io.BytesIO(docx_bytes(WHOLE))) as package:
        body = package.read("word/document.xml").decode()
    assert 'w:eastAsia="仿宋_GB2312"' in body
    assert 'w:eastAsia="方正小标宋简体"' in body
    section = Document(io.BytesIO(docx_bytes(WHOLE))).sections[0]
    assert [round(x.mm) for x in (section.top_margin, section.left_margin)] == [37, 28]
    width = section.page_width - section.left_margin - section.right_margin
    assert round(Length(width).mm) == 156
    pitches = {
        p.paragraph_format.line_spacing
        for p in Document(io.BytesIO(docx_bytes(WHOLE))).paragraphs
        if p.text in ("限期出具意见。", "一、任务来源")
    }
    assert {round(Length(pitch).mm, 1) for pitch in pitches} == {10.2}


@pytest.mark.parametrize(
    ("title", "lines"),
    [("短题", 1), ("十" * 19, 1), ("十" * 20, 2), ("十" * 41, 3), ("", 1)],
)
def test_a_title_is_broken_into_lines_of_about_one_length(title: str, lines: int) -> None:
    broken = title_lines(title)
    assert len(broken) == lines
    assert "".join(broken) == title
    assert max(map(len, broken)) - min(map(len, broken)) <= lines
