"""A paper as an editable .docx (公文 Word 文件): the same page after GB/T 9704-2012, set with styles."""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.section import WD_SECTION_START
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from kernel.papers import measures
from kernel.papers.paper import Form, Heading, Paper, Para, Table

#: What each face is called in Word, and what stands in where it is not installed.
FACES = {
    "fang": ("仿宋_GB2312", "仿宋"),
    "hei": ("黑体", "黑体"),
    "kai": ("楷体_GB2312", "楷体"),
    "song": ("方正小标宋简体", "宋体"),
    "figures": ("宋体", "宋体"),
}
_RED = "D7000F"
_CHARACTER = measures.AREA_PT / measures.CHARACTERS
_PITCH_TWIPS = int(measures.AREA_MM[1] * measures.PT_PER_MM * 20 / measures.LINES)
_FIRST_DAY = datetime(1980, 1, 1, tzinfo=UTC)  # the earliest a zip can say


def docx_bytes(paper: Paper, *, stamp: str = "") -> bytes:
    """The paper for editing; ``stamp`` (作废) stands over each page. Equal input gives equal bytes."""
    document = Document()
    _set_styles(document)
    _set_page(document, paper, stamp)
    _write(document, paper)
    written = datetime.combine(paper.signed_on or _FIRST_DAY, time(), UTC)
    facts = document.core_properties
    facts.title, facts.author, facts.comments = paper.title[:255], paper.signer[:255], ""
    facts.last_modified_by, facts.revision = paper.signer[:255], 1
    facts.created = facts.modified = written
    _drop_thumbnail(document)
    made = io.BytesIO()
    document.save(made)
    return _fixed(made)


# The page ----------------------------------------------------------------------------------------


def _set_page(document: DocumentObject, paper: Paper, stamp: str) -> None:
    section = document.sections[0]
    section.start_type = WD_SECTION_START.NEW_PAGE
    section.page_width, section.page_height = (Mm(side) for side in measures.PAGE_MM)
    section.top_margin, section.bottom_margin = Mm(measures.TOP_MM), Mm(measures.BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(measures.LEFT_MM), Mm(measures.RIGHT_MM)
    section.header_distance = Mm(15)
    section.footer_distance = Mm(measures.BOTTOM_MM - 7 - 5)
    grid = section._sectPr.find(qn("w:docGrid"))  # noqa: SLF001 -- python-docx has no name for it
    if grid is None:
        grid = _add(section._sectPr, "w:docGrid")  # noqa: SLF001
    # The space is told as a difference to the size of the body, in 4096ths of a point.
    space = round((_CHARACTER - measures.BODY_PT) * 4096)
    _tell(grid, type="linesAndChars", linePitch=_PITCH_TWIPS, charSpace=space)
    document.settings.odd_and_even_pages_header_footer = True
    section.different_first_page_header_footer = paper.form is Form.LETTER
    headers = [section.header, section.even_page_header]
    if paper.form is Form.LETTER:  # 信函首页不显示页码，红色双线距下页边 20 mm
        headers.append(section.first_page_header)
        line = _styled(section.first_page_footer.paragraphs[0], "发文字号")
        _frame(line, x=20, y=277, width=170)
        _ruled(line, top=("thinThickSmallGap", 24, _RED))
    for header in headers:
        line = header.paragraphs[0]
        line.alignment = ALIGN.CENTER
        if stamp:
            _face(line.add_run(stamp), "song", 42, red=True)
    for footer, alignment in (
        (section.footer, ALIGN.RIGHT),
        (section.even_page_footer, ALIGN.LEFT),
    ):
        line = footer.paragraphs[0]
        line.alignment = alignment
        line.paragraph_format.left_indent = Pt(measures.SMALL_PT)
        line.paragraph_format.right_indent = Pt(measures.SMALL_PT)
        _face(line.add_run("— "), "figures", measures.SMALL_PT)
        _page_number(line)
        _face(line.add_run(" —"), "figures", measures.SMALL_PT)


def _page_number(line: Paragraph) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("shown", "1"), ("end", "")):
        run = line.add_run(text if kind == "shown" else "")
        _face(run, "figures", measures.SMALL_PT)
        if kind == "":
            code = _add(run._r, "w:instrText")  # noqa: SLF001
            code.text = text
        elif kind != "shown":
            _tell(_add(run._r, "w:fldChar"), fldCharType=kind)  # noqa: SLF001


