"""Set a paper as .docx (可编辑): the same parts on the same page after GB/T 9704-2012, in styles an office can edit.

Word and WPS set the lines themselves, so where a line breaks is theirs; page, type area, line pitch, faces
and order are ours. Equal papers give equal bytes.
"""

import io
import zipfile
from datetime import date, datetime, time

from docx import Document
from docx.document import Document as Docx
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from kernel.papers.paper import Form, Heading, Paper, Para, Table, cn_date
from kernel.papers.pdf import title_lines

FANG, HEI, KAI, SONG, TITLE = "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体", "方正小标宋简体"
RED = RGBColor(0xD7, 0x00, 0x0F)
PITCH = Length(Mm(225) // 22)
_SIZE = Pt(16)
_FACES = {1: HEI, 2: KAI}
#: What stands after the mirrored margins in a document's settings, in the order the format asks for.
_AFTER_MIRRORED = (
    "w:bordersDoNotSurroundHeader",
    "w:bordersDoNotSurroundFooter",
    "w:proofState",
    "w:stylePaneFormatFilter",
    "w:defaultTabStop",
    "w:evenAndOddHeaders",
    "w:drawingGridHorizontalSpacing",
    "w:characterSpacingControl",
    "w:compat",
)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first moment a zip knows


def docx_bytes(paper: Paper, *, voided: bool = False) -> bytes:
    """The paper as .docx; a ``voided`` one says 作废 above its title."""
    document = Document()
    _page(document, paper)
    if voided:
        _line(document, "作废", HEI, Pt(36), align=WD_ALIGN_PARAGRAPH.CENTER, color=RED)
    _head(document, paper)
    for line in title_lines(paper.title):
        _line(
            document,
            line,
            TITLE,
            Pt(22),
            align=WD_ALIGN_PARAGRAPH.CENTER,
            pitch=Pt(34),
            style="Title",
        )
    _line(document, "")
    if paper.addressee:
        _line(document, f"{paper.addressee}：")
    for block in paper.body:
        match block:
            case Heading(text, level):
                _line(document, text, _FACES.get(level, FANG), indent=2, style=f"Heading {level}")
            case Para(text):
                _line(document, text, indent=2)
            case Table():
                _table(document, block)
    _foot(document, paper)
    core = document.core_properties
    moment = datetime.combine(paper.signed_on or date(2000, 1, 1), time())
    core.title, core.author, core.created, core.modified = paper.title, paper.signer, moment, moment
    core.last_modified_by, core.revision, core.comments = paper.signer, 1, ""
    target = io.BytesIO()
    document.save(target)
    return _timeless(target.getvalue())


def _page(document: Docx, paper: Paper) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    section.start_type = WD_SECTION.NEW_PAGE
    section.different_first_page_header_footer = paper.form is Form.LETTER
    document.settings.odd_and_even_pages_header_footer = True
    settings = document.settings.element
    settings.insert_element_before(OxmlElement("w:mirrorMargins"), *_AFTER_MIRRORED)
    for border in document.styles["Title"].element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FANG, _SIZE
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FANG)
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        paragraph = footer.paragraphs[0]
        paragraph.alignment = side
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(14)
        _run(paragraph, "— ", SONG, Pt(14))
        _page_field(_run(paragraph, "", SONG, Pt(14)))
        _run(paragraph, " —", SONG, Pt(14))


def _head(document: Docx, paper: Paper) -> None:
    if paper.urgency:
        _line(document, paper.urgency, HEI)
    size = Pt(min(34 if paper.form is Form.LETTER else 44, 425 / max(len(paper.mark), 1)))
    mark = _line(
        document, paper.mark, TITLE, size, align=WD_ALIGN_PARAGRAPH.CENTER, pitch=None, color=RED
    )
    if paper.form is not Form.LETTER:
        mark.paragraph_format.space_before = Mm(20 if paper.form is Form.MINUTES else 30)
        mark.paragraph_format.space_after = PITCH
    if paper.form is Form.LETTER:
        _rule(mark, "thickThinSmallGap", 24, RED)
        _line(document, paper.number, align=WD_ALIGN_PARAGRAPH.RIGHT)
    elif paper.approver:
        line = _line(document, f"{paper.number}\t签发人：")
        line.paragraph_format.tab_stops.add_tab_stop(Mm(110))
        _run(line, paper.approver, KAI, _SIZE)
        _rule(line, "single", 12, RED)
    else:
        _rule(_line(document, paper.number, align=WD_ALIGN_PARAGRAPH.CENTER), "single", 12, RED)
    _line(document, "")


