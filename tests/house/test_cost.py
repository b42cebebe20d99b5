"""Every list of the console costs the same number of queries with one row and with three."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel.calendars.queries import work_calendar
from kernel.notices.telling import Message, tell
from kernel.papers.paper import Para
from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from tenants.rollup.models import ProjectRow
from workflows.annual import sample as annual_sample
from workflows.annual.actions import open_cycle
from workflows.annual.models import Cycle
from workflows.deficiency.actions import grant
from workflows.disclosure.actions import prepare_projects
from workflows.dispatch import actions as dispatch
from workflows.dispatch.lifecycle import Period
from workflows.dispatch.models import Report
from workflows.filings.actions import send
from workflows.issuing.actions import issue
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind
from workflows.mechanism.models import Order
from workflows.orders.actions import draw_up
from workflows.procedures.actions import make_move
from workflows.procedures.models import Procedure
from workflows.projects import actions, sample
from workflows.projects.models import Project
from workflows.supervision.models import Case, Step
from workflows.taskforce.actions import extend, second
from workflows.taskforce.models import Attendance
from workflows.watches.actions import notice

pytestmark = pytest.mark.django_db
CLERK = Actor(1, "某某（示例）", "机制办公室")
LEADER = Actor(2, "巴某（示例）", "召集人")
ROWS = 3


@pytest.fixture
def grow(city: Tenant, zhungeer: Tenant, dalate: Tenant) -> Callable[[int], None]:
    """``grow(n)`` brings every list to ``n`` rows at least; ``n`` up to 3."""
    today = timezone.localdate()
    year = today.year
    filings = [(zhungeer, "mechanism"), (zhungeer, "annual_list"), (dalate, "mechanism")]
    confirmed = sample.sample_rows("zhungeer", year, ROWS)
    drafts = sample.sample_rows("zhungeer", year + 1, ROWS)
    done = 0

    periods = [Period.of(today).before]
    while len(periods) < ROWS:
        periods.append(periods[-1].before)

    def report(period: Period, at: datetime) -> None:
        made = dispatch.compile_report(period=period, on=today, at=at, actor=CLERK)
        dispatch.submit(pk=made.pk, version=1, at=at, actor=CLERK)
        made = dispatch.issue(pk=made.pk, version=2, on=today, at=at, actor=LEADER)
        dispatch.copy(pk=made.pk, version=made.version, on=today, at=at, actor=CLERK)

    def to(n: int) -> None:
        nonlocal done
        with visiting(zhungeer):
            sample.load(confirmed[:n], year=year, on=date(year, 1, 5), actor=CLERK)
            for facts in drafts[done:n]:
                draft = actions.register(year=year + 1, facts=facts, actor=CLERK)
                actions.make_move(
                    number=draft.number, name="send_for_comment", version=1, on=today, actor=CLERK
                )
                actions.comment(
                    number=draft.number,
                    department_code="zrzy",
                    opinion="advise",
                    text="核对用地边界",
                    actor=CLERK,
                )
            annual_sample.fill(year, confirmed_on=date(year, 1, 5), actor=CLERK)
            if not Cycle.objects.filter(year=year + 1).exists():
                open_cycle(year=year + 1, on=today, at=timezone.now(), actor=CLERK)
            numbers = Project.objects.filter(year=year).values_list("number", flat=True)
            notice(on=today, at=timezone.now())
            prepare_projects(numbers=list(numbers)[: n - 1 or 1], on=today, actor=CLERK)
            for count in range(done, n):
                paper = compose(
                    Kind.ASSIGNMENT, title=f"第{count}件", body=[Para("正文")], on=today
                )
                issue(
                    paper, kind=Kind.ASSIGNMENT, room="assignments", key=str(count), url="/",
                    on=today, actor=CLERK,
                )  # fmt: skip
                let_come_later(count, on=today)
                report(periods[count], timezone.now())
                tell(
                    [Message(key=f"x{count}", room="supervision", text=f"第{count}件", url="/")],
                    at=timezone.now(),
                )
                case = Case.objects.create(
                    source="procedures", key=str(count), due_on=date(year, 1, 5), number="1",
                    title=f"第{count}件", department_code="zrzy", url="/", stage="urge",
                    opened_on=today,
                )  # fmt: skip
                Step.objects.create(
                    case=case, kind="stage", stage="urge", on=today, at=timezone.now(),
                    by_name="系统",
                )  # fmt: skip
            for count in range(done, n):
                on_the_task_force(("zrzy", "slj", "sthj")[count], today)
        for tenant, kind in filings[done:n]:
            with visiting(tenant):
                send(kind=kind, year=year, on=today, actor=CLERK)
        done = n

    return to


def let_come_later(n: int, *, on: date) -> None:
    """A paper of the first project's nth application that waits for none."""
    project = Project.objects.filter(state="confirmed").order_by("number")[0]
    procedure = Procedure.objects.filter(project=project, edges_in=None).order_by("order")[n]
    terms = procedure.terms | {"deficiency": "M", "materials": [["平面图", True]]}
    Procedure.objects.filter(pk=procedure.pk).update(terms=terms)
    make_move(
        procedure_number=procedure.number,
        name="receive",
        on=on,
        version=procedure.version,
        actor=CLERK,
    )
    grant(
        procedure_number=procedure.number,
        material="平面图",
        why="正在盖章",
        due_on=work_calendar().add(on, 5),
        promised_by="某总（示例）",
        promise_number=f"承诺{n}号",
        promise_on=on,
        promise_text="按期补交",
        consequence="recorded",
        credit_clear=True,
        credit_on=on,
        credit_source="信用平台",
        on=on,
        actor=CLERK,
        reach=None,
    )


