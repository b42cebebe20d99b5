"""Two lists against each other: exact, and the totals add up."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from workflows.annual.comparing import compare
from workflows.annual.freezing import FIELDS


def entry(number: str, wan: str = "100.00", **changed: Any) -> dict[str, Any]:
    plain = dict.fromkeys(FIELDS, "")
    return {**plain, "number": number, "investment_wan": wan, "features": [], **changed}


def test_added_removed_and_changed_are_found_field_by_field() -> None:
    before = [entry("1"), entry("2", "50.00"), entry("3", name="旧名", note="甲")]
    after = [entry("1"), entry("3", "120.00", name="新名", note="甲"), entry("4", "7.00")]
    found = compare(before, after)
    assert [e["number"] for e in found.added] == ["4"]
    assert [e["number"] for e in found.removed] == ["2"]
    (changed,) = found.changed
    assert [(d.field, d.old, d.new) for d in changed.differences] == [
        ("name", "旧名", "新名"),
        ("investment_wan", "100.00", "120.00"),
    ]
    assert (found.wan_before, found.wan_after) == (Decimal("250.00"), Decimal("227.00"))
    assert found.wan_difference == Decimal("-23.00")
    assert not found.same


def test_a_list_and_itself_differ_in_nothing_whatever_their_order() -> None:
    entries = [entry("1"), entry("2", planned_start_on=date(2027, 4, 1).isoformat())]
    assert compare(entries, entries[::-1]).same
    assert compare([], []).same


lists = st.dictionaries(
    st.sampled_from("123456"), st.tuples(st.integers(1, 9), st.sampled_from("甲乙")), max_size=6
)


@given(lists, lists)
def test_the_totals_of_the_parts_are_the_difference_of_the_wholes(
    old: dict[str, tuple[int, str]], new: dict[str, tuple[int, str]]
) -> None:
    before = [entry(n, f"{wan}.00", name=name) for n, (wan, name) in old.items()]
    after = [entry(n, f"{wan}.00", name=name) for n, (wan, name) in new.items()]
    found = compare(before, after)
    assert found.wan_added - found.wan_removed + found.wan_changed == found.wan_difference
    assert {e["number"] for e in found.added} == new.keys() - old.keys()
    assert {e["number"] for e in found.removed} == old.keys() - new.keys()
    assert {c.after["number"] for c in found.changed} == {
        n for n in old.keys() & new.keys() if old[n] != new[n]
    }
    assert found.same == (old == new)