# Styles ------------------------------------------------------------------------------------------


def _set_styles(document: DocumentObject) -> None:
    body = document.styles["Normal"]
    _styled_face(body, "fang", measures.BODY_PT)
    spacing = body.paragraph_format
    spacing.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    spacing.line_spacing = Pt(_PITCH_TWIPS / 20)
    spacing.space_before = spacing.space_after = Pt(0)
    spacing.widow_control = False
    indent = 2 * _CHARACTER
    for name, face, size, alignment, first in (
        ("Title", "song", measures.TITLE_PT, ALIGN.CENTER, 0.0),
        ("Heading 1", "hei", measures.BODY_PT, ALIGN.JUSTIFY, indent),
        ("Heading 2", "kai", measures.BODY_PT, ALIGN.JUSTIFY, indent),
        ("Heading 3", "fang", measures.BODY_PT, ALIGN.JUSTIFY, indent),
        ("Body Text", "fang", measures.BODY_PT, ALIGN.JUSTIFY, indent),
        ("发文机关标志", "song", 40.0, ALIGN.CENTER, 0.0),
        ("紧急程度", "hei", measures.BODY_PT, ALIGN.LEFT, 0.0),
        ("发文字号", "fang", measures.BODY_PT, ALIGN.CENTER, 0.0),
        ("主送机关", "fang", measures.BODY_PT, ALIGN.JUSTIFY, 0.0),
        ("附件说明", "fang", measures.BODY_PT, ALIGN.LEFT, 0.0),
        ("署名", "fang", measures.BODY_PT, ALIGN.RIGHT, 0.0),
        ("附注", "fang", measures.BODY_PT, ALIGN.JUSTIFY, indent),
        ("出席名单", "fang", measures.BODY_PT, ALIGN.LEFT, 0.0),
        ("版记", "fang", measures.SMALL_PT, ALIGN.LEFT, 0.0),
        ("表题", "hei", measures.SMALL_PT, ALIGN.CENTER, 0.0),
        ("表格文字", "fang", 12.0, ALIGN.LEFT, 0.0),
    ):
        known = name in (style.name for style in document.styles)
        style: Any = (
            document.styles[name]
            if known
            else document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        )
        style.base_style, style.quick_style = body, True
        _styled_face(style, face, size)
        _plain(style)
        style.paragraph_format.alignment = alignment
        style.paragraph_format.first_line_indent = Pt(first)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.keep_with_next = name in {"Title", "表题"} or "Heading" in name
    for name in ("发文机关标志", "表格文字"):
        spacing = document.styles[name].paragraph_format
        spacing.line_spacing_rule = WD_LINE_SPACING.SINGLE
        _switch_off(document.styles[name], "w:snapToGrid")  # or each line takes a line of the body
    for name in (
        "w:autoSpaceDE",
        "w:autoSpaceDN",
    ):  # no space of their own around Latin and figures
        _switch_off(body, name)
    for lang in document.styles.element.iter(qn("w:lang")):
        _tell(lang, val="zh-CN", eastAsia="zh-CN")
    _declare_faces(document)


def _switch_off(style: Any, name: str) -> None:
    switch = OxmlElement(name)
    _tell(switch, val="0")
    after = _AFTER_TABS[_AFTER_TABS.index(name) + 1 :]
    style.element.get_or_add_pPr().insert_element_before(switch, *after)


def _plain(style: Any) -> None:
    """Take out what the built-in styles bring: colour, bold, borders and themes of their own."""
    style.font.color.rgb = RGBColor(0, 0, 0)
    style.font.bold = style.font.italic = False
    for name in ("w:spacing", "w:kern"):
        for found in style.element.rPr.findall(qn(name)):
            style.element.rPr.remove(found)
    for found in style.element.get_or_add_pPr().findall(qn("w:pBdr")):
        style.element.pPr.remove(found)


def _styled_face(style: Any, face: str, size: float) -> None:
    style.font.size = Pt(size)
    _name(style.element.get_or_add_rPr(), face)


def _face(run: Run, face: str, size: float = 0, *, red: bool = False) -> Run:
    _name(run._r.get_or_add_rPr(), face)  # noqa: SLF001 -- python-docx knows no East Asian face
    if size:
        run.font.size = Pt(size)
    if red:
        run.font.color.rgb = RGBColor.from_string(_RED)
    return run


