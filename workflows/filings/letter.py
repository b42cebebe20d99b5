"""The letter a filing comes with (报备函): written by its sender, frozen with it, the same on both sides."""

from datetime import date
from typing import Any

from kernel.papers.paper import Block, Heading, Paper, Para, Table
from tenants.models import Tenant
from workflows.filings.contents.base import Cell, Content, Snapshot, Term
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind

#: Shares of the line for the columns of each table, by how many there are.
_WIDTHS = {
    2: (4.0, 3.0),
    4: (3.0, 4.0, 3.0, 3.0),
    7: (4.0, 3.0, 1.8, 4.0, 2.2, 2.6, 2.4),
}


def filing_letter(
    *,
    content: Content,
    term: Term,
    snapshot: Snapshot,
    digest: str,
    receiver: Tenant,
    on: date,
    unit: str = "",
) -> Paper:
    """The letter to ``receiver`` with everything that is filed as its annex, without its number; from
    ``unit`` where a department files."""
    what = content.words(term)
    told = "；".join(f"{fact.label} {fact.value}{fact.note}" for fact in content.figures(snapshot))
    lacks = content.lacks(snapshot)
    body: list[Block] = [
        Para(f"现将我单位{what}报备，请予备案。"),
        Para(f"{told}。"),
        *([Para(f"对照市级样板尚缺 {len(lacks)} 项：{''.join(lacks)}")] if lacks else []),
        Para(f"报备内容的摘要值（SHA-256）：{digest}。"),
    ]
    for heading, lines in content.texts(snapshot):
        body += [Heading(heading), *(Para(line) for line in lines or ["无。"])]
    for n, section in enumerate(content.sections(snapshot), 1):
        body += [
            Heading(f"附表 {n}　{section.title}"),
            Table(
                tuple(section.columns),
                tuple(tuple(_cell(cell) for cell in row) for row in section.rows),
                widths=_WIDTHS.get(len(section.columns), ()),
            ),
        ]
    if files := snapshot.get("files"):
        body.append(Para(f"随函附件：{'、'.join(file['name'] for file in files)}。"))
    signed: dict[str, Any] = {"mark": unit, "signer": unit, "seal_note": ""} if unit else {}
    return compose(
        Kind.FILING,
        title=f"关于报备{what}的函",
        addressee=receiver.office_name,
        on=on,
        body=body,
        **signed,
    )


def _cell(cell: Cell) -> str:
    return f"{cell.text}（{cell.under}）" if cell.under else cell.text
