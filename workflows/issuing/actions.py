"""Issue a paper (发文): number it, freeze it, register it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.db import transaction
from django.utils import timezone

from kernel.papers.paper import Paper
from kernel.trail import Actor, record
from tenants.registry.freezing import digest_of
from tenants.registry.numbering import next_number
from workflows.issuing.kinds import MANNERS, Kind
from workflows.issuing.models import Issued
from workflows.issuing.queries import head_on


@transaction.atomic
def issue(
    paper: Paper,
    *,
    kind: Kind,
    room: str,
    key: str,
    url: str,
    on: date,
    actor: Actor,
    to: Sequence[str] = (),
) -> Issued:
    """Give ``paper`` the next number of its kind and year and put it on the register.

    ``room`` and ``key`` say what it is about, ``url`` where that stands, ``to`` the codes of the
    departments that receive it. The number is taken in this transaction and never given again.
    """
    serial = next_number(f"paper.{kind.value}", on.year)
    number = f"{head_on(on).word}{MANNERS[kind].word}〔{on.year}〕{serial}号"
    content = replace(paper, number=number).write()
    issued = Issued.objects.create(
        kind=kind,
        year=on.year,
        serial=serial,
        number=number,
        title=paper.title[:200],
        addressee=paper.addressee[:300],
        paper=content,
        digest=digest_of(content),
        room=room,
        key=key,
        url=url,
        department_codes=list(to),
        issued_on=on,
        issued_at=timezone.now(),
        by_id=actor.user_id,
        by_name=actor.name,
    )
    record(
        actor=actor,
        action="issuing.issue",
        subject=number,
        summary=f"印发{kind.label}：{paper.title}"[:500],
        detail={"digest": issued.digest},
    )
    return issued
