"""Papers are numbered, frozen, voided for a reason; nothing on the register is changed or deleted."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from kernel.papers.paper import Form, Para, Table
from kernel.papers.refusals import PaperRefused
from kernel.trail import Actor
from kernel.trail.models import TrailEntry
from tenants.models import Tenant
from workflows.issuing import actions, queries
from workflows.issuing.composing import compose
from workflows.issuing.kinds import MANNERS, Kind, mark_of, number_of
from workflows.issuing.models import Issued, Letterhead
from workflows.issuing.queries import Head

pytestmark = pytest.mark.django_db
CLERK = Actor(1, "某某（示例）", "机制办公室")
ON, AT = date(2026, 1, 5), datetime(2026, 1, 5, 1, tzinfo=UTC)
HEAD = Head("准格尔旗联审办", "准格尔旗联审办", "准格尔旗发展和改革委员会", "准联审")


@pytest.fixture(autouse=True)
def _here(
    zhungeer: Tenant, in_tenant: Callable[..., AbstractContextManager[Any]]
) -> Iterator[None]:
    with in_tenant(zhungeer):
        yield


def issue(kind: Kind = Kind.ASSIGNMENT, on: date = ON, **parts: Any) -> Issued:
    body = parts.pop("body", [Para("请按期办理。"), Table(("甲",), (("乙",),), (2.5,))])
    paper = compose(kind, title=f"{kind.label}（示例）", body=body, on=on, **parts)
    return actions.issue(
        paper, kind=kind, room="assignments", key="1", url="/assignments/1/", on=on, actor=CLERK
    )


def test_numbers_run_by_kind_and_year() -> None:
    numbers = [issue().number, issue().number, issue(Kind.URGING).number]
    numbers.append(issue(on=date(2027, 1, 4)).number)
    assert numbers == [
        "准格尔联审办交〔2026〕1号",
        "准格尔联审办交〔2026〕2号",
        "准格尔联审办催〔2026〕1号",
        "准格尔联审办交〔2027〕1号",
    ]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_paper_of_every_kind_is_kept_as_it_was_written_and_its_digest_holds(kind: Kind) -> None:
    issued = Issued.objects.get(pk=issue(kind).pk)
    assert issued.as_paper.number == issued.number
    assert issued.as_paper.form is MANNERS[kind].form
    assert queries.holds(issued)
    issued.paper["title"] = "另一件"
    assert not queries.holds(issued)


def test_a_number_is_not_spent_on_what_can_not_be_printed() -> None:
    with pytest.raises(PaperRefused, match="字库里没有"):
        issue(body=[Para("经办人某\U00020000")])
    assert issue().serial == 1


def test_a_voided_paper_keeps_its_number_and_says_why() -> None:
    first = issue()
    voided = actions.void(pk=first.pk, why=" 主送写错，由2号代替 ", actor=CLERK, at=AT)
    assert (voided.voided_why, voided.voided_by) == ("主送写错，由2号代替", CLERK.name)
    assert issue().serial == 2
    assert TrailEntry.objects.filter(action="issuing.void", subject=first.number).exists()


def test_a_paper_is_voided_once_and_not_without_a_reason() -> None:
    first = issue()
    with pytest.raises(actions.IssuingRefused, match="写明理由"):
        actions.void(pk=first.pk, why="  ", actor=CLERK, at=AT)
    actions.void(pk=first.pk, why="写错", actor=CLERK, at=AT)
    with pytest.raises(actions.IssuingRefused, match=r"已由某某（示例）于01月05日09:00作废.*写错"):
        actions.void(pk=first.pk, why="又错", actor=Actor(2, "某乙"), at=AT)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE issuing_issued SET title = 'x'",
        "UPDATE issuing_issued SET paper = '{}'",
        "UPDATE issuing_issued SET serial = 9, voided_why = 'x'",
        "DELETE FROM issuing_issued",
        "TRUNCATE issuing_issued",
        "UPDATE issuing_letterhead SET word = 'x'",
        "DELETE FROM issuing_letterhead",
    ],
)
def test_the_database_lets_nobody_change_the_register(sql: str) -> None:
    issue()
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_the_letterhead_in_force_on_the_day_is_used() -> None:
    later = date(2026, 2, 1)
    actions.set_letterhead(
        head=HEAD, effective_from=later, document="示例〔2026〕1号", on=ON, actor=CLERK, at=AT
    )
    assert issue().number == "准格尔联审办交〔2026〕1号"
    issued = issue(on=later)
    assert issued.number == "准联审交〔2026〕2号"
    assert issued.as_paper.signing == (
        "准格尔旗联审办", "（准格尔旗发展和改革委员会代章）", "2026年2月1日",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("begins", "why"),
    [
        (date(2026, 1, 4), "早于今天"),
        (date(2206, 1, 5), "核对年份"),
        (date(2026, 1, 6), "完全相同"),
    ],
)
def test_a_letterhead_begins_from_today_on_and_changes_something(begins: date, why: str) -> None:
    head = HEAD if "相同" not in why else queries.head_on(ON)
    with pytest.raises(actions.IssuingRefused, match=why):
        actions.set_letterhead(
            head=head, effective_from=begins, document="示例", on=ON, actor=CLERK, at=AT
        )
    assert not Letterhead.objects.exists()


def test_the_mark_takes_the_ending_of_its_form() -> None:
    for given in ("准格尔旗联审办", "准格尔旗联审办文件", "准格尔旗联审办会议纪要"):
        assert mark_of(Form.DOCUMENT, given) == "准格尔旗联审办文件"
        assert mark_of(Form.LETTER, given) == "准格尔旗联审办"
        assert mark_of(Form.MINUTES, given) == "准格尔旗联审办会议纪要"


def test_the_next_number_is_told_without_taking_it() -> None:
    issue()
    told = dict(queries.next_numbers("准联审", 2026))
    assert told[Kind.ASSIGNMENT] == "准联审交〔2026〕2号"
    assert told[Kind.MINUTES] == "准联审纪〔2026〕1号"
    assert issue().serial == 2


def test_a_number_fits_its_column_however_long_the_tenants_name() -> None:
    word = queries.word_of(Tenant(name="长" * 60))
    longest = Issued._meta.get_field("number").max_length
    assert longest
    assert all(len(number_of(kind, word, 2026, 99_999)) <= longest for kind in Kind)
