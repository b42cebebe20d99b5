"""The page measured: GB/T 9704-2012 in millimetres."""

import re
from collections import Counter

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from kernel.papers.paper import Form, Heading, Para, Table
from kernel.papers.pdf import pdf_bytes
from kernel.papers.refusals import PaperRefused
from tests.kernel.papers.papers import RARE, bare, pages, paper, squeezed

MM = 72 / 25.4
RED = (0xD7, 0x00, 0x0F)


def boxes(
    page: pypdfium2.PdfPage, *, square: bool = False
) -> list[tuple[str, float, float, float, float]]:
    """Each character with left, top, right, bottom of its ink (or its square) in millimetres from the
    page's top left."""
    text = page.get_textpage()
    height = page.get_height()
    found = []
    for at in range(text.count_chars()):
        character = text.get_text_range(at, 1)
        if character.strip():
            left, bottom, right, top = text.get_charbox(at, loose=square)
            found.append(
                (character, left / MM, (height - top) / MM, right / MM, (height - bottom) / MM)
            )
    return found


def lines_of(
    page: pypdfium2.PdfPage, *, square: bool = False
) -> list[list[tuple[str, float, float, float, float]]]:
    """The characters by line, top to bottom."""
    rows: dict[int, list[tuple[str, float, float, float, float]]] = {}
    for box in sorted(boxes(page, square=square), key=lambda box: box[4]):
        near = next((key for key in rows if abs(key - box[4] * 10) < 15), round(box[4] * 10))
        rows.setdefault(near, []).append(box)
    return [sorted(row, key=lambda box: box[1]) for _, row in sorted(rows.items())]


@pytest.fixture(scope="module")
def full() -> pypdfium2.PdfPage:
    """The second page of a paper that is nothing but one character."""
    return list(pages(pdf_bytes(bare(Para("国" * 1600)))))[1]


def test_the_paper_is_a4(full: pypdfium2.PdfPage) -> None:
    assert (full.get_width() / MM, full.get_height() / MM) == pytest.approx((210, 297), abs=0.1)


def test_a_full_page_holds_22_lines_of_28_characters(full: pypdfium2.PdfPage) -> None:
    lines = [line for line in lines_of(full) if line[0][0] == "国"]
    assert [len(line) for line in lines] == [28] * 22


def test_the_type_area_is_156_by_225_between_its_margins(full: pypdfium2.PdfPage) -> None:
    ink = [box for box in boxes(full) if box[0] == "国"]
    # A character's ink begins up to a millimetre inside its square.
    assert min(box[1] for box in ink) == pytest.approx(28, abs=1)
    assert min(box[2] for box in ink) == pytest.approx(37, abs=1)
    assert max(box[3] for box in ink) == pytest.approx(28 + 156, abs=1)
    assert max(box[4] for box in ink) == pytest.approx(37 + 225, abs=1)


def test_the_body_is_in_size_three(full: pypdfium2.PdfPage) -> None:
    sizes = Counter(
        round(pdfium.FPDFText_GetFontSize(full.get_textpage(), at)) for at in range(600)
    )
    assert sizes.most_common(1)[0][0] == 16


def test_page_numbers_stand_outside_7_mm_beneath_the_area_between_dashes() -> None:
    made = list(pages(pdf_bytes(bare(Para("国" * 1600)))))
    for number, page in enumerate(made, 1):
        last = lines_of(page)[-1]
        assert "".join(box[0] for box in last) == f"—{number}—"
        dash = last[0]
        assert (dash[2] + dash[4]) / 2 == pytest.approx(262 + 7, abs=0.6)
        if number % 2:
            assert last[-1][3] == pytest.approx(28 + 156 - 14 / MM, abs=0.6)
        else:
            assert last[0][1] == pytest.approx(28 + 14 / MM, abs=0.6)


