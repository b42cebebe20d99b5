"""Questions to the policies: classes of problems, and how often they came back (复发)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from kernel.shares import Share
from workflows.catalogue.queries import standard_in_force
from workflows.meetings.lifecycle import Cause, State
from workflows.meetings.models import Item
from workflows.policies.models import Policy
from workflows.procedures.models import Procedure

YEAR = timedelta(days=365)
#: Items of a class at meetings that were held and minuted.
_HELD = (State.HELD, State.REVIEW, State.MINUTED, State.CLOSED)


@dataclass(frozen=True, slots=True)
class Period:
    """``items`` of the class among ``procedures`` of its matter received from ``first`` to ``last``."""

    first: date
    last: date
    items: int
    procedures: int

    @property
    def share(self) -> Share:
        """Items for each procedure; never more than one each, so that the interval holds."""
        return Share(min(self.items, self.procedures), self.procedures)


@dataclass(frozen=True, slots=True)
class Effect:
    """A year before and since the change."""

    before: Period
    since: Period

    @property
    def words(self) -> str:
        """What can be said; nothing where the cases are too few."""
        before, since = self.before.share, self.since.share
        if not (before.judged and since.judged):
            return "样本不足，不作比较"
        low, high = before.interval or (0, 0), since.interval or (0, 0)
        if high[1] < low[0]:
            return "复发明显减少"
        if high[0] > low[1]:
            return "复发明显增多"
        return "看不出差别"


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


def items_of(matter_code: str, cause: str) -> QuerySet[Item]:
    """Items of a class at meetings that were held, oldest first."""
    return (
        Item.objects.filter(matter_code=matter_code, cause=cause, meeting__state__in=_HELD)
        .select_related("meeting", "project")
        .order_by("meeting__on", "pk")
    )


def effects_of(policies: Sequence[Policy], on: date) -> list[Effect]:
    """Recurrence of each policy's class in the year before it and since, up to ``on``; two queries
    for all of them."""
    items = _by_day(
        Item.objects.filter(
            meeting__state__in=_HELD,
            matter_code__in={policy.matter_code for policy in policies},
            cause__in={policy.cause for policy in policies},
        ),
        "matter_code",
        "cause",
        day="meeting__on",
    )
    begun = min((policy.effective_on for policy in policies), default=on)
    received = _by_day(
        Procedure.objects.filter(
            matter_code__in={policy.matter_code for policy in policies},
            received_on__gte=begun - YEAR,
        ),
        "matter_code",
        day="received_on",
    )

    def period(policy: Policy, first: date, last: date) -> Period:
        return Period(
            first,
            last,
            _between(items.get((policy.matter_code, policy.cause)), first, last),
            _between(received.get((policy.matter_code,)), first, last),
        )

    return [
        Effect(
            period(policy, policy.effective_on - YEAR, policy.effective_on - timedelta(days=1)),
            period(policy, policy.effective_on, max(on, policy.effective_on)),
        )
        for policy in policies
    ]


Days = list[tuple[date, int]]  # how many on each day


def _by_day(rows: QuerySet[Any], *names: str, day: str) -> dict[tuple[str, ...], Days]:
    """How many rows of each class there are on each day; one query."""
    counted: dict[tuple[str, ...], Days] = {}
    for *of, on, count in rows.order_by().values_list(*names, day).annotate(count=Count("pk")):
        counted.setdefault(tuple(of), []).append((on, count))
    return counted


def _between(days: Days | None, first: date, last: date) -> int:
    return sum(count for on, count in days or () if first <= on <= last)


def classes(on: date) -> list[Class]:
    """Every class that came to a meeting, the most frequent first, named by the catalogue of ``on``."""
    rows = (
        Item.objects.filter(meeting__state__in=_HELD)
        .exclude(matter_code="")
        .exclude(cause="")
        .order_by()
        .values_list("matter_code", "cause")
        .annotate(items=Count("pk"), done=Count("pk", filter=Q(settled=True)))
    )
    made: dict[tuple[str, str], int] = {}
    for code, cause in Policy.objects.order_by("pk").values_list("matter_code", "cause"):
        made[code, cause] = made.get((code, cause), 0) + 1
    names = matter_names(on)
    found = [
        Class(code, names.get(code, code), cause, items, done, made.get((code, cause), 0))
        for code, cause, items, done in rows
    ]
    return sorted(found, key=lambda each: (-each.items, each.matter_code, each.cause))


def matter_names(on: date) -> dict[str, str]:
    """Names of matters by code, as the catalogue has them."""
    return {fact.code: fact.name for fact in standard_in_force(on).matters}
