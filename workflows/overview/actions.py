"""Place the tiles of the wall (磁贴位置)."""

from collections.abc import Mapping

from django.db import transaction

from kernel.refusal import Refused
from kernel.trail import Actor, record
from tenants.models import TILE_COLUMNS, TILE_ROWS, Tenant
from workflows.overview.wall import BY_CODE

Spot = tuple[int, int]


class TilesRefused(Refused):
    """Tiles that can't lie so."""


@transaction.atomic
def place_tiles(*, under: Tenant, spots: Mapping[str, Spot | None], actor: Actor) -> int:
    """Put the places directly under ``under`` (by schema name) at (column, row), or back to the arrangement
    shipped with None; returns how many moved. Raises `TilesRefused` with a sentence for the clerk."""
    sisters = list(
        Tenant.objects.select_for_update(of=("self",))
        .filter(parent=under)
        .order_by("order", "code")
    )
    moved = []
    for tenant in sisters:
        if tenant.schema_name not in spots:
            continue
        spot = spots[tenant.schema_name]
        column, row = spot or (None, None)
        if spot and not (1 <= spot[0] <= TILE_COLUMNS and 1 <= spot[1] <= TILE_ROWS):
            raise TilesRefused(
                f"{tenant.name}填的是第 {column} 列第 {row} 行，"
                f"大屏只有 {TILE_COLUMNS} 列 {TILE_ROWS} 行，请改在范围以内。"
            )
        if (tenant.tile_column, tenant.tile_row) != (column, row):
            tenant.tile_column, tenant.tile_row = column, row
            moved.append(tenant)
    holders: dict[Spot, Tenant] = {}
    for tenant in sisters:
        if tenant.tile_column is None or tenant.tile_row is None:
            continue
        spot = (tenant.tile_column, tenant.tile_row)
        if other := holders.get(spot):
            raise TilesRefused(
                f"{other.name}和{tenant.name}都放在第 {spot[0]} 列第 {spot[1]} 行，一格只能放一个，请改其中一个。"
            )
        holders[spot] = tenant
    for tenant in sisters:
        default = BY_CODE.get(tenant.code)
        if tenant.tile_column is None and default and (other := holders.get(default)):
            raise TilesRefused(
                f"第 {default[0]} 列第 {default[1]} 行是{tenant.name}默认的位置。"
                f"要把{other.name}放在这里，请给{tenant.name}也填一个位置。"
            )
    for tenant in moved:
        Tenant.objects.filter(pk=tenant.pk).update(
            tile_column=tenant.tile_column, tile_row=tenant.tile_row
        )
    if moved:
        record(
            actor=actor,
            action="overview.tiles",
            subject="大屏",
            summary=f"调整大屏磁贴位置：{'、'.join(t.name for t in moved)}"[:500],
            detail={t.schema_name: [t.tile_column, t.tile_row] for t in moved},
        )
    return len(moved)
