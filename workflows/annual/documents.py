"""The paper of a version (清单文件): what is issued when a list is settled or updated."""

from collections.abc import Sequence
from datetime import date

from kernel.papers.paper import Block, Heading, Paper, Para, Table
from kernel.web.templatetags.lianshen import wan
from workflows.annual.comparing import Comparison
from workflows.annual.freezing import Entry, investment_of
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind
from workflows.projects.facts import shown

_HEADS = ("序号", "项目名称", "项目单位", "总投资（万元）", "计划开工", "入选依据")
_WIDTHS = (1, 5, 4, 2.4, 2.8, 3.4)


def paper_of(
    year: int,
    number: int,
    entries: Sequence[Entry],
    *,
    tenant_name: str,
    since: Comparison | None,
    note: str,
    on: date,
) -> Paper:
    """Version ``number`` of the list; ``since`` is what changed after the version before it."""
    total = f"共{len(entries)}个项目，总投资{wan(investment_of(entries))}。"
    body: list[Block] = []
    if since is None:
        body.append(Para(f"{year}年度重点项目清单已征求行业主管部门意见并审定，{total}"))
    else:
        body.append(
            Para(
                f"{year}年度重点项目清单第{number - 1}版印发以后，新入列{len(since.added)}个，"
                f"移出{len(since.removed)}个，变更{len(since.changed)}个。更新后{total}"
            )
        )
    if note:
        body.append(Para(note))
    body += [Heading("一、项目清单"), _table(entries)]
    if since is not None:
        parts = [
            ("新入列项目", _table(since.added) if since.added else None),
            ("移出项目", _table(since.removed) if since.removed else None),
            ("变更项目", _changes(since) if since.changed else None),
        ]
        told = [(label, table) for label, table in parts if table]
        for mark, (label, table) in zip("二三四", told, strict=False):
            body += [Heading(f"{mark}、{label}"), table]
    suffix = "" if since is None else f"（第{number}版）"
    return compose(
        Kind.LIST,
        title=f"关于印发{tenant_name}{year}年度重点项目清单{suffix}的通知",
        addressee="各成员单位",
        body=body,
        on=on,
    )


def _table(entries: Sequence[Entry]) -> Table:
    return Table(
        _HEADS,
        tuple(
            (
                str(serial),
                entry["name"],
                entry["owner_name"],
                shown("investment_wan", entry["investment_wan"]),
                shown("planned_start_on", entry["planned_start_on"]),
                shown("admission_rule", entry["admission_rule"]),
            )
            for serial, entry in enumerate(entries, 1)
        ),
        widths=_WIDTHS,
    )


def _changes(since: Comparison) -> Table:
    return Table(
        ("项目名称", "内容", "原来", "现在"),
        tuple(
            (one.after["name"], found.label, found.shown_old, found.shown_new)
            for one in since.changed
            for found in one.differences
        ),
        widths=(5, 3, 4, 4),
    )
