"""Combing gives a project the matters it needs, in order, each with its reason."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.catalogue.combing import (
    KIND_LABELS,
    CatalogueInvalid,
    EdgeFact,
    MatterFact,
    Profile,
    Rule,
    Standard,
    check,
    comb,
    load_standard,
)

STANDARD = load_standard()
FACTORY = Profile(
    kind="filing",
    features=frozenset(
        {
            "land_supply",
            "farmland",
            "building",
            "eia_report",
            "energy_review",
            "water_intake",
            "minerals",
            "geohazard",
            "heritage",
            "fire_special",
            "occupational",
        }
    ),
    land_ha=Decimal("20.5"),
    industry="manufacturing",
)
COAL_CHEMISTRY = replace(
    FACTORY,
    kind="verification",
    features=FACTORY.features
    | {"grassland", "forest", "seismic", "hazardous_chemicals", "lightning", "road", "flood"},
    earthwork_m3=Decimal(900000),
    industry="chemical",
)


def codes(profile: Profile, standard: Standard = STANDARD) -> list[str]:
    return [m.code for m in comb(profile, standard).matters]


def test_an_ordinary_filing_project_needs_about_twenty_matters() -> None:
    assert " ".join(sorted(codes(FACTORY))) == (
        "A01 A08 A09 A10 A11 B01 B03 B04 B06 B11 B12 B14 B18 C01 C02 C03 C04 C05 C06 C07"
    )


def test_a_large_project_under_verification_needs_about_thirty() -> None:
    combed = codes(COAL_CHEMISTRY)
    assert len(combed) == 29
    assert {"A02", "A05", "B16", "B17", "B19", "B21"} <= set(combed)
    assert "A01" not in combed


def test_a_government_project_is_proposed_studied_and_assessed() -> None:
    combed = codes(Profile(kind="government", features=frozenset({"allocated_land"})))
    assert combed == ["A03", "A05", "A08", "A04", "B04"]


def test_approval_from_above_takes_the_place_of_verification() -> None:
    combed = codes(Profile(kind="verification", features=frozenset({"national_approval"})))
    assert "A06" in combed
    assert "A02" not in combed


def test_what_comes_after_completion_is_not_combed_out() -> None:
    assert "D01" not in codes(FACTORY)


@pytest.mark.parametrize(
    ("land", "earth", "expected"),
    [
        ("0.49", "999", []),
        ("0.5", "0", ["B05"]),
        ("0", "1000", ["B05"]),
        ("4.99", "49999", ["B05"]),
        ("5", "0", ["B04"]),
        ("0.1", "50000", ["B04"]),
        ("3", None, ["B05"]),
        (None, "60000", ["B04"]),
        ("0.1", None, []),
        (None, None, ["B04"]),
    ],
)
def test_scale_chooses_the_soil_and_water_paper(
    land: str | None, earth: str | None, expected: list[str]
) -> None:
    profile = Profile(
        kind="filing",
        land_ha=None if land is None else Decimal(land),
        earthwork_m3=None if earth is None else Decimal(earth),
    )
    assert [c for c in codes(profile) if c in ("B04", "B05")] == expected


def test_a_full_report_takes_the_place_of_the_form() -> None:
    both = Profile(kind="filing", features=frozenset({"eia_report", "eia_form"}))
    assert {"B01", "B02"} & set(codes(both)) == {"B01"}


def test_an_industry_alone_can_call_for_a_matter() -> None:
    assert "B19" in codes(Profile(kind="filing", industry="chemical"))
    assert "B19" not in codes(Profile(kind="filing", industry="agriculture"))


def test_each_matter_says_why_it_applies() -> None:
    reasons = comb(COAL_CHEMISTRY, STANDARD).reasons
    assert list(reasons) == codes(COAL_CHEMISTRY)
    assert reasons["A02"] == "属于企业投资核准项目。"
    assert reasons["B09"] == "项目特征有“占用草原”。"
    assert reasons["B04"] == (
        "用地面积20.5公顷，不低于5公顷；挖填土石方900000立方米，不低于50000立方米。"
    )
    assert reasons["B19"] == "项目特征有“油气、化工、矿山防雷”；行业为化工。"
    unknown = comb(Profile(kind="filing"), STANDARD).reasons
    assert unknown["B04"] == "用地面积和挖填土石方未填报，先按达到标准列入，填报后重新梳理。"


def test_an_edge_to_a_matter_the_project_lacks_falls_away() -> None:
    edges = {(e.before, e.after) for e in comb(FACTORY, STANDARD).edges}
    assert ("A01", "A10") in edges
    assert ("B01", "C06") in edges
    assert not {("A02", "A10"), ("B02", "C06"), ("C06", "D01")} & edges


features = st.frozensets(st.sampled_from([f.code for f in STANDARD.features]))


@given(
    st.builds(
        Profile,
        kind=st.sampled_from(sorted(KIND_LABELS)),
        features=features,
        land_ha=st.none() | st.decimals(0, 1000, places=2),
        industry=st.sampled_from(["", *(i.code for i in STANDARD.industries)]),
    ),
    st.randoms(use_true_random=False),
)
def test_order_respects_every_edge_and_not_the_order_of_the_facts(
    profile: Profile, chance: Any
) -> None:
    combed = comb(profile, STANDARD)
    place = {m.code: n for n, m in enumerate(combed.matters)}
    assert all(place[e.before] < place[e.after] for e in combed.edges)

    matters, edges = list(STANDARD.matters), list(STANDARD.edges)
    chance.shuffle(matters)
    chance.shuffle(edges)
    shuffled = replace(STANDARD, matters=tuple(matters), edges=tuple(edges))
    again = comb(profile, shuffled)
    assert again == combed
    assert list(again.reasons) == list(combed.reasons)


def test_facts_from_rows_comb_as_facts_from_files() -> None:
    rows = replace(STANDARD, matters=tuple(MatterFact.read(m.write()) for m in STANDARD.matters))
    assert comb(COAL_CHEMISTRY, rows) == comb(COAL_CHEMISTRY, STANDARD)


def test_an_unknown_feature_or_industry_is_refused() -> None:
    with pytest.raises(CatalogueInvalid, match="项目特征不在目录中：ufo"):
        comb(replace(FACTORY, features=frozenset({"ufo"})), STANDARD)
    with pytest.raises(CatalogueInvalid, match="行业不在目录中：space"):
        comb(replace(FACTORY, industry="space"), STANDARD)


def test_a_ring_is_named_as_a_chain() -> None:
    ring = (*STANDARD.edges, EdgeFact(before="C06", after="A10", strength="hard"))
    with pytest.raises(CatalogueInvalid, match=r"先后关系成环：.*C06.*→"):
        comb(FACTORY, replace(STANDARD, edges=ring))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"departments": ("nobody",)}, "A01责任部门不在目录中"),
        ({"short_name": "一二三四五六七八九十一"}, "A01简称须为1至10个字"),
        ({"stage": 6}, "A01阶段须为1至5"),
        ({"limit_days": 3}, "A01时限天数与单位不相配"),
        ({"unit": "working"}, "A01时限天数与单位不相配"),
        ({"unit": "working", "limit_days": 10_000}, "A01天数须在0至1000之间"),
        ({"preparation_days": -1}, "A01天数须在0至1000之间"),
        ({"allowance_days": 3}, "A01无法定时限的才填计划用时"),
        ({"extension_days": 10}, "A01延长须写明批准人"),
        ({"renewal_lead_days": 30}, "A01有提前量须有有效期"),
        ({"level": "nation"}, "A01上报标记与层级不相配"),
        ({"steps": ()}, "A01材料、步骤、办理结果不能空"),
        ({"marks": {}}, "A01时限没有出处标记"),
        ({"marks": {"limit": "V", "colour": "V"}}, "A01出处标记的事实不认识"),
        ({"marks": {"limit": "sure"}}, "A01出处标记不认识"),
        ({"applies": Rule(any=("ufo",))}, "A01适用条件的特征不在目录中"),
        ({"applies": Rule(below={"height": 3})}, "A01适用条件的规模指标不认识"),
    ],
)
def test_a_fault_in_the_catalogue_is_named(changes: dict[str, Any], fault: str) -> None:
    first, *others = STANDARD.matters
    with pytest.raises(CatalogueInvalid, match=fault):
        check(replace(STANDARD, matters=(replace(first, **changes), *others)))


def test_a_gate_with_papers_that_may_follow_is_refused() -> None:
    matters = tuple(replace(m, deficiency="N") if m.code == "A02" else m for m in STANDARD.matters)
    with pytest.raises(CatalogueInvalid, match="A02不可容缺的事项不能有后补材料"):
        check(replace(STANDARD, matters=matters))


def test_doubles_and_loose_ends_are_named_together() -> None:
    edges = (
        *STANDARD.edges,
        STANDARD.edges[0],
        EdgeFact(before="A99", after="A01", strength="hard"),
    )
    with pytest.raises(CatalogueInvalid, match=r"A08→A02重复.*A99不在目录中"):
        check(replace(STANDARD, edges=edges))


def test_a_row_with_a_strange_or_missing_field_names_itself() -> None:
    with pytest.raises(CatalogueInvalid, match="A01缺少或者多出字段"):
        MatterFact.read(STANDARD.matters[0].write() | {"colour": "green"})
    with pytest.raises(CatalogueInvalid, match="A01缺少或者多出字段"):
        MatterFact.read({"code": "A01"})
    with pytest.raises(CatalogueInvalid, match="适用条件有不认识的键：moon"):
        Rule.read({"moon": 1})
