"""An invented cast for the sample city (示例人员). Never used outside the demonstration."""

from datetime import date
from functools import cache

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from kernel.papers.paper import Form, Paper, Para
from kernel.papers.pdf import pdf_bytes
from kernel.trail import SYSTEM, record
from workflows.mechanism.actions import file_order
from workflows.mechanism.models import Holding, Order, Seat, SeatKind, Unit

DOCUMENT = "示例文件〔2025〕1号"
_TITLE = "关于建立重点项目联审联批工作机制的通知（示例）"
_SURNAMES = "巴白包曹陈丁杜范高韩何贺侯胡姜康兰李刘吕马孟那宁潘乔任邵石苏孙田王乌吴武肖谢徐薛杨姚叶于袁张赵郑周朱"


@transaction.atomic
def fill(*, on: date) -> int:
    """Let an invented person hold every vacant seat from ``on`` by a founding document; returns how many.

    Units and seats opened later than ``on`` without a document are dated back to it, so that a
    season before today can be shown. Idempotent.
    """
    for model in (Unit, Seat):
        model.objects.filter(from_on__gt=on, document="").update(from_on=on)
    if not Order.objects.filter(number=DOCUMENT).exists():
        file_order(
            number=DOCUMENT,
            title=_TITLE,
            dated_on=on,
            on=on,
            at=timezone.now(),
            actor=SYSTEM,
            scan=ContentFile(_scan(), name="建立工作机制的通知.pdf"),
        )
    held = Holding.objects.open().values("seat")
    seats = list(Seat.objects.in_force(on).exclude(pk__in=held).order_by("kind", "order", "pk"))
    Holding.objects.bulk_create(
        Holding(
            seat=seat,
            name=f"{_SURNAMES[number % len(_SURNAMES)]}某（示例）",
            office_phone="" if seat.kind == SeatKind.CONVENER else f"0477-000{number:04d}",
            from_on=on,
            document=DOCUMENT,
        )
        for number, seat in enumerate(seats)
    )
    if seats:
        record(
            actor=SYSTEM,
            action="mechanism.sample",
            subject="组织机构",
            summary=f"载入示例人员{len(seats)}名，自{on}起。",
        )
    return len(seats)


@cache
def _scan() -> bytes:
    return pdf_bytes(
        Paper(
            form=Form.DOCUMENT, mark="示例文件", title=_TITLE, body=(Para("见组织机构（示例）。"),)
        )
    )