def on_the_task_force(code: str, today: date) -> None:
    """A draft of an order, and a person on the task force with a mark and a longer term."""
    paper = f"准联办〔{today.year}〕{code}号"
    draw_up(title=paper, reason="变动", on=today, at=timezone.now(), actor=CLERK)
    Order.objects.create(
        number=paper, title="选派", dated_on=today, filed_at=timezone.now(), filed_by=CLERK.name
    )
    row = second(
        department_code=code, name=f"{code}某（示例）", temporary=False, purpose="", from_on=today,
        planned_until=today + timedelta(days=99), document=paper, actor=CLERK,
    )  # fmt: skip
    Attendance.objects.create(
        secondment=row, on=today, presence="present", at=timezone.now(), by_name=CLERK.name
    )
    extend(
        pk=row.pk, version=1, until_on=today + timedelta(days=199), why="未完", document=paper,
        at=timezone.now(), actor=CLERK,
    )  # fmt: skip


LISTS = (
    ("zhungeer", "office", "/"),
    ("zhungeer", "leader", "/"),
    ("zhungeer", "department", "/"),
    ("zhungeer", "office", "/projects/"),
    ("zhungeer", "office", "/projects/list/{next}/confirm/"),
    ("zhungeer", "office", "/projects/export/"),
    ("zhungeer", "department", "/projects/comments/"),
    ("zhungeer", "office", "/annual/"),
    ("zhungeer", "office", "/annual/{next}/"),
    ("zhungeer", "office", "/annual/{next}/export/"),
    ("zhungeer", "office", "/annual/{next}/replies/"),
    ("zhungeer", "department", "/annual/{next}/replies/"),
    ("zhungeer", "office", "/annual/{next}/comments/"),
    ("zhungeer", "office", "/annual/{year}/"),
    ("zhungeer", "office", "/annual/{year}/changes/?scope=all"),
    ("zhungeer", "office", "/annual/{year}/compare/"),
    ("zhungeer", "office", "/annual/{year}/versions/1/"),
    ("zhungeer", "office", "/annual/{year}/issue/"),
    ("zhungeer", "office", "/orders/"),
    ("zhungeer", "office", "/taskforce/"),
    ("zhungeer", "office", "/taskforce/month/"),
    ("zhungeer", "office", "/procedures/"),
    ("zhungeer", "office", "/procedures/export/"),
    ("zhungeer", "office", "/deficiency/"),
    ("zhungeer", "department", "/deficiency/"),
    ("zhungeer", "office", "/deficiency/?export=1"),
    ("zhungeer", "office", "/deficiency/risk/ZGE-{year}-001/"),
    ("zhungeer", "office", "/watches/"),
    ("zhungeer", "department", "/watches/"),
    ("zhungeer", "office", "/watches/?export=1"),
    ("zhungeer", "office", "/watches/validity/"),
    ("zhungeer", "office", "/watches/validity/?export=1"),
    ("zhungeer", "office", "/watches/indicators/"),
    ("zhungeer", "office", "/watches/indicators/?export=1"),
    ("zhungeer", "office", "/watches/indicators/late/?rows=all"),
    ("zhungeer", "office", "/watches/indicators/late/?rows=all&export=1"),
    ("zhungeer", "office", "/meter/"),
    ("zhungeer", "office", "/meter/export/"),
    ("zhungeer", "office", "/meter/rules/"),
    ("zhungeer", "office", "/whatif/"),
    ("zhungeer", "office", "/whatif/answer.json?year={year}"),
    ("zhungeer", "office", "/whatif/export/?year={year}"),
    ("zhungeer", "office", "/whatif/gains/?year={year}"),
    ("zhungeer", "office", "/issuing/"),
    ("zhungeer", "office", "/issuing/?export=1"),
    ("zhungeer", "office", "/issuing/letterheads/"),
    ("zhungeer", "office", "/dispatch/"),
    ("zhungeer", "department", "/dispatch/"),
    ("zhungeer", "office", "/dispatch/?export=1"),
    ("zhungeer", "office", "/dispatch/{report}/"),
    ("zhungeer", "department", "/dispatch/{report}/"),
    ("zhungeer", "office", "/dispatch/{report}/?export=1"),
    ("zhungeer", "office", "/dispatch/{report}/figures/progress.total/"),
    ("zhungeer", "office", "/filings/"),
    ("zhungeer", "office", "/filings/?export=1"),
    ("zhungeer", "office", "/filings/new/annual_list/?year={year}"),
    ("zhungeer", "office", "/disclosure/"),
    ("zhungeer", "office", "/disclosure/prepare/?kind=project"),
    ("zhungeer", "office", "/supervision/"),
    ("zhungeer", "department", "/supervision/"),
    ("zhungeer", "office", "/supervision/?export=1"),
    ("zhungeer", "office", "/supervision/board/"),
    ("zhungeer", "office", "/supervision/rules/"),
    ("zhungeer", "office", "/notices/"),
    ("zhungeer", "office", "/trail/"),
    ("zhungeer", "office", "/trail/?export=1"),
    ("zhungeer", "office", "/search/?q=项目"),
    ("city", "office", "/"),
    ("city", "office", "/overview/"),
    ("city", "office", "/overview/projects/"),
    ("city", "office", "/overview/projects/?export=1"),
    ("city", "office", "/overview/procedures/"),
    ("city", "office", "/overview/procedures/?export=1"),
    ("city", "office", "/filings/"),
    ("city", "office", "/filings/inbox/"),
    ("zhungeer", "office", "/holidays/"),
    ("city", "office", "/holidays/?year={next}"),
    ("city", "office", "/holidays/export/"),
    ("city", "office", "/holidays/drafts/"),
)


