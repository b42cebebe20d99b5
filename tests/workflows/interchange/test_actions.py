"""Facts are recorded by their owner with source and trail; a batch holds what passes and names what does not."""

import csv
import hashlib
import io
import json
import resource
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import IntegrityError, ProgrammingError
from openpyxl import load_workbook

from kernel.trail.models import TrailEntry
from tenants.honesty.models import Score
from tenants.models import Tenant
from tests.workflows.interchange.conftest import (
    CLERK,
    PROCESS,
    SOURCE,
    TODAY,
    YEAR,
    In,
    at,
    decided,
    fill,
    fill_department,
    fill_office,
    handle,
    land_case,
    lay_out,
)
from workflows.interchange import actions, queries, tasks
from workflows.interchange.actions import InterchangeRefused
from workflows.interchange.checking import Checked, Row, check
from workflows.interchange.export import Head, build
from workflows.interchange.models import Batch, RefusedRow, Standing, Supplement
from workflows.interchange.tables import BY_NAME, PROJECT, STEP, TABLES, Home
from workflows.procedures.models import Procedure
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_the_banner(zhungeer: Tenant, in_tenant: In) -> Iterator[None]:
    with in_tenant(zhungeer):
        yield


@pytest.fixture
def case() -> Procedure:
    """The only procedure of the only project, decided."""
    (project,) = lay_out()
    found = decided(land_case(project))
    Procedure.objects.exclude(pk=found.pk).delete()
    return found


def prepare(on: date = TODAY) -> Batch:
    return actions.prepare(year=YEAR, on=on, at=at(on), actor=CLERK)


def files_of(batch: Batch) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bytes(batch.content))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# Recording ------------------------------------------------------------------------------------------


def test_a_fact_is_kept_with_source_and_person_and_leaves_a_trail(case: Procedure) -> None:
    assert fill(Home.PROJECT, case.project.number, NJCSJ="2028-12-31") == 1
    row = Supplement.objects.get()
    assert (row.version, row.department_code) == (1, "")
    assert row.given["NJCSJ"] == {
        "value": "2028-12-31", "source": SOURCE, "on": "2026-11-25", "by": "某某（示例）",
    }  # fmt: skip
    entry = TrailEntry.objects.get(action="interchange.fill")
    assert "记录拟建成时间（依据：准发改审批〔2026〕1号）" in entry.summary
    assert entry.detail == {"NJCSJ": ["", "2028-12-31"]}


def test_the_same_value_again_changes_nothing_and_an_empty_one_takes_it_back(
    case: Procedure,
) -> None:
    number = case.project.number
    fill(Home.PROJECT, number, NJCSJ="2028-12-31", GCFW="一期")
    assert fill(Home.PROJECT, number, version=1, NJCSJ="2028-12-31") == 0
    assert fill(Home.PROJECT, number, version=1, NJCSJ="") == 1
    assert list(Supplement.objects.get().given) == ["GCFW"]


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("NJCSJ", "1970-01-01", "系统默认的日期"),
        ("NJCSJ", "9999-01-01", "占位的日期"),
        ("GBHY", "A01", "占位的值"),
        ("GCDM", "123456", "占位的值"),
        ("TDSFDSJFA", "3", "不在“是否”的代码（0、1）里"),
        ("XMTZLY", "0", "默认代码"),
        ("SPLCBM", "1506229999", "没有登记"),
        ("NJCSJ", "明年", "不是“年-月-日”的日期"),
    ],
)
def test_an_invented_value_is_refused_where_it_is_typed(
    case: Procedure, column: str, value: str, words: str
) -> None:
    with pytest.raises(InterchangeRefused, match=words) as refused:
        fill(Home.PROJECT, case.project.number, **{column: value})
    assert value in str(refused.value)
    assert not Supplement.objects.exists()


@pytest.mark.parametrize("opinion", ["同意", "暂无意见", "办结（通过）"])
def test_a_stock_phrase_is_no_opinion(case: Procedure, opinion: str) -> None:
    with pytest.raises(InterchangeRefused, match="套话"):
        fill(Home.PROCEDURE, case.number, "zrzy", BLYJ=opinion)


def test_all_lines_are_recorded_or_none(case: Procedure) -> None:
    lines: list[Any] = [(case.number, 0, {"SLFS": "1"}), ("ZGE-X", 0, {"SLFS": "1"})]
    with pytest.raises(InterchangeRefused, match="不由本单位填写"):
        actions.fill(
            home=Home.PROCEDURE,
            lines=lines,
            source=SOURCE,
            unit="zrzy",
            on=TODAY,
            at=at(),
            actor=CLERK,
        )
    assert not Supplement.objects.exists()


def test_without_a_source_nothing_is_a_fact(case: Procedure) -> None:
    with pytest.raises(InterchangeRefused, match="没有写依据"):
        actions.fill(
            home=Home.PROJECT, lines=[], source=" 无 ", unit="", on=TODAY, at=at(), actor=CLERK
        )


