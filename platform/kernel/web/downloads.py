"""Files as answers (下载)."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from kernel.web.xlsx import Column, Value, workbook_bytes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(content: bytes, name: str, media_type: str = XLSX) -> HttpResponse:
    """A file to be saved under a Chinese ``name``; an .xlsx unless told."""
    disposition = content_disposition_header(True, name) or "attachment"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=media_type, headers=headers)


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
