"""The procedures room's project, seen on Tuesday 10 March 2026."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from tenants.models import Tenant
from tests.workflows.procedures.conftest import CLERK, here, make_project, move, project
from workflows.meter.models import RuleVersion
from workflows.meter.queries import rule_in_force

__all__ = ["CLERK", "here", "make_project", "move", "project"]

TODAY = date(2026, 3, 10)


@pytest.fixture
def today() -> Iterator[date]:
    with time_machine.travel("2026-03-10T09:20:00+08:00", tick=False):
        yield TODAY


@pytest.fixture
def rule(here: Tenant) -> RuleVersion:
    """The one every tenant starts with."""
    return rule_in_force(TODAY)


@pytest.fixture
def office(
    here: Tenant, today: date, console: Callable[..., Client], member: Callable[..., Any]
) -> Client:
    return console(here, member(here))


@pytest.fixture
def season(project: Any, move: Callable[..., Any]) -> Any:
    """Two procedures from 5 January 2026 on; beside each line who holds it from then."""
    move("C03", "receive", date(2026, 1, 5))  # government
    move("C03", "notify", date(2026, 1, 7), document="告〔2026〕1号", text="缺图")  # owner
    move("B01", "receive", date(2026, 1, 12))  # government
    move("B01", "accept", date(2026, 1, 15))
    move("C03", "correct", date(2026, 1, 19))  # government
    move("C03", "accept", date(2026, 1, 19))
    move(
        "B01",
        "stop",
        date(2026, 1, 23),
        reason="expert_review",
        commissioned="owner",  # an expert of the owner
        document="告〔2026〕2号",
    )
    move("C03", "decide", date(2026, 1, 26))  # nobody: the expert has the only file
    return project
