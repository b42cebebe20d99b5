"""Questions to the trail (留痕) of the current schema; newest line first."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.utils import timezone

from kernel.trail.models import Outcome, TrailEntry
from kernel.web.parts import Event


def of(subject: str) -> QuerySet[TrailEntry]:
    """What was done with ``subject``, or refused."""
    return TrailEntry.objects.filter(subject=subject).order_by("-number")


def since(moment: datetime) -> QuerySet[TrailEntry]:
    """What was done after ``moment``; refusals and comings and goings are left out."""
    return (
        TrailEntry.objects.filter(at__gt=moment, outcome=Outcome.DONE)
        .exclude(action__startswith="accounts.")
        .order_by("-number")
    )


def narrowed(chosen: Mapping[str, Any]) -> QuerySet[TrailEntry]:
    """Lines that fit a cleaned `TrailFilter`: room, person, outcome, subject or words, days included."""
    lines = TrailEntry.objects.order_by("-number")
    if room := chosen.get("room"):
        lines = lines.filter(action__startswith=f"{room}.")
    if person := chosen.get("person"):
        lines = lines.filter(actor_name__icontains=person)
    if outcome := chosen.get("outcome"):
        lines = lines.filter(outcome=outcome)
    if subject := chosen.get("subject"):
        lines = lines.filter(subject__icontains=subject)
    if from_on := chosen.get("from_on"):
        lines = lines.filter(at__gte=_moment(from_on, time.min))
    if until_on := chosen.get("until_on"):
        lines = lines.filter(at__lte=_moment(until_on, time.max))
    return lines


def _moment(day: Any, of_day: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, of_day))


def room_of(action: str) -> str:
    """What the office calls the room an action belongs to: ``filings.send`` is 报备."""
    label = action.partition(".")[0]
    try:
        return str(apps.get_app_config(label).verbose_name)
    except LookupError:
        return {"members": "人员"}.get(label, "其他")


def events(entries: Iterable[TrailEntry]) -> list[Event]:
    """Lines as a page's timeline draws them; a refusal is red."""
    return [
        Event(
            entry.summary,
            entry.at,
            f"{entry.actor_name}（{entry.actor_role}）" if entry.actor_role else entry.actor_name,
            tone="red" if entry.outcome == Outcome.REFUSED else "",
        )
        for entry in entries
    ]
