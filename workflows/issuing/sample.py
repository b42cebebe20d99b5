"""Papers an office of the sample city has issued (示例发文): the first numbers of its register."""

from datetime import date, datetime, timedelta

from django.db import transaction

from kernel.papers.paper import Block, Heading, Para, Table
from kernel.trail import Actor
from workflows.issuing import actions
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind
from workflows.issuing.models import Issued
from workflows.mechanism.models import Unit


@transaction.atomic
def fill(*, on: date, actor: Actor, at: datetime) -> int:
    """A document on the members from ``on`` on, and one issued wrongly and replaced. Returns how many
    papers; a register that has any is left alone."""
    if Issued.objects.exists():
        return 0
    units = [(str(n), unit.name) for n, unit in enumerate(Unit.objects.in_force(on), 1)]
    members: list[Block] = [
        Para("因工作需要，对工作机制成员单位作如下登记，此前文件与本文件不一致的，以本文件为准。"),
        Heading("一、成员单位"),
        Table(("序号", "单位"), tuple(units), (1, 8)),
        Heading("二、其他事项"),
        Para("成员单位负责人变动的，由接任的负责人履行成员职责，不再另行发文。"),
    ]
    notice: list[Block] = [
        Para("年度重点项目清单已经确认，现予印发。清单所列项目的前期手续，按倒排计划办理。"),
        Para("清单随项目进展更新，更新后以系统内的清单为准。"),
    ]
    wrong = None
    for kind, title, body, days, url in (
        (Kind.MEMBERSHIP, "关于工作机制成员单位的通知（示例）", members, 1, "/mechanism/"),
        (Kind.LIST, "关于印发年度重点项目清单的通知（示例，主送有误）", notice, 5, "/projects/"),
        (Kind.LIST, "关于印发年度重点项目清单的通知（示例）", notice, 6, "/projects/"),
    ):
        day = on + timedelta(days=days)
        paper = compose(kind, title=title, body=body, on=day, addressee="各成员单位")
        issued = actions.issue(
            paper, kind=kind, room="sample", key=kind.value, url=url, on=day, actor=actor
        )
        wrong = wrong or (issued if kind is Kind.LIST else None)
    if wrong:
        why = f"主送单位有误，由{wrong.year}年第{wrong.serial + 1}号代替"
        actions.void(pk=wrong.pk, why=why, actor=actor, at=at)
    return Issued.objects.count()
