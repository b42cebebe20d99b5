"""Questions to the policies: classes of problems, and how often they came back (复发)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from kernel.shares import Share, compared
from workflows.catalogue.queries import standard_in_force
from workflows.meetings.lifecycle import HELD, Cause
from workflows.meetings.models import Item
from workflows.policies.models import Policy
from workflows.procedures.models import Procedure

YEAR = timedelta(days=365)
MONTHS = 24  # shown since the change at most


@dataclass(frozen=True, slots=True)
class Period:
    """From ``first`` to ``last``: ``procedures`` of the matter that were received, ``came`` those of them that
    came to a meeting for the cause, ``items`` of the class altogether."""

    first: date
    last: date
    procedures: int
    came: frozenset[int]
    items: int

    @property
    def share(self) -> Share:
        """Of the procedures received, those that came to a meeting in the same time."""
        return Share(len(self.came), self.procedures)


@dataclass(frozen=True, slots=True)
class Effect:
    """A year before and since the change, with the items of the class, oldest first."""

    before: Period
    since: Period
    rows: list[Item]

    @property
    def came(self) -> frozenset[int]:
        return self.before.came | self.since.came

    @property
    def words(self) -> str:
        """What can be said; nothing where the cases are too few."""
        return compared(
            self.before.share, self.since.share, fewer="复发明显减少", more="复发明显增多"
        )


@dataclass(frozen=True, slots=True)
class Class:
    """A class of problem: its matter, its cause, how often it came to a meeting, and its policies."""

    matter_code: str
    matter: str
    cause: str
    items: int
    settled: int
    policies: int

    @property
    def cause_label(self) -> str:
        return Cause(self.cause).label


def policies() -> QuerySet[Policy]:
    return Policy.objects.select_related("item__meeting").order_by("-effective_on", "-pk")


def effects_of(found: Sequence[Policy], on: date) -> list[Effect]:
    """Recurrence of each policy's class in the year before it and since, up to ``on``; two queries for all."""
    codes = {policy.matter_code for policy in found}
    items: dict[tuple[str, str], list[Item]] = {}
    held = Item.objects.filter(matter_code__in=codes, meeting__state__in=HELD)
    for row in held.select_related("meeting", "project").order_by("meeting__on", "pk"):
        items.setdefault((row.matter_code, row.cause), []).append(row)
    received: dict[str, list[tuple[int, date]]] = {}
    procedures = Procedure.objects.filter(matter_code__in=codes).order_by("pk")
    for pk, code, day in procedures.values_list("pk", "matter_code", "received_on"):
        if day:
            received.setdefault(code, []).append((pk, day))
    return [
        _effect(
            policy,
            items.get((policy.matter_code, policy.cause), []),
            received.get(policy.matter_code, ()),
            on,
        )
        for policy in found
    ]


def effect_of(policy: Policy, on: date) -> Effect:
    """`effects_of` a single policy."""
    return effects_of([policy], on)[0]


def received(policy: Policy, effect: Effect) -> QuerySet[Procedure]:
    """The procedures both shares are counted from, the latest first."""
    return (
        Procedure.objects.filter(
            matter_code=policy.matter_code,
            received_on__range=(effect.before.first, effect.since.last),
        )
        .select_related("project")
        .order_by("-received_on", "-pk")
    )


def by_month(policy: Policy, effect: Effect) -> list[tuple[date, int]]:
    """The first day of each month from a year before the change, at most two years beyond, with how many
    items of the class came to a meeting in it."""
    counted = Counter((row.meeting.on.year, row.meeting.on.month) for row in effect.rows)
    begun, last = _number(policy.effective_on), _number(effect.since.last)
    months = [divmod(n, 12) for n in range(begun - 12, min(last, begun + MONTHS) + 1)]
    return [(date(year, month + 1, 1), counted[year, month + 1]) for year, month in months]


def classes(on: date) -> list[Class]:
    """Every class that came to a meeting, the most frequent first, named by the catalogue of ``on``."""
    rows = (
        Item.objects.filter(meeting__state__in=HELD)
        .exclude(matter_code="")
        .exclude(cause="")
        .order_by()
        .values_list("matter_code", "cause")
        .annotate(items=Count("pk"), done=Count("pk", filter=Q(settled=True)))
    )
    made = Counter(Policy.objects.order_by("pk").values_list("matter_code", "cause"))
    names = matter_names(on)
    found = [
        Class(code, names.get(code, code), cause, items, done, made[code, cause])
        for code, cause, items, done in rows
    ]
    return sorted(found, key=lambda each: (-each.items, each.matter_code, each.cause))


def matter_names(on: date) -> dict[str, str]:
    """Names of matters by code, as the catalogue has them."""
    return {fact.code: fact.name for fact in standard_in_force(on).matters}


# Inside ---------------------------------------------------------------------------------------------


def _effect(
    policy: Policy, rows: list[Item], received: Iterable[tuple[int, date]], on: date
) -> Effect:
    begun = policy.effective_on
    last = max(on, begun)
    return Effect(
        _period(rows, received, begun - YEAR, begun - timedelta(days=1)),
        _period(rows, received, begun, last),
        rows,
    )


def _period(
    rows: list[Item], received: Iterable[tuple[int, date]], first: date, last: date
) -> Period:
    procedures = {pk for pk, day in received if first <= day <= last}
    items = [row for row in rows if first <= row.meeting.on <= last]
    came = procedures & {row.procedure_id for row in items if row.procedure_id}
    return Period(first, last, len(procedures), frozenset(came), len(items))


def _number(day: date) -> int:
    """Months counted through."""
    return day.year * 12 + day.month - 1
