"""Whole columns to and from PostgreSQL (批量读写) by its binary COPY, every number a bigint.

What is read comes as one array a column, what is written as rows of one width: either way the
bytes are the column as it lies there, and no value passes through Python. A query fills what is
NULL, a statement that reads a sent table takes it out again.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

Column = NDArray[np.int64]

_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_WIDTH = 8
#: A bigint array as PostgreSQL sends it: dimensions, NULLs, type, length, lower bound; then each.
_ARRAY_HEAD = struct.Struct(">5i")
_ELEMENT = np.dtype([("width", ">i4"), ("value", ">i8")])


def fetch(columns: Mapping[str, str], source: str, params: Mapping[str, Any]) -> dict[str, Column]:
    """Columns of ``source``, a FROM clause and what follows it, by name; each a number in SQL.

    Raises ValueError when a field is NULL, as no column can hold it.
    """
    rows = ", ".join(f"({sql})::bigint AS {name}" for name, sql in columns.items())
    arrays = ", ".join(f"array_agg({name})" for name in columns)
    query = f"COPY (SELECT {arrays} FROM (SELECT {rows} {source}) AS r) TO STDOUT (FORMAT binary)"  # noqa: S608 -- our own names
    with connection.cursor() as cursor, cursor.copy(query, params) as copy:
        sent = memoryview(b"".join(copy))
    place = len(_HEADER) + 2
    found: dict[str, Column] = {}
    for name in columns:
        (width,) = struct.unpack_from(">i", sent, place)
        place += 4
        found[name] = _values(name, sent[place : place + max(width, 0)])
        place += max(width, 0)
    return found


def _values(name: str, array: memoryview) -> Column:
    if not array:  # of no rows array_agg makes NULL
        return np.empty(0, np.int64)
    _, nulls, _, length, _ = _ARRAY_HEAD.unpack_from(array)
    if nulls:
        raise ValueError(f"{name} 有空值，无法按列读取。")
    return np.frombuffer(array, _ELEMENT, length, _ARRAY_HEAD.size)["value"].astype(np.int64)


def send(table: str, columns: Mapping[str, Column]) -> None:
    """Make a temporary table of these columns, in place of one of that name; gone at commit."""
    names = list(columns)
    layout = [("fields", ">i2")]
    for place, name in enumerate(names):
        layout += [(f"width{place}", ">i4"), (name, ">i8")]
    rows = np.empty(columns[names[0]].size, layout)
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
