"""The whole tenant at once comes to what one project after the other comes to, field by field."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from kernel.calendars.models import HolidayNotice
from kernel.calendars.queries import work_calendar
from kernel.clock import CalendarOutOfRange, Kind, StopReason, Unit
from kernel.trail import SYSTEM
from tenants.models import Tenant
from tenants.rollup.models import DaysRow, ProcedureRow, ProjectRow
from tenants.rollup.reconcile import reconcile
from workflows.procedures import actions, bulk
from workflows.procedures.actions import comb_out, publish, rebuild_caches, replan
from workflows.procedures.lamps import SHIPPED, Watch
from workflows.procedures.lifecycle import VOID, Ball, Level, State
from workflows.procedures.models import ClockEntry, Edge, LampRuleVersion, Procedure
from workflows.procedures.planning import DERIVED, PROJECT_DERIVED, refresh
from workflows.procedures.queries import book_of
from workflows.procedures.sample import play_all
from workflows.procedures.terms import Terms
from workflows.projects import hooks
from workflows.projects.models import Project

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 14)
DAYS = (date(2025, 11, 1), date(2025, 12, 2), TODAY, date(2026, 2, 20), date(2026, 9, 30))
FEATURES = ["grassland", "water_intake", "seismic"]


@pytest.fixture
def season(here: Tenant, make_project: Callable[..., Project]) -> list[Project]:
    """Eight projects in the middle of their season; one can't be done in time, one has nothing."""
    projects = [
        make_project(
            n,
            features=["building", "eia_report", *FEATURES[: n % 4]],
            confirmed_on=date(2025, 11, 1) + timedelta(days=n % 3),
            target_on=date(2026, 1, 20) if n == 5 else date(2026, 8, 31 if n % 2 else 1),
        )
        for n in range(1, 9)
    ]
    for project in projects:
        comb_out(project, on=date(2025, 11, 3), actor=SYSTEM)
    play_all(projects, today=TODAY)
    projects.append(make_project(9, target_on=date(2026, 12, 31)))
    publish(book_of(projects[-1]), ())
    return projects


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def picture() -> dict[str, list[dict[str, Any]]]:
    """Every field of every row that a rebuild may write."""
    tables = {
        "procedures": Procedure.objects,
        "projects": Project.objects,
        "procedure rows": ProcedureRow.objects,
        "project rows": ProjectRow.objects,
        "days rows": DaysRow.objects,
    }
    pictures = {name: list(rows.order_by("number").values()) for name, rows in tables.items()}
    for rows in pictures.values():
        for row in rows:
            row.pop("written_at", None)
            row.pop("id")
    return pictures


def one_by_one(on: date) -> int:
    return sum(replan(p, on=on) for p in Project.objects.filter(state="confirmed").order_by("pk"))


def compare(on: date) -> int:
    with undone():
        expected = one_by_one(on)
        by_hand = picture()
    with undone():
        assert rebuild_caches(on) == expected
        assert picture() == by_hand
        assert rebuild_caches(on) == 0
        assert picture() == by_hand
        assert all(outcome.agrees for outcome in reconcile())
    return expected


@pytest.mark.parametrize("on", DAYS)
def test_a_season_comes_out_the_same_on_any_day(season: list[Project], on: date) -> None:
    assert compare(on) > 0 or on == TODAY


