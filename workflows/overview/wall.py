"""The wall (大屏): tiles of the places directly under one, lamps, hit rate, trend, the most urgent.

The tiles are schematic: a column and a row for each place, no boundary of any of them. Cost does not grow
with the number of tenants: only the places directly under the one looked at are tiles, at most `MOST_TILES`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, When, Window
from django.db.models.functions import RowNumber

from tenants.models import TILE_COLUMNS, TILE_ROWS, Tenant
from tenants.rollup.models import ProcedureRow
from workflows.overview import grouping, queries
from workflows.overview.grouping import Procedures, Projects

MOST_TILES = 40
MOST_BELOW = 6  # smaller tiles within one
HALF_MONTHS = 8
DAY = timedelta(days=1)
#: Roughly as they lie, (column from the west, row from the north), for those that have no place of their own yet.
BY_CODE = {
    "150625": (2, 1), "150621": (3, 1), "150602": (3, 2), "150622": (4, 2), "150624": (1, 2),
    "150603": (3, 3), "150626": (2, 3), "150627": (4, 3), "150623": (1, 3),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tile:
    """A place with all that stands under it; ``column`` and ``row`` are 0 where the wall has no room left."""

    tenant: Tenant
    column: int
    row: int
    procedures: Procedures
    projects: Projects
    below: Sequence["Tile"] = ()
    more_below: int = 0

    @property
    def lamp(self) -> str:
        """The worst lamp of its procedures."""
        lamps = self.procedures.lamps
        return next(
            (lamp for lamp in ("red", "yellow", "green", "done") if lamps.get(lamp)), "none"
        )

    @property
    def red(self) -> int:
        return self.procedures.lamps.get("red", 0)

    @property
    def yellow(self) -> int:
        return self.procedures.lamps.get("yellow", 0)


@dataclass(frozen=True, slots=True)
class Wall:
    """One place's wall on a day. ``others`` counts the places that found no tile; ``own`` is what it handles
    itself."""

    place: Tenant
    tiles: list[Tile]
    others: int
    own: Tile
    procedures: Procedures
    projects: Projects
    urgent: list[ProcedureRow]
    trend: list[tuple[date, int, int]]
    newest: Any

    @property
    def whole(self) -> Tile:
        return Tile(self.place, 0, 0, self.procedures, self.projects)


def wall(place: Tenant, year: int | None, on: date) -> Wall:
    """Of confirmed projects of ``year`` in the tree of ``place``. Ten queries."""
    asked: dict[str, Any] = {"confirmed": "1", "year": year, "within": place.schema_name}
    project_rows = queries.projects_narrowed(asked, on)
    procedure_rows = queries.procedures_narrowed(asked, on)
    above = grouping.depth_of(place)
    projects = grouping.projects_by(project_rows, on, grouping.project_key("place", above))
    procedures = grouping.procedures_by(procedure_rows, on, grouping.procedure_key("place", above))
    children, others = _children(place, procedures)
    below = _below(children, year, on)

    def tile(
        tenant: Tenant, at: tuple[int, int], under: Sequence[Tile] = (), more: int = 0
    ) -> Tile:
        key = tenant.schema_name
        figures = procedures.get(key, Procedures())
        return Tile(tenant, *at, figures, projects.get(key, Projects()), under, more)

    spots = placed(children)
    return Wall(
        place,
        [tile(child, spots[child.pk], *below.get(child.pk, ((), 0))) for child in children],
        others,
        tile(place, (0, 0)),
        grouping.procedures_by(procedure_rows, on).get("", Procedures()),
        grouping.projects_by(project_rows, on).get("", Projects()),
        queries.urgent(procedure_rows, on),
        trend(procedure_rows, on),
        queries.newest(procedure_rows),
    )


def _children(place: Tenant, procedures: Mapping[str, Procedures]) -> tuple[list[Tenant], int]:
    """The places that get a tile: those placed by hand or known, then the worst, then in their order."""
    worst = sorted(procedures, key=lambda key: -procedures[key].lamps.get("red", 0))[:MOST_TILES]
    under = Tenant.objects.filter(parent=place, ready=True)
    first = Case(
        When(Q(tile_column__isnull=False) | Q(code__in=BY_CODE), then=0),
        When(schema_name__in=worst, then=1),
        default=2,
        output_field=IntegerField(),
    )
    ranked = under.order_by(first, "order", "code")
    chosen = sorted(ranked[:MOST_TILES], key=lambda tenant: (tenant.order, tenant.code))
    others = under.count() - len(chosen) if len(chosen) == MOST_TILES else 0
    return chosen, others


def _below(
    children: Sequence[Tenant], year: int | None, on: date
) -> dict[int, tuple[list[Tile], int]]:
    """The smaller tiles of each child: the first few places under it, and how many more there are."""
    first = Tenant.objects.filter(parent__in=children, ready=True).annotate(
        place=Window(RowNumber(), partition_by="parent", order_by=[F("order"), F("code")]),
        among=Window(Count("pk"), partition_by="parent"),
    )
    found: list[Any] = list(first.filter(place__lte=MOST_BELOW).order_by("parent", "order", "code"))
    if not found:
        return {}
    rows = queries.procedures_narrowed({"confirmed": "1", "year": year}, on)
    rows = rows.filter(visible_to__overlap=[tenant.schema_name for tenant in found])
    # Two below the place looked at: one more above them than above its children.
    depth = grouping.depth_of(children[0])
    figures = grouping.procedures_by(rows, on, grouping.procedure_key("place", depth))
    tiles: dict[int, tuple[list[Tile], int]] = {}
    for tenant in found:
        small = Tile(tenant, 0, 0, figures.get(tenant.schema_name, Procedures()), Projects())
        mine, _ = tiles.setdefault(tenant.parent_id, ([], max(tenant.among - MOST_BELOW, 0)))
        mine.append(small)
    return tiles


def placed(tenants: Iterable[Tenant]) -> dict[int, tuple[int, int]]:
    """(column, row) of each by id: its own, else the known one of its code, else the next free from the top;
    (0, 0) where nothing is free."""
    tenants = list(tenants)
    spots: dict[int, tuple[int, int]] = {
        t.pk: (t.tile_column, t.tile_row) for t in tenants if t.tile_column and t.tile_row
    }
    for tenant in tenants:
        known = BY_CODE.get(tenant.code)
        if tenant.pk not in spots and known and known not in spots.values():
            spots[tenant.pk] = known
    rest = [tenant for tenant in tenants if tenant.pk not in spots]
    # A row of their own beneath those that are placed; from the first row where none is.
    begin = max((row for _, row in spots.values()), default=0) + 1
    wide = max([4, *(column for column, _ in spots.values())])
    free = [(column, row) for row in range(begin, TILE_ROWS + 1) for column in range(1, wide + 1)]
    free += [
        (column, row) for row in range(1, TILE_ROWS + 1) for column in range(1, TILE_COLUMNS + 1)
    ]
    taken = set(spots.values())
    for tenant in rest:
        spot = next((spot for spot in free if spot not in taken), (0, 0))
        spots[tenant.pk] = spot
        taken.add(spot)
    return spots


def half_months(on: date, count: int = HALF_MONTHS) -> list[date]:
    """The last days of the ``count`` half-months up to ``on``, the current one cut off at ``on``."""
    days, day = [on], on
    while len(days) < count:
        day = day.replace(day=15) if day.day > 15 else day.replace(day=1) - DAY
        days.append(day)
    return days[::-1]


def trend(rows: QuerySet[ProcedureRow], on: date) -> list[tuple[date, int, int]]:
    """How many were decided, and how many planned, by the end of each of the last half-months. One query:
    the rows' own days say it, so no day is missed."""
    days = half_months(on)
    counts = rows.order_by().aggregate(
        **{
            f"decided_{n}": Count("pk", filter=Q(decided_on__lte=day)) for n, day in enumerate(days)
        },
        **{
            f"planned_{n}": Count("pk", filter=Q(planned_due_on__lte=day))
            for n, day in enumerate(days)
        },
    )
    return [(day, counts[f"decided_{n}"], counts[f"planned_{n}"]) for n, day in enumerate(days)]
