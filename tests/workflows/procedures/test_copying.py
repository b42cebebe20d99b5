"""Columns come and go unchanged, whatever their length and sign; a NULL is refused."""

from datetime import date

import numpy as np
import pytest
from django.db import connection

from tenants.models import Tenant
from workflows.procedures.copying import code, date_of, day_number, fetch, send, word

pytestmark = pytest.mark.django_db
WORDS = ["planned", "stopped"]


@pytest.mark.parametrize("rows", [0, 1, 1_000])
def test_columns_sent_are_fetched_again(here: Tenant, rows: int) -> None:
    columns = {"id": np.arange(rows), "much": np.arange(rows) * -(2**40)}
    send("sample_rows", columns)
    send("sample_rows", columns)  # in place of the one before
    found = fetch({"id": "id", "much": "much"}, "FROM pg_temp.sample_rows ORDER BY id", {})
    assert {name: column.tolist() for name, column in found.items()} == {
        name: column.tolist() for name, column in columns.items()
    }


def test_a_null_is_no_number(here: Tenant) -> None:
    with pytest.raises(ValueError, match="empty 有空值"):
        fetch({"empty": "NULL"}, "FROM generate_series(1, 3)", {})


def test_dates_and_words_make_the_way_there_and_back(here: Tenant) -> None:
    day = date(2026, 2, 14)
    numbers = {
        "day": day_number("v.day"),
        "none": day_number("NULL::date"),
        "word": code("v.word", WORDS),
        "other": code("'unheard'", WORDS),
    }
    found = fetch(numbers, "FROM (SELECT %(day)s::date AS day, 'stopped' AS word) v", {"day": day})
    assert [column.item() for column in found.values()] == [day.toordinal(), -1, 1, -1]
    send("sample_rows", found)
    back = f"{date_of('day')}, {date_of('none')}, {word('word', WORDS)}, {word('other', WORDS)}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {back} FROM pg_temp.sample_rows")
        assert cursor.fetchone() == (day, None, "stopped", None)
