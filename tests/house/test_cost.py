"""Every list of the console costs the same number of queries with one row and with three."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel.papers.paper import Para
from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from tenants.rollup.models import ProjectRow
from tests.house.rows import Rows
from workflows.annual import sample as annual_sample
from workflows.annual.actions import open_cycle
from workflows.annual.models import Cycle
from workflows.disclosure.actions import prepare_projects
from workflows.filings.actions import send
from workflows.issuing.actions import issue
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind
from workflows.mechanism.models import Order
from workflows.orders.actions import draw_up
from workflows.projects import actions, sample
from workflows.projects.models import Project
from workflows.taskforce.actions import extend, second
from workflows.taskforce.models import Attendance
from workflows.watches.actions import notice

pytestmark = pytest.mark.django_db
CLERK = Actor(1, "某某（示例）", "机制办公室")
LEADER = Actor(2, "巴某（示例）", "召集人")
ROWS = 3


Names = dict[str, Any]


@pytest.fixture
def grow(city: Tenant, zhungeer: Tenant, dalate: Tenant) -> Callable[[int], Names]:
    """``grow(n)`` brings every list to ``n`` rows at least, and gives what stands in addresses;
    ``n`` up to 3."""
    today = timezone.localdate()
    year = today.year
    filings = [(zhungeer, "mechanism"), (zhungeer, "annual_list"), (dalate, "mechanism")]
    confirmed = sample.sample_rows("zhungeer", year, ROWS)
    drafts = sample.sample_rows("zhungeer", year + 1, ROWS)
    rows, done = Rows(today, CLERK), 0

    def to(n: int) -> Names:
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
            for count in range(done, n):
                on_the_task_force(("zrzy", "slj", "sthj")[count], today)
                rows.add()
        for tenant, kind in filings[done:n]:
            with visiting(tenant):
                send(kind=kind, year=year, on=today, actor=CLERK)
        done = n
        return {"year": year, "next": year + 1, **rows.ids}

    return to


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
    ("zhungeer", "supervision", "/"),
    ("zhungeer", "office", "/projects/"),
    ("zhungeer", "office", "/projects/{project}/"),
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
    ("zhungeer", "office", "/procedures/{procedure}/"),
    ("zhungeer", "department", "/procedures/{procedure}/"),
    ("zhungeer", "office", "/assignments/"),
    ("zhungeer", "department", "/assignments/"),
    ("zhungeer", "leader", "/assignments/?time=asked&sort=number"),
    ("zhungeer", "office", "/assignments/?export=1"),
    ("zhungeer", "department", "/assignments/?export=1"),
    ("zhungeer", "office", "/assignments/figures/"),
    ("zhungeer", "office", "/assignments/figures/?export=1"),
    ("zhungeer", "office", "/assignments/{sheet}/"),
    ("zhungeer", "department", "/assignments/{sheet}/"),
    ("zhungeer", "department", "/assignments/upload/"),
    ("zhungeer", "office", "/supervision/"),
    ("zhungeer", "supervision", "/supervision/?state=all&late=on"),
    ("zhungeer", "department", "/supervision/"),
    ("zhungeer", "supervision", "/supervision/?export=1"),
    ("zhungeer", "supervision", "/supervision/board/"),
    ("zhungeer", "leader", "/supervision/board/"),
    ("zhungeer", "supervision", "/supervision/rules/"),
    ("zhungeer", "supervision", "/supervision/{case}/"),
    ("zhungeer", "department", "/supervision/{case}/"),
    ("zhungeer", "office", "/deficiency/"),
    ("zhungeer", "department", "/deficiency/"),
    ("zhungeer", "office", "/deficiency/?export=1"),
    ("zhungeer", "department", "/deficiency/{deficiency}/"),
    ("zhungeer", "office", "/deficiency/risk/{project}/"),
    ("zhungeer", "office", "/meetings/"),
    ("zhungeer", "leader", "/meetings/"),
    ("zhungeer", "department", "/meetings/"),
    ("zhungeer", "office", "/meetings/?q=会议"),
    ("zhungeer", "office", "/meetings/?export=1"),
    ("zhungeer", "office", "/meetings/{meeting_preparing}/"),
    ("zhungeer", "leader", "/meetings/{meeting_asked}/"),
    ("zhungeer", "department", "/meetings/{meeting_invited}/"),
    ("zhungeer", "office", "/meetings/{meeting_held}/"),
    ("zhungeer", "supervision", "/meetings/{meeting_minuted}/"),
    ("zhungeer", "office", "/policies/"),
    ("zhungeer", "office", "/policies/?export=1"),
    ("zhungeer", "leader", "/policies/{policy}/"),
    ("zhungeer", "office", "/dispatch/"),
    ("zhungeer", "leader", "/dispatch/"),
    ("zhungeer", "office", "/dispatch/{report}/"),
    ("zhungeer", "department", "/dispatch/{issued}/"),
    ("zhungeer", "leader", "/dispatch/{issued}/figures/sheets.given/"),
    ("zhungeer", "office", "/dispatch/{report}/figures/sheets.given/?export=1"),
    ("zhungeer", "office", "/notices/"),
    ("zhungeer", "office", "/outbox/"),
    ("zhungeer", "office", "/exchange/"),
    ("zhungeer", "office", "/exchange/systems/{system}/"),
    ("zhungeer", "office", "/exchange/document/"),
    ("zhungeer", "office", "/outbox/?export=1"),
    ("zhungeer", "office", "/outbox/{delivery}/"),
    ("zhungeer", "office", "/outbox/receivers/"),
    ("zhungeer", "supervision", "/outbox/receivers/{receiver}/"),
    ("zhungeer", "department", "/notices/?seen=no"),
    ("zhungeer", "office", "/mechanism/"),
    ("zhungeer", "office", "/mechanism/seats/"),
    ("zhungeer", "office", "/mechanism/export/"),
    ("zhungeer", "office", "/catalogue/"),
    ("zhungeer", "office", "/promises/"),
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
    ("zhungeer", "department", "/dispatch/"),
    ("zhungeer", "office", "/dispatch/?export=1"),
    ("zhungeer", "office", "/dispatch/{report}/?export=1"),
    ("zhungeer", "office", "/dispatch/{report}/figures/progress.total/"),
    ("zhungeer", "office", "/filings/"),
    ("zhungeer", "office", "/filings/?export=1"),
    ("zhungeer", "office", "/filings/new/annual_list/?year={year}"),
    ("zhungeer", "office", "/interchange/?year={year}"),
    ("zhungeer", "department", "/interchange/?year={year}"),
    ("zhungeer", "office", "/interchange/gaps/project/GCDM/?year={year}"),
    ("zhungeer", "department", "/interchange/gaps/procedure/SLFS/?year={year}"),
    ("zhungeer", "office", "/interchange/facts/project/{project}/"),
    ("zhungeer", "office", "/interchange/processes/"),
    ("zhungeer", "office", "/interchange/batches/"),
    ("city", "office", "/interchange/places/"),
    ("zhungeer", "office", "/disclosure/"),
    ("zhungeer", "office", "/disclosure/prepare/?kind=project"),
    ("zhungeer", "office", "/trail/"),
    ("zhungeer", "office", "/trail/?export=1"),
    ("zhungeer", "office", "/search/?q=项目"),
    ("city", "office", "/"),
    ("city", "office", "/overview/"),
    ("city", "office", "/overview/projects/"),
    ("city", "office", "/overview/projects/?export=1"),
    ("city", "office", "/overview/procedures/"),
    ("city", "office", "/overview/procedures/?export=1"),
    ("city", "office", "/overview/tasks/"),
    ("city", "office", "/overview/tasks/?export=1"),
    ("city", "office", "/overview/resolutions/"),
    ("city", "office", "/overview/days/"),
    ("city", "office", "/overview/days/?export=1&beyond=near"),
    ("city", "office", "/overview/breakdown/"),
    ("city", "leader", "/overview/breakdown/?by=industry"),
    ("city", "supervision", "/overview/breakdown/?by=matter_code&export=1"),
    ("city", "leader", "/overview/wall/"),
    ("city", "office", "/overview/wall/tiles/"),
    ("zhungeer", "office", "/effects/"),
    ("zhungeer", "leader", "/effects/?export=1"),
    ("city", "office", "/filings/"),
    ("city", "office", "/filings/inbox/"),
    ("zhungeer", "office", "/holidays/"),
    ("city", "office", "/holidays/?year={next}"),
    ("city", "office", "/holidays/export/"),
    ("city", "office", "/holidays/drafts/"),
)


def test_every_list_costs_the_same_with_one_row_and_with_three(
    grow: Callable[[int], Names], member: Callable[..., Any], console: Callable[..., Any]
) -> None:
    tenants = {tenant.slug: tenant for tenant in Tenant.objects.all()}
    names = grow(1)
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
            address = path.format(**names)
            browsers[slug, role].get(address)  # what is kept in memory is there the second time
            with CaptureQueriesContext(connection) as queries:
                answer = browsers[slug, role].get(address)
            assert answer.status_code == 200, address
            found[slug, role, path] = len(queries)
        return found

    with_one = costs()
    names |= grow(ROWS)
    with_three = costs()

    # A desk counts what it does not show, once a part of it is full.
    dearer = {
        place: (with_one[place], n)
        for place, n in with_three.items()
        if n > with_one[place] + (2 if place[2] == "/" else 0)
    }
    assert dearer == {}
    assert max(with_three.values()) <= 47
    with visiting(tenants["city"]):
        assert ProjectRow.objects.filter(year=names["year"]).count() == ROWS
