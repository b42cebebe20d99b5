"""Half-monthly reports, measures of departments, year-end summaries: written, filed, returned, put right."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, transaction
from django.test import Client
from django.utils import timezone

from kernel.trail import Actor
from tenants.models import Tenant
from tenants.registry.models import Filing, FilingFile
from tests.workflows.assignments.conftest import proof
from workflows.dispatch import actions as dispatch
from workflows.dispatch.lifecycle import Period
from workflows.dispatch.models import Report
from workflows.filings import actions, queries
from workflows.filings.contents import CONTENTS
from workflows.filings.contents.base import Term
from workflows.filings.contents.half_month import term_of
from workflows.filings.models import Draft

In = Callable[[Tenant], AbstractContextManager[Tenant]]
CLERK = Actor(1, "娜某（示例）", "机制办公室")
CHIEF = Actor(2, "齐某（示例）", "机制办公室")
CITY = Actor(3, "苏某（示例）", "机制办公室")
ON = date(2026, 1, 16)
AT = datetime(2026, 1, 16, 2, tzinfo=UTC)
FIRST = Period.of(date(2026, 1, 1))
SUMMARY = {
    "work": "办齐三个项目。",
    "practice": "一次告知。",
    "problems": "用地慢。",
    "plans": "提前介入。",
}
MEASURE = {
    "title": "用地预审提速措施",
    "document": "准自然资发〔2026〕3号",
    "dated_on": "2026-01-10",
    "effective_on": "2026-02-01",
    "tasks": "压缩环节\n容缺受理",
    "goals": "5 个工作日办结",
    "duties": "用地科科长负责",
}


def reported(**told: str) -> Report:
    report = dispatch.compile_report(period=FIRST, on=ON, at=AT, actor=CLERK, **told)
    dispatch.write(
        pk=report.pk,
        version=report.version,
        problems="草原手续慢。",
        steps="召开专题会。",
        actor=CLERK,
    )
    report.refresh_from_db()
    dispatch.submit(pk=report.pk, version=report.version, at=AT, actor=CLERK)
    report.refresh_from_db()
    return dispatch.issue(pk=report.pk, version=report.version, on=ON, at=AT, actor=CHIEF)


def file_report() -> Filing:
    term = term_of(FIRST)
    return actions.send(kind="half_month", year=term.year, period=term.period, on=ON, actor=CLERK)


def written(given: dict[str, Any], *, kind: str = "summary", **told: Any) -> Draft:
    facts = {"term": Term(2025), "at": timezone.now(), "actor": CLERK} | told
    return actions.write(kind=kind, given=given, **facts)


# Half-months ----------------------------------------------------------------------------------------


def test_a_half_month_is_filed_as_it_was_issued_and_lacks_what_it_lacks(
    listed: Tenant, in_tenant: In
) -> None:
    with in_tenant(listed):
        with pytest.raises(actions.FilingRefused, match="2026年1月上半月调度报告还没有可报的内容"):
            file_report()
        report = reported()
        filing = file_report()
        assert filing.title == "准格尔旗2026年1月上半月调度报告"
        assert filing.snapshot["report_digest"] == report.digest
        content = CONTENTS["half_month"]
        assert content.lacks(filing.snapshot) == ["报告还没有抄送成员单位。"]
        words = dict(content.texts(filing.snapshot))
        assert "草原手续慢。" in words["二、存在问题"]
        report.refresh_from_db()
        dispatch.copy(pk=report.pk, version=report.version, on=ON, at=AT, actor=CLERK)
        assert content.lacks(queries.preview("half_month", term_of(FIRST), ON)) == []


def test_a_corrected_report_is_filed_anew_and_the_other_half_beside_it(
    listed: Tenant, in_tenant: In
) -> None:
    with in_tenant(listed):
        reported()
        first = file_report()
        with pytest.raises(actions.FilingRefused, match="完全一样"):
            file_report()
        reported(corrects_why="数据有误")
        second = file_report()
        first.refresh_from_db()
        assert (first.state, second.supersedes) == ("superseded", first)
        before = term_of(FIRST.before)
        assert queries.last_sent(listed, "half_month", before) is None


# Year-end summaries -----------------------------------------------------------------------------------


def test_a_summary_is_written_counted_filed_returned_and_put_right(
    listed: Tenant, city: Tenant, in_tenant: In
) -> None:
    with in_tenant(listed):
        draft = written(SUMMARY | {"problems": ""}, files=[proof()])
        snapshot = queries.preview("summary", Term(2025), ON, draft)
        assert CONTENTS["summary"].lacks(snapshot) == ["没有写“存在问题”。"]
        filing = actions.send(kind="summary", year=2025, on=ON, actor=CLERK)
        assert filing.snapshot["files"][0]["name"] == filing.files.get().name
    with in_tenant(city):
        assert queries.digest_holds(Filing.objects.get(pk=filing.pk))
        actions.return_(pk=filing.pk, reason="没有写存在问题。", actor=CITY)
    with in_tenant(listed):
        with pytest.raises(actions.FilingRefused, match="没有写存在问题"):
            actions.send(kind="summary", year=2025, on=ON, actor=CLERK)
        written(SUMMARY, pk=draft.pk, version=1)
        again = actions.send(kind="summary", year=2025, on=ON, actor=CLERK)
        assert (again.supersedes_id, again.state) == (filing.pk, "sent")


def test_the_figures_of_a_summary_are_those_of_its_year(listed: Tenant, in_tenant: In) -> None:
    with in_tenant(listed):
        reported()
        figures = {
            year: {
                figure["key"]: figure["value"]
                for figure in queries.preview("summary", Term(year), ON)["figures"]
            }
            for year in (2025, 2026)
        }
    assert (figures[2026]["projects"], figures[2026]["reports"]) == (1, 1)
    assert (figures[2025]["projects"], figures[2025]["reports"]) == (0, 0)
    assert figures[2026]["investment"] == "468000.00"


def test_of_two_who_write_at_once_the_second_is_told(listed: Tenant, in_tenant: In) -> None:
    with in_tenant(listed):
        draft = written(SUMMARY)
        written(SUMMARY | {"work": "改过。"}, pk=draft.pk, version=1)
        with pytest.raises(actions.FilingRefused, match="已有人修改"):
            written(SUMMARY | {"work": "别的。"}, pk=draft.pk, version=1)
        with pytest.raises(actions.FilingRefused, match="已经有一份在拟"):
            written(SUMMARY)
        assert Draft.objects.get().given["work"] == "改过。"


def test_what_was_taken_off_does_not_go_along(listed: Tenant, in_tenant: In) -> None:
    with in_tenant(listed):
        draft = written(SUMMARY, files=[ContentFile(proof().read(), name="多余.pdf"), proof()])
        gone = queries.files_of(draft).get(name="多余.pdf")
        written(SUMMARY, pk=draft.pk, version=1, left_out=[gone.token])
        filing = actions.send(kind="summary", year=2025, on=ON, actor=CLERK)
        assert "多余.pdf" not in {file.name for file in filing.files.all()}
        assert len(filing.snapshot["files"]) == 1


# Measures ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"goals": "尽快办结"}, "量化目标里没有数字。"),
        ({"duties": " "}, "没有写责任落实。"),
        ({"files": []}, "没有附文件正文。"),
    ],
)
def test_a_measure_without_task_figure_duty_or_text_is_told_so(
    changed: dict[str, Any], sentence: str
) -> None:
    whole = MEASURE | {"unit": "", "files": [{"name": "措施.pdf", "size": 1, "digest": "0"}]}
    content = CONTENTS["measure"]
    assert content.lacks(whole) == []
    assert content.lacks(whole | changed) == [sentence]


def test_a_department_files_its_measure_with_its_own_office(
    zhungeer: Tenant,
    city: Tenant,
    in_tenant: In,
    member: Callable[..., Any],
    console: Callable[..., Client],
) -> None:
    land = console(zhungeer, member(zhungeer, "department", "zrzy"))
    water = console(zhungeer, member(zhungeer, "department", "slj"))
    office = console(zhungeer, member(zhungeer, "office"))
    bad = land.post("/filings/measures/new/", MEASURE | {"effective_on": "2026-01-01"})
    assert bad.status_code == 422
    assert "早于成文日期" in bad.content.decode()
    paper = SimpleUploadedFile("措施.pdf", proof().read())
    made = land.post("/filings/measures/new/", MEASURE | {"attachments": paper}, follow=True)
    page, at = made.content.decode(), made.redirect_chain[-1][0]
    assert "压缩环节" in page
    assert "齐全" in page
    digest = page.split('name="digest" value="')[1][:64]
    told = {"year": 2026, "period": MEASURE["document"], "digest": digest}
    assert water.post(f"{at}send/", told).status_code == 404
    sent = land.post(f"{at}send/", told, follow=True).content.decode()
    assert "准格尔旗报〔" in sent
    with in_tenant(zhungeer):
        filing = Filing.objects.get()
        token = filing.files.get().token
    assert (filing.sender, filing.receiver, filing.unit_code) == (
        "t_zhungeer",
        "t_zhungeer",
        "zrzy",
    )
    assert filing.letter["signer"] == filing.unit_name == "准格尔旗自然资源局"
    assert water.get(f"/filings/{filing.pk}/").status_code == 404
    assert water.get(f"/filings/{filing.pk}/files/{token}/").status_code == 404
    assert filing.number not in water.get("/filings/").content.decode()
    opened = office.get(f"/filings/{filing.pk}/files/{token}/")
    assert hashlib.sha256(opened.content).hexdigest() == filing.snapshot["files"][0]["digest"]
    office.post(f"/filings/{filing.pk}/return/", {"reason": "责任落实到岗。"})
    assert "责任落实到岗" in land.get("/").content.decode()
    back = land.get(f"/filings/{filing.pk}/").content.decode()
    assert at in back  # where it is put right
    with in_tenant(city):
        assert not Filing.objects.exists()  # it stays with the banner


# The walls ----------------------------------------------------------------------------------------------


def test_a_file_is_seen_with_its_filing_and_changed_by_nobody(
    listed: Tenant, city: Tenant, dalate: Tenant, in_tenant: In
) -> None:
    with in_tenant(listed):
        written(SUMMARY, files=[proof()])
        actions.send(kind="summary", year=2025, on=ON, actor=CLERK)
    for tenant, seen in ((listed, 1), (city, 1), (dalate, 0)):
        with in_tenant(tenant):
            assert FilingFile.objects.count() == seen
            if seen:
                for change in ({"name": "换.pdf"}, None):
                    with pytest.raises(ProgrammingError), transaction.atomic():
                        rows = FilingFile.objects.all()
                        rows.update(**change) if change else rows._raw_delete("default")
