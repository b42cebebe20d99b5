"""Put a change of policy on file (登记政策完善事项)."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from kernel.refusal import Refused
from kernel.trail import Actor, record
from workflows.meetings.models import Item
from workflows.policies.models import Policy


class PolicyRefused(Refused):
    """This can't be put on file; the text is for the clerk."""


@transaction.atomic
def adopt(
    *,
    title: str,
    matter_code: str,
    cause: str,
    change: str,
    department_code: str,
    document: str,
    effective_on: date,
    item: Item | None,
    at: datetime,
    actor: Actor,
) -> Policy:
    """A change against the class (matter, cause). Raises `PolicyRefused` for one on file already."""
    if item and not item.settled:
        raise PolicyRefused(f"议题“{item.title}”还没有解决。解决之后才由它完善政策。")
    if item and (item.matter_code, item.cause) != (matter_code, cause):
        raise PolicyRefused("政策针对的事项和原因须与来源议题一致。请核对。")
    try:
        with transaction.atomic():
            policy = Policy.objects.create(
                title=title,
                matter_code=matter_code,
                cause=cause,
                change=change,
                department_code=department_code,
                document=document,
                effective_on=effective_on,
                item=item,
                made_at=at,
                made_by=actor.name,
            )
    except IntegrityError as taken:
        raise PolicyRefused(f"{document}针对这一类问题的措施已经登记，不必再登一次。") from taken
    record(
        actor=actor,
        action="policies.adopt",
        subject=document,
        summary=f"登记政策完善事项：{title}（{document}，{effective_on}施行）"[:500],
    )
    return policy
