"""Files as answers (下载)."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from kernel.papers.docx import docx_bytes
from kernel.papers.paper import Paper
from kernel.papers.pdf import pdf_bytes
from kernel.web.xlsx import Column, Value, workbook_bytes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"


def attachment(content: bytes, name: str, media_type: str = XLSX) -> HttpResponse:
    """A file to be saved under a Chinese ``name``; an .xlsx unless told."""
    disposition = content_disposition_header(True, name) or "attachment"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=media_type, headers=headers)


def private_file(content: bytes, name: str, media_type: str) -> HttpResponse:
    """A file somebody handed in, to be saved by the one who asked and kept by no cache."""
    answer = attachment(content, name, media_type)
    answer["Cache-Control"] = "private, no-store"
    # What a browser would show all the same runs and loads nothing.
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def paper_file(paper: Paper, form: str, name: str) -> HttpResponse:
    """The paper as a file of ``form``, pdf or docx, under ``name`` without extension; else 404."""
    match form:
        case "pdf":
            return attachment(pdf_bytes(paper), f"{name}.pdf", PDF)
        case "docx":
            return attachment(docx_bytes(paper), f"{name}.docx", DOCX)
    raise Http404


def workbook(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    *,
    as_of: date,
    notes: Sequence[str] = (),
) -> HttpResponse:
    """The rows as an .xlsx named after its title and day; see `kernel.web.xlsx.workbook_bytes`."""
    content = workbook_bytes(title, columns, rows, as_of=as_of, notes=notes)
    return attachment(content, f"{title}{as_of:%Y%m%d}.xlsx")
