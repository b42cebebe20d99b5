"""A list is written whole or not at all, and never twice."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from kernel.refusal import Refused
from kernel.trail import Actor
from kernel.trail.models import TrailEntry
from tenants.models import Tenant
from workflows.projects import actions, importing, queries
from workflows.projects.comparing import Verdict
from workflows.projects.lifecycle import State
from workflows.projects.models import Intake, Project, Revision

CLERK = Actor(1, "某某（示例）", "机制办公室")
ON = date(2025, 10, 30)

pytestmark = pytest.mark.django_db


def received(source: bytes, name: str = "list-2026-zhungeer.xlsx") -> Intake:
    return importing.receive(file_name=name, source=source, year=None, actor=CLERK)


def applied(source: bytes) -> Intake:
    intake = received(source)
    digest = queries.comparison(intake).digest
    return importing.apply(intake_id=intake.pk, digest=digest, on=ON, actor=CLERK)


def with_cell(source: bytes, cell: str, value: Any) -> bytes:
    """The workbook with one cell of its first sheet changed."""
    book = openpyxl.load_workbook(io.BytesIO(source))
    book.worksheets[0][cell] = value
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def everything() -> list[Any]:
    return [
        list(Project.objects.order_by("pk").values()),
        list(Revision.objects.order_by("pk").values()),
    ]


def test_a_clean_list_becomes_numbered_drafts_with_the_rule_that_admitted_each(
    here: Tenant, clean_list: bytes
) -> None:
    intake = applied(clean_list)

    assert intake.outcome == {
        "bad": 0, "new": 12, "changed": 0, "same": 0, "removed": 0, "skipped": 6,
    }  # fmt: skip
    projects = list(queries.listed(2026))
    assert [p.number for p in projects] == [f"ZGE-2026-{n:03d}" for n in range(1, 13)]
    assert {p.state for p in projects} == {State.DRAFT}
    first = projects[0]
    assert first.investment_wan == Decimal("468000.00")
    assert first.admission_rule == "investment"
    assert first.admission_reason == "总投资468,000万元，不低于门槛100,000万元"
    assert first.target_on == date(2026, 3, 31)
    assert first.place == "准格尔旗大路镇"
    assert first.source == "导入“list-2026-zhungeer.xlsx”第6行"
    assert projects[-1].admission_rule == "city_determined"
    assert projects[-1].target_on == date(2026, 8, 31)
    line = TrailEntry.objects.get(action="projects.import")
    assert line.summary == "导入“list-2026-zhungeer.xlsx”：新增12个、变更0个、未变0个"


def test_the_file_is_kept_as_it_came(here: Tenant, clean_list: bytes) -> None:
    intake = received(clean_list)

    kept = Intake.objects.get(pk=intake.pk)
    assert bytes(kept.file) == clean_list
    assert len(kept.file_digest) == 64


def test_the_preview_writes_no_project(here: Tenant, clean_list: bytes) -> None:
    queries.comparison(received(clean_list))

    assert not Project.objects.exists()


def test_one_bad_cell_keeps_the_whole_list_out(here: Tenant, dirty_list: bytes) -> None:
    intake = received(dirty_list)
    comparison = queries.comparison(intake)

    assert len(comparison.of(Verdict.NEW)) == 3
    assert len(comparison.errors) >= 14
    with pytest.raises(Refused, match="一个项目也没有写入"):
        importing.apply(intake_id=intake.pk, digest=comparison.digest, on=ON, actor=CLERK)
    assert not Project.objects.exists()


def test_the_same_file_again_changes_nothing(here: Tenant, clean_list: bytes) -> None:
    first = applied(clean_list)
    before = everything()

    second = received(clean_list)
    assert queries.comparison(second).changes_nothing
    assert queries.applied_before(second) == first
    again = applied(clean_list)

    assert again.outcome["same"] == 12
    assert (again.outcome["new"], again.outcome["changed"]) == (0, 0)
    assert everything() == before


def test_applying_twice_applies_once(here: Tenant, clean_list: bytes) -> None:
    intake = applied(clean_list)
    before = everything()

    with pytest.raises(Refused, match="已经导入过了"):
        importing.apply(intake_id=intake.pk, digest="", on=ON, actor=CLERK)
    assert everything() == before


def test_a_changed_cell_changes_that_fact_and_says_from_what_to_what(
    here: Tenant, clean_list: bytes, called: list[Any]
) -> None:
    applied(clean_list)
    later = with_cell(clean_list, "K6", "2026年7月20日")

    comparison = queries.comparison(received(later))
    (line,) = comparison.of(Verdict.CHANGED)
    assert [(d.label, d.shown_old, d.shown_new) for d in line.differences] == [
        ("计划开工", "2026年4月15日", "2026年7月20日"),
        ("应批尽批目标日", "2026年3月31日", "2026年8月31日"),
    ]
    applied(later)

    project = Project.objects.get(number="ZGE-2026-001")
    assert (project.planned_start_on, project.target_on) == (date(2026, 7, 20), date(2026, 8, 31))
    assert project.version == 2
    (revision,) = project.revisions.all()
    assert revision.changes[0] == {
        "field": "planned_start_on", "old": "2026-04-15", "new": "2026-07-20",
    }  # fmt: skip
    assert called == []


def test_a_confirmed_project_that_an_import_changes_is_planned_again(
    here: Tenant, clean_list: bytes, called: list[Any]
) -> None:
    applied(clean_list)
    for name in ("send_for_comment", "confirm"):
        actions.make_move(
            number="ZGE-2026-001", name=name, version=None, on=date(2025, 10, 29), actor=CLERK
        )
    called.clear()

    applied(with_cell(clean_list, "K6", "2026年7月20日"))

    assert called == [("ON_CHANGE", "ZGE-2026-001", ON)]


def test_a_blank_cell_wipes_nothing_out(here: Tenant, clean_list: bytes) -> None:
    applied(clean_list)

    comparison = queries.comparison(received(with_cell(clean_list, "I6", "")))

    assert comparison.changes_nothing


def test_a_renamed_project_is_found_by_its_code(here: Tenant, clean_list: bytes) -> None:
    applied(clean_list)
    comparison = queries.comparison(received(with_cell(clean_list, "B6", "改了名字的项目（示例）")))

    (line,) = comparison.of(Verdict.CHANGED)
    assert line.project is not None
    assert line.project.number == "ZGE-2026-001"
    assert [d.field for d in line.differences] == ["name"]


def test_a_code_of_one_project_beside_the_name_of_another_is_refused(
    here: Tenant, clean_list: bytes
) -> None:
    applied(clean_list)
    swapped = with_cell(clean_list, "C6", "2510-150622-04-02-118206")
    swapped = with_cell(swapped, "C7", "")

    (error,) = queries.comparison(received(swapped)).errors

    assert error.message == "代码是ZGE-2026-002的，名称和单位却是ZGE-2026-001的"


def test_what_no_rule_admits_is_an_error_with_its_cure(here: Tenant, clean_list: bytes) -> None:
    poor = with_cell(clean_list, "S9", "")  # 68000万元 without a claim

    (error,) = queries.comparison(received(poor)).errors

    assert error.row == 9
    assert "总投资68,000万元，不到100,000万元" in error.message
    assert "重点招商引资项目" in error.cure


def test_a_preview_that_is_no_longer_true_is_not_applied(here: Tenant, clean_list: bytes) -> None:
    applied(clean_list)
    intake = received(with_cell(clean_list, "K6", "2026年7月20日"))
    seen = queries.comparison(intake).digest
    actions.make_move(
        number="ZGE-2026-001", name="remove", version=None, on=ON, actor=CLERK, reason="停建"
    )
    before = everything()

    with pytest.raises(importing.PreviewOutdated):
        importing.apply(intake_id=intake.pk, digest=seen, on=ON, actor=CLERK)

    assert everything() == before
    assert len(queries.comparison(intake).of(Verdict.REMOVED)) == 1


def test_a_year_that_contradicts_the_title_is_refused(here: Tenant, clean_list: bytes) -> None:
    with pytest.raises(Refused, match="写的是2026年，您选的是2027年"):
        importing.receive(file_name="x.xlsx", source=clean_list, year=2027, actor=CLERK)


def test_a_discarded_workbook_can_not_be_applied(here: Tenant, clean_list: bytes) -> None:
    intake = received(clean_list)
    digest = queries.comparison(intake).digest
    importing.discard(intake_id=intake.pk, actor=CLERK)

    with pytest.raises(Refused, match="已放弃"):
        importing.apply(intake_id=intake.pk, digest=digest, on=ON, actor=CLERK)
    assert not Project.objects.exists()


def test_a_project_elsewhere_is_remarked_on(here: Tenant, clean_list: bytes) -> None:
    comparison = queries.comparison(received(with_cell(clean_list, "D6", "达拉特旗树林召镇")))

    assert not comparison.errors
    assert any("在达拉特旗，不在本地" in str(warning) for warning in comparison.warnings)
