"""A banner with one project, whose two first departments have handled something, and the rest of the cast."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kernel.trail import Actor
from tenants.models import Tenant
from workflows.interchange import actions
from workflows.interchange.mapping import OFFICE
from workflows.interchange.tables import Home
from workflows.procedures.models import ClockEntry, Procedure
from workflows.projects import sample
from workflows.projects.models import Project

In = Callable[[Tenant], AbstractContextManager[Tenant]]
CLERK = Actor(1, "某某（示例）", "机制办公室")
YEAR = 2027
TODAY = date(2026, 11, 25)
SOURCE = "准发改审批〔2026〕1号"
PROCESS = "1506220001"


def at(day: date = TODAY) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=timezone.get_default_timezone())


def lay_out(count: int = 1) -> list[Project]:
    """``count`` confirmed projects in the tenant that is current."""
    rows = sample.sample_rows("zhungeer", YEAR, count)
    sample.load(rows, year=YEAR, on=date(2026, 10, 28), actor=CLERK)
    return list(Project.objects.filter(year=YEAR).order_by("number"))


def handle(procedure: Procedure, *lines: tuple[str, date, dict[str, Any]]) -> Procedure:
    """Lines of the clock as the ledger would have them, and the state they lead to."""
    for kind, on, facts in lines:
        ClockEntry.objects.create(
            **{
                "procedure": procedure,
                "kind": kind,
                "on": on,
                "recorded_at": at(on),
                "by_name": "王某",
            }
            | facts
        )
    on = {kind: day for kind, day, _ in lines}
    procedure.received_on, procedure.accepted_on = on.get("receive"), on.get("accept")
    procedure.decided_on = on.get("decide")
    procedure.state = "decided" if "decide" in on else "accepted"
    procedure.save()
    return procedure


def decided(procedure: Procedure, **facts: Any) -> Procedure:
    return handle(
        procedure,
        ("receive", date(2026, 11, 2), {}),
        ("accept", date(2026, 11, 3), {"document": "受〔2026〕1号"}),
        ("decide", date(2026, 11, 20), {"document": f"准审〔2026〕{procedure.pk}号"} | facts),
    )


def fill(home: Home, key: str, unit: str = OFFICE, version: int = 0, **values: str) -> int:
    return actions.fill(
        home=home,
        lines=[(key, version, values)],
        source=SOURCE,
        unit=unit,
        on=TODAY,
        at=at(),
        actor=CLERK,
    )


def fill_office(project: Project, **changed: str) -> None:
    """All that the office answers for."""
    fill(
        Home.PROCESS,
        PROCESS,
        SPLCMC="工业项目流程",
        SPLCBBH="1.0",
        SPLCSXSJ="2026-01-01",
        SPLCLX="6",
    )
    for stage in range(1, 6):
        fill(Home.STAGE, f"{PROCESS}-{stage}", SPJDSX="20", LCBSXLX="1")
    fill(
        Home.PROJECT,
        project.number,
        **{
            "GCDM": "15062220270001", "SPLCBM": PROCESS, "LXLX": "2", "JSXZ": "1", "GCFL": "2",
            "GBHYDMFBND": "2017", "GBHY": "2614", "TDSFDSJFA": "0", "SFWCQYPG": "1", "XMTZLY": "2",
            "TDHQFS": "1", "XMZJSX": "2", "NJCSJ": "2028-12-31",
        } | changed,
    )  # fmt: skip


def fill_department(procedure: Procedure) -> None:
    """All that the department of ``procedure`` answers for."""
    unit = procedure.department_code
    fill(Home.DEPARTMENT, unit, unit, SPBMBM=f"BM{unit}01", BLCS="行政审批科")
    fill(
        Home.MATTER, procedure.matter_code, unit, DYBZSPSXBM="GB0801", SFSXGZCNZ="0", BJLX="2",
        SQDX="2", BLJGSDFS="窗口领取", SFLCBSX="1", GKFS="1",
    )  # fmt: skip
    fill(
        Home.PROCEDURE, procedure.number, unit, SLFS="1", BLYJ="选址符合国土空间规划，图件齐全，准予核发。",
        PFWJBT="关于用地预审的批复", PFWJYXQX="2029-11-19",
    )  # fmt: skip


@pytest.fixture
def banner(zhungeer: Tenant, in_tenant: In) -> Tenant:
    """One project; the land bureau has decided its first case, the others have none."""
    with in_tenant(zhungeer):
        (project,) = lay_out()
        decided(land_case(project))
    return zhungeer


def land_case(project: Project) -> Procedure:
    found = project.procedures.filter(department_code="zrzy").order_by("order").first()
    assert found is not None
    return found


@pytest.fixture
def office(banner: Tenant, member: Callable[..., Any], console: Callable[..., Client]) -> Client:
    return console(banner, member(banner, "office"))


@pytest.fixture
def bureau(banner: Tenant, member: Callable[..., Any], console: Callable[..., Client]) -> Client:
    return console(banner, member(banner, "department", "zrzy"))