def _foot(document: Docx, paper: Paper) -> None:
    if len(paper.annexes) == 1:
        _line(document, "")
        _line(document, f"附件：{paper.annexes[0]}", indent=2)
    elif paper.annexes:
        _line(document, "")
        _line(document, "附件：", indent=2)
        for n, annex in enumerate(paper.annexes, 1):
            _line(document, f"{n}.{annex}", indent=2)
    if paper.form is Form.MINUTES:
        for label, who in paper.attendance:
            line = _line(document, f"{label}：", HEI, indent=2)
            _run(line, who, FANG, _SIZE)
    signed = [text for text in (paper.signer, paper.seal_note) if text]
    signed += [cn_date(paper.signed_on)] if paper.signed_on else []
    for n, text in enumerate(signed):
        line = _line(document, text, align=WD_ALIGN_PARAGRAPH.RIGHT)
        line.paragraph_format.right_indent = 4 * _SIZE if n == len(signed) - 1 else 2 * _SIZE
        line.paragraph_format.keep_with_next = n < len(signed) - 1
        if n == 0:
            line.paragraph_format.space_before = 2 * PITCH
    if paper.note:
        _line(document, f"（{paper.note}）", indent=2)
    last: Paragraph | None = None
    if paper.copies_to:
        last = _line(document, f"抄送：{paper.copies_to}。", size=Pt(14))
        last.paragraph_format.space_before = 2 * PITCH
        _rule(last, "single", 8, None, "top")
    if paper.printed_by:
        printed = _line(document, paper.printed_by, size=Pt(14))
        if paper.signed_on:
            printed.paragraph_format.tab_stops.add_tab_stop(Mm(156), WD_TAB_ALIGNMENT.RIGHT)
            _run(printed, f"\t{cn_date(paper.signed_on)}印发", FANG, Pt(14))
        _rule(printed, "single", 6, None, "top")
        last = printed
    if last is not None:
        _rule(last, "single", 8, None)


def _table(document: Docx, block: Table) -> None:
    if block.caption:
        _line(document, block.caption, HEI, Pt(12), align=WD_ALIGN_PARAGRAPH.CENTER)
    table = document.add_table(rows=1 + len(block.rows), cols=len(block.heads))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    shares = block.widths if len(block.widths) == len(block.heads) else (1,) * len(block.heads)
    widths = [Length(int(Mm(156) * share / sum(shares))) for share in shares]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for row, texts in zip(table.rows, (block.heads, *block.rows), strict=True):
        for cell, text, width in zip(row.cells, texts, widths, strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            is_head = texts is block.heads
            if is_head or len(text) <= 8:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _run(paragraph, text, HEI if is_head else FANG, Pt(12))


def _line(
    document: Docx,
    text: str,
    face: str = FANG,
    size: Length = _SIZE,
    *,
    indent: int = 0,
    align: WD_ALIGN_PARAGRAPH | None = None,
    pitch: Length | None = PITCH,
    color: RGBColor | None = None,
    style: str = "Normal",
) -> Paragraph:
    paragraph = document.add_paragraph(style=style)
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.alignment = align if align is not None else WD_ALIGN_PARAGRAPH.JUSTIFY
    if pitch is not None:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, pitch
    if indent:
        form.first_line_indent = indent * size
    _run(paragraph, text, face, size, color or RGBColor(0, 0, 0))
    return paragraph


def _run(
    paragraph: Paragraph, text: str, face: str, size: Length, color: RGBColor | None = None
) -> Run:
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.font.bold, run.font.italic = face, size, False, False
    properties = run._element.get_or_add_rPr()
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), face)  # python-docx names the Latin alone
    if color is not None:
        run.font.color.rgb = color
    return run


def _page_field(run: Run) -> None:
    for kind, text in (("begin", ""), ("", " PAGE "), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._element.append(part)


def _rule(
    paragraph: Paragraph, kind: str, eighths: int, color: RGBColor | None, side: str = "bottom"
) -> None:
    """A line of ``eighths`` of a point above or below the paragraph, as wide as the type area."""
    form = paragraph._p.get_or_add_pPr()
    borders = form.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        form.insert_element_before(
            borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc"
        )
    border = OxmlElement(f"w:{side}")
    for name, value in (
        ("val", kind),
        ("sz", str(eighths)),
        ("space", "4"),
        ("color", str(color) if color else "000000"),
    ):
        border.set(qn(f"w:{name}"), value)
    if side == "top":
        borders.insert(0, border)
    else:
        borders.append(border)


def _timeless(content: bytes) -> bytes:
    """The package with every file's moment set to the same, so that equal papers are equal files."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in source.namelist():
            copy.writestr(zipfile.ZipInfo(name, _LONG_AGO), source.read(name), zipfile.ZIP_DEFLATED)
    return target.getvalue()
