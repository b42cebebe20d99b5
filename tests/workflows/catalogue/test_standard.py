"""The standard catalogue as shipped keeps its facts, their marks and their order."""

import pytest

from workflows.catalogue.combing import (
    EdgeFact,
    MatterFact,
    in_order,
    load_example_promises,
    load_standard,
)

STANDARD = load_standard()
MATTERS = {m.code: m for m in STANDARD.matters}
EDGES = {(e.before, e.after): e for e in STANDARD.edges}


def test_every_row_of_the_table_is_there() -> None:
    rows = (("A", [*range(1, 7), *range(8, 12)]), ("B", range(1, 29)), ("C", range(1, 8)))
    expected = [f"{letter}{n:02}" for letter, numbers in rows for n in numbers] + ["D01"]
    assert [m.code for m in STANDARD.matters] == expected
    assert len(expected) == 46


# code, limit, unit, starts, mark of the limit
LIMITS = [
    ("A01", None, "instant", "accept", "GK"),
    ("A02", 20, "working", "accept", "V"),
    ("A03", None, "none", "accept", "V"),
    ("A04", None, "none", "accept", "V"),
    ("A05", None, "none", "accept", "GK"),
    ("A06", None, "none", "accept", "GK"),
    ("A08", 20, "working", "accept", "GK"),
    ("A09", None, "none", "accept", "GK"),
    ("A10", 20, "working", "accept", "GK"),
    ("A11", None, "none", "accept", "GK"),
    ("B01", 60, "calendar", "receive", "V"),
    ("B02", 30, "calendar", "receive", "V"),
    ("B03", 20, "working", "accept", "GK"),
    ("B04", 10, "working", "accept", "V"),
    ("B05", None, "instant", "accept", "V"),
    ("B06", 45, "working", "accept", "V"),
    ("B07", 20, "working", "accept", "GK"),
    ("B08", 20, "working", "accept", "GK"),
    ("B09", 20, "working", "accept", "V-"),
    ("B10", None, "none", "accept", "GK"),
    ("B11", 20, "working", "accept", "GK"),
    ("B12", None, "none", "accept", "GK"),
    ("B13", 15, "calendar", "accept", "V"),
    ("B14", 20, "working", "accept", "V-"),
    ("B15", 20, "working", "accept", "V-"),
    ("B16", 45, "calendar", "accept", "V"),
    ("B17", 20, "working", "accept", "V-"),
    ("B18", None, "none", "accept", "GK"),
    ("B19", 10, "working", "accept", "V"),
    ("B20", 20, "working", "accept", "GK"),
    ("B21", 20, "calendar", "accept", "V"),
    ("B22", 20, "working", "accept", "GK"),
    ("B23", 20, "working", "accept", "GK"),
    ("B24", None, "none", "accept", "GK"),
    ("B25", 20, "working", "accept", "GK"),
    ("B26", None, "none", "accept", "GK"),
    ("B27", None, "none", "accept", "GK"),
    ("B28", None, "none", "accept", "GK"),
    ("C01", None, "none", "accept", "GK"),
    ("C02", 20, "working", "accept", "GK"),
    ("C03", 20, "working", "accept", "GK"),
    ("C04", 15, "working", "accept", "GK"),
    ("C05", 15, "working", "accept", "V"),
    ("C06", 7, "calendar", "accept", "V"),
    ("C07", None, "none", "accept", "GK"),
    ("D01", None, "none", "accept", "GK"),
]


@pytest.mark.parametrize(("code", "days", "unit", "starts", "mark"), LIMITS)
def test_a_limit_stands_as_the_table_states_it(
    code: str, days: int | None, unit: str, starts: str, mark: str
) -> None:
    m = MATTERS[code]
    assert (m.limit_days, m.unit, m.starts, m.marks["limit"]) == (days, unit, starts, mark)
    assert m.verified == (mark == "V")


def test_the_table_of_limits_is_complete() -> None:
    assert [code for code, *_ in LIMITS] == list(MATTERS)


def test_a_fact_without_a_mark_counts_as_general_knowledge() -> None:
    assert MATTERS["B01"].mark_of("starts") == "V"
    assert MATTERS["C06"].mark_of("starts") == "GK"
    assert all(m.mark_of("extension") == "GK" for m in MATTERS.values() if not m.extension_days)


def test_only_primary_sources_make_a_fact_verified() -> None:
    assert all(m.mark_of("limit") == "V" for m in MATTERS.values() if m.verified)
    assert all(e.mark == "V" for e in STANDARD.edges if e.verified)
    assert {e.mark for e in STANDARD.edges} == {"V", "V-", "GK"}
    assert {x.mark for m in MATTERS.values() for x in m.materials} == {"GK"}


def test_acceptance_and_extension_periods() -> None:
    assert [m.code for m in MATTERS.values() if m.accept_days == 5] == ["B06", "B19"]
    extended = {m.code: m.extension_days for m in MATTERS.values() if m.extension_days}
    assert extended.pop("A02") == 40
    assert extended == dict.fromkeys(
        ["A08", "A10", "B04", "B20", "B22", "B23", "B25", "C02", "C03"], 10
    )
    assert MATTERS["A02"].mark_of("extension") == MATTERS["B04"].mark_of("extension") == "V"


