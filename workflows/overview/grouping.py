"""Figures of the shared rows by place, department, stage, matter, investment or industry (多维汇总).

The database groups; a page costs the same whatever the number of tenants. A project that several places
hold under one national code (项目代码) counts once in a group, and is said to be shared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import (
    Aggregate,
    Case,
    CharField,
    Count,
    Exists,
    Expression,
    F,
    FloatField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Concat

from kernel.shares import Share
from kernel.web.lamps import Lamp
from tenants.models import Tenant
from tenants.rollup.models import ProcedureRow, ProjectRow, RollupRow

Key = str


@dataclass(frozen=True, slots=True)
class Band:
    """Total investment from ``least`` (万元) up to the next one's."""

    key: str
    label: str
    least: int


BANDS = (
    Band("b0", "10亿元以下", 0),
    Band("b10", "10亿至20亿元", 100_000),
    Band("b20", "20亿至50亿元", 200_000),
    Band("b50", "50亿至100亿元", 500_000),
    Band("b100", "100亿元及以上", 1_000_000),
)


@dataclass(frozen=True, slots=True)
class Dimension:
    """``of_project``: whole projects fall into a group, so that projects and investment are counted too."""

    key: str
    label: str
    of_project: bool = False


DIMENSIONS = (
    Dimension("place", "地区", of_project=True),
    Dimension("department_code", "部门"),
    Dimension("stage", "阶段"),
    Dimension("matter_code", "事项"),
    Dimension("band", "投资规模", of_project=True),
    Dimension("industry", "行业", of_project=True),
)
#: How an industry that was left empty stands in an address.
NO_INDUSTRY = "-"


@dataclass(frozen=True, slots=True)
class Projects:
    """Projects of a group, each code once: ``rows`` are the lines of the ledgers they stand in, ``shared``
    those that several places hold, ``unequal`` those of them whose investment is put down differently (the
    greatest is counted)."""

    count: int = 0
    investment_wan: Decimal = Decimal(0)
    hits: int = 0
    done: int = 0
    shared: int = 0
    unequal: int = 0
    rows: int = 0

    @property
    def share(self) -> Share:
        """Of the projects, those done or expected by their target."""
        return Share(self.hits, self.count)


@dataclass(frozen=True, slots=True)
class Procedures:
    """Procedures of a group on a day. ``kept`` of ``judged``: decided by the promised or statutory day, of
    those decided under one or late. ``median``: calendar days from acceptance to decision, of ``timed``."""

    total: int = 0
    late: int = 0
    kept: int = 0
    judged: int = 0
    timed: int = 0
    median: float | None = None
    name: str = ""
    lamps: Mapping[str, int] = field(default_factory=dict)

    @property
    def done(self) -> int:
        return self.lamps.get(Lamp.DONE, 0)

    @property
    def share(self) -> Share:
        return Share(self.kept, self.judged)


def project_key(by: str, above: int) -> Expression:
    """The group of a `ProjectRow`; ``above`` as for `place_of`."""
    if by == "place":
        return place_of(ProjectRow, above)
    return band_of() if by == "band" else _industry()


def procedure_key(by: str, above: int) -> Expression | Subquery[Any]:
    """The group of a `ProcedureRow`."""
    if by == "place":
        return place_of(ProcedureRow, above)
    if by in ("band", "industry"):
        its_own = ProjectRow.objects.filter(
            owner=OuterRef("owner"), number=OuterRef("project_number")
        )
        return Subquery(
            its_own.annotate(group_key=project_key(by, above)).values("group_key")[:1],
            output_field=CharField(),
        )
    return Cast(F(by), CharField())


def place_of(model: type[RollupRow], above: int) -> Expression:
    """The place a row belongs to as seen from a tenant: itself, or the one directly under it in whose tree
    the row's owner stands. ``above`` counts that tenant and those above it."""
    table = model._meta.db_table
    return RawSQL(  # noqa: S611 -- the table is our own, the depth a parameter
        f"coalesce({table}.visible_to[cardinality({table}.visible_to) - %s], {table}.owner)",
        [above],
        output_field=CharField(),
    )