def test_every_list_costs_the_same_with_one_row_and_with_three(
    grow: Callable[[int], None], member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    year = timezone.localdate().year
    tenants = {tenant.slug: tenant for tenant in Tenant.objects.all()}
    grow(1)
    with visiting(tenants["zhungeer"]):
        report = Report.objects.get().pk
    browsers = {
        (slug, role): console(
            tenants[slug],
            member(tenants[slug], role, "zrzy" if role == "department" else ""),
        )
        for slug, role, _ in LISTS
    }

    def costs() -> dict[tuple[str, str, str], int]:
        found = {}
        for slug, role, path in LISTS:
            address = path.format(year=year, next=year + 1, report=report)
            browsers[slug, role].get(address)  # what is kept in memory is there the second time
            with CaptureQueriesContext(connection) as queries:
                answer = browsers[slug, role].get(address)
            assert answer.status_code == 200, address
            found[slug, role, path] = len(queries)
        return found

    with_one = costs()
    grow(ROWS)
    with_three = costs()

    # A desk counts what it does not show, once a part of it is full.
    dearer = {
        place: (with_one[place], n)
        for place, n in with_three.items()
        if n > with_one[place] + (2 if place[2] == "/" else 0)
    }
    assert dearer == {}
    assert max(with_three.values()) <= 45
    with visiting(tenants["city"]):
        assert ProjectRow.objects.filter(year=year).count() == ROWS
