"""Invented terms for a demonstration tenant (示例承诺); days are another city's published ones."""

from datetime import date, time

from django.db import transaction

from kernel.trail import SYSTEM, record
from workflows.catalogue import queries as catalogue
from workflows.catalogue.combing import load_example_promises
from workflows.promises.actions import check_days
from workflows.promises.models import Party, PartyRole, Promise

_SURNAMES = "敖巴宝陈达额冯格胡贾康林满娜齐任萨唐乌肖雅云扎周"
#: Left without terms, so that the list has something to show as missing.
_LEFT_OUT = frozenset({"B24", "B26", "B27", "D01"})


@transaction.atomic
def fill(*, on: date, place: str = "政务服务大厅") -> int:
    """Give every matter but a few a window, a line, staff and, where known, example days.

    Leaves a matter alone that already has people; returns how many were filled. Idempotent.
    """
    days = load_example_promises().days
    filled = 0
    for number, line in enumerate(catalogue.lines(on)):
        code = line.fact.code
        if code in _LEFT_OUT:
            continue
        promise, _ = Promise.objects.get_or_create(matter_code=code)
        if promise.parties.exists():
            continue
        if promise.promised_days is None and code in days:
            check_days(line.fact, days[code])
            promise.promised_days = days[code]
        promise.window = f"{place}{number // 12 + 1}楼{number % 12 + 1:02d}号窗口（示例）"
        promise.cut_off = time(17)
        promise.office_phone = f"0477-000{number:04d}"
        promise.save()
        Party.objects.bulk_create(
            Party(
                promise=promise,
                role=role,
                name=f"{_SURNAMES[(number + step) % len(_SURNAMES)]}某（示例）",
                post=post,
                office_phone=f"0477-000{number:04d}",
            )
            for step, (role, post) in enumerate(
                (
                    (PartyRole.APPROVER, f"{line.department}审批科室"),
                    (PartyRole.REPRESENTATIVE, "首席代表"),
                    (PartyRole.HELPER, "帮办代办员"),
                )
            )
        )
        filled += 1
    if filled:
        record(
            actor=SYSTEM,
            action="promises.sample",
            subject="承诺时限",
            summary=f"载入示例承诺{filled}项。",
        )
    return filled
