"""Questions to the policies: classes of problems, and how often they came back (复发)."""

from dataclasses import dataclass
from datetime import date, timedelta

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
    """A year before and since the change, with the rows both figures are counted from."""

    before: Period
    since: Period
    rows: list[Item]

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


def effect_of(policy: Policy, on: date) -> Effect:
    """Recurrence of the policy's class in the year before it and since, up to ``on``; four queries."""
    rows = list(items_of(policy.matter_code, policy.cause))
    begun = policy.effective_on
    return Effect(
        _period(policy, rows, begun - YEAR, begun - timedelta(days=1)),
        _period(policy, rows, begun, max(on, begun)),
        rows,
    )


def _period(policy: Policy, rows: list[Item], first: date, last: date) -> Period:
    received = Procedure.objects.filter(
        matter_code=policy.matter_code, received_on__range=(first, last)
    ).count()
    items = sum(first <= row.meeting.on <= last for row in rows)
    return Period(first, last, items, received)


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