def test_a_letter_shows_no_number_on_its_first_page() -> None:
    made = list(pages(pdf_bytes(paper(Form.LETTER, body=(Para("国" * 1600),)))))
    texts = [page.get_textpage().get_text_range() for page in made]
    assert "—" not in texts[0]
    assert re.search(r"— 2 —\s*$", texts[1])


def colour_at(page: pypdfium2.PdfPage, at: int) -> tuple[int, int, int]:
    from ctypes import c_uint  # noqa: PLC0415 -- the raw interface takes pointers

    parts = [c_uint() for _ in range(4)]
    assert pdfium.FPDFText_GetFillColor(page.get_textpage(), at, *parts)
    return (parts[0].value, parts[1].value, parts[2].value)


@pytest.mark.parametrize(
    ("form", "top_mm"), [(Form.DOCUMENT, 37 + 35), (Form.MINUTES, 37 + 35), (Form.LETTER, 30)]
)
def test_the_mark_is_red_centred_and_stands_where_its_form_says(form: Form, top_mm: int) -> None:
    mark = "准格尔旗联审办"
    page = next(pages(pdf_bytes(paper(form, mark=mark, urgency=""))))
    assert colour_at(page, 0) == RED
    ink = boxes(page)[: len(mark)]
    assert "".join(box[0] for box in ink) == mark
    assert min(box[2] for box in ink) == pytest.approx(top_mm, abs=1.5)
    assert (ink[0][1] + ink[-1][3]) / 2 == pytest.approx(28 + 78, abs=1)
    black = page.get_textpage().get_text_range().index("〔")
    assert colour_at(page, black) == (0, 0, 0)


@pytest.mark.parametrize("times", [1, 2, 5])
def test_a_long_mark_still_stands_in_one_line_of_the_area(times: int) -> None:
    mark = "准格尔旗重点项目联审联批工作机制办公室" * times
    page = next(pages(pdf_bytes(paper(mark=mark, urgency=""))))
    ink = boxes(page)[: len(mark)]
    assert "".join(box[0] for box in ink) == mark
    assert ink[0][1] >= 27.9
    assert ink[-1][3] <= 184.1
    assert max(box[4] for box in ink) - min(box[2] for box in ink) < 16


def red_lines(page: pypdfium2.PdfPage) -> list[tuple[float, float, float]]:
    """Left, right and height of each red rule in millimetres."""
    image = page.render(scale=300 / 72).to_pil().convert("RGB")
    per_mm = 300 / 25.4
    found: list[tuple[float, float, float]] = []
    last = -10
    for y in range(image.height):
        row = [
            x for x in range(0, image.width, 3) if (p := image.getpixel((x, y)))[0] > 180 > 3 * p[1]
        ]
        if len(row) > image.width // 6:
            if y - last > 1:
                found.append((row[0] / per_mm, row[-1] / per_mm, y / per_mm))
            last = y
    return found


def test_the_red_line_of_a_document_is_as_wide_as_the_area_4_mm_under_the_number() -> None:
    page = next(pages(pdf_bytes(paper(approver="", urgency=""))))
    (left, right, y) = red_lines(page)[0]
    assert (left, right) == pytest.approx((28, 184), abs=0.5)
    number = next(line for line in lines_of(page) if any(box[0] == "〔" for box in line))
    assert y - max(box[4] for box in number) == pytest.approx(4, abs=1)


def test_a_letter_has_double_red_lines_170_mm_long_near_both_edges() -> None:
    page = next(pages(pdf_bytes(paper(Form.LETTER, mark="准格尔旗联审办"))))
    rules = red_lines(page)
    for left, right, _ in rules:
        assert (left, right) == pytest.approx((20, 190), abs=0.6)
    assert rules[-1][2] == pytest.approx(297 - 20, abs=1.5)
    assert len(rules) == 4
    number = next(line for line in lines_of(page) if any(box[0] == "〔" for box in line))
    assert number[-1][3] == pytest.approx(184, abs=1)


