"""Compose (拟文): a paper of a kind under the letterhead in force, without its number yet."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from kernel.papers.paper import Block, Paper
from workflows.issuing.kinds import MANNERS, Kind, mark_of
from workflows.issuing.queries import Head, head_on


def compose(
    kind: Kind, *, title: str, body: Sequence[Block], on: date, addressee: str = "", **parts: Any
) -> Paper:
    """A paper of ``kind`` dated ``on``; ``parts`` are further fields of `Paper` (annexes, copies_to …)."""
    return compose_under(
        head_on(on), kind, title=title, body=body, on=on, addressee=addressee, **parts
    )


def compose_under(
    head: Head,
    kind: Kind,
    *,
    title: str,
    body: Sequence[Block],
    on: date,
    addressee: str = "",
    **parts: Any,
) -> Paper:
    """`compose` under a letterhead that need not be in force."""
    form = MANNERS[kind].form
    seal = f"（{head.sealer}代章）" if head.sealer and head.sealer != head.signer else ""
    paper = Paper(
        form=form,
        mark=mark_of(form, head.mark),
        title=title,
        addressee=addressee,
        body=tuple(body),
        signer=head.signer,
        seal_note=seal,
        signed_on=on,
        printed_by=head.signer,
    )
    return replace(paper, **parts)