def test_so_it_does_when_each_batch_holds_three_projects(
    season: list[Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "BATCH", 3)
    assert compare(date(2026, 2, 20)) > 10


def test_so_it_does_when_the_calendar_moves(season: list[Project]) -> None:
    HolidayNotice.objects.create(
        year=2027, number="示例〔2027〕1号", title="示例放假通知", source="示例"
    )
    notice = HolidayNotice.objects.create(
        year=2026, number="示例〔2026〕9号", title="示例调整通知", source="示例"
    )
    notice.rests.create(name="示例", from_on=date(2026, 1, 15), until_on=date(2026, 1, 28))
    assert compare(TODAY) > 10


def test_so_it_does_under_another_lamp_rule(season: list[Project]) -> None:
    waiting, running = Watch(("planned_start_on",), 9, 2), Watch(("promised_due_on",), 1, 4)
    rule = replace(SHIPPED, number=2, waiting=waiting, running=running)
    LampRuleVersion.objects.create(
        number=2,
        effective_from=TODAY,
        rule=rule.write(),
        why="试",
        made_by="某某（示例）",
        made_at=timezone.now(),
    )
    assert compare(TODAY) > 0


def test_so_it_does_when_an_accepted_plan_is_missing(season: list[Project]) -> None:
    Procedure.objects.filter(order__lte=6).update(planned_start_on=None, planned_due_on=None)
    assert compare(TODAY) > 10


def test_rows_left_unlike_their_ledger_are_made_right(season: list[Project]) -> None:
    Procedure.objects.filter(order=3).update(slack_days=None, ball="nobody", yellow_on=None)
    Project.objects.filter(number=season[0].number).update(conflict=[{"number": "x"}])
    Project.objects.filter(number=season[1].number).update(short_by_days=7)
    assert compare(TODAY) >= 7


def test_a_project_off_the_list_is_left_alone(season: list[Project]) -> None:
    Project.objects.filter(pk=season[0].pk).update(state="removed")
    hooks.run(hooks.ON_REMOVE, season[0], on=TODAY, actor=SYSTEM)
    before = list(Procedure.objects.filter(project=season[0]).order_by("pk").values())
    compare(date(2026, 2, 20))
    rebuild_caches(date(2026, 2, 20))
    assert list(Procedure.objects.filter(project=season[0]).order_by("pk").values()) == before


def test_the_neighbour_is_left_alone(season: list[Project], dalate: Tenant) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM rollup_procedurerow WHERE owner = 't_dalate'")
        before = cursor.fetchone()
        assert rebuild_caches(date(2026, 2, 20)) > 0
        cursor.execute("SELECT count(*) FROM rollup_procedurerow WHERE owner = 't_dalate'")
        assert cursor.fetchone() == before
    assert set(ProcedureRow.objects.values_list("owner", flat=True)) == {"t_zhungeer"}


def test_a_project_no_calendar_reaches_stops_itself_and_no_other(season: list[Project]) -> None:
    far = Procedure.objects.filter(project=season[-2], state="planned").order_by("pk")[0]
    Procedure.objects.filter(pk=far.pk).update(terms={**far.terms, "limit_days": 20_000})
    with pytest.raises(CalendarOutOfRange):
        rebuild_caches(date(2026, 2, 20))
    for project in (season[0], season[-1]):  # before it and after it
        revisions = Procedure.objects.filter(project=project).order_by("pk")
        assert {p.revision for p in revisions} != {1}


def test_a_ring_is_refused_by_the_codes_of_its_matters(season: list[Project]) -> None:
    edge = Edge.objects.filter(after__project=season[0], strength="hard").order_by("pk")[0]
    Edge.objects.create(before=edge.after, after=edge.before, strength="hard")
    with pytest.raises(ValueError, match=edge.before.matter_code):
        rebuild_caches(TODAY)


# Ledgers nobody would write -------------------------------------------------------------------------

KINDS = (Kind.RECEIVE, Kind.ACCEPT, Kind.STOP, Kind.STOP, Kind.RESUME, *Kind)


def scrawl(procedure: Procedure, chance: Random) -> list[ClockEntry]:
    """Lines of any kind on rising days, after a usual beginning."""
    day, lines = date(2025, 11, 5) + timedelta(days=chance.randint(0, 60)), []
    usual = [Kind.RECEIVE, Kind.ACCEPT, Kind.STOP][: chance.randint(0, 3)]
    for kind in [*usual, *chance.choices(KINDS, k=chance.choice([0, 0, 1, 3, 5]))]:
        reason = chance.choice(["", *list(StopReason)]) if kind in (Kind.STOP, Kind.RESUME) else ""
        lines.append(
            ClockEntry(
                procedure=procedure,
                kind=kind.value,
                on=day,
                at=chance.choice([None, time(9, 15), time(17, 30)]),
                recorded_at=timezone.make_aware(datetime.combine(day, time(18))),
                reason=reason,
                document=chance.choice(["示例〔2026〕1号", "示例〔2026〕2号", "", " \u3000\t"]),
                days=chance.choice([0, 5, 10]),
                level=chance.choice(["", *Level.values]),
                by_name="某经办（示例）",
            )
        )
        day += timedelta(days=chance.choice([0, 1, 2, 5, 20]))
    return lines


def strike(lines: Sequence[ClockEntry], chance: Random) -> list[ClockEntry]:
    """Corrections of some of them: another day, another kind, void; and some of those corrected."""
    made: list[ClockEntry] = []
    for _ in range(2):
        for line in [*lines, *made]:
            if line.pk is None or hasattr(line, "struck") or chance.random() > 0.15:
                continue
            line.struck = True
            correction = ClockEntry(
                procedure=line.procedure,
                kind=chance.choice([line.kind, VOID, Kind.ACCEPT.value]),
                on=line.on + timedelta(days=chance.randint(-3, 3)),
                recorded_at=timezone.make_aware(datetime.combine(line.on, time(19))),
                reason=line.reason,
                document=line.document,
                corrects=line,
                by_name="某经办（示例）",
            )
            correction.save(force_insert=True)
            made.append(correction)
    return made


def odd_terms(terms: Terms, chance: Random) -> dict[str, Any]:
    facts = terms.write() | {
        "limit_days": chance.choice([None, 0, 5, 20]),
        "promised_days": chance.choice([None, None, 0, 7]),
        "allowance_days": chance.choice([None, 6]),
        "unit": chance.choice([*Unit]).value,
        "starts": chance.choice(["accept", "receive"]),
        "notice_days": chance.choice([3, 5]),
        "extension_days": chance.choice([None, 10]),
        "extension_approver": chance.choice(["", *Level.values, "superior"]),
        "cut_off": chance.choice([None, "17:00:00"]),
        "preparation_days": chance.choice([0, 10]),
        "public_notice_days": chance.choice([0, 7]),
        "public_notice_unit": chance.choice([*Unit]).value,
    }
    if chance.random() < 0.2:
        facts = Terms.read(facts).jointly("joint").write()
    # Terms written by an earlier release lack what came later.
    late = ("cut_off", "preparation_days", "public_notice_days", "public_notice_unit", "starts")
    return {k: v for k, v in facts.items() if k not in late or chance.random() > 0.1}


@pytest.mark.parametrize("seed", range(4))
def test_odd_ledgers_and_odd_terms_come_out_the_same(
    here: Tenant, make_project: Callable[..., Project], seed: int
) -> None:
    chance = Random(seed)
    projects = [
        make_project(n, target_on=date(2026, 2, 1) + timedelta(days=chance.randint(0, 300)))
        for n in range(1, 13)
    ]
    for project in projects:
        comb_out(project, on=date(2025, 11, 1), actor=SYSTEM)
    procedures = list(Procedure.objects.order_by("pk"))
    for procedure in procedures:
        procedure.terms = odd_terms(Terms.read(procedure.terms), chance)
        strike(ClockEntry.objects.bulk_create(scrawl(procedure, chance)), chance)
    Procedure.objects.bulk_update(procedures, ["terms"])
    states = set()
    for on in (date(2025, 11, 20), date(2026, 1, 7), date(2026, 4, 4)):
        states |= equal_in_memory(projects, on)
    assert states >= {State.STOPPED, State.HANDED_UP, State.DECIDED, State.WITHDRAWN}


def equal_in_memory(projects: Sequence[Project], on: date) -> set[str]:
    """Not written, as no officer's move leads there; but the same. Returns the states that occur."""
    calendar = work_calendar()
    derived = bulk.derive([p.pk for p in projects], on=on, calendar=calendar)
    place = {pk: row for row, pk in enumerate(derived.batch.stored["id"].tolist())}
    seen = set()
    for row, project in enumerate(projects):
        book = book_of(project)
        refresh(book, calendar=calendar, on=on)
        for procedure in book.procedures:
            at = place[procedure.pk]
            columns = {name: int(derived.procedures[name][at]) for name in derived.procedures}
            facts = {name: getattr(procedure, name) for name in DERIVED if name != "version"}
            assert columns == plain(facts), (procedure, book.lines.get(procedure.number), on)
            seen.add(procedure.state)
        columns = {name: int(derived.projects[name][row]) for name in derived.projects}
        facts = {name: getattr(project, name) for name in PROJECT_DERIVED}
        assert derived.chains.get(row, []) == facts.pop("conflict")
        assert columns == plain(facts)
    return seen


def plain(facts: dict[str, Any]) -> dict[str, int]:
    """Facts as columns have them."""

    def number(name: str, value: Any) -> int:
        if name == "state":
            return list(State).index(value)
        if name == "ball":
            return list(Ball).index(value)
        if name == "slack_days":
            return -(2**31) if value is None else value
        if value is None:
            return -1
        return value.toordinal() if isinstance(value, date) else int(value)

    return {name: number(name, value) for name, value in facts.items()}
