"""Rows follow from what was recorded: nothing is defaulted, and each department's rows are its own."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.models import Tenant
from tests.workflows.interchange.conftest import (
    PROCESS as PROCESS_CODE,
)
from tests.workflows.interchange.conftest import (
    TODAY,
    YEAR,
    In,
    decided,
    fill,
    fill_department,
    fill_office,
    handle,
    land_case,
    lay_out,
)
from workflows.deficiency.models import Deficiency
from workflows.interchange import mapping
from workflows.interchange.checking import Row, check, tally, total
from workflows.interchange.mapping import OFFICE
from workflows.interchange.tables import (
    CASE,
    DOCUMENT,
    ITEM,
    PROCESS,
    PROJECT,
    STAGE,
    STEP,
    TABLES,
    UNIT,
    Home,
)
from workflows.procedures.models import Procedure
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_the_banner(zhungeer: Tenant, in_tenant: In) -> Iterator[None]:
    with in_tenant(zhungeer):
        yield


@pytest.fixture
def project() -> Project:
    (found,) = lay_out()
    return found


def rows(owner: str | None = None) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in mapping.rows(mapping.load(YEAR, owner)):
        found.setdefault(row.table, []).append(row)
    return found


def test_a_project_nobody_supplemented_holds_its_ledger_and_nothing_else(project: Project) -> None:
    (row,) = rows()[PROJECT.name]
    held = {name for name, value in row.values.items() if value not in (None, "")}
    assert held == {
        "DFSJZJ", "XZQHDM", "SJYXBS", "XMDM", "XMMC", "NKGSJ", "XMSFWQBJ", "ZTZE", "JSDDXZQH", "JSDD",
        "JSGMJNR", "YDMJ",
    }  # fmt: skip
    assert row.values["XMSFWQBJ"] == 0
    assert row.waived == {"SBSJ", "XMWQBJSJ"}
    assert row.values["YDMJ"] == (project.land_ha or 0) * 10_000


def test_without_a_process_matters_are_asked_about_and_stay_at_home(project: Project) -> None:
    found = rows()
    assert found.keys() == {ITEM.name, PROJECT.name, UNIT.name}
    assert all("选定审批流程" in row.held for row in found[ITEM.name])


def test_choosing_a_process_never_lowers_the_score(project: Project) -> None:
    def score() -> float:
        found = total(tally(check(mapping.rows(mapping.load(YEAR)), on=TODAY)))
        assert found.score is not None
        return found.score

    two = lay_out(2)[1]
    for code in (PROCESS_CODE, "1506220002"):
        fill(Home.PROCESS, code, SPLCMC="流程", SPLCBBH="1.0", SPLCSXSJ="2026-01-01", SPLCLX="6")
    before = score()
    for each, code in ((project, PROCESS_CODE), (two, "1506220002")):
        fill(Home.PROJECT, each.number, SPLCBM=code)
        after = score()
        assert after > before
        before = after
    assert len(rows()[ITEM.name]) > len({row.counts_as for row in rows()[ITEM.name]})


def test_a_project_that_left_the_list_has_no_rows(project: Project) -> None:
    Project.objects.update(state="removed")
    assert rows() == {}


def test_another_year_has_its_own_rows(project: Project) -> None:
    assert list(mapping.rows(mapping.load(YEAR - 1))) == []


def test_lines_of_the_ledger_become_steps_with_national_states(project: Project) -> None:
    case = handle(
        land_case(project),
        ("receive", date(2026, 11, 2), {}),
        ("notice", date(2026, 11, 3), {"document": "告1号", "items": ["红线图"]}),
        ("correct", date(2026, 11, 5), {}),
        ("accept", date(2026, 11, 6), {"document": "受1号"}),
        ("stop", date(2026, 11, 7), {"reason": "expert_review", "document": "中止1号"}),
        ("resume", date(2026, 11, 10), {"document": "恢复1号"}),
        ("stop", date(2026, 11, 11), {"reason": "hand_up", "document": "报1号"}),
        ("resume", date(2026, 11, 12), {"reason": "hand_up"}),
        ("extend", date(2026, 11, 13), {"days": 10}),
        ("decide", date(2026, 11, 20), {"document": "准审1号"}),
        ("deliver", date(2026, 11, 21), {}),
    )
    steps = rows()[STEP.name]
    assert [row.values["BLZT"] for row in steps] == ["1", "6", "7", "3", "9", "10", "11"]
    assert {row.owner for row in steps} == {case.department_code}
    notice, decision = steps[1], steps[-1]
    assert notice.values["BLYJ"] == "告1号；红线图"
    assert (decision.values["BLYJ"], "BLYJ" in decision.waived) == (None, False)
    assert steps[0].waived == {"BLYJ"}


def test_a_corrected_line_gives_its_place_to_the_one_that_corrects_it(project: Project) -> None:
    case = land_case(project)
    handle(case, ("receive", date(2026, 11, 2), {}))
    wrong = case.entries.get()
    handle(case, ("receive", date(2026, 11, 4), {"corrects": wrong}))
    (step,) = rows()[STEP.name]
    assert step.values["BLSJ"] == date(2026, 11, 4)


@pytest.mark.parametrize(("ended_on", "code"), [(None, "12"), (date(2026, 11, 19), "11")])
def test_a_decision_with_a_paper_still_missing_says_so(
    project: Project, ended_on: date | None, code: str
) -> None:
    case = decided(land_case(project))
    Deficiency.objects.create(
        procedure=case, material="平面图", why="盖章", granted_on=date(2026, 11, 3),
        first_due_on=date(2026, 12, 1), due_on=date(2026, 12, 1), promised_by="某", promise_number="1",
        consequence="recorded", credit_on=TODAY, credit_source="平台", granted_by="某", granted_at="2026-11-03T10:00Z",
        state="made_good" if ended_on else "open", ended_on=ended_on,
    )  # fmt: skip
    assert rows()[STEP.name][-1].values["BLZT"] == code


def test_an_expiry_is_computed_only_from_a_term_somebody_read_in_the_law(project: Project) -> None:
    case = decided(land_case(project))
    for mark, expected in (("GK", None), ("V", date(2029, 11, 20))):
        case.terms = case.terms | {"validity_months": 36, "marks": {"validity": mark}}
        case.save()
        (row,) = rows()[DOCUMENT.name]
        assert row.values["PFWJYXQX"] == expected
    assert row.since == {"PFRQ": (date(2026, 11, 3), "受理日期")}


def test_only_what_was_decided_has_a_document(project: Project) -> None:
    handle(land_case(project), ("receive", date(2026, 11, 2), {}))
    found = rows()
    assert DOCUMENT.name not in found
    assert len(found[CASE.name]) == 1


def test_with_everything_recorded_every_row_passes(project: Project) -> None:
    case = decided(land_case(project))
    Procedure.objects.exclude(pk=case.pk).delete()
    fill_office(project)
    fill_department(case)
    found = list(check(mapping.rows(mapping.load(YEAR)), on=TODAY))
    assert [each.reasons for each in found if not each.passes] == []
    assert {each.row.table for each in found} == {t.name for t in TABLES[:-1]}


def test_a_process_is_told_by_the_matters_its_projects_need(project: Project) -> None:
    fill_office(project)
    found = rows()
    codes = {row.values["SPSXBM"] for row in found[ITEM.name]}
    assert codes == set(project.procedures.values_list("matter_code", flat=True))
    assert len(found[PROCESS.name]) == 1
    assert {row.values["SPJDXH"] for row in found[STAGE.name]} == set(
        project.procedures.values_list("stage", flat=True)
    )


def test_a_department_and_the_office_each_see_their_own_rows(project: Project) -> None:
    mine = decided(land_case(project))
    other = project.procedures.exclude(department_code="zrzy").order_by("order").first()
    assert other is not None
    decided(other)
    fill_office(project)
    own = rows("zrzy")
    assert {row.owner for found in own.values() for row in found} == {"zrzy"}
    assert [row.key for row in own[CASE.name]] == [mine.number]
    assert own[CASE.name][0].values["GCDM"] == "15062220270001"
    assert rows(OFFICE).keys() == {PROCESS.name, STAGE.name, PROJECT.name, UNIT.name}


@pytest.mark.parametrize("owner", [None, OFFICE, "zrzy"])
def test_the_queries_are_the_same_for_one_project_and_for_three(owner: str | None) -> None:
    def cost(count: int) -> int:
        for project in lay_out(count):
            case = land_case(project)
            if not case.entries.exists():
                decided(case, text="准予核发，图件齐全。")
        with CaptureQueriesContext(connection) as queries:
            list(mapping.rows(mapping.load(YEAR, owner)))
        return len(queries)

    assert cost(1) == cost(3) <= 10


def test_the_neighbours_facts_make_no_rows(project: Project, dalate: Tenant, in_tenant: In) -> None:
    decided(land_case(project))
    fill_office(project)
    with in_tenant(dalate):
        assert list(mapping.rows(mapping.load(YEAR))) == []


def test_a_supplement_is_dated_by_its_day(project: Project) -> None:
    fill_office(project)
    given: dict[str, Any] = mapping.load(YEAR).supplements["project", project.number]["GCDM"]
    assert given == {
        "value": "15062220270001", "source": "准发改审批〔2026〕1号", "on": TODAY.isoformat(), "by": "某某（示例）",
    }  # fmt: skip