def test_the_validity_chain() -> None:
    chain = {m.code: m.validity_months for m in MATTERS.values() if m.validity_months}
    assert chain == {
        "A02": 24,
        "A08": 36,
        "B01": 60,
        "B02": 60,
        "B03": 24,
        "B04": 36,
        "B05": 36,
        "B06": 36,
        "B16": 24,
        "C06": 3,
    }
    assert MATTERS["A02"].renewal_lead_days == 30
    assert MATTERS["B16"].mark_of("validity") == "V-"
    assert MATTERS["A08"].mark_of("validity") == MATTERS["B03"].mark_of("validity") == "GK"


def test_a_gate_can_never_be_accepted_with_papers_missing() -> None:
    classes = {code: m.deficiency for code, m in MATTERS.items()}
    never = "A05 A06 A09 B01 B02 B04 B06 B10 B11 B12 B13 B14 B15 B16 B17 B20 B24 B25 B26 B28"
    assert [c for c, d in classes.items() if d == "N"] == [*never.split(), "C04", "C05", "C06"]
    assert [c for c, d in classes.items() if d == "C"] == ["B05"]
    assert [c for c, d in classes.items() if d == ""] == ["A01", "B18", "D01"]
    for m in MATTERS.values():
        assert m.deficiency == "M" or not any(x.deficient for x in m.materials), m.code


def test_the_parallel_groups() -> None:
    groups = {g: {m.code for m in MATTERS.values() if m.group == g} for g in ("B", "C")}
    assert groups["B"] == {"A05", "A08", *(f"B{n:02}" for n in range(1, 17))}
    assert groups["C"] == {"B17", "B19", "B21", *(f"C{n:02}" for n in range(1, 6))}


def test_every_matter_asks_for_three_to_six_papers() -> None:
    assert {len(m.materials) for m in MATTERS.values()} <= {3, 4, 5, 6}


def test_the_seventeen_member_units_and_the_twelve_of_the_task_force() -> None:
    members = [d for d in STANDARD.departments if d.member]
    assert " ".join(d.code for d in members) == (
        "zfw fgw gxj zrzy sthj zjj jtj slj nmj nyj lcj zwfw wlj yjj gajj dzj qxj"
    )
    assert [d.order for d in members] == list(range(1, 18))
    assert [d.code for d in members if not d.task_force] == ["zfw", "nmj", "gajj", "dzj", "qxj"]
    assert not any(d.task_force for d in STANDARD.departments if not d.member)


def test_matters_for_a_higher_level_and_matters_kept_quiet() -> None:
    handed_up = [m.code for m in MATTERS.values() if m.handed_up]
    assert handed_up == ["A06", "A09", "B08", "B09", "B11", "B25", "B28"]
    assert [m.code for m in MATTERS.values() if m.secret] == ["B15"]
    assert [m.code for m in MATTERS.values() if not m.pre_construction] == ["D01"]


def test_the_edges_have_an_order_without_a_ring() -> None:
    order = in_order(MATTERS, STANDARD.edges)
    assert len(order) == 46
    assert all(order.index(e.before) < order.index(e.after) for e in STANDARD.edges)


@pytest.mark.parametrize(
    ("before", "after", "strength", "mark"),
    [
        ("A05", "A02", "hard", "V"),
        ("A08", "A02", "hard", "V-"),
        ("B03", "A04", "hard", "V"),
        ("A02", "A10", "hard", "V"),
        ("B14", "A11", "hard", "V"),
        ("B16", "B17", "hard", "V-"),
        ("A11", "C02", "hard", "V"),
        ("C04", "C05", "hard", "V-"),
        ("C02", "C06", "hard", "V"),
        ("B01", "C06", "hard", "V"),
        ("B02", "C06", "hard", "V"),
        ("B03", "C06", "hard", "V"),
        ("C02", "C03", "soft", "GK"),
        ("A10", "C01", "deficient", "GK"),
    ],
)
def test_an_edge_keeps_its_strength_and_mark(
    before: str, after: str, strength: str, mark: str
) -> None:
    edge = EDGES[before, after]
    assert (edge.strength, edge.mark) == (strength, mark)


@pytest.mark.parametrize("before", ["B01", "B02"])
def test_land_supply_waiting_for_the_environmental_paper_is_flagged(before: str) -> None:
    edge = EDGES[before, "A11"]
    assert (edge.basis, edge.no_basis, edge.strength, edge.mark) == ("", True, "soft", "V-")


def test_no_precondition_is_called_verified_without_a_law() -> None:
    assert not [e for e in STANDARD.edges if e.verified and e.no_basis]
    assert not EdgeFact(before="A", after="B", strength="hard", basis="某法第一条").no_basis


def test_the_borrowed_promises_are_marked_and_never_exceed_the_law() -> None:
    promises = load_example_promises()
    assert "唐山" in promises.source
    assert promises.mark == "V-"
    assert promises.days["A02"] == 5
    for code, days in promises.days.items():
        assert days <= (MATTERS[code].limit_days or days), code


@pytest.mark.parametrize("matter", STANDARD.matters, ids=lambda m: m.code)
def test_a_matter_survives_its_json_column(matter: MatterFact) -> None:
    assert MatterFact.read(matter.write()) == matter
