"""Whole columns to and from PostgreSQL (批量读写): its binary COPY, every field a bigint.

With one fixed width a stream of rows is an array as it lies there, and no value passes through
Python. A query fills what is NULL, a statement that reads a sent table takes it out again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

Column = NDArray[np.int64]

_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_WIDTH = 8


def fetch(columns: Mapping[str, str], source: str, params: Mapping[str, Any]) -> dict[str, Column]:
    """Columns of ``source``, a FROM clause and what follows it, by name; each a number in SQL.

    Raises ValueError when a field is NULL, as no column can hold it.
    """
    select = ", ".join(f"({sql})::bigint AS {name}" for name, sql in columns.items())
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY (SELECT {select} {source}) TO STDOUT (FORMAT binary)", params) as copy,
    ):
        sent = b"".join(copy)
    layout = _layout(list(columns))
    body = memoryview(sent)[len(_HEADER) : len(sent) - len(_TRAILER)]
    if len(body) % layout.itemsize:
        raise ValueError(f"NULL 出现在 {', '.join(columns)} 之一，无法按列读取。")
    rows = np.frombuffer(body, layout)
    return {name: rows[name].astype(np.int64) for name in columns}


def send(table: str, columns: Mapping[str, Column]) -> None:
    """Make a temporary table of these columns, in place of one of that name; gone at commit."""
    names = list(columns)
    rows = np.empty(columns[names[0]].size, _layout(names))
    rows["fields"] = len(names)
    for place, (name, column) in enumerate(columns.items()):
        rows[f"width{place}"] = _WIDTH
        rows[name] = column
    fields = ", ".join(f"{name} bigint" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
        cursor.execute(f"CREATE TEMP TABLE {table} ({fields}) ON COMMIT DROP")
        with cursor.copy(f"COPY pg_temp.{table} FROM STDIN (FORMAT binary)") as copy:
            copy.write(_HEADER + rows.tobytes() + _TRAILER)
        cursor.execute(f"ANALYZE pg_temp.{table}")


def day_number(column: str) -> str:
    """SQL of a date as the day ordinals the clock counts with, -1 for none."""
    return f"coalesce({column} - DATE '0001-01-01' + 1, -1)"


def date_of(column: str) -> str:
    """SQL that makes the date again."""
    return f"(DATE '0001-01-01' + (nullif({column}, -1) - 1)::int)"


def code(column: str, words: Sequence[str]) -> str:
    """SQL of a word's place in ``words``, -1 for any other."""
    return f"coalesce(array_position({_array(words)}, {column}::text) - 1, -1)"


def word(column: str, words: Sequence[str]) -> str:
    """SQL that makes the word again."""
    return f"({_array(words)})[{column} + 1]"


def _array(words: Sequence[str]) -> str:
    """A literal of our own identifiers, which need no quoting beyond the marks."""
    return "ARRAY[" + ", ".join(f"'{word}'" for word in words) + "]::text[]"


def _layout(names: Sequence[str]) -> np.dtype[np.void]:
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for place, name in enumerate(names):
        fields += [(f"width{place}", ">i4"), (name, ">i8")]
    return np.dtype(fields)
