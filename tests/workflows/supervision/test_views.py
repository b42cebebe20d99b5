"""Pages of supervision: each sees its own, the neighbour nothing, and the buttons do what they say."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from kernel.calendars.queries import work_calendar
from kernel.papers.models import Attachment
from kernel.shares import Share
from kernel.trail import Actor
from tenants.models import Tenant
from tests.workflows.supervision.test_sweep import handed
from workflows import supervision
from workflows.procedures.actions import comb_out
from workflows.projects import sample
from workflows.projects.models import Project
from workflows.supervision import queries
from workflows.supervision.actions import sweep
from workflows.supervision.ledgers import done_on, duties_until, still_open
from workflows.supervision.lifecycle import DONE, DROPPED, MOVED, MOVES, ChaseRefused, State
from workflows.supervision.models import Case, Step

pytestmark = pytest.mark.django_db
GIVEN = date(2026, 1, 12)
CLERK = Actor(1, "某某（示例）", "机制办公室")
Browser = Callable[..., Client]


@pytest.fixture
def case(zhungeer: Tenant, in_tenant: Callable[..., Any]) -> Case:
    """A deadline of the land department that passed two working days ago."""
    with in_tenant(zhungeer):
        calendar = work_calendar()
        today = calendar.on_or_before(timezone.localdate())
        due = calendar.subtract(today, 2)
        handed(due_on=due, codes=("zrzy", "lcj"), on=due - timedelta(days=10))
        sweep(on=today, at=timezone.now())
        return Case.objects.get(department_code="zrzy")


@pytest.fixture
def at(zhungeer: Tenant, member: Callable[..., Any], console: Browser) -> Browser:
    def browser(role: str, department: str = "", tenant: Tenant | None = None) -> Client:
        where = tenant or zhungeer
        return console(where, member(where, role, department))

    return browser


def words(answer: Any) -> str:
    return answer.content.decode()


def test_a_department_sees_its_own_cases_and_the_supervision_office_all(
    case: Case, dalate: Tenant, at: Browser
) -> None:
    path = f"/supervision/{case.pk}/"
    assert at("department", "zrzy").get(path).status_code == 200
    assert at("department", "lcj").get(path).status_code == 404
    assert at("office", tenant=dalate).get(path).status_code == 404
    assert case.title not in words(at("office", tenant=dalate).get("/supervision/"))
    page = words(at("supervision").get("/supervision/"))
    assert page.count(case.title) == 2
    assert words(at("department", "lcj").get("/supervision/")).count(case.title) == 1


def test_a_department_answers_with_a_file_and_the_office_reads_it(
    case: Case, zhungeer: Tenant, in_tenant: Callable[..., Any], at: Browser
) -> None:
    land, office = at("department", "zrzy"), at("office")
    path = f"/supervision/{case.pk}/reply/"
    assert land.post(path, {"text": ""}).status_code == 422
    file = SimpleUploadedFile("进展.pdf", b"%PDF-1.7 x")
    assert land.post(path, {"text": "本周五办结。", "attachments": file}).status_code == 302
    page = words(office.get(f"/supervision/{case.pk}/"))
    assert "本周五办结。" in page
    with in_tenant(zhungeer):
        token = Attachment.objects.get().token
    assert office.get(f"/papers/{token}/").status_code == 200
    assert at("department", "lcj").get(f"/papers/{token}/").status_code == 404


def test_only_the_office_and_the_supervision_office_chase(
    case: Case, zhungeer: Tenant, in_tenant: Callable[..., Any], at: Browser
) -> None:
    path = f"/supervision/{case.pk}/"
    told = {"version": case.version, "stage": "supervise", "text": "限三日内办结。"}
    assert at("department", "zrzy").post(f"{path}chase/", told).status_code == 403
    assert at("leader").post(f"{path}chase/", told).status_code == 403
    supervisor = at("supervision")
    assert supervisor.post(f"{path}chase/", told | {"text": ""}).status_code == 422
    assert supervisor.post(f"{path}chase/", told).status_code == 302
    stale = supervisor.post(f"{path}chase/", told)
    assert stale.status_code == 422
    assert "已有变动" in words(stale)
    nothing = supervisor.post(f"{path}close/", {"version": case.version + 1})
    assert nothing.status_code == 404
    until = (timezone.localdate() + timedelta(days=5)).isoformat()
    later = {"version": case.version + 1, "until_on": until, "text": "等评审"}
    assert supervisor.post(f"{path}pause/", later).status_code == 302
    assert supervisor.post(f"{path}resume/", {"version": case.version + 2}).status_code == 302
    with in_tenant(zhungeer):
        case.refresh_from_db()
        assert (case.state, case.stage) == (State.CHASING, "supervise")


def test_the_ledger_goes_out_as_a_workbook_and_the_board_counts_it(case: Case, at: Browser) -> None:
    office = at("office")
    page = load_workbook(io.BytesIO(office.get("/supervision/?export=1").content)).active
    assert page.cell(5, 3).value == case.title
    assert "D3:D4" not in [str(m) for m in page.merged_cells.ranges]
    assert "B3:E3" in [str(m) for m in page.merged_cells.ranges]
    assert "各单位未了结的督办" in words(office.get("/supervision/board/"))
    assert case.title not in words(office.get("/supervision/?stage=report"))


def test_the_ledger_shows_the_chain_of_stages_and_who_has_answered(case: Case, at: Browser) -> None:
    office, land = at("office"), at("department", "zrzy")
    page = words(office.get("/supervision/?department=zrzy"))
    chain = page[page.index('<ol class="chain">') : page.index("</ol>", page.index("chain"))]
    assert chain.index("越过") < chain.index('aria-current="step"') < chain.index("chain-later")
    assert "已回复" not in page
    assert case.title in words(land.get("/"))
    land.post(f"/supervision/{case.pk}/reply/", {"text": "本周五办结。"})
    assert "已回复" in words(office.get("/supervision/?department=zrzy"))
    assert case.title not in words(land.get("/"))[: words(land.get("/")).index("红灯")]
    office.post(
        f"/supervision/{case.pk}/chase/",
        {"version": 1, "stage": "supervise", "text": "限今日办结。"},
    )
    assert "已回复" not in words(office.get("/supervision/?department=zrzy"))


def test_a_case_leads_to_the_earlier_deadlines_of_the_same_duty(
    case: Case, zhungeer: Tenant, in_tenant: Callable[..., Any], at: Browser
) -> None:
    def earlier(key: str, department: str, due_on: date) -> None:
        Case.objects.create(
            source=case.source, key=key, due_on=due_on, number=case.number, title=case.title,
            department_code=department, url="/", stage="urge", state="closed", opened_on=GIVEN,
            closed_on=GIVEN, closed_why=MOVED,
        )  # fmt: skip

    with in_tenant(zhungeer):
        earlier(case.key, "zrzy", date(2026, 1, 20))
        earlier("part:0", "zrzy", date(2026, 1, 21))
        earlier(case.key, "lcj", date(2026, 1, 22))  # answered for by another then
    page = words(at("department", "zrzy").get(f"/supervision/{case.pk}/"))
    assert "2026年1月20日" in page
    assert "2026年1月12日 期限变更或停表" in page
    assert "2026年1月21日" not in page
    assert "2026年1月22日" not in page


def test_only_what_was_done_counts_as_kept_or_late(
    case: Case, zhungeer: Tenant, in_tenant: Callable[..., Any]
) -> None:
    def closed(why: str, late: int) -> Case:
        return Case.objects.create(
            source="x", key=f"{why}{late}", due_on=date(2026, 2, 11), number="1", title="某事",
            department_code="slj", url="/", stage="remind", state="closed", opened_on=GIVEN,
            closed_on=date(2026, 2, 11) + timedelta(days=late), closed_why=why,
        )  # fmt: skip

    with in_tenant(zhungeer):
        for why, late in ((DONE, 0), (DONE, 2), (MOVED, 0), (MOVED, 3), (DROPPED, 0)):
            closed(why, late)
        (tally,) = queries.tallies(Case.objects.filter(department_code="slj"))
    assert (tally.kept, tally.late, tally.closed) == (1, 1, 2)


def test_what_was_done_within_five_working_days_of_the_first_urging_counts(
    zhungeer: Tenant, in_tenant: Callable[..., Any]
) -> None:
    def urged(key: str, on: date, closed_on: date | None) -> None:
        case = Case.objects.create(
            source="x", key=key, due_on=GIVEN, number="1", title="某事", department_code="slj",
            url="/", stage="urge", opened_on=on, closed_on=closed_on,
            state="closed" if closed_on else "chasing", closed_why=DONE if closed_on else "",
        )  # fmt: skip
        for kind, day in (("stage", on), ("manual", on + timedelta(days=9))):
            Step.objects.create(
                case=case, kind=kind, stage="urge", on=day, at=timezone.now(), by_name="系统"
            )

    with in_tenant(zhungeer):
        urged("soon", date(2026, 2, 12), date(2026, 2, 26))  # 13, 14, 24, 25, 26 February
        urged("late", date(2026, 2, 12), date(2026, 2, 27))
        urged("open", date(2026, 2, 12), None)
        urged("too young to tell", date(2026, 2, 25), None)
        urged("long ago", date(2025, 2, 12), date(2025, 2, 13))
        found = queries.after_urging(
            Case.objects.all(), since=GIVEN, on=date(2026, 3, 2), calendar=work_calendar()
        )
    assert found == {"slj": Share(1, 3)}


def test_a_kind_of_duty_gets_days_of_its_own_from_its_page(at: Browser) -> None:
    supervisor = at("supervision")
    path = "/supervision/rules/new/?source=assignments"
    assert supervisor.get("/supervision/rules/new/?source=nothing").status_code == 404
    assert "只对“任务交办”的期限起作用" in words(supervisor.get(path))
    form = {
        "effective_from": timezone.localdate().isoformat(),
        "why": "交办任务从严",
        "seen": "1",
        "remind_offset": "-7",
        "urge_offset": "1",
        "urge_letter": "on",
        "supervise_offset": "2",
        "report_offset": "3",
    }
    assert supervisor.post(path, form).status_code == 302
    page = words(supervisor.get("/supervision/rules/"))
    assert (
        page.index("通用") < page.index("期限前第 3 个工作日") < page.index("期限前第 7 个工作日")
    )
    answer = supervisor.post(path, form | {"seen": "2", "follow": "on"})
    assert answer.status_code == 302
    assert words(supervisor.get("/supervision/rules/")).count("期限前第 7 个工作日") == 1


def test_a_new_version_of_the_rule_is_put_on_file(at: Browser) -> None:
    supervisor = at("supervision")
    form = {
        "effective_from": timezone.localdate().isoformat(),
        "why": "试行后调整",
        "seen": "1",
        "remind_offset": "-5",
        "urge_offset": "1",
        "urge_tells": ["office"],
        "urge_letter": "on",
        "supervise_offset": "3",
        "report_offset": "6",
        "report_tells": ["leader"],
    }
    assert (
        supervisor.post("/supervision/rules/new/", form | {"urge_offset": "9"}).status_code == 422
    )
    assert supervisor.post("/supervision/rules/new/", form).status_code == 302
    page = words(supervisor.get("/supervision/rules/"))
    assert "第 2 版" in page
    assert "期限前第 5 个工作日" in page
    assert at("department", "zrzy").get("/supervision/rules/new/").status_code == 403


def test_running_procedures_are_chased_and_decided_ones_are_not(
    zhungeer: Tenant, in_tenant: Callable[..., Any]
) -> None:
    year = timezone.localdate().year
    with in_tenant(zhungeer):
        rows = sample.sample_rows("zhungeer", year, 1)
        sample.load(rows, year=year, on=date(year, 1, 5), actor=CLERK)
        project = Project.objects.get()
        comb_out(project, on=date(year, 1, 5), actor=CLERK)
        first, second, third = project.procedures.order_by("order")[:3]
        due = date(year, 6, 1)
        project.procedures.filter(pk=first.pk).update(
            state="accepted", statutory_due_on=due, promised_due_on=None
        )
        project.procedures.filter(pk=second.pk).update(
            state="accepted", statutory_due_on=due, promised_due_on=due - timedelta(days=7)
        )
        project.procedures.filter(pk=third.pk).update(state="stopped", statutory_due_on=due)
        found = {duty.key: duty.due_on for duty in duties_until(due)}
        assert found == {first.number: due, second.number: due - timedelta(days=7)}
        assert [d.key for d in duties_until(due - timedelta(days=1))] == [second.number]
        project.procedures.filter(pk=first.pk).update(state="decided", decided_on=due)
        keys = [first.number, second.number, third.number]
        assert still_open(keys) == {second.number, third.number}
        assert done_on(keys) == {first.number: due}


def test_every_state_is_reached_and_every_other_step_refused() -> None:
    reached = {State.CHASING}
    for _ in State:
        reached |= {move.target for move in MOVES if move.sources & reached}
    assert reached == set(State)
    for state in State:
        for move in MOVES:
            if state in move.sources:
                assert MOVES.take(state, move.name) == move
            else:
                with pytest.raises(ChaseRefused, match=f"现为“{state.label}”"):
                    MOVES.take(state, move.name)


def test_the_drawing_in_the_readme_is_current() -> None:
    readme = Path(supervision.__file__).with_name("README.md").read_text("utf-8")
    assert f"```mermaid\n{MOVES.diagram()}\n```" in readme
