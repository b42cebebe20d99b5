"""Questions to what measures changed (跟踪问效): equal windows before and since, with counts and intervals."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Q
from django.urls import reverse

from kernel.shares import MINIMUM, TOO_FEW, Share, apart, compared
from tenants.models import Tenant
from tenants.registry.models import Filing, FilingKind, FilingState
from workflows.policies.queries import policies

LONGEST = timedelta(days=365)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Measure:
    """What was done and from when: filed by a department, or a policy changed. It concerns the matters of
    ``codes``, or all of its department's where none is named."""

    key: str
    title: str
    document: str
    department_code: str
    effective_on: date
    codes: tuple[str, ...]
    source: str
    url: str


@dataclass(frozen=True, slots=True)
class Period:
    """Procedures decided from ``first`` to ``last``: ``kept`` of those that had a limit in time, and the calendar
    days from acceptance to decision of ``timed`` of them, the middle one with its 95 % interval."""

    first: date
    last: date
    decided: int = 0
    kept: int = 0
    limited: int = 0
    timed: int = 0
    median: int | None = None
    low: int | None = None
    high: int | None = None

    @property
    def share(self) -> Share:
        return Share(self.kept, self.limited)

    @property
    def days_words(self) -> str:
        return f"{self.median} 天" if self.timed >= MINIMUM else f"少于{MINIMUM}件，不评价"

    @property
    def days_interval(self) -> tuple[float, float] | None:
        if self.timed < MINIMUM or self.low is None or self.high is None:
            return None
        return float(self.low), float(self.high)

    @property
    def days_interval_words(self) -> str:
        return f"{self.low} 至 {self.high} 天" if self.days_interval else ""


@dataclass(frozen=True, slots=True)
class Effect:
    """A measure with as many days before it as since."""

    measure: Measure
    before: Period
    since: Period

    @property
    def begun(self) -> bool:
        return self.since.first <= self.since.last

    @property
    def share_says(self) -> str:
        return compared(self.before.share, self.since.share, fewer="明显下降", more="明显上升")

    @property
    def days_say(self) -> str:
        before, since = self.before.days_interval, self.since.days_interval
        if not (before and since):
            return TOO_FEW
        return apart(before, since, fewer="明显缩短", more="明显变长")


def measures(tenant: Tenant) -> list[Measure]:
    """Measures in force that were filed with ``tenant``'s office, and its policies; the latest first. Two
    queries and those of `policies`."""
    filed = Filing.objects.filter(
        Q(state=FilingState.SENT) | Q(state=FilingState.ACKNOWLEDGED),
        kind=FilingKind.MEASURE,
        receiver=tenant.schema_name,
    ).order_by("-sent_at", "-pk")
    found = [
        Measure(
            f"filing-{filing.pk}",
            filing.snapshot["title"],
            filing.snapshot["document"],
            filing.unit_code,
            date.fromisoformat(filing.snapshot["effective_on"]),
            tuple(filter(None, filing.snapshot.get("matters", "").split("、"))),
            "部门报备的措施",
            reverse("filings:detail", args=[filing.pk]),
        )
        for filing in filed
        if filing.snapshot.get("effective_on")
    ]
    found += [
        Measure(
            f"policy-{policy.pk}",
            policy.title,
            policy.document,
            policy.department_code,
            policy.effective_on,
            (policy.matter_code,),
            "会议解决的一类问题",
            reverse("policies:policy", args=[policy.pk]),
        )
        for policy in policies()
    ]
    return sorted(found, key=lambda measure: measure.effective_on, reverse=True)


#: The middle of n days in order lies, with 95 %, between the places n/2 -+ 0.98 * sqrt(n) (signs, two-sided).
_COUNTED = """
WITH asked AS (
    SELECT * FROM unnest(%s::int[], %s::jsonb[], %s::text[], %s::date[], %s::date[], %s::date[])
        AS m(n, codes, department, first_on, turn_on, last_on)
), found AS (
    SELECT m.n, r.decided_on >= m.turn_on AS since,
           CASE WHEN r.accepted_on <= r.decided_on THEN r.decided_on - r.accepted_on END AS days,
           r.decided_on <= least(r.promised_due_on, r.statutory_due_on) AS kept
      FROM asked m JOIN rollup_procedurerow r ON r.decided_on BETWEEN m.first_on AND m.last_on
       AND CASE WHEN m.codes = '[]' THEN r.department_code = m.department ELSE m.codes ? r.matter_code END
     WHERE r.visible_to @> ARRAY[%s::varchar] AND (NOT %s OR r.owner = %s)
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY n, since ORDER BY days) AS place,
           count(days) OVER (PARTITION BY n, since) AS timed
      FROM found
)
SELECT n, since, count(*), count(*) FILTER (WHERE kept), count(kept), max(timed),
       min(days) FILTER (WHERE place = (timed + 1) / 2),
       min(days) FILTER (WHERE place = greatest(1, floor(timed / 2.0 - 0.98 * sqrt(timed)))),
       min(days) FILTER (WHERE place = least(timed, ceil(1 + timed / 2.0 + 0.98 * sqrt(timed))))
  FROM ranked GROUP BY n, since
"""


def effects(
    found: Sequence[Measure], tenant: Tenant, on: date, *, own_only: bool = False
) -> list[Effect]:
    """How the procedures each measure concerns went, in ``tenant`` and below it or there alone; one query."""
    windows = [_windows(measure, on) for measure in found]
    rows: dict[tuple[int, bool], tuple[int, ...]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNTED,
            [
                list(range(len(found))),
                [json.dumps(measure.codes) for measure in found],
                [measure.department_code for measure in found],
                [before[0] for before, _ in windows],
                [since[0] for _, since in windows],
                [since[1] for _, since in windows],
                tenant.schema_name, own_only, tenant.schema_name,
            ],
        )  # fmt: skip
        for n, since, *figures in cursor.fetchall():
            rows[n, since] = tuple(figures)
    return [
        Effect(
            measure,
            Period(*windows[n][0], *rows.get((n, False), ())),
            Period(*windows[n][1], *rows.get((n, True), ())),
        )
        for n, measure in enumerate(found)
    ]


def _windows(measure: Measure, on: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """As many days before the effective day as since, a year at most; none while it is still to come."""
    begun = measure.effective_on
    last = min(on, begun + LONGEST - DAY)
    length = max(last - begun + DAY, timedelta(0))
    return (begun - length, begun - DAY), (begun, last)
