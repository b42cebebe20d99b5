"""Papers to set: one of each form, nasty ones at random, and what their pages say."""

import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pypdfium2
from docx import Document
from docx.oxml.ns import qn
from hypothesis import strategies as st

from kernel.papers.docx import docx_bytes
from kernel.papers.paper import Form, Heading, Paper, Para, Table
from kernel.papers.pdf import pdf_bytes

RARE = "旻祎璟喆赟镕㐂𫢸𬒈"
_PAGE_NUMBER = re.compile(r"—\s*\d+\s*—\s*$")


def paper(form: Form = Form.DOCUMENT, **parts: Any) -> Paper:
    """A paper that has every part."""
    given: dict[str, Any] = {
        "form": form,
        "mark": "准格尔旗重点项目联审联批工作机制办公室文件",
        "number": "准格尔联审办交〔2026〕5号",
        "title": "关于交办大路园区烯烃项目前期手续审批任务的通知（示例）",
        "addressee": "旗自然资源局、旗水利局",
        "body": (
            Heading("一、交办事项"),
            Heading("（一）用地手续", 2),
            Para(f"请于2026年1月20日前办结用地预审，经办人{RARE}。"),
            Table(("序号", "事项"), (("1", "用地预审"), ("2", "取水许可")), (1, 4), "任务清单"),
            Heading("1.按期办理。", 3),
        ),
        "annexes": ("任务清单", "倒排计划"),
        "signer": "准格尔旗联审办",
        "seal_note": "（准格尔旗发展和改革委员会代章）",
        "signed_on": date(2026, 1, 5),
        "note": "联系人：某某（示例）",
        "copies_to": "各成员单位",
        "printed_by": "准格尔旗联审办",
        "approver": "某某",
        "urgency": "特急",
        "attendance": (("出席", "某甲、某乙"), ("请假", "某丙")),
    }
    return Paper(**given | parts)


def bare(*body: Any, **parts: Any) -> Paper:
    """Only a body, below an empty head."""
    return Paper(form=Form.DOCUMENT, mark="", title="", body=body, **parts)


def squeezed(text: str) -> str:
    """Without spaces. A hyphen at the end of a line is read as U+FFFE by PDFium."""
    return re.sub(r"\s+", "", text).replace("\ufffe", "-")


def said(paper: Paper) -> str:
    return squeezed("".join(paper.lines()))


def pages(content: bytes) -> Iterator[pypdfium2.PdfPage]:
    yield from pypdfium2.PdfDocument(content)


def pdf_text(paper: Paper) -> str:
    """What the PDF says, without page numbers and the heads that tables repeat on further pages."""
    expected, read = said(paper), ""
    tables = (block for block in paper.body if isinstance(block, Table))
    heads = sorted((squeezed("".join(table.heads)) for table in tables), key=len, reverse=True)
    for page in pages(pdf_bytes(paper)):
        text = squeezed(_PAGE_NUMBER.sub("", page.get_textpage().get_text_range().rstrip()))
        for head in filter(None, heads):
            if head in read and text.startswith(head) and not expected.startswith(read + text):
                text = text.removeprefix(head)
                break
        read += text
    return read


def docx_text(paper: Paper) -> str:
    body = Document(io.BytesIO(docx_bytes(paper))).element.body
    return squeezed("".join(text.text or "" for text in body.iter(qn("w:t"))))


#: What reads as markup somewhere, stands outside the first plane, or is wider than any line.
texts = st.one_of(
    st.text(
        "国家项目审批联，。；“”（）〔〕《》—…%‰#$\\<>&\"'*_`@~[]{}/=+- 0123abc\n\t", max_size=60
    ),
    st.text(RARE, max_size=12),
    st.text("Wwi/.-0", min_size=30, max_size=120),
    st.sampled_from(
        ["", " ", "#pagebreak()", "$x^2$", "*_`#", "</w:t>", "&lt;", "\u202e反\x00\x1f"]
    ),
)
#: Low rows only: of a row that breaks over pages, each page says its part of every cell.
_cells = texts.map(lambda text: text[:40])
_tables = st.integers(1, 6).flatmap(
    lambda columns: st.builds(
        Table,
        # A sign that stands nowhere else tells a repeated head from a row that says the same.
        heads=st.one_of(
            st.just(()), st.tuples(_cells.map("頭{}".format), *[_cells] * (columns - 1))
        ),
        rows=st.lists(st.tuples(*[_cells] * columns), min_size=1, max_size=8).flatmap(
            lambda rows: st.integers(1, 200 // len(rows)).map(lambda times: tuple(rows) * times)
        ),
        widths=st.one_of(st.just(()), st.tuples(*[st.floats(1, 2)] * columns)),
        caption=texts,
    )
)
_blocks = st.one_of(st.builds(Para, texts), st.builds(Heading, texts, st.integers(1, 3)), _tables)
papers = st.builds(
    Paper,
    form=st.sampled_from(list(Form)),
    mark=texts,
    title=texts,
    # Number and approver stand in one line; broken, each is read by PDFium in pieces.
    number=texts.map(lambda text: text[:14]),
    addressee=texts,
    body=st.lists(_blocks, max_size=5).map(tuple),
    # PDFium reads two full stops of neighbouring pieces as one: no annex begins with one.
    annexes=st.lists(texts.map("表{}".format), max_size=3).map(tuple),
    signer=texts,
    seal_note=texts,
    signed_on=st.none() | st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    note=texts,
    copies_to=texts,
    printed_by=texts,
    approver=texts.map(lambda text: text[:8]),
    urgency=texts,
    attendance=st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
)