@pytest.mark.parametrize(
    ("home", "unit"),
    [
        (Home.PROCEDURE, ""), (Home.PROCEDURE, "sthj"), (Home.MATTER, "sthj"), (Home.MATTER, ""),
        (Home.DEPARTMENT, "sthj"), (Home.PROJECT, "zrzy"), (Home.PROCESS, "zrzy"), (Home.STAGE, "zrzy"),
        (Home.PROJECT_LEDGER, ""),
    ],
)  # fmt: skip
def test_only_the_owner_records(case: Procedure, home: Home, unit: str) -> None:
    keys = {
        Home.PROCEDURE: case.number, Home.MATTER: case.matter_code, Home.DEPARTMENT: "zrzy",
        Home.PROJECT: case.project.number, Home.PROJECT_LEDGER: case.project.number,
        Home.PROCESS: PROCESS, Home.STAGE: f"{PROCESS}-1",
    }  # fmt: skip
    with pytest.raises(InterchangeRefused, match="不由本单位填写"):
        fill(home, keys[home], unit, SLFS="1")


def test_two_officers_at_one_subject_the_second_is_told(case: Procedure) -> None:
    fill(Home.PROJECT, case.project.number, NJCSJ="2028-12-31")
    with pytest.raises(InterchangeRefused, match="刚刚有人改过（某某（示例））"):
        fill(Home.PROJECT, case.project.number, NJCSJ="2029-12-31")


def test_the_database_knows_the_kinds_of_subject() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Supplement.objects.create(kind="planet", key="1", changed_at=at(), changed_by="某")


# Batches ----------------------------------------------------------------------------------------------


def test_a_batch_of_facts_alone_is_complete(case: Procedure) -> None:
    fill_office(case.project)
    fill_department(case)
    batch = prepare()
    assert (batch.number, batch.refused) == ("ZGE-SJ-2027-001", 0)
    assert batch.digest == hashlib.sha256(bytes(batch.content)).hexdigest()
    files = files_of(batch)
    manifest = json.loads(files["manifest.json"])
    assert manifest == batch.manifest
    assert (manifest["complete"], manifest["standard_verified"]) == (True, False)
    for told in manifest["files"]:
        assert hashlib.sha256(files[told["name"]]).hexdigest() == told["sha256"]
    (row,) = csv.DictReader(io.StringIO(files[f"{PROJECT.name}.csv"].decode()))
    assert (row["NJCSJ"], row["XMSFWQBJ"], row["SJYXBS"]) == ("2028-12-31", "0", "1")
    steps = list(csv.DictReader(io.StringIO(files[f"{STEP.name}.csv"].decode())))
    assert [step["BLZT"] for step in steps] == ["1", "3", "11"]
    book = load_workbook(io.BytesIO(files["数据交换表.xlsx"]))
    assert book.sheetnames[:2] == ["封面", "说明"]
    assert book["封面"]["B6"].value == f"本批上报 {batch.passed} 行，没有未上报的行。"
    assert "未核实" in book["说明"]["A1"].value


def test_refused_rows_are_listed_beside_and_the_cover_says_so(case: Procedure) -> None:
    fill_office(case.project)
    fill_department(case)
    fill(Home.PROCEDURE, case.number, "zrzy", 1, BLYJ="")
    batch = prepare()
    (row,) = RefusedRow.objects.all()
    assert (batch.refused, row.batch, row.table, row.department_code) == (
        1,
        batch,
        STEP.name,
        "zrzy",
    )
    assert "“办理意见”（BLYJ）没有填写" in row.reasons[0]
    files = files_of(batch)
    manifest = json.loads(files["manifest.json"])
    assert not manifest["complete"]
    assert "另有 1 行" in manifest["statement"]
    assert row.reasons[0] in files["未上报.csv"].decode()
    book = load_workbook(io.BytesIO(files["数据交换表.xlsx"]))
    assert book["封面"]["B6"].value == manifest["statement"]
    assert book["未上报"].max_row == 2
    assert len(files[f"{STEP.name}.csv"].decode().splitlines()) == 3  # the head and two that passed


def test_what_hangs_on_a_refused_project_goes_with_it(case: Procedure) -> None:
    fill_office(case.project, NJCSJ="")
    fill_department(case)
    batch = prepare()
    by_table = {t["table"]: (t["rows"], t["refused"]) for t in batch.manifest["tables"]}
    assert by_table[PROJECT.name] == (0, 1)
    assert by_table[STEP.name] == (0, 3)
    assert by_table["SPGL_DFXMSPLCXXB"] == (1, 0)
    assert any("一并不上报" in reason for row in RefusedRow.objects.all() for reason in row.reasons)


def test_with_no_row_that_passes_nothing_is_exported(case: Procedure) -> None:
    with pytest.raises(InterchangeRefused, match="没有一行可以上报"):
        prepare()
    assert not Batch.objects.exists()