def _name(properties: Any, face: str) -> None:
    """Name the face for every script; python-docx alone would leave Chinese to the theme."""
    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    _tell(fonts, **dict.fromkeys(("ascii", "hAnsi", "eastAsia", "cs"), FACES[face][0]))


def _declare_faces(document: DocumentObject) -> None:
    """Say in the font table what stands in for a face that is not installed."""
    part = next(
        rel.target_part for rel in document.part.rels.values() if "fontTable" in rel.reltype
    )
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{stand_in}"/><w:charset w:val="86"/>'
        '<w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        for name, stand_in in dict.fromkeys(FACES.values())
    )
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    part._blob = (  # noqa: SLF001 -- the part is kept as bytes
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<w:fonts xmlns:w="{namespace}">{fonts}</w:fonts>'
    ).encode()


# What stands on it -------------------------------------------------------------------------------


def _write(document: DocumentObject, paper: Paper) -> None:
    _head(document, paper)
    _blank(document, 2)
    title = document.add_paragraph(style="Title")
    for at, part in enumerate(measures.title_lines(paper.title)):
        run = title.add_run()
        if at:
            run.add_break()
        run.add_text(part)
    _blank(document)
    if paper.addressee:
        document.add_paragraph(f"{paper.addressee}：", style="主送机关")
    for block in paper.body:
        match block:
            case Heading(text, level):
                document.add_paragraph(text, style=f"Heading {min(max(level, 1), 3)}")
            case Para(text):
                for paragraph in text.split("\n"):
                    document.add_paragraph(paragraph, style="Body Text")
            case Table():
                _table(document, block)
    _annexes(document, paper)
    if paper.signing:
        _blank(document, 3, keep=True)
        for at, text in enumerate(paper.signing, 1):
            line = document.add_paragraph(text, style="署名")
            inset = measures.under_seal(text, paper.date)
            line.paragraph_format.right_indent = Pt(inset * _CHARACTER)
            line.paragraph_format.keep_with_next = at < len(paper.signing)
    if paper.note:
        document.add_paragraph(f"（{paper.note}）", style="附注")
    if paper.attendance:
        _blank(document)
    for label, who in paper.attendance:
        line = document.add_paragraph(style="出席名单")
        _hang(line, 2, measures.width_of(label) + 1)
        _face(line.add_run(f"{label}："), "hei")
        line.add_run(who)
    _imprint(document, paper)


def _head(document: DocumentObject, paper: Paper) -> None:
    """版头, down to the red line."""
    if paper.form is Form.LETTER:
        mark = _mark(document, paper)
        _frame(mark, x=20, y=30, width=170)
        _ruled(mark, bottom=("thickThinSmallGap", 24, _RED), space=11)
        line = document.add_paragraph(paper.urgency, style="紧急程度")
        line.paragraph_format.space_before = Pt(0.5 * _PITCH_TWIPS / 20)
        _tab_right(line, measures.AREA_MM[0])
        _face(line.add_run(f"\t{paper.number}"), "fang")
        return
    document.add_paragraph(paper.urgency, style="紧急程度")
    mark = _mark(document, paper)
    mark.paragraph_format.space_before = Pt(35 * measures.PT_PER_MM - _PITCH_TWIPS / 20)
    _blank(document, 2)
    line = document.add_paragraph(style="发文字号")
    if paper.form is Form.DOCUMENT and paper.approver:
        line.alignment = ALIGN.LEFT
        line.paragraph_format.left_indent = Pt(_CHARACTER)
        line.paragraph_format.right_indent = Pt(_CHARACTER)
        _tab_right(line, measures.AREA_MM[0] - _CHARACTER / measures.PT_PER_MM)
        line.add_run(f"{paper.number}\t签发人：")
        _face(line.add_run(paper.approver), "kai")
    else:
        line.add_run(paper.number)
    if paper.form is Form.MINUTES and (paper.signer or paper.date):
        line = document.add_paragraph(style="发文字号")
        line.alignment = ALIGN.LEFT
        _tab_right(line, measures.AREA_MM[0])
        line.add_run(f"{paper.signer}\t{paper.date}")
    _ruled(line, bottom=("single", 9, _RED), space=11)


