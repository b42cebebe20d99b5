"""Invented values are caught, a clean set passes, and the score can't be raised by making something up."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.interchange.checking import Fault, Row, Tally, check, fault_of, tally, total
from workflows.interchange.states import NATIONAL
from workflows.interchange.tables import (
    BY_NAME,
    DOCUMENT,
    PROCESS,
    PROJECT,
    STEP,
    TABLES,
    Column,
    Home,
    Need,
    Type,
)

TODAY = date(2026, 3, 2)
GOOD: dict[Type, Any] = {
    Type.TEXT: "准格尔旗大路产业园",
    Type.OPINION: "用地符合国土空间规划，图件齐全，准予核发。",
    Type.DATE: date(2026, 1, 20),
    Type.NUMBER: Decimal("46800.5"),
    Type.WHOLE: 20,
    Type.CODE: "1",
    Type.REGION: "150622",
    Type.PROJECT_CODE: "2601-150622-04-01-123456",
    Type.CREDIT_CODE: "91350100M000100Y43",
}


def clean(table: str, key: str = "1", **changed: Any) -> Row:
    """A row of ``table`` in which every column holds a fact."""
    values = {column.name: GOOD[column.type] for column in BY_NAME[table].columns}
    if table == PROJECT.name:
        values |= {
            "NKGSJ": date(2026, 4, 1),
            "NJCSJ": date(2027, 10, 1),
            "GCDM": f"1506222026{key}",
        }
    if table == DOCUMENT.name:
        values |= {"PFRQ": date(2026, 1, 20), "PFWJYXQX": date(9999, 1, 1)}
    return Row(table, key, f"第{key}行", values | changed, owner="zrzy")


def faults(*rows: Row) -> dict[tuple[str, str], Fault]:
    return {
        (finding.key, finding.column.name): finding.fault
        for each in check(rows, on=TODAY)
        for finding in each.findings
    }


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_a_clean_row_passes(table: str) -> None:
    (found,) = check([clean(table)], on=TODAY)
    assert found.passes, found.reasons
    assert tally([found])[table].score == 1


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        (PROJECT.name, "NJCSJ", "1970-01-01"),
        (PROJECT.name, "NKGSJ", date(1970, 1, 1)),
        (PROJECT.name, "NKGSJ", "1900-01-01"),
        (PROJECT.name, "NJCSJ", "9999-01-01"),
        (PROJECT.name, "SBSJ", "0001-01-01"),
        (PROJECT.name, "GBHY", "A01"),
        (PROJECT.name, "GCDM", "123456"),
        (PROJECT.name, "GCDM", "111111"),
        (PROJECT.name, "JSDD", "无"),
        (PROJECT.name, "JSDD", "－－"),
        (PROJECT.name, "JSGMJNR", "ｔｅｓｔ"),
        (PROJECT.name, "XMTZLY", "0"),
        (PROJECT.name, "TDHQFS", 0),
        (PROJECT.name, "ZTZE", 0),
        (PROJECT.name, "YDMJ", "99999"),
        (STEP.name, "BLYJ", "同意"),
        (STEP.name, "BLYJ", "同 意。"),
        (STEP.name, "BLYJ", "暂无意见"),
        (STEP.name, "BLYJ", "特别程序（开始）"),
        (STEP.name, "BLR", "系统管理员"),
        (STEP.name, "BLCS", "暂无"),
        (STEP.name, "BLSJ", "1970-01-01"),
        (DOCUMENT.name, "PFRQ", "9999-01-01"),
        (DOCUMENT.name, "PFWH", "待补充"),
        (DOCUMENT.name, "PFWJYXQX", "9999-12-31"),
    ],
)
def test_what_vendors_fill_in_by_default_is_caught(table: str, column: str, value: Any) -> None:
    assert faults(clean(table, **{column: value})) == {("1", column): Fault.INVENTED}


@pytest.mark.parametrize(
    ("table", "column", "value", "fault"),
    [
        (PROJECT.name, "NJCSJ", None, Fault.MISSING),
        (PROJECT.name, "NJCSJ", "", Fault.MISSING),
        (PROJECT.name, "NJCSJ", date(2026, 4, 1), Fault.CONTRARY),
        (PROJECT.name, "SBSJ", TODAY + timedelta(days=1), Fault.CONTRARY),
        (PROJECT.name, "XMDM", "2613-150622-04-01-123456", Fault.SHAPE),
        (PROJECT.name, "JSDDXZQH", "准格尔旗", Fault.SHAPE),
        (PROJECT.name, "SPLCBM", None, Fault.MISSING),
        (PROJECT.name, "TDSFDSJFA", "2", Fault.SHAPE),
        (PROJECT.name, "LXLX", "备案", Fault.SHAPE),
        (PROJECT.name, "NKGSJ", "明年", Fault.SHAPE),
        ("SPGL_XMDWXXB", "DWTYSHXYDM", "91350100M000100Y44", Fault.SHAPE),
        (STEP.name, "BLZT", "17", Fault.SHAPE),
        (STEP.name, "BLSJ", date(2026, 3, 3), Fault.CONTRARY),
        (DOCUMENT.name, "PFWJYXQX", date(2026, 1, 19), Fault.CONTRARY),
    ],
)
def test_each_fault_has_its_kind(table: str, column: str, value: Any, fault: Fault) -> None:
    assert faults(clean(table, **{column: value})) == {("1", column): fault}


def test_a_matter_of_the_catalogue_may_be_called_a01() -> None:
    assert faults(clean("SPGL_XMSPSXBLXXB", SPSXBM="A01")) == {}


def test_no_expiry_is_said_in_one_column_alone() -> None:
    assert faults(clean(DOCUMENT.name, PFWJYXQX="9999-01-01")) == {}


def test_a_decision_is_not_older_than_the_acceptance() -> None:
    row = clean(DOCUMENT.name)
    since = Row(
        row.table, row.key, row.name, row.values, since={"PFRQ": (date(2026, 2, 1), "受理日期")}
    )
    (found,) = check([since], on=TODAY)
    assert [f.fault for f in found.findings] == [Fault.CONTRARY]
    assert "早于受理日期 2026-02-01" in found.reasons[0]


def test_the_same_words_pass_three_times_and_no_more() -> None:
    rows = [clean(STEP.name, str(n)) for n in range(5)]
    assert faults(*rows) == {("3", "BLYJ"): Fault.INVENTED, ("4", "BLYJ"): Fault.INVENTED}


def test_a_code_of_its_own_is_given_once() -> None:
    twice = [
        clean(PROJECT.name, "1", GCDM="15062220269"),
        clean(PROJECT.name, "2", GCDM="15062220269"),
    ]
    assert faults(*twice) == {("2", "GCDM"): Fault.INVENTED}


def test_what_nobody_asks_is_not_missed_and_what_was_made_up_counts_all_the_same() -> None:
    row = clean(STEP.name, BLYJ=None)
    free = Row(row.table, row.key, row.name, row.values, waived=frozenset({"BLYJ"}))
    asked = tally(check([free], on=TODAY))[STEP.name]
    assert (asked.score, asked.asked) == (1, tally(check([row], on=TODAY))[STEP.name].asked - 1)
    said = Row(row.table, row.key, row.name, {**row.values, "BLYJ": "同意"}, waived=free.waived)
    assert faults(said) == {("1", "BLYJ"): Fault.INVENTED}


def test_a_row_whose_parent_was_refused_goes_with_it_and_counts_no_fault() -> None:
    parent = clean(PROJECT.name, "P1", NJCSJ=None)
    row = clean("SPGL_XMDWXXB", "P1-1")
    child = Row(row.table, row.key, row.name, row.values, parents=((PROJECT.name, "P1"),))
    _, found = check([parent, child], on=TODAY)
    assert (found.passes, found.findings) == (False, ())
    assert found.reasons == ["所属的项目基本信息表“P1”没有通过，本行一并不上报。"]


def test_facts_that_stand_in_two_rows_are_counted_once_and_both_rows_are_judged() -> None:
    one = clean("SPGL_DFXMSPLCJDSXXXB", "P1-A08", BJLX=None)
    rows = [Row(one.table, key, key, one.values, counts_as="A08") for key in ("P1-A08", "P2-A08")]
    found = list(check(rows, on=TODAY))
    assert [each.passes for each in found] == [False, False]
    both, alone = (tally(check(part, on=TODAY))[one.table] for part in (rows, rows[:1]))
    assert (both.rows, both.asked, both.recorded) == (2, alone.asked, alone.recorded)


def test_a_row_that_is_held_stays_at_home_without_a_fault() -> None:
    row = clean(PROCESS.name)
    (found,) = check([Row(row.table, row.key, row.name, row.values, held="还没有选定。")], on=TODAY)
    assert (found.passes, found.findings, found.reasons) == (False, (), ["还没有选定。"])


def test_a_finding_names_table_row_column_value_and_cure() -> None:
    row = clean(STEP.name, BLYJ="同意")
    (found,) = check(
        [
            Row(
                row.table,
                row.key,
                "办件 ZGE-1 的办结",
                row.values,
                {Home.PROCEDURE: "ZGE-1"},
                "zrzy",
            )
        ],
        on=TODAY,
    )
    (finding,) = found.findings
    assert finding.sentence == (
        "项目审批事项办理详细信息表，办件 ZGE-1 的办结：“办理意见”（BLYJ）“同意”是套话，不是办理人的意见。"
        "请由责任单位在“办件补充信息”中按原件填写。"
    )
    assert (finding.owner, finding.home, finding.subject) == ("zrzy", Home.PROCEDURE, "ZGE-1")


def test_a_gap_in_the_projects_own_columns_is_the_offices() -> None:
    (found,) = check([clean(PROCESS.name, SPLCMC=None)], on=TODAY)
    assert found.findings[0].owner == ""


def test_every_state_name_is_no_opinion() -> None:
    column = STEP.by_name["BLYJ"]
    assert all(fault_of(column, name, on=TODAY) for name in NATIONAL.values())


# The score can't be raised by making something up ----------------------------------------------------

POOLS: Mapping[Type, list[Any]] = {
    Type.TEXT: ["行政审批科", "服务中心", None, "无", "123456"],
    Type.OPINION: ["图件齐全，准予核发。", "符合规划条件，准予通过审查。", None, "同意", "暂无意见"],
    Type.DATE: [date(2026, 1, 5), date(2026, 2, 20), date(2027, 6, 1), None, date(1970, 1, 1),
                date(9999, 1, 1)],
    Type.NUMBER: [Decimal(20), Decimal("1.5"), None, 0, "若干"],
    Type.WHOLE: [20, 5, None, "3.5"],
    Type.CODE: ["1", None, "0", "A01", "77777"],
    Type.REGION: ["150622", None, "准旗"],
    Type.PROJECT_CODE: ["2601-150622-04-01-123456", None, "无"],
    Type.CREDIT_CODE: ["91350100M000100Y43", None, "1"],
}  # fmt: skip
JUDGED = [table for table in TABLES if table in (PROCESS, PROJECT, STEP, DOCUMENT)]


@st.composite
def sets(draw: Callable[..., Any]) -> list[Row]:
    rows = []
    for n in range(draw(st.integers(1, 6))):
        table = draw(st.sampled_from(JUDGED))
        values = {c.name: draw(st.sampled_from(POOLS[c.type])) for c in table.columns}
        waived = draw(st.sets(st.sampled_from([c.name for c in table.columns]), max_size=3))
        since = {"PFRQ": (date(2026, 2, 1), "受理日期")} if draw(st.booleans()) else {}
        rows.append(
            Row(table.name, str(n), f"行{n}", values, waived=frozenset(waived), since=since)
        )
    return rows


def score(rows: list[Row]) -> float:
    found: Tally = total(tally(check(rows, on=TODAY)))
    assert found.asked == found.recorded + sum(found.faults.values())
    return 1.0 if found.score is None else found.score


def put(rows: list[Row], place: int, column: str, value: Any) -> list[Row]:
    old = rows[place]
    new = Row(
        old.table,
        old.key,
        old.name,
        {**old.values, column: value},
        waived=old.waived,
        since=old.since,
    )
    return [*rows[:place], new, *rows[place + 1 :]]


def test_a_day_nobody_asks_for_takes_no_fact_from_a_later_one() -> None:
    """Found by the search below: mending the waived first day made the second a contradiction."""
    first, last = next(iter(DOCUMENT.before))
    values = {c.name: POOLS[c.type][0] for c in DOCUMENT.columns} | {last: date(2026, 1, 5)}
    row = Row(
        DOCUMENT.name, "1", "行1", values | {first: date(1970, 1, 1)}, waived=frozenset({first})
    )
    assert score(put([row], 0, first, date(2026, 2, 20))) >= score([row])


@settings(max_examples=400, deadline=None)
@given(sets(), st.data())
def test_the_score_is_monotone(rows: list[Row], data: st.DataObject) -> None:
    """A fact taken away or replaced by an invention never raises it; a fault put right never lowers it."""
    place = data.draw(st.integers(0, len(rows) - 1))
    columns = [c for c in BY_NAME[rows[place].table].columns if c.need is not Need.REFERENCE]
    column: Column = data.draw(st.sampled_from(columns))
    value = data.draw(st.sampled_from(POOLS[column.type]))
    was = rows[place].values[column.name]
    bad_before = (rows[place].key, column.name) in faults(*rows)
    bad_after = fault_of(column, value, on=TODAY) is not None
    good_before = was is not None and not bad_before
    before, after = score(rows), score(put(rows, place, column.name, value))
    if good_before and bad_after:
        assert after <= before
    if bad_before and not bad_after:
        assert after >= before
