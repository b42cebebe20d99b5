"""The hundred days of every place as of a day (百日计时), worked out by the database from the runs a row keeps.

A row says whose days are whose from when; how many that makes follows from the day asked, so a running
project's figures are right on every day without anybody counting on. Working days are counted with the
calendar of whoever asks, so a new holiday notice changes no row.
"""

from datetime import date
from typing import Any

from django.db.models import DateField, F, IntegerField, JSONField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from kernel.clock import WorkCalendar
from kernel.clock.meter import Party
from tenants.rollup.models import DaysRow

#: Official days before the allowance from which a project is watched.
NEAR = 20
#: Of the versions of the counting rule the last one in force on the day; of its runs what lies before its close.
#: A number of thresholds is a rank, so two ranks of the list of working days give the working days between.
_FIGURES = """(
SELECT jsonb_build_object(
    'begin_on', c.count->>'begin', 'done_on', c.count->>'done', 'allowance', c.count->>'allowance',
    'elapsed', coalesce(sum(r.days), 0),
    'official', coalesce(sum(CASE WHEN r.working THEN width_bucket(r.until_on, w.days) - width_bucket(r.from_on, w.days)
                                  ELSE r.days END) FILTER (WHERE c.count->'counted' ? r.party), 0),
    {parties})
FROM (SELECT e.count FROM jsonb_array_elements(rollup_daysrow.counts) WITH ORDINALITY AS e(count, n)
       WHERE e.count->>'from' IS NULL OR (e.count->>'from')::date <= %s ORDER BY e.n DESC LIMIT 1) AS c
CROSS JOIN (SELECT %s::date[] AS days) AS w
LEFT JOIN LATERAL (
    SELECT run->>0 AS party, (run->>1)::date AS from_on, least((run->>2)::date, %s) AS until_on,
           least((run->>2)::date, %s) - (run->>1)::date AS days, c.count->>'unit' = 'working' AS working
      FROM jsonb_array_elements(c.count->'runs') AS run WHERE (run->>1)::date < %s) AS r ON true
GROUP BY c.count)"""


def days_rows(on: date, calendar: WorkCalendar) -> QuerySet[DaysRow]:
    """Projects whose count has begun by ``on``, with ``begin_on``, ``days_done_on``, ``allowance``,
    ``official_days``, ``elapsed_days``, and ``<party>_days`` in calendar days for each party; these always
    sum to ``elapsed_days`` (clause B1)."""
    last = on.toordinal()
    working = [date.fromordinal(day) for day in calendar.line.works if day <= last]
    parties = ", ".join(
        f"'{party.value}', coalesce(sum(r.days) FILTER (WHERE r.party = '{party.value}'), 0)"
        for party in Party
    )
    figures = RawSQL(  # noqa: S611 -- names are our own, days are parameters
        _FIGURES.format(parties=parties), [on, working, on, on, on], output_field=JSONField()
    )
    return (
        DaysRow.objects.annotate(figures=figures)
        .annotate(
            begin_on=Cast(KT("figures__begin_on"), DateField()),
            days_done_on=Cast(KT("figures__done_on"), DateField()),
            allowance=_number("allowance"),
            official_days=_number("official"),
            elapsed_days=_number("elapsed"),
            **{f"{party.value}_days": _number(party.value) for party in Party},
        )
        .filter(begin_on__lte=on)
    )


def over(rows: QuerySet[DaysRow], beyond: str) -> QuerySet[DaysRow]:
    """Those beyond their allowance ("over"), or within twenty days of it and not done ("near")."""
    if beyond == "over":
        return rows.filter(Q(official_days__gt=F("allowance")))
    close = Q(official_days__lte=F("allowance"), official_days__gte=F("allowance") - NEAR)
    return rows.filter(close & Q(days_done_on=None))


def _number(name: str) -> Any:
    return Cast(KT(f"figures__{name}"), IntegerField())