def _mark(document: DocumentObject, paper: Paper) -> Paragraph:
    size, scale = measures.mark_fit(paper.mark, paper.form)
    line = document.add_paragraph(style="发文机关标志")
    run = _face(line.add_run(paper.mark), "song", size, red=True)
    if scale < 1:
        width = OxmlElement("w:w")
        _tell(width, val=int(scale * 100))
        run._r.get_or_add_rPr().insert_element_before(width, *_AFTER_WIDTH)  # noqa: SLF001
    return line


def _annexes(document: DocumentObject, paper: Paper) -> None:
    inset = 6.5 if len(paper.annexes) > 1 else 5
    if paper.annexes:
        _blank(document)
    for before, annex in paper.numbered_annexes:
        line = document.add_paragraph(f"{before}{annex}", style="附件说明")
        own = measures.width_of(before)
        _hang(line, inset - own, own)


def _table(document: DocumentObject, block: Table) -> None:
    columns = block.columns
    if block.caption:
        document.add_paragraph(block.caption, style="表题")
    if not columns:
        return
    heads = (*block.heads, *[""] * (columns - len(block.heads))) if block.heads else None
    rows = [heads, *block.filled] if heads else list(block.filled)
    table = document.add_table(len(rows), columns, style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    shares = measures.shares(block.widths, block.heads, columns)
    widths = [Emu(int(Mm(measures.AREA_MM[0]) * share)) for share in shares]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    size = measures.cell_size(columns)
    # The table's own cells are counted anew at every asking, so they are asked for once.
    for at, (row, texts) in enumerate(zip(_rows(table), rows, strict=True)):
        head = heads is not None and at == 0
        if head:
            _tell(_add(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader"), val="true")  # noqa: SLF001
        for cell, text, width in zip(row, texts, widths, strict=True):
            cell.width = width
            _fill(cell, text, head=head, size=size)
    document.add_paragraph(style="表格文字")  # or the next table would grow into this one


def _rows(table: Any) -> Iterator[list[_Cell]]:
    for row in table._tbl.tr_lst:  # noqa: SLF001
        yield [_Cell(tc, table) for tc in row.tc_lst]


def _fill(cell: _Cell, text: str, *, head: bool, size: float) -> None:
    for at, part in enumerate(text.split("\n")):
        line = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
        _styled(line, "表格文字")
        if head:
            line.alignment = ALIGN.CENTER
        _face(line.add_run(part), "hei" if head else "fang", size)


def _imprint(document: DocumentObject, paper: Paper) -> None:
    """版记 at the foot of the last page: a table that floats to the bottom of the type area."""
    printed_by, printed_on = paper.printed
    rows = []
    if paper.copies_to:
        rows.append(f"抄送：{paper.copies_to}")
    if printed_by:
        rows.append(f"{printed_by}\t{printed_on}")
    if not rows:
        return
    table = document.add_table(len(rows), 1)
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.columns[0].width = Mm(measures.AREA_MM[0])
    place = OxmlElement("w:tblpPr")
    _tell(place, vertAnchor="margin", horzAnchor="margin", tblpXSpec="center", tblpYSpec="bottom")
    table._tbl.tblPr.insert_element_before(place, *_AFTER_PLACE)  # noqa: SLF001
    if paper.form is not Form.LETTER:
        _lines(table)
    for row, text in zip(_rows(table), rows, strict=True):
        row[0].width = Mm(measures.AREA_MM[0])
        line = _styled(row[0].paragraphs[0], "版记")
        line.add_run(text)
        line.paragraph_format.right_indent = Pt(measures.SMALL_PT)
        if text.startswith("抄送："):
            _hang(line, 1, 3, of=measures.SMALL_PT)
        else:
            line.paragraph_format.left_indent = Pt(measures.SMALL_PT)
            _tab_right(line, measures.AREA_MM[0] - 2 * measures.SMALL_PT / measures.PT_PER_MM)
    document.add_paragraph(style="表格文字")  # a body ends in a paragraph, and it carries the table


def _lines(table: Any) -> None:
    """首条和末条粗线 0.35 mm，中间细线 0.25 mm."""
    borders = OxmlElement("w:tblBorders")
    table._tbl.tblPr.insert_element_before(borders, *_AFTER_PLACE[9:])  # noqa: SLF001
    for name, eighths in (("top", 8), ("bottom", 8), ("insideH", 6)):
        _tell(_add(borders, f"w:{name}"), val="single", sz=eighths, space=0, color="000000")


# Small pieces ------------------------------------------------------------------------------------

#: The schema's order: a width of characters stands before these, a table's place before those.
_AFTER_WIDTH = (
    "w:kern", "w:position", "w:sz", "w:szCs", "w:highlight", "w:u", "w:effect", "w:bdr", "w:shd",
    "w:fitText", "w:vertAlign", "w:rtl", "w:cs", "w:em", "w:lang", "w:eastAsianLayout",
)  # fmt: skip
_AFTER_PLACE = (
    "w:tblOverlap", "w:bidiVisual", "w:tblStyleRowBandSize", "w:tblStyleColBandSize", "w:tblW",
    "w:jc", "w:tblCellSpacing", "w:tblInd", "w:tblBorders", "w:shd", "w:tblLayout", "w:tblCellMar",
    "w:tblLook",
)  # fmt: skip


def _add(parent: Any, name: str) -> Any:
    child = OxmlElement(name)
    parent.append(child)
    return child


def _tell(element: Any, **values: object) -> None:
    for name, value in values.items():
        element.set(qn(f"w:{name}"), str(value))


def _styled(line: Paragraph, style: str) -> Paragraph:
    line.style = style
    return line


def _blank(document: DocumentObject, lines: int = 1, *, keep: bool = False) -> None:
    for _ in range(lines):
        document.add_paragraph().paragraph_format.keep_with_next = keep


def _hang(line: Paragraph, left: float, own: float, of: float = _CHARACTER) -> None:
    """Indent by ``left`` characters, and what runs over by ``own`` more."""
    line.paragraph_format.left_indent = Pt((left + own) * of)
    line.paragraph_format.first_line_indent = Pt(-own * of)


def _tab_right(line: Paragraph, at_mm: float) -> None:
    stops = OxmlElement("w:tabs")
    _tell(_add(stops, "w:tab"), val="right", pos=round(at_mm * measures.PT_PER_MM * 20))
    line._p.get_or_add_pPr().insert_element_before(stops, *_AFTER_TABS)  # noqa: SLF001


def _ruled(line: Paragraph, *, space: int = 1, **sides: tuple[str, int, str]) -> None:
    """Rule a side of a paragraph: kind of line, eighths of a point, colour; ``space`` in points."""
    borders = OxmlElement("w:pBdr")
    for side, (kind, eighths, colour) in sides.items():
        _tell(_add(borders, f"w:{side}"), val=kind, sz=eighths, space=space, color=colour)
    line._p.get_or_add_pPr().insert_element_before(borders, *_AFTER_BORDERS)  # noqa: SLF001


def _frame(line: Paragraph, *, x: int, y: int, width: int) -> None:
    """Put a paragraph where the page says, in millimetres from its edges."""
    twips = {name: round(mm * measures.PT_PER_MM * 20) for name, mm in (("x", x), ("y", y))}
    frame = OxmlElement("w:framePr")
    wide = round(width * measures.PT_PER_MM * 20)
    _tell(frame, w=wide, hSpace=0, wrap="around", vAnchor="page", hAnchor="page", **twips)
    line._p.get_or_add_pPr().insert_element_before(frame, *_AFTER_FRAME)  # noqa: SLF001


_AFTER_TABS = (
    "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:overflowPunct", "w:topLinePunct",
    "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing",
    "w:ind", "w:contextualSpacing", "w:mirrorIndents", "w:suppressOverlap", "w:jc",
    "w:textDirection", "w:textAlignment", "w:textboxTightWrap", "w:outlineLvl", "w:divId",
    "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange",
)  # fmt: skip
_AFTER_BORDERS = ("w:shd", "w:tabs", *_AFTER_TABS)
_AFTER_FRAME = ("w:widowControl", "w:numPr", "w:suppressLineNumbers", "w:pBdr", *_AFTER_BORDERS)


def _drop_thumbnail(document: DocumentObject) -> None:
    """The template's picture shows another document."""
    links = document.part.package.rels
    for key in [key for key, link in links.items() if link.reltype.endswith("/thumbnail")]:
        del links[key]


def _fixed(made: io.BytesIO) -> bytes:
    """The package with one time for every entry."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _FIRST_DAY.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, old.read(name))
    return fixed.getvalue()
