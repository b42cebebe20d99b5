"""Write derived dates of many procedures in one statement (批量回写)."""

from collections.abc import Sequence

from django.db import connection

from workflows.procedures.models import Procedure
from workflows.procedures.planning import DERIVED

_FIELDS = [
    field
    for name in ("id", *DERIVED, "revision")
    for field in Procedure._meta.concrete_fields
    if field.name == name
]
_TYPES = {"DateField": "date", "BooleanField": "boolean", "CharField": "text"}


def save_derived(procedures: Sequence[Procedure]) -> None:
    """Write ``DERIVED`` of rows that changed and count their revision on; one UPDATE for all."""
    if not procedures:
        return
    for procedure in procedures:
        procedure.revision += 1
    columns = [str(field.column) for field in _FIELDS]
    casts = [f"%s::{_TYPES.get(field.get_internal_type(), 'bigint')}[]" for field in _FIELDS]
    sets = ", ".join(f"{column} = v.{column}" for column in columns[1:])
    sql = (
        f"UPDATE {Procedure._meta.db_table} AS p SET {sets}"  # noqa: S608 -- names are the model's own
        f" FROM unnest({', '.join(casts)}) AS v({', '.join(columns)}) WHERE p.id = v.id"
    )
    values = [[getattr(p, field.attname) for p in procedures] for field in _FIELDS]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
