"""Versions are published, never edited."""

from dataclasses import replace
from datetime import date

import pytest

from kernel.trail import SYSTEM
from kernel.trail.models import TrailEntry
from workflows.catalogue import actions, combing
from workflows.catalogue.actions import load_standard
from workflows.catalogue.models import MatterVersion
from workflows.catalogue.queries import departments, matter, standard_in_force

pytestmark = pytest.mark.django_db
ON = date(2026, 1, 28)


def test_the_catalogue_in_force_is_the_one_shipped() -> None:
    shipped = combing.load_standard()
    in_force = standard_in_force(ON)
    assert in_force.matters == shipped.matters
    assert in_force.departments == shipped.departments
    assert sorted(in_force.edges, key=lambda e: (e.after, e.before)) == sorted(
        shipped.edges, key=lambda e: (e.after, e.before)
    )


def test_loading_again_publishes_nothing() -> None:
    lines = TrailEntry.objects.count()
    assert load_standard(actor=SYSTEM) == []
    assert MatterVersion.objects.count() == 46
    assert TrailEntry.objects.count() == lines


def test_a_changed_fact_publishes_the_next_version(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = combing.load_standard()
    longer = tuple(replace(m, limit_days=21) if m.code == "A08" else m for m in shipped.matters)
    monkeypatch.setattr(actions.combing, "load_standard", lambda: replace(shipped, matters=longer))
    assert load_standard(actor=SYSTEM) == ["A08"]
    first, second = MatterVersion.objects.filter(matter_code="A08").order_by("number")
    assert (first.limit_days, second.limit_days) == (20, 21)
    assert second.effective_from > first.effective_from
    assert matter("A08", ON).number == 1
    assert matter("A08", second.effective_from).number == 2


def test_reading_the_whole_catalogue_costs_three_queries(django_assert_num_queries) -> None:
    departments()  # the first query of a test also sets the search path
    with django_assert_num_queries(3):
        standard_in_force(ON)


def test_departments_are_known_by_code() -> None:
    assert departments()["zrzy"].short_name == "自然资源局"
    assert sum(d.member for d in departments().values()) == 17
