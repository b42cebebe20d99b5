"""Papers are numbered once, kept as they were, read by whom they concern, and voided with a reason."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from kernel.papers.paper import Para
from kernel.trail import Actor
from tenants.models import Tenant
from workflows.issuing.actions import IssuingRefused, adopt_letterhead, issue, void
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind
from workflows.issuing.models import Issued
from workflows.issuing.queries import head_on, next_numbers_of
from workflows.mechanism import sample as mechanism_sample

pytestmark = pytest.mark.django_db
CLERK = Actor(1, "某某（示例）", "机制办公室")
ON = date(2026, 1, 16)


def paper(kind: Kind = Kind.URGING, on: date = ON, to: tuple[str, ...] = ("zrzy",)) -> Issued:
    return issue(
        compose(kind, title="关于催办的函", addressee="自然资源局", body=[Para("请抓紧。")], on=on),
        kind=kind,
        room="tests",
        key="1",
        url="/",
        on=on,
        actor=CLERK,
        to=to,
    )


def test_numbers_run_by_kind_and_year_and_a_voided_one_is_not_given_again(
    zhungeer: Tenant, in_tenant: Callable[..., Any]
) -> None:
    with in_tenant(zhungeer):
        numbers = [paper().number, paper().number, paper(Kind.DISPATCH).number]
        assert numbers == [
            "准格尔联审办催〔2026〕1号",
            "准格尔联审办催〔2026〕2号",
            "准格尔联审办调〔2026〕1号",
        ]
        void(pk=Issued.objects.get(serial=2).pk, why="日期有误", at=timezone.now(), actor=CLERK)
        assert paper().number.endswith("3号")
        assert paper(on=date(2027, 1, 4)).number == "准格尔联审办催〔2027〕1号"


def test_a_number_taken_in_a_transaction_that_fails_is_the_next_one_again(
    zhungeer: Tenant, in_tenant: Callable[..., Any]
) -> None:
    with in_tenant(zhungeer):
        with pytest.raises(RuntimeError), transaction.atomic():
            paper()
            raise RuntimeError
        assert paper().number.endswith("1号")


def test_what_was_issued_can_neither_be_changed_nor_deleted(
    zhungeer: Tenant, in_tenant: Callable[..., Any]
) -> None:
    with in_tenant(zhungeer):
        issued = paper()
        for statement in (
            "UPDATE issuing_issued SET title = 'x'",
            "UPDATE issuing_issued SET paper = '{}'",
            "DELETE FROM issuing_issued",
            "UPDATE issuing_letterhead SET mark = 'x'",
        ):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
        issued.refresh_from_db()
        assert issued.title == "关于催办的函"


def test_the_office_issues_under_the_seal_of_the_unit_it_stands_in(
    zhungeer: Tenant, in_tenant: Callable[..., Any]
) -> None:
    with in_tenant(zhungeer):
        mechanism_sample.fill(on=date(2025, 1, 1))
        issued = paper().as_paper
        assert issued.mark == zhungeer.office_name
        assert issued.seal_note == "（准格尔旗发展和改革委员会代章）"


def test_a_new_letterhead_holds_from_its_day_and_leaves_older_papers_alone(
    zhungeer: Tenant, in_tenant: Callable[..., Any]
) -> None:
    with in_tenant(zhungeer):
        before = paper()
        adopt_letterhead(
            effective_from=ON + timedelta(days=10),
            mark="准格尔旗联审联批办",
            signer="准格尔旗联审联批办",
            sealer="",
            word="准联审",
            document="准发改发〔2026〕8号",
            at=timezone.now(),
            actor=CLERK,
        )
        assert head_on(ON + timedelta(days=9)).word == "准格尔联审办"
        after = paper(on=ON + timedelta(days=10))
        assert after.number == "准联审催〔2026〕2号"
        assert after.as_paper.mark == "准格尔旗联审联批办"
        before.refresh_from_db()
        assert before.as_paper.mark == zhungeer.office_name
        named = dict(next_numbers_of(ON + timedelta(days=10)))
        assert named[Kind.URGING] == "准联审催〔2026〕3号"


def test_voided_twice_or_without_a_reason_is_refused(
    zhungeer: Tenant, in_tenant: Callable[..., Any]
) -> None:
    with in_tenant(zhungeer):
        issued = paper()
        with pytest.raises(IssuingRefused, match="理由"):
            void(pk=issued.pk, why=" ", at=timezone.now(), actor=CLERK)
        void(pk=issued.pk, why="重复", at=timezone.now(), actor=CLERK)
        with pytest.raises(IssuingRefused, match="已由某某（示例）作废"):
            void(pk=issued.pk, why="重复", at=timezone.now(), actor=CLERK)


def test_a_department_reads_what_it_received_and_nothing_else(
    zhungeer: Tenant,
    dalate: Tenant,
    in_tenant: Callable[..., Any],
    member: Callable[..., Any],
    console: Callable[..., Any],
) -> None:
    with in_tenant(zhungeer):
        issued = paper(to=("zrzy",))
    office = console(zhungeer, member(zhungeer, "office"))
    leader = console(zhungeer, member(zhungeer, "leader"))
    land = console(zhungeer, member(zhungeer, "department", "zrzy"))
    water = console(zhungeer, member(zhungeer, "department", "slj"))
    editor = console(zhungeer, member(zhungeer, "editor"))
    neighbour = console(dalate, member(dalate, "office"))
    for browser, may in (
        (office, True),
        (leader, True),
        (land, True),
        (water, False),
        (editor, False),
        (neighbour, False),
    ):
        listed = browser.get("/issuing/").content.decode()
        assert (issued.number in listed) is may
        for path in ("", "pdf/", "docx/"):
            answer = browser.get(f"/issuing/{issued.pk}/{path}")
            assert answer.status_code == (200 if may else 404), path
    page = office.get(f"/issuing/{issued.pk}/").content.decode()
    assert "摘要值一致" in page
    assert "请抓紧。" in page


def test_the_office_voids_on_the_page_and_the_file_says_so(
    zhungeer: Tenant,
    in_tenant: Callable[..., Any],
    member: Callable[..., Any],
    console: Callable[..., Any],
) -> None:
    with in_tenant(zhungeer):
        issued = paper()
    office = console(zhungeer, member(zhungeer, "office"))
    sound = office.get(f"/issuing/{issued.pk}/pdf/").content
    assert office.post(f"/issuing/{issued.pk}/void/", {"why": ""}).status_code == 422
    assert office.post(f"/issuing/{issued.pk}/void/", {"why": "文号有误"}).status_code == 302
    page = office.get(f"/issuing/{issued.pk}/").content.decode()
    assert "已作废" in page
    assert "文号有误" in page
    assert office.get(f"/issuing/{issued.pk}/pdf/").content != sound
    assert issued.number not in office.get("/issuing/?voided=no").content.decode()
    assert issued.number in office.get("/issuing/?voided=yes&q=催").content.decode()
    assert office.get("/issuing/?export=1").content.startswith(b"PK")


def test_a_letterhead_may_not_begin_in_the_past(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    office = console(zhungeer, member(zhungeer, "office"))
    today = timezone.localdate()
    facts = {
        "mark": "甲",
        "signer": "甲",
        "sealer": "",
        "word": "准联审",
        "document": "准发改〔2026〕1号",
    }
    late = {**facts, "effective_from": (today - timedelta(days=1)).isoformat()}
    answer = office.post("/issuing/letterhead/", late)
    assert answer.status_code == 422
    assert "须从今天起" in answer.content.decode()
    odd = {**facts, "effective_from": today.isoformat(), "word": "abc"}
    assert "只用一至十二个汉字" in office.post("/issuing/letterhead/", odd).content.decode()
    good = {**facts, "effective_from": today.isoformat()}
    assert office.post("/issuing/letterhead/", good).status_code == 302
    assert "准联审催" in office.get("/issuing/letterhead/").content.decode()
