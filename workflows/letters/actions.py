"""Issue the letters (印发文书)."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from kernel.notices.telling import Message, tell
from kernel.trail import Actor
from workflows.issuing.actions import issue
from workflows.issuing.kinds import Kind
from workflows.issuing.models import Issued
from workflows.letters import queries
from workflows.letters.writing import guidance, one_time_notice
from workflows.procedures.actions import make_move
from workflows.procedures.lifecycle import Ground, MoveRefused
from workflows.procedures.live import live_of
from workflows.procedures.models import Procedure
from workflows.projects.lifecycle import State
from workflows.projects.models import Project


@transaction.atomic
def notify(
    *,
    procedure_number: str,
    on: date,
    version: int,
    items: Collection[str],
    text: str,
    actor: Actor,
    ground: str = "",
    reach: Collection[str] | None = None,
) -> Issued:
    """Number and issue a one-time notice, and enter it in the ledger: both or neither.

    Raises `MoveRefused` as `make_move` does.
    """
    procedure = Procedure.objects.select_related("project").get(number=procedure_number)
    paper = one_time_notice(
        procedure,
        items=list(items),
        text=text,
        on=on,
        ground=Ground(ground).label if ground else "",
    )
    issued = issue(
        paper,
        kind=Kind.NOTICE,
        room=queries.ROOM,
        key=queries.notice_key(procedure),
        url=reverse("procedures:detail", args=[procedure.number]),
        on=on,
        actor=actor,
        to=[procedure.department_code],
    )
    told: dict[str, Any] = {"items": list(items), "text": text, "ground": ground}
    make_move(
        procedure_number=procedure_number,
        name="notify",
        on=on,
        version=version,
        actor=actor,
        reach=reach,
        document=issued.number,
        **told,
    )
    return issued


@transaction.atomic
def issue_guidance(*, project: Project, on: date, actor: Actor) -> Issued:
    """Issue the project's guidance sheet as the ledger stands on ``on``. Raises `MoveRefused`."""
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if project.state != State.CONFIRMED:
        raise MoveRefused(
            f"项目“{project.name}”现为“{project.get_state_display()}”，还没有梳理办件。请先确认入列，再出具指导单。"
        )
    live = live_of(project, on)
    paper = guidance(live)
    last = queries.guidance_sheets(project.number).filter(voided_at=None).defer(None).first()
    if last and last.as_paper.body == paper.body and last.issued_on == on:
        raise MoveRefused(f"今天已经出具过同样内容的指导单 {last.number}，不必再出一份。")
    issued = issue(
        paper,
        kind=Kind.GUIDANCE,
        room=queries.ROOM,
        key=queries.guidance_key(project.number),
        url=reverse("letters:guidance", args=[project.number]),
        on=on,
        actor=actor,
        to=sorted({row.procedure.department_code for row in live.rows}),
    )
    tell(
        [
            Message(
                key=f"letters:{issued.pk}",
                room=queries.ROOM,
                text=f"{project.name}的审批事项指导单 {issued.number} 已出具，请帮助项目单位按计划申报。",
                url=reverse("letters:guidance", args=[project.number]),
                role="helper",
            )
        ],
        at=timezone.now(),
    )
    return issued