def band_of() -> Expression:
    return Case(
        *(
            When(investment_wan__gte=band.least, then=Value(band.key))
            for band in reversed(BANDS[1:])
        ),
        default=Value(BANDS[0].key),
        output_field=CharField(),
    )


def _industry() -> Expression:
    return Case(When(industry="", then=Value(NO_INDUSTRY)), default=F("industry"))


def one_code() -> Expression:
    """What a project is counted by: its national code, or itself where it has none."""
    return Case(
        When(project_code="", then=Concat("owner", Value("/"), "number")),
        default=F("project_code"),
        output_field=CharField(),
    )


_WHOLE = Value("", output_field=CharField())


def projects_by(
    rows: QuerySet[ProjectRow], on: date, key: Expression = _WHOLE
) -> dict[Key, Projects]:
    """Figures of `queries.project_rows` by ``key``; without one, of all together under "". One query."""
    inner = (
        rows.order_by()
        .annotate(group_key=key, group_code=one_code())
        .values("group_key", "group_code")
        .annotate(
            group_rows=Count("pk"),
            group_owners=Count("owner", distinct=True),
            group_most=Max("investment_wan"),
            group_least=Min("investment_wan"),
            group_missed=Count("pk", filter=Q(hit=False)),
            group_open=Count("pk", filter=Q(done_on__isnull=True) | Q(done_on__gt=on)),
        )
    )
    sql, params = inner.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT group_key, count(*), coalesce(sum(group_most), 0),"  # noqa: S608 -- Django's own query
            " count(*) FILTER (WHERE group_missed = 0), count(*) FILTER (WHERE group_open = 0),"
            " count(*) FILTER (WHERE group_owners > 1),"
            " count(*) FILTER (WHERE group_owners > 1 AND group_most <> group_least), sum(group_rows)::int"
            f" FROM ({sql}) AS one GROUP BY group_key",
            params,
        )
        return {key: Projects(*figures) for key, *figures in cursor.fetchall()}


class _Median(Aggregate):
    """The middle of what there is."""

    name = "Median"
    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def procedures_by(
    rows: QuerySet[ProcedureRow], on: date, key: Expression | Subquery[Any] = _WHOLE
) -> dict[Key, Procedures]:
    """Figures of `queries.procedure_rows` by ``key``; without one, of all together under "". One query."""
    timed = Q(decided_on__lte=on, accepted_on__lte=F("decided_on"))
    found: Any = (
        rows.order_by()
        .annotate(group_key=key)
        .values("group_key")
        .annotate(
            total=Count("pk"),
            late_count=Count("pk", filter=Q(late=True)),
            kept_count=Count("pk", filter=Q(kept=True)),
            judged=Count("pk", filter=Q(kept__isnull=False)),
            timed=Count("pk", filter=timed),
            median=_Median(
                RawSQL("rollup_procedurerow.decided_on - rollup_procedurerow.accepted_on", []),
                filter=timed,
            ),
            name=Max("matter_name"),
            **{f"lamp_{lamp.value}": Count("pk", filter=Q(lamp=lamp.value)) for lamp in Lamp},
        )
    )
    return {
        row["group_key"]: Procedures(
            row["total"], row["late_count"], row["kept_count"], row["judged"], row["timed"],
            row["median"], row["name"],
            {lamp.value: n for lamp in Lamp if (n := row[f"lamp_{lamp.value}"])},
        )
        for row in found
    }  # fmt: skip


def depth_of(tenant: Tenant) -> int:
    """``above`` for `place_of` as seen from ``tenant``."""
    return len(tenant.lineage())


def places(keys: Sequence[Key]) -> dict[Key, Tenant]:
    """The tenants of these keys, each knowing whether others stand under it (``has_below``). One query."""
    below = Tenant.objects.filter(parent=OuterRef("pk"), ready=True)
    found = Tenant.objects.filter(schema_name__in=keys).annotate(has_below=Exists(below))
    return {tenant.schema_name: tenant for tenant in found.order_by("order", "code")}
