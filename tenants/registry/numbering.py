"""Numbers per tenant, kind and year (编号), given out once and never again."""

from django.db import connection

_NEXT = """
INSERT INTO registry_numberseries (schema_name, kind, year, last)
VALUES (current_schema(), %(kind)s, %(year)s, %(count)s)
ON CONFLICT ON CONSTRAINT number_series_unique
DO UPDATE SET last = registry_numberseries.last + %(count)s
RETURNING last
"""


def next_number(kind: str, year: int) -> int:
    """The next number of this tenant's series; the row stays locked until the transaction ends."""
    return next_numbers(kind, year, 1)[0]


def next_numbers(kind: str, year: int, count: int) -> range:
    """``count`` numbers in a row, as `next_number` would give them."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"kind": kind, "year": year, "count": count})
        last = int(cursor.fetchone()[0])
    return range(last - count + 1, last + 1)
