"""A paper may come later where the catalogue lets it, against a promise; nothing that stands on it is decided.

Days are counted by hand from the 2026 notice: rest from 15 to 23 February, work on Saturday 14 and
Saturday 28 February.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import networkx
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kernel.calendars.queries import work_calendar
from kernel.notices.models import Notice
from kernel.plan import Edge as PlanEdge
from kernel.plan import Node as PlanNode
from kernel.plan import Strength
from kernel.trail import Actor
from kernel.web.lamps import Lamp
from tenants.models import Tenant
from tests.kernel.clock.calendars import REAL
from workflows import deficiency
from workflows.deficiency import queries
from workflows.deficiency.actions import (
    breach,
    cancel,
    extend,
    grant,
    hand_in,
    make_good,
    remind,
    repair,
    revise,
    send_back,
)
from workflows.deficiency.chains import held_back, standing_on
from workflows.deficiency.lifecycle import MOVES, DeficiencyRefused, State
from workflows.deficiency.models import Deficiency
from workflows.deficiency.queries import duties_until, lamp_of, status, still_open
from workflows.deficiency.risks import risk_of
from workflows.mechanism.models import Unit
from workflows.meetings.candidates import broken_promises
from workflows.procedures.actions import comb_out, make_move
from workflows.procedures.corrections import correct
from workflows.procedures.lifecycle import MoveRefused
from workflows.procedures.models import ClockEntry, Edge, Procedure
from workflows.procedures.planning import Graph
from workflows.projects import sample
from workflows.projects.models import Project

CLERK = Actor(1, "某某（示例）", "机制办公室")
TODAY = date(2026, 2, 9)
DUE = date(2026, 2, 13)


@pytest.fixture
def project(zhungeer: Tenant, in_tenant: Callable[..., Any]) -> Iterator[Project]:
    with time_machine.travel("2026-02-09 10:00+08:00", tick=False), in_tenant(zhungeer):
        sample.load(
            sample.sample_rows("zhungeer", 2026, 1), year=2026, on=date(2025, 11, 3), actor=CLERK
        )
        Unit.objects.update(from_on=date(2025, 1, 1))
        found = Project.objects.get()
        comb_out(found, on=date(2025, 11, 3), actor=CLERK)
        yield found


def at_hand(procedure: Procedure, kind: str = "M") -> Procedure:
    """The application is received, and one of its papers may follow."""
    terms = procedure.terms | {
        "deficiency": kind,
        "materials": [["申请表", False], ["平面图", True]],
    }
    Procedure.objects.filter(pk=procedure.pk).update(terms=terms)
    procedure.refresh_from_db()
    return make_move(
        procedure_number=procedure.number,
        name="receive",
        on=TODAY,
        version=procedure.version,
        actor=CLERK,
    )


def let(procedure: Procedure, **changed: Any) -> Deficiency:
    facts: dict[str, Any] = {
        "procedure_number": procedure.number,
        "material": "平面图",
        "why": "设计单位正在盖章",
        "due_on": DUE,
        "promised_by": "某总（示例）",
        "promise_number": "承诺〔2026〕1号",
        "promise_on": TODAY,
        "promise_text": "2月13日前补交盖章的平面图",
        "consequence": "recorded",
        "credit_clear": True,
        "credit_on": TODAY,
        "credit_source": "信用平台查询",
        "on": TODAY,
        "actor": CLERK,
        "reach": None,
    }
    return grant(**facts | changed)


def free(project: Project) -> Procedure:
    """A procedure that waits for none."""
    found = project.procedures.filter(edges_in=None).order_by("order").first()
    assert found
    return found


def decide(procedure: Procedure, on: date = TODAY) -> Procedure:
    for name, told in (("accept", {}), ("decide", {"document": "批〔2026〕1号"})):
        procedure.refresh_from_db()
        make_move(
            procedure_number=procedure.number,
            name=name,
            on=on,
            version=procedure.version,
            actor=CLERK,
            **told,
        )
    return procedure


pytestmark = pytest.mark.django_db


# What may come later --------------------------------------------------------------------------------


def test_a_paper_that_may_follow_is_let_come_later_in_writing(project: Project) -> None:
    procedure = at_hand(free(project))
    row = let(procedure)
    assert row.issued
    assert row.issued.number == "准格尔联审办容〔2026〕1号"
    lines = list(row.issued.as_paper.lines())
    assert "平面图" in lines
    assert "2月13日前补交盖章的平面图" in lines
    assert f"{project.owner_name}：" in lines
    roles = Notice.objects.filter(room="deficiency").values_list("role", "department_code")
    assert set(roles) == {("helper", ""), ("", procedure.department_code)}


def test_a_statutory_gate_is_refused_with_its_article(project: Project) -> None:
    procedure = at_hand(free(project), kind="N")
    with pytest.raises(DeficiencyRefused, match="是法定前置，不得容缺") as refused:
        let(procedure)
    basis = (procedure.terms["basis"] or ["事项目录"])[0]
    assert basis in str(refused.value)
    assert not Deficiency.objects.exists()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"material": "申请表"}, "不在可以后补的材料之内"),
        ({"credit_clear": False}, "有失信记录，不适用容缺"),
        ({"credit_on": date(2026, 2, 10)}, "信用核查日期 2026-02-10 须在"),
        ({"promise_on": date(1926, 2, 9)}, "承诺日期 1926-02-09 须在"),
        ({"due_on": TODAY}, "须在 2026-02-09 之后"),
        ({"due_on": date(2026, 3, 31)}, "最长 20 个工作日"),
        ({"reach": {"slj"}}, "不是您所在单位的办件"),
    ],
)
def test_what_the_rules_say_no_to_leaves_nothing(
    project: Project, changed: dict[str, Any], sentence: str
) -> None:
    procedure = at_hand(free(project))
    assert procedure.department_code != "slj"
    with pytest.raises(DeficiencyRefused, match=sentence):
        let(procedure, **changed)
    assert not Deficiency.objects.exists()


def test_the_longest_term_is_counted_over_spring_festival(project: Project) -> None:
    """Twenty working days after 9 February: 10 to 14 make 5, 24 to 28 make 10, 2 to 6 March 15, 9 to 13 March 20."""
    procedure = at_hand(free(project))
    with pytest.raises(DeficiencyRefused):
        let(procedure, due_on=date(2026, 3, 14))
    assert let(procedure, due_on=date(2026, 3, 13)).due_on == date(2026, 3, 13)


def test_one_paper_is_let_come_later_once(project: Project) -> None:
    procedure = at_hand(free(project))
    let(procedure)
    with pytest.raises(DeficiencyRefused, match="不能再容缺一次"):
        let(procedure)


def test_before_receipt_nothing_is_let_come_later(project: Project) -> None:
    procedure = free(project)
    with pytest.raises(DeficiencyRefused, match="收件之后、办结之前"):
        let(procedure)


# What stands on it ----------------------------------------------------------------------------------


def test_what_lacks_a_paper_is_not_decided_until_it_has_come(project: Project) -> None:
    procedure = at_hand(free(project))
    row = let(procedure)
    with pytest.raises(MoveRefused, match="还有容缺材料没有补齐：平面图"):
        decide(procedure)
    make_good(pk=row.pk, version=1, received_on=TODAY, on=TODAY, actor=CLERK, reach=None)
    procedure.refresh_from_db()
    make_move(
        procedure_number=procedure.number,
        name="decide",
        on=TODAY,
        version=procedure.version,
        actor=CLERK,
        document="批〔2026〕1号",
    )
    procedure.refresh_from_db()
    assert procedure.state == "decided"


def test_what_stands_on_it_further_down_is_not_decided_either(project: Project) -> None:
    """Between them lies a matter decided before the paper was found missing."""
    first, middle, last = project.procedures.order_by("order")[:3]
    Edge.objects.all().delete()
    decide(at_hand(middle))
    Edge.objects.create(before=first, after=middle, strength="hard")
    Edge.objects.create(before=middle, after=last, strength="deficient")
    row = let(at_hand(first))
    at_hand(last)
    with pytest.raises(MoveRefused, match="所依据的") as refused:
        decide(last)
    assert f"{first.short_name}→{middle.short_name}→{last.short_name}" in str(refused.value)
    assert "平面图（2026年2月13日前补齐）" in str(refused.value)
    make_good(pk=row.pk, version=1, received_on=TODAY, on=TODAY, actor=CLERK, reach=None)
    last.refresh_from_db()
    make_move(
        procedure_number=last.number,
        name="decide",
        on=TODAY,
        version=last.version,
        actor=CLERK,
        document="批〔2026〕3号",
    )
    last.refresh_from_db()
    assert last.state == "decided"


def test_one_paper_removed_exposes_exactly_what_stands_on_its_matter(project: Project) -> None:
    procedure = at_hand(free(project))
    row = let(procedure)
    risk = risk_of(project, TODAY)
    (one,) = risk.missing
    assert one.row == row
    graph = networkx.DiGraph()
    graph.add_node(procedure.matter_code)
    for edge in Edge.objects.filter(after__project=project).exclude(strength="soft"):
        graph.add_edge(edge.before.matter_code, edge.after.matter_code)
    below = networkx.descendants(graph, procedure.matter_code)
    assert below
    assert {each.procedure.matter_code for each in one.exposed} == below
    assert {Procedure.objects.get(number=n).matter_code for n in risk.numbers} == below


def test_the_worst_day_is_that_of_the_plan_when_the_paper_comes_last(project: Project) -> None:
    """Due on 13 February, extended once by 20 working days: 14, 24 to 28, 2 to 6, 9 to 13, 16 to 19 March."""
    first, second = project.procedures.filter(edges_in=None).order_by("order")[:2]
    Edge.objects.all().delete()
    Edge.objects.create(before=first, after=second, strength="hard")
    let(at_hand(first))
    risk = risk_of(project, TODAY)
    (one,) = risk.missing
    assert one.last_on == date(2026, 3, 19)
    (each,) = one.exposed
    assert each.procedure == second
    now = {slot.key: slot for slot in risk.live.plan.slots}
    came = max(now[first.matter_code].earliest_finish_on, one.last_on)
    assert risk.worst.slot(first.matter_code).earliest_finish_on == came
    assert each.worst.earliest_start_on >= came
    for slot in risk.worst.slots:
        if slot.key in now and slot.key not in (first.matter_code, second.matter_code):
            assert slot.earliest_finish_on == now[slot.key].earliest_finish_on
    broken = risk_of(project, date(2026, 2, 16)).missing[0]  # in the holiday, overdue
    assert broken.last_on == date(2026, 2, 24)


def test_two_missing_papers_one_behind_the_other_hold_back_together(project: Project) -> None:
    first, second, third = project.procedures.order_by("order")[:3]
    Edge.objects.all().delete()
    at_hand(first)
    at_hand(second)
    Edge.objects.create(before=first, after=second, strength="deficient")
    Edge.objects.create(before=second, after=third, strength="hard")
    let(first, due_on=date(2026, 3, 12))
    let(second)
    risk = risk_of(project, TODAY)
    ends = {slot.key: slot.earliest_finish_on for slot in risk.worst.slots}
    last = {one.row.procedure.matter_code: one.last_on for one in risk.missing}
    assert last[first.matter_code] > last[second.matter_code]
    assert ends[second.matter_code] >= ends[first.matter_code] >= last[first.matter_code]
    assert risk.worst.slot(third.matter_code).earliest_start_on >= ends[second.matter_code]
    assert risk.numbers == {second.number, third.number}


def test_what_does_not_bind_is_not_exposed(project: Project) -> None:
    first, second = project.procedures.filter(edges_in=None).order_by("order")[:2]
    Edge.objects.all().delete()
    Edge.objects.create(before=first, after=second, strength="soft")
    let(at_hand(first))
    assert risk_of(project, TODAY).numbers == frozenset()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from(list(Strength))),
        max_size=30,
    )
)
def test_the_set_is_that_of_the_graph_whatever_the_edges(
    edges: list[tuple[int, int, Strength]],
) -> None:
    forward = [(str(a), str(b), s) for a, b, s in edges if a < b]
    chains = standing_on("0", [PlanEdge(a, b, s, "") for a, b, s in forward])
    graph = networkx.DiGraph([(a, b) for a, b, s in forward if s is not Strength.SOFT])
    graph.add_node("0")
    assert set(chains) == networkx.descendants(graph, "0")
    for end, chain in chains.items():
        assert chain[0] == "0"
        assert chain[-1] == end
        assert len(chain) - 1 == networkx.shortest_path_length(graph, "0", end)


DAYS = st.integers(0, 60).map(lambda n: TODAY + timedelta(days=n))


@settings(max_examples=150, deadline=None)
@given(
    lengths=st.lists(st.integers(0, 30), min_size=2, max_size=8),
    links=st.lists(
        st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from(list(Strength))),
        max_size=16,
        unique_by=lambda link: link[:2],
    ),
    until=st.dictionaries(st.integers(0, 7), DAYS, min_size=1, max_size=3),
    target=st.integers(0, 90),
)
@example(  # today the soft edge holds; planned anew it would give way, and the second end earlier
    lengths=[11, 27, 14],
    links=[(0, 1, Strength.SOFT)],
    until={0: TODAY + timedelta(days=57)},
    target=79,
)
def test_nothing_ends_earlier_because_a_paper_is_missing(
    lengths: list[int],
    links: list[tuple[int, int, Strength]],
    until: dict[int, date],
    target: int,
) -> None:
    """Whatever gives way to the target today, the plan at worst is no earlier anywhere."""
    n = len(lengths)
    graph = Graph(
        [PlanNode(str(i), days) for i, days in enumerate(lengths)],
        [PlanEdge(str(a), str(b), s, "") for a, b, s in links if a < b < n],
        TODAY,
        TODAY + timedelta(days=target),
    )
    last = {str(code): day for code, day in until.items() if code < n}
    now = graph.plan(REAL)
    worst = held_back(graph, now, last, REAL)
    for slot in now.slots:
        assert worst.slot(slot.key).earliest_finish_on >= slot.earliest_finish_on
    for code, day in last.items():
        assert worst.slot(code).earliest_finish_on >= day
    assert worst.finish_on >= now.finish_on


# What becomes of the promise ------------------------------------------------------------------------


def test_the_breach_begins_on_the_day_after_and_is_dealt_with_by_a_paper(project: Project) -> None:
    row = let(at_hand(free(project)))
    facts: dict[str, Any] = {
        "pk": row.pk,
        "version": 1,
        "decision": "recorded",
        "actor": CLERK,
        "reach": None,
        "text": "",
    }
    assert status(row, DUE) == "待补齐"
    assert status(row, DUE + timedelta(days=1)) == "逾期未补"
    with pytest.raises(DeficiencyRefused, match="还没有过"):
        breach(document="处〔2026〕1号", on=DUE, **facts)
    with pytest.raises(DeficiencyRefused, match="须填处理文书"):
        breach(document=" ", on=DUE + timedelta(days=1), **facts)
    breach(document="处〔2026〕1号", on=DUE + timedelta(days=1), **facts)
    row.refresh_from_db()
    assert row.state == State.BREACHED


def test_who_broke_a_promise_is_given_no_other(project: Project) -> None:
    first, second = project.procedures.filter(edges_in=None).order_by("order")[:2]
    let(at_hand(first))
    late = DUE + timedelta(days=1)
    with pytest.raises(DeficiencyRefused, match="补齐之前不再适用容缺"):
        let(at_hand(second), on=late, due_on=date(2026, 2, 28))


@pytest.mark.parametrize(
    ("due_on", "late_on"),
    [
        (date(2026, 2, 14), date(2026, 2, 15)),  # a Saturday worked on; the holiday begins
        (date(2026, 2, 24), date(2026, 2, 25)),
    ],
)
def test_the_day_after_is_late_on_a_rest_day_too(
    project: Project, due_on: date, late_on: date
) -> None:
    row = let(at_hand(free(project)), due_on=due_on)
    calendar = work_calendar()
    assert (status(row, due_on), lamp_of(row, due_on, calendar)) == ("待补齐", Lamp.YELLOW)
    assert (status(row, late_on), lamp_of(row, late_on, calendar)) == ("逾期未补", Lamp.RED)


def test_another_decision_than_announced_is_explained(project: Project) -> None:
    row = let(at_hand(free(project)))
    facts: dict[str, Any] = {"pk": row.pk, "version": 1, "actor": CLERK, "reach": None}
    late = DUE + timedelta(days=1)
    with pytest.raises(DeficiencyRefused, match="须在说明中写明理由"):
        breach(decision="revoked", document="处〔2026〕1号", text=" ", on=late, **facts)
    done = breach(decision="revoked", document="处〔2026〕1号", text="情节较重", on=late, **facts)
    assert (done.decision, done.breached_on) == ("revoked", late)


def test_what_went_on_the_credit_record_bars_until_it_is_repaired(project: Project) -> None:
    first, second = project.procedures.filter(edges_in=None).order_by("order")[:2]
    row = let(at_hand(first))
    late = DUE + timedelta(days=1)
    facts: dict[str, Any] = {"pk": row.pk, "on": late, "actor": CLERK, "reach": None}
    breach(version=1, decision="recorded", document="处〔2026〕1号", text="", **facts)
    with pytest.raises(DeficiencyRefused, match="现为“失信已处理”，不能“信用修复”"):
        repair(version=2, document="修〔2026〕1号", **facts)
    make_good(version=2, received_on=late, **facts)
    at_hand(second)
    changed = {"on": late, "due_on": date(2026, 2, 28)}
    with pytest.raises(DeficiencyRefused, match="已列入信用记录（处〔2026〕1号）"):
        let(second, **changed)
    repair(version=3, document="修〔2026〕1号", **facts)
    with pytest.raises(DeficiencyRefused, match="已经修复"):
        repair(version=4, document="修〔2026〕2号", **facts)
    assert let(second, **changed).state == State.OPEN


def test_another_owner_is_not_barred_by_it(project: Project) -> None:
    first, second = project.procedures.filter(edges_in=None).order_by("order")[:2]
    let(at_hand(first))
    at_hand(second)
    other = "另一家公司（示例）"
    assert queries.unkept(project.owner_name, "", DUE + timedelta(days=1))
    assert queries.unkept(other, "", DUE + timedelta(days=1)) is None
    assert queries.unkept(project.owner_name, "", DUE) is None


def test_what_is_handed_in_counts_when_it_is_accepted(project: Project) -> None:
    procedure = at_hand(free(project))
    row = let(procedure)
    facts: dict[str, Any] = {"pk": row.pk, "actor": CLERK, "reach": None}
    with pytest.raises(DeficiencyRefused, match="补齐日期 2026-02-08 须在"):
        hand_in(version=1, handed_in_on=date(2026, 2, 8), on=DUE, **facts)
    hand_in(version=1, handed_in_on=DUE, on=DUE, **facts)
    row.refresh_from_db()
    late = DUE + timedelta(days=1)
    assert status(row, late) == "已交待审"  # it came in time, however long one looks at it
    assert still_open([str(row.pk)]) == {str(row.pk)}
    with pytest.raises(MoveRefused, match="还有容缺材料没有补齐"):
        decide(procedure)
    with pytest.raises(DeficiencyRefused, match="不能“处理逾期”"):
        breach(version=2, decision="noted", document="处1", text="x", on=late, **facts)
    with pytest.raises(DeficiencyRefused, match="须写明哪里不符合要求"):
        send_back(version=2, why=" ", on=late, **facts)
    send_back(version=2, why="没有盖章", on=late, **facts)
    row.refresh_from_db()
    assert status(row, late) == "逾期未补"
    hand_in(version=3, handed_in_on=late, on=late, **facts)
    done = make_good(version=4, received_on=None, on=date(2026, 2, 24), **facts)
    assert (done.state, done.ended_on) == (State.MADE_GOOD, late)


def test_the_longest_term_is_the_tenants_own_from_its_day_on(
    project: Project, dalate: Tenant, in_tenant: Callable[..., Any]
) -> None:
    given: dict[str, Any] = {"why": "试行", "document": "", "on": TODAY, "actor": CLERK}
    at = timezone.now()
    with pytest.raises(DeficiencyRefused, match="相同，没有可修订的"):
        revise(longest_days=20, effective_from=TODAY, seen=1, at=at, **given)
    with pytest.raises(DeficiencyRefused, match="不追改"):
        revise(longest_days=5, effective_from=date(2026, 2, 8), seen=1, at=at, **given)
    revise(longest_days=5, effective_from=date(2026, 2, 10), seen=1, at=at, **given)
    with pytest.raises(DeficiencyRefused, match="已有第 2 版"):
        revise(longest_days=9, effective_from=date(2026, 2, 11), seen=1, at=at, **given)
    assert (queries.longest_days(TODAY), queries.longest_days(date(2026, 2, 10))) == (20, 5)
    procedure = at_hand(free(project))
    with pytest.raises(DeficiencyRefused, match="最长 5 个工作日"):
        let(procedure, on=date(2026, 2, 10), due_on=date(2026, 2, 25))
    with in_tenant(dalate):
        assert queries.longest_days(date(2026, 2, 10)) == 20


def test_more_time_is_given_once_and_before_the_day(project: Project) -> None:
    row = let(at_hand(free(project)))
    facts: dict[str, Any] = {"pk": row.pk, "actor": CLERK, "reach": None, "why": "盖章未完"}
    with pytest.raises(DeficiencyRefused, match="期满之后不能再延期"):
        extend(version=1, until_on=date(2026, 3, 2), on=DUE + timedelta(days=1), **facts)
    extend(version=1, until_on=date(2026, 2, 28), on=DUE, **facts)
    with pytest.raises(DeficiencyRefused, match="已有人办理"):
        extend(version=1, until_on=date(2026, 3, 2), on=DUE, **facts)
    with pytest.raises(DeficiencyRefused, match="不能再延"):
        extend(version=2, until_on=date(2026, 3, 2), on=DUE, **facts)
    row.refresh_from_db()
    assert (row.first_due_on, row.due_on) == (DUE, date(2026, 2, 28))


def test_reminders_come_once_a_stage_and_not_on_rest_days(project: Project) -> None:
    row = let(at_hand(free(project)), due_on=date(2026, 2, 14))

    def told(on: date) -> int:
        before = Notice.objects.count()
        remind(on=on, at=timezone.now())
        return Notice.objects.count() - before

    assert told(date(2026, 2, 10)) == 0
    assert told(date(2026, 2, 11)) == 2  # three working days before Saturday 14
    assert told(date(2026, 2, 12)) == 0
    assert [told(date(2026, 2, day)) for day in range(15, 24)] == [0] * 9
    assert told(date(2026, 2, 24)) == 2
    assert told(date(2026, 2, 25)) == 0
    assert [duty.key for duty in duties_until(date(2026, 2, 14))] == [str(row.pk)]
    withdraw(row.procedure, TODAY)
    cancel(pk=row.pk, version=1, text="申请撤回", on=TODAY, actor=CLERK, reach=None)
    assert still_open([str(row.pk)]) == set()


# Table and pages ------------------------------------------------------------------------------------


def test_every_state_is_reached_and_every_other_step_refused() -> None:
    reached = {State.OPEN}
    for _ in State:
        reached |= {move.target for move in MOVES if move.sources & reached}
    assert reached == set(State)
    for state in State:
        for move in MOVES:
            if state in move.sources:
                assert MOVES.take(state, move.name) == move
            else:
                with pytest.raises(DeficiencyRefused, match=f"现为“{state.label}”"):
                    MOVES.take(state, move.name)


def test_the_drawing_in_the_readme_is_current() -> None:
    readme = Path(deficiency.__file__).with_name("README.md").read_text("utf-8")
    assert f"```mermaid\n{MOVES.diagram()}\n```" in readme


def test_by_the_pages_a_paper_is_let_come_later_and_comes(
    project: Project,
    zhungeer: Tenant,
    dalate: Tenant,
    member: Callable[..., Any],
    console: Callable[..., Any],
) -> None:
    procedure = at_hand(free(project))
    code = procedure.department_code
    unit = console(zhungeer, member(zhungeer, "department", code))
    other = console(zhungeer, member(zhungeer, "department", "qxj"))
    path = f"/deficiency/new/{procedure.number}/"
    form = {
        "material": "平面图",
        "why": "正在盖章",
        "due_on": DUE.isoformat(),
        "promised_by": "某总（示例）",
        "promise_number": "承诺〔2026〕1号",
        "promise_on": TODAY.isoformat(),
        "promise_text": "2月13日前补交盖章的平面图",
        "consequence": "recorded",
        "credit_clear": "yes",
        "credit_source": "信用平台",
        "credit_on": TODAY.isoformat(),
    }
    assert "容缺受理并印发告知书" in unit.get(path).content.decode()
    assert other.post(path, form).status_code == 422
    tomorrow = form | {"credit_on": (TODAY + timedelta(days=1)).isoformat()}
    assert "晚于今天" in unit.post(path, tomorrow).content.decode()
    assert unit.post(path, form).status_code == 302
    row = Deficiency.objects.get()
    page = f"/deficiency/{row.pk}/"
    assert "站在它上面的后续事项" in unit.get(page).content.decode()
    assert "平面图" in unit.get(f"/procedures/{procedure.number}/").content.decode()
    assert "看连锁风险" in unit.get(f"/projects/{project.number}/").content.decode()
    assert unit.get(f"/deficiency/risk/{project.number}/").status_code == 200
    assert "平面图" in unit.get("/deficiency/").content.decode()
    assert unit.get("/deficiency/?export=1").content.startswith(b"PK")
    assert other.get(page).status_code == 404
    neighbour = console(dalate, member(dalate, "office"))
    for hidden in (page, path, f"/deficiency/risk/{project.number}/"):
        assert neighbour.get(hidden).status_code == 404
    assert "平面图" not in neighbour.get("/deficiency/").content.decode()
    risk = unit.get(f"/deficiency/risk/{project.number}/").content.decode()
    assert f'href="{page}"' in risk
    assert "gantt-plot" in risk
    for shared in (f"/deficiency/risk/{project.number}/", f"/procedures/{procedure.number}/"):
        seen = other.get(shared).content.decode()  # what stands on it is everybody's business
        assert "平面图" in seen
        assert f'href="{page}"' not in seen

    file = SimpleUploadedFile("平面图.pdf", b"%PDF-1.7 x")
    told = {"version": 1, "handed_in_on": TODAY.isoformat()}
    helper = console(zhungeer, member(zhungeer, "helper"))
    assert helper.post(f"{page}hand_in/", told).status_code == 403
    assert other.post(f"{page}hand_in/", told).status_code == 404
    assert unit.post(f"{page}hand_in/", told | {"attachments": file}).status_code == 302
    assert "待责任单位审核" in unit.get(page).content.decode()
    assert "平面图" in unit.get("/").content.decode()
    stale = unit.post(f"{page}make_good/", {"version": 1})
    assert "已有人办理" in stale.content.decode()
    assert unit.post(f"{page}make_good/", {"version": 2}).status_code == 302
    done = unit.get(page).content.decode()
    assert "平面图.pdf" in done
    assert "已经了结，不再影响后续事项" in done


def test_the_longest_term_is_revised_on_its_page(
    project: Project, zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    office = console(zhungeer, member(zhungeer, "office"))
    unit = console(zhungeer, member(zhungeer, "department", "zrzy"))
    assert "写入新版本" in office.get("/deficiency/rules/").content.decode()
    assert "写入新版本" not in unit.get("/deficiency/rules/").content.decode()
    form = {"longest_days": 10, "effective_from": TODAY.isoformat(), "why": "试行", "seen": 1}
    assert unit.post("/deficiency/rules/new/", form).status_code == 403
    bad = office.post("/deficiency/rules/new/", form | {"longest_days": 61})
    assert bad.status_code == 422
    assert office.post("/deficiency/rules/new/", form).status_code == 302
    assert "10 个工作日" in office.get("/deficiency/rules/").content.decode()


def test_the_page_of_a_gate_says_why_and_offers_nothing(
    project: Project, zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    procedure = at_hand(free(project), kind="N")
    office = console(zhungeer, member(zhungeer, "office"))
    page = office.get(f"/deficiency/new/{procedure.number}/").content.decode()
    assert "本事项是法定前置，不得容缺" in page
    assert "容缺受理并印发告知书" not in page
    assert office.post(f"/deficiency/new/{procedure.number}/", {"material": "x"}).status_code == 422


# No way round ---------------------------------------------------------------------------------------


def test_a_correction_that_would_bring_a_decision_back_is_refused(project: Project) -> None:
    """Decided, ordered anew, then let lack a paper: taking the order back would decide it again."""
    procedure = decide(at_hand(free(project)))
    procedure.refresh_from_db()
    make_move(
        procedure_number=procedure.number,
        name="redo",
        on=TODAY,
        version=procedure.version,
        actor=CLERK,
        document="令〔2026〕1号",
        text="原决定撤销",
    )
    let(procedure)
    procedure.refresh_from_db()
    redo = ClockEntry.objects.get(kind="redo")
    with pytest.raises(MoveRefused, match="还有容缺材料没有补齐：平面图"):
        correct(
            procedure_number=procedure.number,
            entry_id=redo.pk,
            version=procedure.version,
            why="记错",
            actor=CLERK,
            take_back=True,
        )
    procedure.refresh_from_db()
    assert procedure.state == "accepted"


def test_the_number_of_a_decision_is_put_right_while_something_before_it_is_missing(
    project: Project,
) -> None:
    """Putting a line right decides nothing anew. Between them lies a matter decided long since."""
    first, middle, last = project.procedures.order_by("order")[:3]
    Edge.objects.all().delete()
    decide(at_hand(middle))
    decide(at_hand(last))
    Edge.objects.create(before=first, after=middle, strength="hard")
    Edge.objects.create(before=middle, after=last, strength="hard")
    let(at_hand(first))
    last.refresh_from_db()
    line = ClockEntry.objects.get(procedure=last, kind="decide")
    fixed = correct(
        procedure_number=last.number,
        entry_id=line.pk,
        version=last.version,
        why="文号看错",
        actor=CLERK,
        document="批〔2026〕2号",
    )
    assert fixed.state == "decided"


def withdraw(procedure: Procedure, on: date) -> None:
    procedure.refresh_from_db()
    with time_machine.travel(f"{on} 10:00+08:00", tick=False):
        make_move(
            procedure_number=procedure.number,
            name="withdraw",
            on=on,
            version=procedure.version,
            actor=CLERK,
            text="改址",
        )


def test_what_is_missing_is_cancelled_only_after_its_application_has_ended(
    project: Project,
) -> None:
    procedure = at_hand(free(project))
    row = let(procedure)
    facts: dict[str, Any] = {"pk": row.pk, "version": 1, "text": "撤回", "actor": CLERK}
    with pytest.raises(DeficiencyRefused, match="申请还在办"):
        cancel(on=TODAY, reach=None, **facts)
    withdraw(procedure, DUE)
    assert cancel(on=DUE + timedelta(days=1), reach=None, **facts).state == State.CANCELLED


def test_a_promise_broken_before_the_application_ended_is_not_cancelled_away(
    project: Project,
) -> None:
    procedure = at_hand(free(project))
    row = let(procedure)
    withdraw(procedure, DUE + timedelta(days=1))
    with pytest.raises(DeficiencyRefused, match="补齐期限 2026-02-13 已过，不能撤销"):
        cancel(
            pk=row.pk, version=1, text="撤回", on=DUE + timedelta(days=1), actor=CLERK, reach=None
        )


def test_of_an_application_that_was_withdrawn_no_paper_is_waited_for(project: Project) -> None:
    procedure = at_hand(free(project))
    row = let(procedure)
    withdraw(procedure, TODAY)
    late = DUE + timedelta(days=1)
    assert list(duties_until(late)) == []
    assert still_open([str(row.pk)]) == set()
    assert remind(on=late, at=timezone.now()) == 0


def test_nothing_is_decided_as_of_a_day_before_the_paper_came(project: Project) -> None:
    """Neither by the move that says so nor by a correction of its day."""
    procedure = at_hand(free(project))
    row = let(procedure)
    with time_machine.travel("2026-02-11 10:00+08:00", tick=False):
        came = date(2026, 2, 11)
        make_good(pk=row.pk, version=1, received_on=came, on=came, actor=CLERK, reach=None)
        with pytest.raises(MoveRefused, match="平面图（2026年2月11日才补齐）"):
            decide(procedure)
        procedure.refresh_from_db()
        make_move(
            procedure_number=procedure.number,
            name="decide",
            on=came,
            version=procedure.version,
            document="批〔2026〕1号",
            actor=CLERK,
        )
        procedure.refresh_from_db()
        with pytest.raises(MoveRefused, match="平面图（2026年2月11日才补齐）"):
            correct(
                procedure_number=procedure.number,
                entry_id=procedure.entries.latest("pk").pk,
                version=procedure.version,
                why="日期记错",
                on=TODAY,
                actor=CLERK,
            )


def test_a_decision_is_dated_back_though_a_paper_before_it_was_let_come_later_since(
    project: Project,
) -> None:
    first, middle, last = project.procedures.order_by("order")[:3]
    Edge.objects.all().delete()
    decide(at_hand(middle))
    with time_machine.travel("2026-02-10 10:00+08:00", tick=False):
        at_hand(last)
        for name, on, told in (
            ("accept", TODAY, {}),
            ("decide", date(2026, 2, 10), {"document": "批〔2026〕1号"}),
        ):
            last.refresh_from_db()
            make_move(
                procedure_number=last.number,
                name=name,
                on=on,
                version=last.version,
                actor=CLERK,
                **told,
            )
        Edge.objects.create(before=first, after=middle, strength="deficient")
        Edge.objects.create(before=middle, after=last, strength="hard")
        let(at_hand(first), on=date(2026, 2, 10))
        last.refresh_from_db()
        fixed = correct(
            procedure_number=last.number,
            entry_id=last.entries.latest("pk").pk,
            version=last.version,
            why="日期记错",
            actor=CLERK,
            on=TODAY,
        )
    assert fixed.decided_on == TODAY


def test_whose_application_ended_before_the_day_broke_no_promise(project: Project) -> None:
    first, second, third = (at_hand(p) for p in project.procedures.filter(edges_in=None)[:3])
    let(first)
    withdraw(first, TODAY)
    late = DUE + timedelta(days=1)
    assert list(broken_promises(late)) == []
    assert let(second, on=late, due_on=date(2026, 2, 28)).state == State.OPEN
    with time_machine.travel("2026-03-02 10:00+08:00", tick=False):
        withdraw(second, date(2026, 3, 2))
        with pytest.raises(DeficiencyRefused, match="补齐之前不再适用容缺"):
            let(third, on=date(2026, 3, 2), due_on=date(2026, 3, 9))


def test_an_overdue_paper_is_said_to_be_so_on_a_rest_day(
    project: Project, zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    """Due on the last working day before the holiday: no working day has passed since."""
    row = let(at_hand(free(project)), due_on=date(2026, 2, 14))
    with time_machine.travel("2026-02-15 10:00+08:00", tick=False):
        office = console(zhungeer, member(zhungeer, "office"))
        page = office.get(f"/deficiency/{row.pk}/").content.decode()
    assert "已逾期</span>" in page
    assert "余 0 个工作日" not in page


def test_what_was_let_come_later_on_an_application_taken_back_binds_nobody(
    project: Project,
) -> None:
    """The receipt was a slip of the pen: no line of the ledger stands."""
    procedure = at_hand(free(project))
    row = let(procedure)
    procedure.refresh_from_db()
    correct(
        procedure_number=procedure.number,
        entry_id=procedure.entries.latest("pk").pk,
        version=procedure.version,
        why="收错了件",
        actor=CLERK,
        take_back=True,
    )
    late = DUE + timedelta(days=1)
    assert queries.unkept(project.owner_name, "", late) is None
    facts: dict[str, Any] = {"pk": row.pk, "version": 1, "text": "没有收件", "actor": CLERK}
    assert cancel(on=late, reach=None, **facts).state == State.CANCELLED