def test_the_date_ends_four_characters_before_the_edge_and_the_signer_is_centred_over_it() -> None:
    page = list(pages(pdf_bytes(paper(signer="旗联审办", seal_note="（发改委代章）"))))[-1]
    lines = {"".join(box[0] for box in line): line for line in lines_of(page, square=True)}
    date, signer = lines["2026年1月5日"], lines["旗联审办"]
    assert date[-1][3] == pytest.approx(184 - 4 * 156 / 28, abs=0.5)
    middle = [(line[0][1] + line[-1][3]) / 2 for line in (date, signer)]
    assert middle[0] == pytest.approx(middle[1], abs=1)


def test_the_imprint_stands_at_the_foot_of_the_last_page() -> None:
    page = list(pages(pdf_bytes(paper())))[-1]
    line = lines_of(page)[-2]
    assert "".join(box[0] for box in line) == "准格尔旗联审办2026年1月5日印发"
    assert 255 < max(box[4] for box in line) < 262


def test_a_table_repeats_its_head_and_keeps_its_widths() -> None:
    rows = tuple((str(n), "建设项目用地预审与选址意见书" * 3) for n in range(60))
    made = list(pages(pdf_bytes(bare(Table(("编号", "事项名称"), rows, (1, 3))))))
    assert len(made) > 2
    for page in made:
        assert "编号" in squeezed(page.get_textpage().get_text_range())
    assert max(box[3] for box in boxes(made[1])) <= 184.1
    first = next(box for box in boxes(made[1]) if box[0] == "建")
    assert first[1] == pytest.approx(28 + 156 / 4 + 4 / MM, abs=1)


@pytest.mark.parametrize("columns", [1, 4, 10])
def test_nothing_runs_over_the_edge_however_long_a_word(columns: int) -> None:
    word = "W" * 300
    made = pages(
        pdf_bytes(
            bare(
                Para(word), Heading(word), Table((word,) * columns, ((word,) * columns,)), note=word
            )
        )
    )
    for page in made:
        assert max(box[3] for box in boxes(page)) <= 184.5


def test_rare_characters_are_embedded_and_read_back() -> None:
    made = pdf_bytes(bare(Para(RARE), Heading(RARE), Heading(RARE, 2)))
    (page,) = pages(made)
    assert squeezed(page.get_textpage().get_text_range()).count(RARE) == 3
    written = list(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]))
    assert written
    for thing in written:
        assert pdfium.FPDFFont_GetIsEmbedded(pdfium.FPDFTextObj_GetFont(thing)) == 1


@pytest.mark.parametrize("character", ["\U00020000", "😀", "ᠮ"])
def test_a_character_that_no_font_has_is_refused_by_name(character: str) -> None:
    with pytest.raises(PaperRefused, match=f"经办人.*{character}.*U\\+{ord(character):04X}"):
        pdf_bytes(bare(Para(f"经办人某{character}")))


def test_what_nobody_sees_is_not_kept() -> None:
    text = "甲\u202e乙\u200b\x00\x07丙\ufeff\ud800"
    assert Para(text).text == "甲乙丙"
    assert bare(signer=text).signer == "甲乙丙"
    assert Table((text,), ((text,),), caption=text).rows == (("甲乙丙",),)


def test_a_voided_paper_says_so_on_every_page() -> None:
    content = bare(Para("国" * 1600))
    for page in pages(pdf_bytes(content, stamp="作废")):
        assert "作废" in squeezed(page.get_textpage().get_text_range())
    for page in pages(pdf_bytes(content)):
        assert "作废" not in squeezed(page.get_textpage().get_text_range())


def test_no_page_carries_the_signature_alone() -> None:
    for length in range(1, 40):
        made = list(
            pages(
                pdf_bytes(
                    paper(
                        body=tuple(Para(f"第{n}段。") for n in range(length)),
                        annexes=(),
                        note="",
                        copies_to="",
                        printed_by="",
                        attendance=(),
                    )
                )
            )
        )
        assert "段" in made[-1].get_textpage().get_text_range(), length
