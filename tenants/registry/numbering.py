"""Numbers per tenant, kind and year (编号), given out once and never again."""

from django.db import connection

_NEXT = """
INSERT INTO registry_numberseries (schema_name, kind, year, last) VALUES (current_schema(), %s, %s, 1)
ON CONFLICT ON CONSTRAINT number_series_unique DO UPDATE SET last = registry_numberseries.last + 1
RETURNING last
"""


def next_number(kind: str, year: int) -> int:
    """The next number of this tenant's series; the row stays locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [kind, year])
        return int(cursor.fetchone()[0])


def next_numbers(kind: str, year: int, count: int) -> range:
    """``count`` numbers in a row, as `next_number` would give them."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [kind, year])
        first = int(cursor.fetchone()[0])
        cursor.execute(
            "UPDATE registry_numberseries SET last = %s"
            " WHERE schema_name = current_schema() AND kind = %s AND year = %s",
            [first + count - 1, kind, year],
        )
    return range(first, first + count)
