"""The sample season is the same each time, legal line by line, and mixed."""

from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest

from kernel.calendars.queries import work_calendar
from kernel.trail import SYSTEM
from tenants.models import Tenant
from tenants.rollup.reconcile import reconcile
from workflows.procedures.actions import comb_out, rebuild_caches
from workflows.procedures.clocks import read_clocks
from workflows.procedures.corrections import move_of
from workflows.procedures.guards import Filing, allowed_move, check_effect
from workflows.procedures.models import ClockEntry, Procedure
from workflows.procedures.queries import entries_for
from workflows.procedures.sample import play, play_all
from workflows.procedures.terms import Terms
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 14)


@pytest.fixture
def season(here: Tenant, make_project: Callable[..., Project]) -> list[Project]:
    projects = []
    for n in range(1, 9):
        extra = ["grassland", "water_intake", "seismic"][: n % 4]
        projects.append(make_project(n, features=["building", "eia_report", *extra]))
        comb_out(projects[-1], on=date(2025, 11, 1), actor=SYSTEM)
    play_all(projects, today=TODAY)
    return projects


def test_it_holds_a_mix_of_states_and_no_day_to_come(season: list[Project]) -> None:
    states = Counter(Procedure.objects.values_list("state", flat=True))
    assert {"planned", "accepted"} < set(states)
    assert states["decided"] + states["delivered"] > 5
    assert ClockEntry.objects.filter(kind="notice").exists()
    assert ClockEntry.objects.filter(kind="stop").exists()
    assert not ClockEntry.objects.filter(on__gt=TODAY).exists()


def test_every_line_could_have_been_entered_by_an_officer(season: list[Project]) -> None:
    calendar = work_calendar()
    procedures = list(Procedure.objects.order_by("pk"))
    for number, lines in entries_for(procedures).items():
        procedure = next(p for p in procedures if p.number == number)
        terms = Terms.read(procedure.terms)
        for place, line in enumerate(lines):
            filing = Filing(
                line.on,
                at=line.at,
                document=line.document,
                reason=line.reason,
                days=line.days,
                approver=line.approver,
                text=line.text,
            )
            before = read_clocks(terms, lines[:place], calendar=calendar, on=line.on)
            move = allowed_move(move_of(line).name, filing, terms, before, calendar)
            after = read_clocks(terms, lines[: place + 1], calendar=calendar, on=line.on)
            check_effect(move, filing, before.statutory, after)
            assert place == 0 or lines[place - 1].on <= line.on


def test_stored_dates_are_what_the_ledger_says(season: list[Project]) -> None:
    assert rebuild_caches(TODAY) == 0
    assert all(outcome.agrees for outcome in reconcile())


def test_playing_again_writes_nothing(season: list[Project]) -> None:
    lines = ClockEntry.objects.count()
    assert play(season[0], today=TODAY, seed=1) == 0
    assert ClockEntry.objects.count() == lines
