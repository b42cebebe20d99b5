"""Urging letters (催办函): one for a department, with a row for each of its overdue deadlines."""

from collections.abc import Sequence
from datetime import date

from django.urls import reverse

from kernel.papers.paper import Para, Table, cn_date
from kernel.trail import Actor
from workflows.catalogue.queries import departments
from workflows.issuing.actions import issue
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind
from workflows.issuing.models import Issued
from workflows.supervision.models import Case

ROOM = "supervision"


def urge(cases: Sequence[Case], *, code: str, on: date, actor: Actor) -> Issued:
    """Issue the letter about ``cases`` of the department ``code``, the oldest deadline first. Raises
    `PaperRefused` where a word can't be set."""
    names = departments()
    ordered = sorted(cases, key=lambda case: (case.due_on, case.number, case.pk))
    paper = compose(
        Kind.URGING,
        title=f"关于催办{len(ordered)}项逾期事项的函",
        addressee=names[code].name if code in names else code,
        on=on,
        body=[
            Para(
                f"截至{cn_date(on)}，下列 {len(ordered)} 项由你单位承办的事项已过期限，尚未办结。"
            ),
            Table(
                ("编号", "事项", "项目", "期限", "逾期"),
                tuple(
                    (
                        case.number,
                        case.title,
                        case.project_name or "—",
                        cn_date(case.due_on),
                        f"{(on - case.due_on).days}天",
                    )
                    for case in ordered
                ),
                widths=(4, 5, 4.4, 3.2, 1.6),
            ),
            Para("请抓紧办理，并在督导台账中回复办理情况和预计办结日期；确有困难的请说明原因。"),
        ],
    )
    return issue(
        paper,
        kind=Kind.URGING,
        room=ROOM,
        key=f"letter:{on}:{code}",
        url=f"{reverse('supervision:list')}?department={code}",
        on=on,
        actor=actor,
        to=[code],
    )
