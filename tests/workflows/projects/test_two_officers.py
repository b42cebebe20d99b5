"""Two officers at one list at once: one is done, the other is told; nothing is written twice."""

from collections.abc import Callable
from datetime import date
from typing import Any

from kernel.trail import Actor
from kernel.trail.models import TrailEntry
from kernel.trail.writing import first_broken_line
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.conftest import OFFICERS
from workflows.procedures.models import Procedure
from workflows.projects import actions, batches, importing, queries
from workflows.projects.lifecycle import State
from workflows.projects.models import Intake, Project, Revision
from workflows.projects.workbook import ProjectFacts

ON = date(2025, 11, 1)


def officer(n: int) -> Actor:
    return Actor(n, f"某{n}（示例）", "机制办公室")


def told(answers: list[Any], words: str) -> bool:
    """One was done, every other was told ``words``."""
    refused = [answer for answer in answers if isinstance(answer, str)]
    return len(refused) == OFFICERS - 1 and all(words in answer for answer in refused)


def test_a_project_is_confirmed_once(
    own_tenant: Tenant, facts: Callable[..., ProjectFacts], at_once: Callable[..., list[Any]]
) -> None:
    with visiting(own_tenant):
        number = actions.register(year=2026, facts=facts(), actor=officer(9)).number
        sent = actions.make_move(
            number=number, name="send_for_comment", version=1, on=ON, actor=officer(9)
        )

    answers = at_once(
        lambda n: actions.make_move(
            number=number, name="confirm", version=sent.version, on=ON, actor=officer(n)
        )
    )

    assert told(answers, "已被改动")
    with visiting(own_tenant):
        project = Project.objects.get(number=number)
        assert (project.state, project.version) == (State.CONFIRMED, 3)
        assert TrailEntry.objects.filter(action="procedures.comb_out").count() == 1
        codes = list(Procedure.objects.order_by("pk").values_list("matter_code", flat=True))
        assert len(codes) == len(set(codes)) > 0
        assert first_broken_line() is None


def test_a_workbook_is_applied_once(
    own_tenant: Tenant, clean_list: bytes, at_once: Callable[..., list[Any]]
) -> None:
    with visiting(own_tenant):
        intake = importing.receive(
            file_name="清单.xlsx", source=clean_list, year=None, actor=officer(9)
        )
        digest = queries.comparison(intake).digest

    answers = at_once(
        lambda n: importing.apply(intake_id=intake.pk, digest=digest, on=ON, actor=officer(n))
    )

    assert told(answers, "已经导入过了")


def test_the_same_workbook_brought_in_by_each_is_applied_by_one(
    own_tenant: Tenant, clean_list: bytes, at_once: Callable[..., list[Any]]
) -> None:
    with visiting(own_tenant):
        intakes = [
            importing.receive(
                file_name=f"清单{n}.xlsx", source=clean_list, year=None, actor=officer(n)
            )
            for n in range(OFFICERS)
        ]
        digest = queries.comparison(intakes[0]).digest

    answers = at_once(
        lambda n: importing.apply(intake_id=intakes[n].pk, digest=digest, on=ON, actor=officer(n))
    )

    refused = [answer for answer in answers if isinstance(answer, str)]
    assert len(refused) == OFFICERS - 1, answers
    assert all("已有同名" in answer or "没有写入" in answer for answer in refused), answers
    with visiting(own_tenant):
        rows = list(queries.listed().values_list("name", "owner_name"))
        assert len(rows) == len(set(rows)) > 0
        assert Intake.objects.filter(state=Intake.State.APPLIED).count() == 1
        assert first_broken_line() is None


def test_a_move_of_the_whole_list_is_begun_once_and_shared_by_all_workers(
    own_tenant: Tenant, facts: Callable[..., ProjectFacts], at_once: Callable[..., list[Any]]
) -> None:
    with visiting(own_tenant):
        for n in range(6):
            actions.register(year=2026, facts=facts(name=f"项目{n}（示例）"), actor=officer(9))

    def begin_and_work(n: int) -> int:
        batch = batches.begin(move="send_for_comment", year=2026, on=ON, actor=officer(n))
        batches.work_through(batch)
        return batch.pk

    answers = at_once(begin_and_work)

    done = {answer for answer in answers if isinstance(answer, int)}
    assert len(done) == 1, answers
    assert all("没有可以办理" in answer for answer in answers if isinstance(answer, str))
    with visiting(own_tenant):
        assert {p.version for p in queries.listed(2026)} == {2}
        assert Revision.objects.count() == 6
        assert first_broken_line() is None