def test_the_same_content_is_exported_once_a_day_and_numbers_are_not_used_up(
    case: Procedure,
) -> None:
    fill_office(case.project)
    fill_department(case)
    prepare()
    with pytest.raises(InterchangeRefused, match="内容相同的批次今天已经导出"):
        prepare()
    assert prepare(TODAY + timedelta(days=1)).number == "ZGE-SJ-2027-002"


@pytest.mark.parametrize(
    "statement",
    [
        lambda: Batch.objects.update(made_by="别人"),
        lambda: Batch.objects.all()._raw_delete("default"),
        lambda: RefusedRow.objects.update(reasons=[]),
    ],
)
def test_the_database_lets_nobody_change_what_was_exported(case: Procedure, statement: Any) -> None:
    fill_office(case.project)
    prepare()
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        statement()


def test_equal_facts_give_equal_bytes_and_no_cell_is_a_formula() -> None:
    head = Head("ZGE-SJ-2027-001", "准格尔旗", YEAR, TODAY, at(), "某某")
    values = {column.name: "=1+1" for column in BY_NAME[PROJECT.name].columns}
    row = Checked(Row(PROJECT.name, "1", "行", values), (), 0)
    one, two = (build([row], head, {}) for _ in range(2))
    assert one.content == two.content
    with zipfile.ZipFile(io.BytesIO(one.content)) as archive:
        text = archive.read(f"{PROJECT.name}.csv").decode()
    assert "'=1+1" in text
    assert ",=1+1" not in text


def test_ten_thousand_rows_are_built_in_reasonable_memory() -> None:
    values = {
        "DFSJZJ": "1", "XZQHDM": "150622", "GCDM": "1", "SPSXSLBM": "1", "BLCS": "行政审批科", "BLR": "王某",
        "BLZT": "3", "BLSJ": date(2026, 11, 3), "SJYXBS": 1,
    }  # fmt: skip
    rows = (
        Row(STEP.name, str(n), f"第{n}行", values | {"BLYJ": None if n % 2 else f"第{n}件图件齐全"})
        for n in range(10_000)
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    made = build(check(rows, on=TODAY), Head("1", "旗", YEAR, TODAY, at(), "某"), {})
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert (made.passed, len(made.refusals)) == (5_000, 5_000)
    assert grown < 150, f"{grown:.0f} MB"
    assert len(made.content) < 3_000_000


# Checks -----------------------------------------------------------------------------------------------


def test_the_nightly_check_keeps_score_and_tasks_and_replaces_its_own(case: Procedure) -> None:
    tasks.check_tenant.run()
    score = Score.objects.get(owner="t_zhungeer", year=YEAR)
    assert score.missing > 0
    assert score.asked == score.recorded + score.missing
    assert set(Standing.objects.values_list("department_code", flat=True)) == {"", "zrzy"}
    share = score.share
    fill_office(case.project)
    fill_department(case)
    tasks.check_tenant.run()
    again = Score.objects.get(owner="t_zhungeer", year=YEAR)
    assert again.pk == score.pk
    assert share is not None
    assert again.share == 1 > share
    assert not Standing.objects.exists()
    assert again.passed == again.rows


def test_a_tenant_without_projects_has_nothing_to_check() -> None:
    assert tasks.check_tenant.run() == 0
    assert not Score.objects.exists()


def test_a_task_closes_when_the_fact_is_in_the_ledger_of_another_room(case: Procedure) -> None:
    Project.objects.update(place="待定")
    report = queries.report(YEAR, TODAY)
    group = report.groups[Home.PROJECT_LEDGER, "JSDD"]
    ((owner, key), finding), *_ = group.subjects.items()
    assert (owner, key, finding.fault.label) == ("", case.project.number, "臆造值")
    Project.objects.update(place="大路产业园")
    assert (Home.PROJECT_LEDGER, "JSDD") not in queries.report(YEAR, TODAY).groups


def test_one_fact_asked_in_many_rows_is_one_task(case: Procedure) -> None:
    report = queries.report(YEAR, TODAY, "zrzy")
    group = report.groups[Home.DEPARTMENT, "BLCS"]
    assert (len(group.subjects), group.cells) == (1, 3)
    assert report.owners == {"zrzy": report.tasks}


def test_every_table_is_reported_in_its_order(case: Procedure) -> None:
    fill_office(case.project)
    names = [table.name for table, _ in queries.report(YEAR, TODAY).tables]
    assert names == [t.name for t in TABLES if t.name in names]
    assert len(names) == 8


def test_looking_again_is_the_units_own(case: Procedure) -> None:
    tasks.check_tenant.run()
    before = Standing.objects.get(department_code="").tasks
    fill_department(case)
    assert actions.look_again(year=YEAR, unit="zrzy", on=TODAY, at=at()) == 0
    assert [row.tasks for row in Standing.objects.all()] == [before]


def test_a_refusal_without_words_waits_for_the_ledger(case: Procedure) -> None:
    handle(case, ("redo", date(2026, 11, 21), {}))
    report = queries.report(YEAR, TODAY)
    assert (Home.PROCEDURE_LEDGER, "BLYJ") in report.groups
