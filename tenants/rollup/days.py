"""The hundred days of every place as of a day (百日计时), worked out by the database from the runs a row keeps.

A row says whose days are whose from when; how many that makes follows from the day asked, so a running
project's figures are right on every day without anybody counting on. Working days are counted with the
calendar of whoever asks, so a new holiday notice changes no row.
"""

from datetime import date
from typing import Any

from django.db.models import DateField, F, Field, IntegerField, JSONField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from kernel.clock import WorkCalendar
from kernel.clock.meter import Party
from tenants.rollup.models import DaysRow

#: Official days before the allowance from which a project is watched.
NEAR = 20
#: No count is older: working days before it are not looked at.
YEARS = 20

_NAMES = ("elapsed", *(party.value for party in Party))
#: Of the versions of the counting rule the last one in force on the day.
_COUNT = """(SELECT e.count FROM jsonb_array_elements(rollup_daysrow.counts) WITH ORDINALITY AS e(count, n)
  WHERE e.count->>'from' IS NULL OR (e.count->>'from')::date <= %s ORDER BY e.n DESC LIMIT 1)"""
#: Its runs up to the close of the day.
_RUNS = f"""{_COUNT} AS c(count) CROSS JOIN LATERAL (
    SELECT run->>0 AS party, (run->>1)::date AS from_on, least((run->>2)::date, %s) AS until_on
      FROM jsonb_array_elements(c.count->'runs') AS run WHERE (run->>1)::date < %s) AS r"""  # noqa: S608 -- our own names
#: A number of thresholds is a rank, so two ranks in the list of working days give the working days between.
_OFFICIAL = f"""(SELECT coalesce(sum(CASE WHEN c.count->>'unit' = 'working'
    THEN width_bucket(r.until_on, w.days) - width_bucket(r.from_on, w.days) ELSE r.until_on - r.from_on END), 0)
  FROM (SELECT %s::date[] AS days) AS w, {_RUNS} WHERE c.count->'counted' ? r.party)"""  # noqa: S608 -- our own names
_DAYS = f"""(SELECT coalesce(jsonb_object_agg(p.party, p.days), '{{}}') FROM (
    SELECT coalesce(r.party, 'elapsed') AS party, sum(r.until_on - r.from_on) AS days
      FROM {_RUNS} GROUP BY ROLLUP (r.party)) AS p WHERE p.days IS NOT NULL)"""  # noqa: S608 -- our own names


def days_rows(on: date, calendar: WorkCalendar) -> QuerySet[DaysRow]:
    """Projects whose count has begun by ``on``, with ``begin_on``, ``days_done_on``, ``allowance``,
    ``official_days``, and ``days``: calendar days "elapsed", and of each party that had any; these always sum
    to the former (clause B1). By ``elapsed_days`` and ``<party>_days`` it may be ordered."""
    first, last = date(on.year - YEARS, 1, 1).toordinal(), on.toordinal()
    working = [date.fromordinal(day) for day in calendar.line.works if first <= day <= last]
    runs = [on, on, on]
    return (
        DaysRow.objects.annotate(
            begin_on=_sql(f"({_COUNT}->>'begin')::date", [on], DateField()),
            days_done_on=_sql(f"({_COUNT}->>'done')::date", [on], DateField()),
            allowance=_sql(f"({_COUNT}->>'allowance')::int", [on], IntegerField()),
            official_days=_sql(_OFFICIAL, [working, *runs], IntegerField()),
            days=_sql(_DAYS, runs, JSONField()),
        )
        .alias(
            **{f"{name}_days": Cast(KT(f"days__{name}"), IntegerField()) for name in _NAMES},
        )
        .filter(begin_on__lte=on)
    )


def over(rows: QuerySet[DaysRow], beyond: str) -> QuerySet[DaysRow]:
    """Those beyond their allowance ("over"), or within twenty days of it and not done ("near")."""
    if beyond == "over":
        return rows.filter(Q(official_days__gt=F("allowance")))
    close = Q(official_days__lte=F("allowance"), official_days__gte=F("allowance") - NEAR)
    return rows.filter(close & Q(days_done_on=None))


def _sql(text: str, params: list[Any], field: Field[Any, Any]) -> RawSQL:
    return RawSQL(text, params, output_field=field)  # noqa: S611 -- names are our own, days are parameters
