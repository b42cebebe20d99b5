"""Pages of the meetings: what is stuck is offered, each acts in their place, the neighbour sees none."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel.accounts.models import Membership
from kernel.calendars.queries import work_calendar
from kernel.papers.models import Attachment
from tenants.models import Tenant
from tests.kernel.papers.papers import pages, squeezed
from tests.workflows.assignments.conftest import proof
from tests.workflows.meetings.conftest import (
    CLERK,
    ON,
    SECOND,
    TODAY,
    agree,
    called,
    held,
    invited,
    minuted,
    prepared,
    recorded,
    resolved,
    step,
)
from workflows.assignments.actions import PartDraft, Source, cancel_sheet, draw_up
from workflows.assignments.lifecycle import SourceKind
from workflows.assignments.models import Sheet
from workflows.issuing.actions import void
from workflows.meetings.lifecycle import Kind, SixStep, State
from workflows.meetings.models import Item, Meeting, Resolution
from workflows.procedures.actions import comb_out
from workflows.procedures.models import Procedure
from workflows.projects import sample
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]


@pytest.fixture
def project(zhungeer: Tenant) -> Project:
    year = timezone.localdate().year
    rows = sample.sample_rows("zhungeer", year, 1)
    sample.load(rows, year=year, on=date(year, 1, 5), actor=CLERK)
    found = Project.objects.get()
    comb_out(found, on=date(year, 1, 5), actor=CLERK)
    return found


@pytest.fixture
def at(zhungeer: Tenant, member: Callable[..., Any], console: Browser) -> Browser:
    def browser(role: str, department: str = "", tenant: Tenant | None = None) -> Client:
        where = tenant or zhungeer
        return console(where, member(where, role, department))

    return browser


def words(answer: Any) -> str:
    return answer.content.decode()


def version() -> int:
    return Meeting.objects.get().version


def test_a_special_meeting_from_its_agenda_to_its_sheets(
    project: Project, dalate: Tenant, at: Browser
) -> None:
    office, second, leader = at("office"), at("office"), at("leader")
    today = timezone.localdate()
    form = {
        "kind": "coordination",
        "title": "用地专题协调会",
        "on": today.isoformat(),
        "at": "15:00",
        "place": "三楼",
        "chair": "分管副旗长",
    }
    assert "须选择召开理由" in words(office.post("/meetings/new/", form))
    assert office.post("/meetings/new/", form | {"ground": "dragging"}).status_code == 302
    meeting = Meeting.objects.get()
    path = f"/meetings/{meeting.pk}/"
    page = words(office.get(path))
    assert project.name in page  # its red lamps are offered
    key = f"procedure:{project.procedures.get(order=1).number}"
    assert key in page
    office.post(f"{path}agenda/", {"version": version(), "candidate": [key]})
    item = Item.objects.get()
    assert item.procedure
    code = item.procedure.department_code
    unit, other = at("department", code), at("department", "qxj")
    assert leader.get(path).status_code == 404  # in preparation
    assert unit.get(path).status_code == 404

    office.post(f"{path}step/ask/", {"version": version()})
    refused = words(office.post(f"{path}step/invite/", {"version": version()}, follow=True))
    assert "请先报请同意" in refused
    answer = {"version": version(), "answer": "agree", "text": ""}
    assert office.post(f"{path}consent/", answer).status_code == 403
    assert "同意召开" in words(leader.get(path))
    assert leader.post(f"{path}consent/", answer).status_code == 302
    office.post(f"{path}step/invite/", {"version": version()})
    meeting.refresh_from_db()
    assert meeting.state == State.INVITED

    assert unit.get(path).status_code == 200
    assert other.get(path).status_code == 404
    assert at("office", tenant=dalate).get(path).status_code == 404
    assert unit.get(f"{path}calendar.ics").content.startswith(b"BEGIN:VCALENDAR")
    assert unit.post(f"{path}reply/", {"reply": "?"}).status_code == 422
    unit.post(f"{path}reply/", {"reply": "sends", "text": "科长参加"})
    invitee = meeting.invitees.get(department_code=code)
    assert (invitee.reply, invitee.reply_text) == ("sends", "科长参加")

    office.post(f"{path}step/hold/", {"version": version(), f"came-{invitee.pk}": "on"})
    assert item.said.get(step="reconcile").text  # by the ledger, as of the day
    record = f"{path}items/{item.pk}/record/"
    said = {step.value: f"{step.label}。" for step in SixStep if step.value != "reconcile"}
    said |= {"version": "1", "cause": "opinions", "settled": "on"}
    assert office.post(record, said).status_code == 302
    due = work_calendar().add(today, 8).isoformat()
    office.post(
        f"{path}items/{item.pk}/resolve/",
        {"demand": "限期出具意见", "lead_code": code, "due_on": due},
    )
    office.post(f"{path}step/submit/", {"version": version()})
    own = words(office.post(f"{path}step/issue/", {"version": version()}, follow=True))
    assert "须由另一人审核印发" in own
    second.post(f"{path}step/issue/", {"version": version()})
    sheet = Sheet.objects.get()
    assert sheet.number in words(unit.get("/assignments/"))
    page = words(office.get(path))
    assert "登记为政策完善事项" in page
    assert "纪要 PDF" in page
    link = f'href="/assignments/{sheet.pk}/"'
    meeting.invitees.create(department_code="qxj")
    invited = words(other.get(path))  # knows of the sheet and has no part in it
    assert (link in page, link in invited, sheet.number in invited) == (True, False, True)
    assert office.get("/meetings/?export=1").content.startswith(b"PK")


def test_a_paper_consent_is_put_down_by_the_office_with_its_scan(
    project: Project, at: Browser
) -> None:
    office = at("office")
    today = timezone.localdate()
    form = {
        "kind": "coordination",
        "title": "专题",
        "on": today.isoformat(),
        "at": "09:00",
        "place": "三楼",
        "chair": "副旗长",
        "ground": "beyond",
    }
    office.post("/meetings/new/", form)
    path = f"/meetings/{Meeting.objects.get().pk}/"
    office.post(f"{path}own-item/", {"version": version(), "title": "接网", "why": "久拖"})
    office.post(f"{path}step/ask/", {"version": version()})
    told = {
        "version": version(),
        "by": "旗长",
        "on": today.isoformat(),
        "paper": "政办批〔2026〕3号",
    }
    assert office.post(f"{path}paper-consent/", told).status_code == 422  # no scan
    scan = SimpleUploadedFile("批示.pdf", b"%PDF-1.7 x")
    assert office.post(f"{path}paper-consent/", told | {"attachments": scan}).status_code == 302
    assert Meeting.objects.get().state == State.AGREED
    token = Attachment.objects.get().token
    assert office.get(f"/papers/{token}/").status_code == 200
    assert at("helper").get(f"/papers/{token}/").status_code == 404


def test_the_desk_asks_a_leader_for_consent(at: Browser) -> None:
    office, leader = at("office"), at("leader")
    today = timezone.localdate().isoformat()
    form = {"kind": "coordination", "title": "接网协调会", "on": today, "at": "09:00", "place": "三楼",
            "chair": "副旗长", "ground": "beyond"}  # fmt: skip
    office.post("/meetings/new/", form)
    path = f"/meetings/{Meeting.objects.get().pk}/"
    office.post(f"{path}own-item/", {"version": version(), "title": "接网", "why": "久拖"})
    office.post(f"{path}step/ask/", {"version": version()})
    assert "接网协调会" in words(leader.get("/"))


# Who sees what --------------------------------------------------------------------------------------


def test_a_unit_sees_open_resolutions_of_its_own_and_of_meetings_it_is_invited_to(
    in_tenant: Callable[..., Any], zhungeer: Tenant, at: Browser
) -> None:
    with in_tenant(zhungeer):
        earlier, other = minuted(), called("气象专题会", "qxj", "lcj", "zrzy")
    path, asked = f"/meetings/{other.pk}/", "五日内出具用地预审意见"
    stranger, supports, leads = (at("department", code) for code in ("qxj", "lcj", "zrzy"))
    assert stranger.get(f"/meetings/{earlier.pk}/").status_code == 404
    assert asked not in words(stranger.get(path))
    link = f'href="/meetings/{earlier.pk}/"'
    assert asked in words(supports.get(path))  # its own, though it was not invited
    assert link not in words(supports.get(path))
    assert link in words(leads.get(path))
    Meeting.objects.filter(pk=earlier.pk).update(on=ON + timedelta(days=1))
    assert asked not in words(leads.get(path))  # of a later meeting


def test_the_scan_of_a_consent_is_named_to_those_who_may_open_it(
    in_tenant: Callable[..., Any], zhungeer: Tenant, at: Browser
) -> None:
    with in_tenant(zhungeer):
        meeting = prepared(Kind.COORDINATION)
        step(meeting, "ask")
        agree(meeting, paper="批〔2026〕3号", files=[proof("批示.pdf")])
        step(meeting, "invite")
    path, scan = f"/meetings/{meeting.pk}/", f"/papers/{Attachment.objects.get().token}/"
    for role, code in (("department", "zrzy"), ("helper", "")):
        browser = at(role, code)
        assert browser.get(scan).status_code == 404
        page = words(browser.get(path))
        assert scan not in page
        assert "批示.pdf" not in page
    assert scan in words(at("leader").get(path))


# The second person, the leader, and two officers ------------------------------------------------------


def test_the_second_person_reads_the_minutes_as_a_marked_paper_before_they_go_out(
    in_tenant: Callable[..., Any], zhungeer: Tenant, at: Browser
) -> None:
    with in_tenant(zhungeer):
        meeting = resolved(recorded(held()))
        step(meeting, "submit")
    path = f"/meetings/{meeting.pk}/"
    assert f"{path}draft.pdf" in words(at("office").get(path))
    paper = at("office").get(f"{path}draft.pdf")
    read = squeezed("".join(page.get_textpage().get_text_range() for page in pages(paper.content)))
    assert "五日内出具用地预审意见" in read
    assert "送审稿" in read
    assert at("department", "zrzy").get(f"{path}draft.pdf").status_code == 403
    with in_tenant(zhungeer):
        step(meeting, "issue_minutes", SECOND)
    assert at("office").get(f"{path}draft.pdf").status_code == 404


def test_a_leader_who_is_invited_is_asked_on_the_desk_and_replies(
    in_tenant: Callable[..., Any], zhungeer: Tenant, at: Browser
) -> None:
    leader, other = at("leader"), at("leader")
    Membership.objects.filter(user_id=leader.session["_auth_user_id"]).update(post="分管副旗长")
    with in_tenant(zhungeer):
        meeting = prepared()
        step(meeting, "set_invitees", departments=["zrzy"], posts=["分管副旗长"])
        step(meeting, "invite")
    path = f"/meetings/{meeting.pk}/"
    assert f'href="{path}"' in words(leader.get("/"))
    assert f"{path}reply/" in words(leader.get(path))
    assert f"{path}reply/" not in words(other.get(path))
    other.post(f"{path}reply/", {"reply": "attends"})
    assert meeting.invitees.get(post="分管副旗长").reply == ""
    leader.post(f"{path}reply/", {"reply": "attends"})
    assert meeting.invitees.get(post="分管副旗长").reply == "attends"
    assert f'href="{path}"' not in words(leader.get("/"))


def test_a_stale_record_is_refused_and_keeps_what_was_typed(
    in_tenant: Callable[..., Any], zhungeer: Tenant, at: Browser
) -> None:
    with in_tenant(zhungeer):
        meeting = held()
        item = meeting.items.get()
    office = at("office")
    record = f"/meetings/{meeting.pk}/items/{item.pk}/record/"
    assert office.post(record, {"version": "1", "analyse": "先写的"}).status_code == 302
    stale = office.post(record, {"version": "1", "facts": "后写的"})
    assert stale.status_code == 422
    page = words(stale)
    assert "已有人记录" in page
    assert "后写的" in page
    assert 'name="version" value="2"' in page
    again = {"version": "2", "facts": "后写的", "analyse": "先写的"}
    assert office.post(record, again).status_code == 302
    assert set(item.said.values_list("text", flat=True)) == {"先写的", "后写的"}


def test_a_resolution_whose_sheet_was_cancelled_is_shown_and_handed_over_anew(
    in_tenant: Callable[..., Any], zhungeer: Tenant, at: Browser
) -> None:
    with in_tenant(zhungeer):
        meeting = minuted()
        cancel_sheet(sheet_id=Sheet.objects.get().pk, text="写错单位", on=ON, actor=CLERK)
        resolution = Resolution.objects.get()
    office, path = at("office"), f"/meetings/{meeting.pk}/"
    step_path = f"{path}resolutions/{resolution.pk}/"
    assert "交办单已撤销" in words(office.get(path))
    unit = words(at("department", "zrzy").get(path))
    assert "交办单已撤销" in unit
    assert step_path not in unit
    assert "休息日" in words(office.post(step_path, {"due_on": "2030-01-05"}, follow=True))
    assert "须写明理由" in words(office.post(step_path, {"drop": "1"}, follow=True))
    due = work_calendar().add(timezone.localdate(), 8).isoformat()
    assert "已重新交办" in words(office.post(step_path, {"due_on": due}, follow=True))
    assert Sheet.objects.count() == 2


def test_a_unit_added_later_is_not_offered_an_invitation_it_may_not_open(
    in_tenant: Callable[..., Any], zhungeer: Tenant, at: Browser
) -> None:
    with in_tenant(zhungeer):
        meeting = invited()
        step(meeting, "set_invitees", departments=["zrzy", "slj"], posts=[])
    path = f"/meetings/{meeting.pk}/"
    for code, offered in (("zrzy", True), ("slj", False)):
        assert ("会议通知</a>" in words(at("department", code).get(path))) is offered


def test_what_was_asked_for_is_changed_only_after_it_is_withdrawn(
    in_tenant: Callable[..., Any], zhungeer: Tenant, at: Browser
) -> None:
    with in_tenant(zhungeer):
        meeting = prepared(Kind.COORDINATION)
        step(meeting, "ask")
    office, path = at("office"), f"/meetings/{meeting.pk}/"
    page = words(office.get(path))
    assert "上会候选" not in page
    assert f"{path}edit/" not in page
    assert f"{path}agenda/" not in page
    refused = office.post(
        f"{path}own-item/", {"version": version(), "title": "甲", "why": "乙"}, follow=True
    )
    assert "请先“撤回重报”" in words(refused)
    office.post(f"{path}step/withdraw/", {"version": version(), "text": "加一个议题"})
    page = words(office.get(path))
    assert "上会候选" in page
    assert f"{path}edit/" in page


def test_lists_and_export_cost_the_same_for_one_meeting_and_three(
    in_tenant: Callable[..., Any],
    zhungeer: Tenant,
    at: Browser,
    django_assert_num_queries: Any,
) -> None:
    office = at("office")
    paths = ("/meetings/", "/meetings/?export=1", "/meetings/month/?m=2026-01")
    with in_tenant(zhungeer):
        minuted()
    costs = []
    for path in paths:
        office.get(path)
        with CaptureQueriesContext(connection) as queries:
            office.get(path)
        costs.append(len(queries))
    with in_tenant(zhungeer):
        minuted()
        minuted()
    for path, cost in zip(paths, costs, strict=True):
        with django_assert_num_queries(cost):
            office.get(path)


def test_a_project_that_changes_lets_go_of_a_procedure_that_was_discussed(project: Project) -> None:
    """The item and the sheet stay, without a procedure nobody needs any more."""
    gone = project.procedures.get(order=1)
    meeting = prepared()
    Item.objects.filter(meeting=meeting).update(procedure=gone, project=project)
    sheet = draw_up(
        source=Source(kind=SourceKind.PROJECT, words=project.name, key=project.number),
        title="加快办理",
        matter="事由",
        demand="要求",
        due_on=ON,
        parts=[PartDraft(department_code="zrzy", leads=True)],
        on=TODAY,
        actor=CLERK,
        project=project,
        procedure=gone,
    )
    Procedure.objects.filter(pk=gone.pk).update(matter_code="Z99")  # as if facts had changed
    comb_out(project, on=date(project.year, 1, 6), actor=CLERK)
    assert not Procedure.objects.filter(pk=gone.pk).exists()
    sheet.refresh_from_db()
    assert (Item.objects.get().procedure, sheet.procedure) == (None, None)


def test_what_is_too_long_or_says_nothing_is_refused_with_a_sentence(at: Browser) -> None:
    office, leader = at("office"), at("leader")
    today = timezone.localdate().isoformat()
    form = {"kind": "coordination", "title": "接网协调会", "on": today, "at": "09:00", "place": "三楼",
            "chair": "副旗长", "ground": "beyond"}  # fmt: skip
    office.post("/meetings/new/", form)
    path = f"/meetings/{Meeting.objects.get().pk}/"
    long = {"version": version(), "departments": ["zrzy"], "posts": "长" * 61}
    assert "超过 60 个字" in words(office.post(f"{path}invitees/", long, follow=True))
    assert "请先勾选" in words(office.post(f"{path}agenda/", {"version": version()}, follow=True))
    office.post(f"{path}own-item/", {"version": version(), "title": "接网", "why": "久拖"})
    office.post(f"{path}step/ask/", {"version": version()})
    assert office.post(f"{path}step/cancel/", {"text": "不开"}).status_code == 422
    why = {"version": version(), "text": "长" * 301}
    assert office.post(f"{path}step/cancel/", why).status_code == 422
    silent = leader.post(f"{path}consent/", {"version": version(), "text": "先协商"})
    assert silent.status_code == 422
    assert "请点“同意召开”或者“不同意”" in words(silent)
    assert Meeting.objects.get().state == State.ASKED


def test_minutes_that_were_voided_say_so_where_they_hang(at: Browser) -> None:
    meeting = minuted()
    assert meeting.minutes
    void(pk=meeting.minutes.pk, why="主送有误", actor=CLERK, at=timezone.now())
    assert "已作废：主送有误" in words(at("office").get(f"/meetings/{meeting.pk}/"))
    sheet = Sheet.objects.get()
    assert sheet.issued
    void(pk=sheet.issued.pk, why="期限有误", actor=CLERK, at=timezone.now())
    assert "已作废：期限有误" in words(at("office").get(f"/assignments/{sheet.pk}/"))
