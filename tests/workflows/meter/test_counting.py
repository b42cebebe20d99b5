"""A project's meter from its real ledger: by hand, and whatever the rule."""

from collections.abc import Callable
from datetime import date, datetime
from itertools import permutations

import pytest

from kernel.calendars.queries import work_calendar
from kernel.clock.meter import Party
from tests.workflows.meter.conftest import TODAY
from workflows.meter.counting import Count
from workflows.meter.models import RuleVersion
from workflows.meter.queries import meter_of
from workflows.meter.standard import TERMS
from workflows.procedures.models import Procedure
from workflows.procedures.queries import book_of
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
Move = Callable[..., Procedure]


def meter(project: Project, rule: RuleVersion, on: date = TODAY) -> Count:
    return meter_of(book_of(project), on=on, rule=rule, calendar=work_calendar())


def test_a_project_without_a_receipt_has_not_begun(project: Project, rule: RuleVersion) -> None:
    found = meter(project, rule)
    assert (found.meter, found.state, found.official_days) == (None, "尚未起算", 0)


def test_the_season_is_counted_as_by_hand(season: Project, rule: RuleVersion) -> None:
    """6 and 7 January the government (2 working days); the 8th to 12th the owner; the 13th to 26th
    the government (10 working days); from the 27th the expert whom the owner commissioned."""
    found = meter(season, rule)
    assert found.meter
    assert [(s.party, s.first_on, s.days, s.official_days) for s in found.meter.segments] == [
        (Party.GOVERNMENT, date(2026, 1, 6), 2, 2),
        (Party.OWNER, date(2026, 1, 8), 5, 0),
        (Party.GOVERNMENT, date(2026, 1, 13), 14, 10),
        (Party.OWNER_AGENT, date(2026, 1, 27), 43, 0),
    ]
    assert (found.official_days, found.elapsed_days, found.state) == (12, 64, "计时中")


def test_what_gave_way_is_named_beside(season: Project, rule: RuleVersion) -> None:
    found = meter(season, rule).meter
    assert found
    codes = {p.number: p.matter_code for p in Procedure.objects.all()}
    government = found.segments[2]
    assert {codes[s.what] for s in found.held(government)} == {"B01", "C03"}
    assert {(codes[s.what], s.party) for s in found.beside(government)} == {
        ("C03", Party.OWNER),
        ("B01", Party.OWNER_AGENT),
    }


def test_changing_the_rule_moves_days_between_parties_and_never_makes_one(
    season: Project,
) -> None:
    book, calendar = book_of(season), work_calendar()
    totals, officials = set(), set()
    for precedence in permutations([party.value for party in Party]):
        rule = RuleVersion(version=2, **TERMS | {"precedence": list(precedence)})
        found = meter_of(book, on=TODAY, rule=rule, calendar=calendar).meter
        assert found
        totals.add((found.elapsed_days, sum(found.days.values())))
        officials.add(found.official_days)
    assert totals == {(64, 64)}
    assert len(officials) > 1


def test_it_may_begin_with_the_confirmation_instead(season: Project) -> None:
    rule = RuleVersion(version=2, **TERMS | {"begins": "confirmed"})
    found = meter(season, rule)
    assert found.meter
    assert found.meter.begin_on == date(2025, 11, 1)
    assert found.meter.segments[0].party is Party.OWNER  # nothing had been handed in
    assert found.official_days == 12
    assert meter(season, rule, date(2025, 10, 31)).meter is None


def test_the_rule_says_who_commissioned_only_where_the_ledger_is_silent(
    project: Project, move: Move, rule: RuleVersion
) -> None:
    move("B01", "receive", date(2026, 1, 12))
    move("B01", "accept", date(2026, 1, 12))
    move("B01", "stop", date(2026, 1, 23), reason="expert_review", document="告〔2026〕2号")
    parties = TERMS["stop_parties"] | {"expert_review": "owner_agent"}
    other = RuleVersion(version=2, **TERMS | {"stop_parties": parties})
    for chosen, party in ((rule, Party.GOVERNMENT_AGENT), (other, Party.OWNER_AGENT)):
        found = meter(project, chosen).meter
        assert found
        assert found.segments[-1].party is party


def test_it_ends_with_the_last_decision_before_construction(
    project: Project, move: Move, rule: RuleVersion
) -> None:
    move("B01", "receive", date(2026, 1, 12))
    move("B01", "accept", date(2026, 1, 12))
    move("B01", "decide", date(2026, 2, 3))
    move("C03", "receive", date(2026, 2, 3))
    # Let everything else belong to the completion, which comes after.
    Procedure.objects.exclude(matter_code__in=["B01", "C03"]).update(stage=4)
    assert meter(project, rule).done_on is None
    move("C03", "accept", date(2026, 2, 4))
    move("C03", "decide", date(2026, 2, 6))
    done = meter(project, rule)
    assert (done.done_on, done.state) == (date(2026, 2, 6), "已办齐")
    assert done.meter
    assert done.meter.end_on == date(2026, 2, 6)
    assert meter(project, rule, date(2027, 1, 4)).official_days == done.official_days


def test_what_was_written_down_later_is_not_known_earlier(
    season: Project, rule: RuleVersion
) -> None:
    book = book_of(season)
    book.known_at = datetime.fromisoformat("2020-01-01T00:00:00+08:00")
    assert meter_of(book, on=TODAY, rule=rule, calendar=work_calendar()).meter is None


def test_beyond_the_allowance_it_turns_red(season: Project) -> None:
    def found(days: int) -> tuple[str, int]:
        count = meter(season, RuleVersion(version=2, **TERMS | {"allowance_days": days}))
        return count.tone, count.over_days

    assert found(12) == ("", 0)
    assert found(11) == ("red", 1)
