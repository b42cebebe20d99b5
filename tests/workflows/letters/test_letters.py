"""Guidance sheets and one-time notices say what the ledger says, once, under one number."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from kernel.papers.paper import cn_date
from kernel.trail import Actor
from tenants.models import Tenant
from workflows.issuing.models import Issued
from workflows.letters import actions, queries
from workflows.letters.writing import guidance, one_time_notice
from workflows.mechanism.queries import signing_name
from workflows.procedures.actions import make_move
from workflows.procedures.lifecycle import MoveRefused, State
from workflows.procedures.live import live_of
from workflows.procedures.models import Procedure
from workflows.projects import sample
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
CLERK = Actor(1, "某某（示例）", "机制办公室")
In = Callable[..., Any]


@pytest.fixture
def project(zhungeer: Tenant, in_tenant: In) -> Project:
    today = timezone.localdate()
    with in_tenant(zhungeer):
        sample.load(
            sample.sample_rows("zhungeer", today.year, 1), year=today.year, on=today, actor=CLERK
        )
        return Project.objects.get()


def received(project: Project) -> Procedure:
    procedure = project.procedures.filter(edges_in=None).order_by("order").first()
    assert procedure
    return make_move(
        procedure_number=procedure.number,
        name="receive",
        on=timezone.localdate(),
        version=procedure.version,
        actor=CLERK,
    )


def test_a_guidance_sheet_lists_every_approval_with_its_days(
    zhungeer: Tenant, in_tenant: In, project: Project
) -> None:
    with in_tenant(zhungeer):
        today = timezone.localdate()
        live = live_of(project, today)
        said = "\n".join(guidance(live).lines())
        for row in live.rows:
            assert row.procedure.name in said
            assert cn_date(row.planned_start.on) in said
            for name, _ in row.terms.materials:
                assert name in said
        assert "法定无" not in said  # what the law sets no limit for


def test_issued_twice_on_a_day_with_nothing_new_it_is_refused(
    zhungeer: Tenant, in_tenant: In, project: Project
) -> None:
    with in_tenant(zhungeer):
        today = timezone.localdate()
        first = actions.issue_guidance(project=project, on=today, actor=CLERK)
        assert first.number.endswith("1号")
        with pytest.raises(MoveRefused, match=first.number):
            actions.issue_guidance(project=project, on=today, actor=CLERK)
        assert [sheet.number for sheet in queries.guidance_sheets(project.number)] == [first.number]


def test_a_notice_takes_its_number_and_its_line_in_the_ledger_together(
    zhungeer: Tenant, in_tenant: In, project: Project
) -> None:
    with in_tenant(zhungeer):
        procedure = received(project)
        facts = {
            "procedure_number": procedure.number,
            "on": timezone.localdate(),
            "items": ["申请表"],
            "text": "申请表须加盖公章。",
            "actor": CLERK,
        }
        with pytest.raises(MoveRefused):
            actions.notify(version=procedure.version - 1, **facts)
        assert not Issued.objects.exists()

        issued = actions.notify(version=procedure.version, **facts)
        assert issued.number.endswith("1号")  # a refused one uses none up
        procedure.refresh_from_db()
        assert procedure.state == State.CORRECTING
        (told,) = queries.notices(procedure)
        assert told.entry.document == issued.number
        assert told.issued == issued
        lines = list(issued.as_paper.lines())
        assert "1．申请表" in lines
        assert "申请表须加盖公章。" in lines
        assert lines.index(f"{project.owner_name}：") < lines.index("1．申请表")


def test_the_department_signs_what_it_tells(
    zhungeer: Tenant, in_tenant: In, project: Project
) -> None:
    with in_tenant(zhungeer):
        procedure = project.procedures.select_related("project").order_by("order").first()
        assert procedure
        paper = one_time_notice(procedure, items=[], text="补充图件。", on=timezone.localdate())
        assert paper.mark == paper.signer == "准格尔旗委政法委员会"
        before = date(2020, 1, 6)  # no unit was on file yet: the catalogue's name
        assert signing_name(procedure.department_code, before) == "政法委员会"


def test_pages_lead_to_the_files_and_the_neighbour_finds_none(
    zhungeer: Tenant,
    dalate: Tenant,
    in_tenant: In,
    project: Project,
    member: Callable[..., Any],
    console: Callable[..., Any],
) -> None:
    with in_tenant(zhungeer):
        procedure = received(project)
    office = console(zhungeer, member(zhungeer, "office"))
    address = f"/letters/guidance/{project.number}/"
    assert project.name in office.get(address).content.decode()
    assert office.post(f"{address}issue/").status_code == 302
    for form, begins in (("pdf", b"%PDF-"), ("docx", b"PK")):
        assert office.get(f"{address}{form}/").content.startswith(begins)
    assert office.get(f"{address}exe/").status_code == 404

    form = f"/letters/notices/{procedure.number}/new/"
    assert "编号出具并登记" in office.get(form).content.decode()
    sent = {
        "version": procedure.version,
        "on": timezone.localdate().isoformat(),
        "text": "补充材料。",
    }
    late = sent | {"on": (timezone.localdate() + timedelta(days=1)).isoformat()}
    assert office.post(form, late).status_code == 422
    assert office.post(form, sent).status_code == 302
    with in_tenant(zhungeer):
        (told,) = queries.notices(procedure)
    file = f"/letters/notices/{procedure.number}/{told.entry.pk}/pdf/"
    assert office.get(file).content.startswith(b"%PDF-")
    assert told.entry.document in office.get(f"/procedures/{procedure.number}/").content.decode()
    assert "审批事项指导单" in office.get(f"/projects/{project.number}/").content.decode()

    neighbour = console(dalate, member(dalate, "office"))
    for path in (address, f"{address}pdf/", form, file):
        assert neighbour.get(path).status_code == 404
