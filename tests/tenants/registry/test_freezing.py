"""The same content gives the same digest, before and after the database has kept it."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal

from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tenants.models import Tenant
from tenants.registry.freezing import digest_of, frozen

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(
        alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
    ),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_freezing_twice_changes_nothing(content: object) -> None:
    once = frozen(content)
    assert frozen(once) == once
    assert digest_of(once) == digest_of(content)


def test_the_digest_is_a_known_one() -> None:
    content = {"乙": [1, None, True], "甲": Decimal("120000.50"), "on": date(2026, 1, 14)}
    assert json.dumps(frozen(content), ensure_ascii=False, sort_keys=True) == (
        '{"on": "2026-01-14", "乙": [1, null, true], "甲": "120000.50"}'
    )
    assert digest_of(content) == digest_of(dict(reversed(content.items())))
    assert digest_of(content) != digest_of({**content, "甲": Decimal("120000.51")})


def test_a_json_column_keeps_the_digest(
    zhungeer: Tenant, in_tenant: Callable[[Tenant], AbstractContextManager[Tenant]]
) -> None:
    content = frozen(
        {"b": 1.10, "a": 1e22, "10": -0.0, "9": [10**18, "文\u2028字"], "x": float("inf")}
    )
    with in_tenant(zhungeer), connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb::text", [json.dumps(content)])
        assert digest_of(json.loads(cursor.fetchone()[0])) == digest_of(content)
