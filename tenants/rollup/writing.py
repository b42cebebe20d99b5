"""Write roll-up rows in the ledger's own transaction, guarded by version."""

from collections.abc import Iterable

from django.db.transaction import TransactionManagementError
from django.utils import timezone

from tenants.backend import connection
from tenants.gateway import current_tenant
from tenants.rollup.models import RollupRow


def put(rows: Iterable[RollupRow]) -> None:
    """Insert or replace rows for the current tenant, of any kinds; an older version never wins.

    Owner, visibility and moment are filled in here, so that no caller can write in another's name.
    Raises `TransactionManagementError` outside a transaction: a roll-up row lands with its cause.
    """
    _refuse_without_cause()
    tenant = current_tenant()
    above = [t.schema_name for t in tenant.lineage()]
    now = timezone.now()
    kinds: dict[type[RollupRow], list[RollupRow]] = {}
    for row in rows:
        row.owner, row.owner_name, row.visible_to = tenant.schema_name, tenant.name, above
        row.written_at = now
        kinds.setdefault(type(row), []).append(row)
    # One order of tables and of rows, so that no two writers wait for each other.
    for model in sorted(kinds, key=lambda model: model._meta.db_table):
        _upsert(model, sorted(kinds[model], key=lambda row: row.number))


def put_selected(model: type[RollupRow], select: str) -> None:
    """`put` the rows that a SELECT of the current tenant's tables gives, without fetching them.

    Its columns are named as the model's; those of `put` are filled in here all the same.
    """
    _refuse_without_cause()
    tenant = current_tenant()
    above = [t.schema_name for t in tenant.lineage()]
    filled = ("owner", "owner_name", "visible_to", "written_at")
    told = [c for c in _columns(model) if c not in filled]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join([*filled, *told])})"  # noqa: S608 -- names are the model's own
            f" SELECT %s, %s, %s::varchar[], %s, {', '.join(f's.{c}' for c in told)}"
            f" FROM ({select}) AS s ORDER BY s.number {_conflict(model)}",
            [tenant.schema_name, tenant.name, above, timezone.now()],
        )


def _columns(model: type[RollupRow]) -> list[str]:
    return [str(f.column) for f in model._meta.concrete_fields if not f.primary_key]


def _conflict(model: type[RollupRow]) -> str:
    """What becomes of a row that is there: an older version never wins."""
    sets = [f"{c} = EXCLUDED.{c}" for c in _columns(model) if c not in ("owner", "number")]
    return (
        f"ON CONFLICT (owner, number) DO UPDATE SET {', '.join(sets)}"
        f" WHERE {model._meta.db_table}.version < EXCLUDED.version"
    )


def _upsert(model: type[RollupRow], rows: list[RollupRow]) -> None:
    fields = [f for f in model._meta.concrete_fields if not f.primary_key]
    columns = _columns(model)
    table = model._meta.db_table
    for start in range(0, len(rows), 500):
        chunk = rows[start : start + 500]
        one = "(" + ", ".join(["%s"] * len(columns)) + ")"
        values = [
            f.get_db_prep_save(getattr(row, f.attname), connection) for row in chunk for f in fields
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([one] * len(chunk))}"  # noqa: S608 -- names are the model's own
                f" {_conflict(model)}",
                values,
            )


def drop(model: type[RollupRow], numbers: Iterable[str]) -> None:
    """Take rows of the current tenant out of the picture (a project removed from the list).

    Raises `TransactionManagementError` outside a transaction, like `put`.
    """
    _refuse_without_cause()
    own = model._default_manager.filter(owner=current_tenant().schema_name)
    own.filter(number__in=list(numbers)).delete()


def _refuse_without_cause() -> None:
    if not connection.in_atomic_block:
        raise TransactionManagementError("a roll-up row changes with the change that causes it")
