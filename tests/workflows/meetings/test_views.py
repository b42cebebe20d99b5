"""Pages of the meetings: what is stuck is offered, each acts in their place, the neighbour sees none."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from kernel.calendars.queries import work_calendar
from kernel.papers.models import Attachment
from tenants.models import Tenant
from tests.workflows.assignments.conftest import proof
from tests.workflows.meetings.conftest import CLERK, agree, called, minuted, prepared, step
from workflows.assignments.models import Sheet
from workflows.meetings.lifecycle import Kind, SixStep, State
from workflows.meetings.models import Item, Meeting
from workflows.procedures.actions import comb_out
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
    office.post(record, said | {"reconcile": "对过账。", "cause": "opinions", "settled": "on"})
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
