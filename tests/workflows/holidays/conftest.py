"""December 2025 with no notice for 2026 on file, and projects whose clocks run into it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import time_machine

from kernel.calendars.models import HolidayNotice
from kernel.calendars.notices_data import NOTICES
from kernel.clock import Notice
from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.holidays import actions, tasks
from workflows.holidays.models import Draft
from workflows.procedures.actions import comb_out, make_move
from workflows.procedures.models import Procedure
from workflows.projects.models import Project, target_for

CLERK = Actor(7, "某经办（示例）", "机制办公室")
TODAY = date(2025, 12, 29)
NOTICE_2026 = next(n for n in NOTICES if n.year == 2026)


@pytest.fixture(autouse=True)
def _day() -> Iterator[None]:
    with time_machine.travel("2025-12-29T09:20:00+08:00", tick=False):
        yield


@pytest.fixture
def provisional_2026(db: None) -> None:
    HolidayNotice.objects.filter(year=2026).delete()


@pytest.fixture
def notice() -> Notice:
    """The notice of 2026 as a clerk would enter it."""
    return replace(NOTICE_2026, source="中国政府网")


def confirmed(n: int = 1) -> Project:
    """A project of the current tenant combed out in November, one of its procedures under way."""
    number = f"P-2026-{n:03d}"
    project = Project.objects.create(
        number=number,
        year=2026,
        name=f"跨年项目{n}（示例）",
        owner_name="某能源化工有限公司（示例）",
        region_code="150622",
        kind="verification",
        investment_wan=468_000,
        land_ha=40,
        earthwork_m3=120_000,
        features=["land_supply", "building", "eia_report"],
        admission_rule="scale",
        admission_reason="总投资不低于10亿元",
        state="confirmed",
        confirmed_on=date(2025, 11, 3),
        planned_start_on=date(2026, 4, 20),
        target_on=target_for(date(2026, 4, 20)),
    )
    comb_out(project, on=date(2025, 11, 3), actor=CLERK)
    for code, name, on in (
        ("C03", "receive", date(2025, 12, 22)),
        ("C03", "accept", date(2025, 12, 23)),
        ("B04", "receive", date(2025, 12, 26)),
    ):
        procedure = Procedure.objects.get(project=project, matter_code=code)
        make_move(
            procedure_number=procedure.number,
            name=name,
            on=on,
            version=procedure.version,
            document="准审〔2025〕9号",
            actor=CLERK,
        )
    return project


@pytest.fixture
def projects(provisional_2026: None, zhungeer: Tenant, dalate: Tenant) -> dict[str, list[str]]:
    """Three projects of 准格尔旗 and one of the neighbour, by schema: their numbers."""
    made = {}
    for tenant, numbers in ((zhungeer, (1, 2, 3)), (dalate, (4,))):
        with visiting(tenant):
            made[tenant.schema_name] = [confirmed(n).number for n in numbers]
    return made


@pytest.fixture
def kept(provisional_2026: None, city: Tenant, notice: Notice) -> Callable[..., Draft]:
    """``kept(**changed)``: a draft of the city with the notice of 2026."""

    def keep(**changed: Any) -> Draft:
        with visiting(city):
            return actions.keep(notice=replace(notice, **changed), origin="粘贴原文", actor=CLERK)

    return keep


@pytest.fixture
def previewed(city: Tenant, kept: Callable[..., Draft]) -> Callable[..., Draft]:
    """``previewed()``: a draft whose preview is through in every tenant."""

    def preview(**changed: Any) -> Draft:
        draft = kept(**changed)
        with visiting(city):
            actions.begin_preview(draft_id=draft.pk, version=draft.version, on=TODAY, actor=CLERK)
        tasks.resume.run()
        draft.refresh_from_db()
        return draft

    return preview


@pytest.fixture
def applied(city: Tenant, previewed: Callable[..., Draft]) -> Callable[..., Draft]:
    """``applied()``: a draft on file, and every tenant recomputed."""

    def apply(**changed: Any) -> Draft:
        draft = previewed(**changed)
        with visiting(city):
            actions.apply(
                draft_id=draft.pk, version=draft.version, run=draft.run, on=TODAY, actor=CLERK
            )
        tasks.resume.run()
        tasks.resume.run()  # finds every tenant through, and closes the record
        draft.refresh_from_db()
        return draft

    return apply
