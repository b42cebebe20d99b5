"""整单办理：one move for every project of the list that may take it, each in its own transaction.

The items are rows, so a worker that dies, a message delivered twice or a second click neither
loses a project nor moves it twice; whoever comes next takes up where the last one stopped.
"""

import logging
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from kernel.refusal import Refused
from kernel.trail import Actor, record
from workflows.projects import queries
from workflows.projects.actions import make_move
from workflows.projects.models import Batch, BatchItem, Outcome

logger = logging.getLogger(__name__)

#: Up to this many are done while the clerk waits; more go to the background.
AT_ONCE = 20


def begin(*, move: str, year: int, on: date, actor: Actor) -> Batch:
    """A batch with an item for each project that may take ``move`` now; the open one if there is one.

    Raises `Refused` when there is nothing to do.
    """
    try:
        with transaction.atomic():
            # The batch comes first: whoever is second waits here, and sees what the first has moved.
            batch = Batch.objects.create(
                move=move,
                year=year,
                on=on,
                started_at=timezone.now(),
                by_id=actor.user_id,
                by_name=actor.name,
                by_role=actor.role,
            )
            projects = list(queries.candidates(move, year))
            if not projects:
                raise Refused(f"{year}年清单里没有可以办理这一步的项目。")
            BatchItem.objects.bulk_create(
                BatchItem(batch=batch, project=project) for project in projects
            )
            record(
                actor=actor,
                action=f"projects.batch.{move}",
                subject=f"整单办理 {batch.pk}",
                summary=f"{year}年清单整单办理，共{len(projects)}个项目",
            )
            return batch
    except IntegrityError:
        running = Batch.objects.filter(move=move, year=year, finished_at=None).first()
        if running is None:
            raise
        return running


def work_through(batch: Batch) -> None:
    """Do every item that still waits. Safe to run again, and by two workers at once."""
    while _do_next(batch):
        pass
    with transaction.atomic():
        batch = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if batch.finished_at is None and not batch.items.filter(outcome=Outcome.WAITING).exists():
            batch.finished_at = timezone.now()
            batch.save(update_fields=["finished_at"])


@transaction.atomic
def _do_next(batch: Batch) -> bool:
    """Take one waiting item that nobody else holds; False when there is none."""
    item = (
        batch.items.filter(outcome=Outcome.WAITING)
        .select_related("project")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("pk")
        .first()
    )
    if item is None:
        return False
    try:
        make_move(
            number=item.project.number,
            name=batch.move,
            version=None,
            on=batch.on,
            actor=Actor(batch.by_id, batch.by_name, batch.by_role),
        )
        item.outcome = Outcome.DONE
    except Refused as refusal:
        item.outcome, item.message = Outcome.REFUSED, str(refusal)[:300]
    except Exception:
        # One project's fault must not keep the others waiting; its own changes are rolled back.
        logger.exception("batch %s, project %s", batch.pk, item.project.number)
        item.outcome, item.message = (
            Outcome.REFUSED,
            "系统差错，这个项目没有改动；请告知系统维护人员。",
        )
    item.save(update_fields=["outcome", "message"])
    return True
