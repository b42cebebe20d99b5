"""Files as answers (下载)."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from kernel.web.xlsx import Column, Value, workbook_bytes


def workbook(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    *,
    as_of: date,
    notes: Sequence[str] = (),
) -> HttpResponse:
    """The rows as an .xlsx named after its title and day; see `kernel.web.xlsx.workbook_bytes`."""
    return HttpResponse(
        workbook_bytes(title, columns, rows, as_of=as_of, notes=notes),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={
            "Content-Disposition": content_disposition_header(True, f"{title}{as_of:%Y%m%d}.xlsx")
        },
    )
