"""The same city with 20 tenants and with 2,000, each a real schema: pages, opening, migrations.

The small city is a database of its own on the same server; both roll-ups hold as many rows, and both
are measured by turns. Runs last, as its schemas stay until the database is dropped: about 8 GB and half
an hour of two busy processors, nearly all of it the opening. TENANTS=200 makes it short.
"""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, reset_queries, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deploy.demo import ROOT
from kernel.accounts.models import Membership, User
from kernel.trail import SYSTEM
from tenants import migrating, provisioning
from tenants.gateway import visiting
from tenants.honesty import writing as honesty
from tenants.honesty.models import Score
from tenants.models import Kind, Tenant
from tenants.registry.models import Filing
from tenants.rollup.ledgers import ledgers
from tenants.rollup.models import ProcedureRow, ProjectRow, Reconciliation, TaskRow
from tenants.rollup.writing import put
from tests.bench.test_comb import project_of
from tests.conftest import MODEL_BACKEND, ConsoleClient, settle
from workflows.overview import queries
from workflows.procedures import actions
from workflows.procedures.models import Procedure
from workflows.projects.models import Project

FEW, MANY = 20, int(os.environ.get("TENANTS", "2000"))
PROJECTS, PROCEDURES, TASKS, FILINGS = 4_000, 40_000, 4_000, 4_000
#: Pages of the city that its navigation does not name; those that it names are added.
PAGES = (
    "/overview/projects/",
    "/overview/procedures/",
    "/overview/tasks/",
    "/overview/reconciliation/",
    "/overview/breakdown/",
    "/overview/wall/",
    "/overview/wall/tiles/",
    "/overview/days/",
    "/filings/calendar/",
    "/interchange/places/",
)
PAGE_AT_MOST = 1.3
SUMMARY_AT_MOST, UNION_AT_LEAST = 5.0, 50.0
OPENING_AT_MOST = 1.2
DDL_AT_MOST, NOTHING_AT_MOST = 3.0, 1.0
CHANGE_AT_MOST = 1.5
TODAY = date(2026, 6, 15)
LATER = "t_bench_template"
SCORE = {"asked": 90, "invented": 0, "contrary": 0, "misshapen": 0, "rows": 9, "passed": 3}

pytestmark = pytest.mark.bench


@pytest.fixture(scope="module")
def crowd(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        grow(MANY)
        spread()
        with in_a_small_city():
            settle()
            grow(FEW)
            spread()
        yield


@contextmanager
def in_a_small_city() -> Iterator[None]:
    """Work in a database of its own with 20 tenants, on the same server."""
    name, large = "bench_small", connection.settings_dict["NAME"]
    with admin() as server:
        known = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if not known.rowcount:
            server.execute(f"CREATE DATABASE {name} OWNER {connection.settings_dict['USER']}")
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.set_schema_to_public()
        connection.close()
        connection.settings_dict["NAME"] = large


def grow(size: int) -> list[float]:
    """Open tenants until there are so many; returns the seconds each took."""
    opened = []
    for n in range(Tenant.objects.count(), size):
        begun = time.perf_counter()
        provisioning.open_tenant(
            name=f"第{n}园区",
            slug=f"many-{n}",
            kind=Kind.PARK,
            code=f"159{n:05d}",
            prefix=f"M{n}",
            parent_slug="zhungeer",
            order=n,
        )
        opened.append(time.perf_counter() - begun)
        if n % 200 == 0:
            print(f"\n{n} 个租户，最近一个 {opened[-1] * 1e3:.0f} ms", flush=True)
    return opened


def spread() -> None:
    """Give every tenant its part of the city's rows."""
    with admin() as server:
        tables = [
            model._meta.db_table
            for model in (*(one.model for one in ledgers()), Reconciliation, Score, Filing)
        ]
        server.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
    tenants = list(
        Tenant.objects.filter(ready=True).order_by("pk").select_related("parent__parent")
    )
    city, now = tenants[0], timezone.now()
    for place, tenant in enumerate(tenants):
        with visiting(tenant), transaction.atomic():
            put(projects(part(PROJECTS, place, len(tenants)), tenant))
            put(procedures(part(PROCEDURES, place, len(tenants)), tenant))
            put(tasks(part(TASKS, place, len(tenants)), tenant))
            filings(part(FILINGS, place, len(tenants)), tenant, city, now)
            honesty.put(
                year=2026,
                at=now,
                figures=SCORE | {"recorded": place % 90, "missing": 90 - place % 90},
            )
            Reconciliation.objects.bulk_create(
                Reconciliation(
                    owner=tenant.schema_name, owner_name=tenant.name, ledger=ledger, at=now,
                    visible_to=[t.schema_name for t in tenant.lineage()],
                    expected=1, found=1, missing=["1"] if place == 7 else [],
                )
                for ledger in (one.name for one in ledgers())
            )  # fmt: skip
    with admin() as server:
        server.execute(f"VACUUM ANALYZE {', '.join([*tables, Tenant._meta.db_table])}")


def part(whole: int, place: int, places: int) -> range:
    return range(whole * place // places, whole * (place + 1) // places)


def projects(numbers: range, tenant: Tenant) -> list[ProjectRow]:
    return [
        ProjectRow(
            number=f"P{n}", version=1, name=f"第{n}号项目", year=2026, industry="化工",
            investment_wan=Decimal(100_000 + n), state="confirmed",
            target_on=date(2026, 3 if n % 2 else 8, 31),
            expected_on=date(2026, 1, 1) + timedelta(days=n % 300), procedures_total=10,
        )
        for n in numbers
    ]  # fmt: skip


def procedures(numbers: range, tenant: Tenant) -> list[ProcedureRow]:
    return [
        ProcedureRow(
            number=f"R{n}", version=1, project_number=f"P{n // 10}",
            project_name=f"第{n // 10}号项目", year=2026, matter_code=f"{100 + n % 40}",
            matter_name="用地预审", department_code=f"d{n % 17}", stage=1 + n % 5,
            state=("decided", "accepted", "planned", "stopped")[n % 4],
            ball=("department", "owner", "agency", "higher")[n % 4],
            statutory_due_on=date(2026, 1, 1) + timedelta(days=n % 365),
            planned_due_on=date(2026, 1, 1) + timedelta(days=n % 340),
            decided_on=date(2026, 1, 1) + timedelta(days=n % 160) if n % 4 == 0 else None,
            yellow_on=date(2026, 1, 1) + timedelta(days=n % 350),
            red_on=date(2026, 1, 1) + timedelta(days=n % 370),
        )
        for n in numbers
    ]  # fmt: skip


def tasks(numbers: range, tenant: Tenant) -> list[TaskRow]:
    return [
        TaskRow(
            number=str(n), version=1, sheet_number=f"交办〔2026〕{n}号", title="推进用地预审",
            source_kind="meeting", project_number=f"P{n}", department_code=f"d{n % 17}",
            state="open", handed_over_on=date(2026, 1, 5), first_due_on=date(2026, 3, 1),
            due_on=date(2026, 1, 1) + timedelta(days=n % 365),
            reported_on=date(2026, 2, 1) if n % 3 else None,
        )
        for n in numbers
    ]  # fmt: skip


def filings(numbers: range, sender: Tenant, receiver: Tenant, now: datetime) -> None:
    Filing.objects.bulk_create(
        Filing(
            number=f"F{n}", kind="half_month", year=2026, period=f"{n}", title="半月调度报告",
            sender=sender.schema_name, sender_name=sender.name, receiver=receiver.schema_name,
            receiver_name=receiver.name, snapshot={"rows": []}, digest="0" * 64,
            sent_at=now - timedelta(minutes=n), sent_by="某某",
        )
        for n in numbers
    )  # fmt: skip


def admin() -> psycopg.Connection[Any]:
    return psycopg.connect(
        os.environ["ADMIN_DATABASE_URL"], dbname=connection.settings_dict["NAME"], autocommit=True
    )


Cost = tuple[float, float, int]


def at_the_city() -> ConsoleClient:
    """A browser in which the city's office is signed in."""
    city = Tenant.objects.get(slug="city")
    user, _ = User.objects.get_or_create(username="bench-city", defaults={"name": "某某（示例）"})
    Membership.objects.get_or_create(
        user=user, tenant=city, defaults={"role": "office", "from_on": date(2020, 1, 1)}
    )
    browser = ConsoleClient(SERVER_NAME="city.localhost")
    browser.force_login(user, backend=MODEL_BACKEND)
    return browser


def pages() -> list[str]:
    """Addresses of the city's pages."""
    desk = at_the_city().get("/").content.decode()
    nav = desk[desk.index('<nav class="nav"') :].partition("</nav>")[0]
    return sorted({"/", *PAGES, *re.findall(r'href="(/[^"?#]*)', nav)})


def cost(path: str) -> Cost:
    """Seconds for the page and for its queries, the best of three after one that warms up; bytes."""
    browser = at_the_city()
    best = (float("inf"), 0.0, 0)
    for _ in range(4):
        reset_queries()
        with CaptureQueriesContext(connection) as asked:
            begun = time.perf_counter()
            answer = browser.get(path)
            took = time.perf_counter() - begun
        assert answer.status_code == 200, path
        seconds = sum(float(q["time"]) for q in asked.captured_queries)
        best = min(best, (took, seconds, len(answer.content)))
    return best


def best_of(times: int, work: Callable[[], Any]) -> float:
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def test_a_page_of_the_city_costs_as_much_with_many_tenants_as_with_few(
    crowd: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By turns in the small city and in this one, so that both meet the same machine."""
    monkeypatch.setattr("workflows.interchange.views.PAGE", FEW)  # the same rows in both
    asked = pages()
    small: dict[str, list[Cost]] = {page: [] for page in asked}
    large: dict[str, list[Cost]] = {page: [] for page in asked}
    for page in asked:
        for _ in range(6):
            with in_a_small_city():
                small[page].append(cost(page))
            large[page].append(cost(page))
    print(f"\n{FEW} 个租户对 {MANY} 个，行数相同，每页耗时（其中数据库）与倍数：")
    ratios = {}
    for page in asked:
        (before, asked_before, bytes_before), (after, asked_after, bytes_after) = (
            min(small[page]), min(large[page]),
        )  # fmt: skip
        ratios[page] = after / before
        print(
            f"{page:28} {before * 1e3:6.0f} ms（{asked_before * 1e3:4.0f}）→ {after * 1e3:6.0f} ms"
            f"（{asked_after * 1e3:4.0f}）  {ratios[page]:5.2f} 倍，"
            f"{bytes_before >> 10} → {bytes_after >> 10} KB"
        )
    assert {page: ratio for page, ratio in ratios.items() if ratio > PAGE_AT_MOST} == {}


#: The figures of the season, as short as SQL can say them.
RAW = (
    """
    SELECT count(*), sum(investment_wan), count(*) FILTER (WHERE done_on <= %(on)s),
           count(*) FILTER (WHERE done_on <= target_on
                            OR done_on IS NULL AND expected_on <= target_on AND target_on >= %(on)s)
    FROM rollup_projectrow p WHERE state = 'confirmed' AND year = 2026
    """,
    """
    SELECT lamp, ball, department_code, count(*), count(*) FILTER (WHERE late) FROM (
        SELECT r.ball, r.department_code, CASE
            WHEN r.decided_on <= %(on)s THEN 'done' WHEN r.red_on <= %(on)s THEN 'red'
            WHEN r.yellow_on <= %(on)s THEN 'yellow' WHEN r.state IN ('stopped', 'handed_up') THEN 'paused'
            WHEN r.red_on IS NULL AND r.yellow_on IS NULL THEN 'none' ELSE 'green' END AS lamp,
            (r.decided_on IS NULL OR r.decided_on > %(on)s)
            AND (r.statutory_due_on < %(on)s OR r.promised_due_on < %(on)s) AS late
        FROM rollup_procedurerow r JOIN rollup_projectrow p
            ON p.owner = r.owner AND p.number = r.project_number AND p.state = 'confirmed' AND p.year = 2026
    ) AS rows GROUP BY GROUPING SETS ((lamp), (ball), (department_code, lamp))
    """,
    """
    SELECT r.number FROM rollup_procedurerow r JOIN rollup_projectrow p
        ON p.owner = r.owner AND p.number = r.project_number AND p.state = 'confirmed' AND p.year = 2026
    WHERE (r.decided_on IS NULL OR r.decided_on > %(on)s) AND (r.red_on <= %(on)s OR r.yellow_on <= %(on)s)
    ORDER BY r.red_on NULLS LAST, r.owner, r.number LIMIT 10
    """,
)


def test_the_summary_costs_little_more_than_its_figures_and_a_fraction_of_a_union(
    crowd: None,
) -> None:
    """The union asks every schema for its own ledger, as there is no other way without the roll-up."""
    names = list(Tenant.objects.order_by("pk").values_list("schema_name", flat=True))
    ledgers = {
        "rollup_projectrow p": " UNION ALL ".join(
            f"SELECT '{name}' AS owner, number, state, year, investment_wan, target_on, expected_on, done_on"
            f" FROM {name}.projects_project"
            for name in names
        ),
        "rollup_procedurerow r": " UNION ALL ".join(
            f"SELECT '{name}' AS owner, c.*, j.number AS project_number"
            f" FROM {name}.procedures_procedure c JOIN {name}.projects_project j ON j.id = c.project_id"
            for name in names
        ),
    }

    def asked(statements: Sequence[str]) -> None:
        with connection.cursor() as cursor:
            for sql in statements:
                cursor.execute(sql, {"on": TODAY})
                cursor.fetchall()

    union = [*RAW]
    for table, rows in ledgers.items():
        union = [sql.replace(table, f"({rows}) AS {table[-1]}") for sql in union]
    with visiting(Tenant.objects.get(slug="city")):
        figures = best_of(5, lambda: asked(RAW))
        summary = best_of(5, lambda: queries.season(2026, "", TODAY))
        cold = best_of(1, lambda: asked(union))
        warm = best_of(2, lambda: asked(union))
    connection.close()
    print(
        f"\n汇总 {summary * 1e3:.0f} ms，同样数字的 SQL {figures * 1e3:.0f} ms：{summary / figures:.2f} 倍；"
        f"{len(names)} 个库的 UNION（各库为空）首次 {cold * 1e3:.0f} ms、再次 {warm * 1e3:.0f} ms："
        f"汇总的 {cold / summary:.0f}、{warm / summary:.0f} 倍"
    )
    assert summary <= SUMMARY_AT_MOST * figures
    assert cold >= UNION_AT_LEAST * summary


def test_the_last_tenant_opens_as_fast_as_the_twentieth(crowd: None) -> None:
    """By turns again, and the fastest of ten."""
    early: list[float] = []
    last: list[float] = []
    for _ in range(5):
        with in_a_small_city():
            early += grow(Tenant.objects.count() + 3)[1:]  # the first warms the connection
        last += grow(Tenant.objects.count() + 3)[1:]
    ratio = min(last) / min(early)
    print(
        f"\n开通第 {FEW} 个前后 {min(early) * 1e3:.0f} ms，第 {MANY} 个之后 {min(last) * 1e3:.0f} ms："
        f"{ratio:.2f} 倍（各 {len(last)} 次里最快的）"
    )
    assert ratio <= OPENING_AT_MOST


def test_a_ledger_change_costs_little_more_for_its_roll_up_row(
    crowd: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    spent: list[float] = []

    def timed(rows: Any) -> None:
        begun = time.perf_counter()
        put(rows)
        spent.append(time.perf_counter() - begun)

    monkeypatch.setattr(actions.rollup, "put", timed)
    taken = []
    with visiting(Tenant.objects.select_related("parent").get(slug="many-19")):
        if not Procedure.objects.exists():
            for project in Project.objects.bulk_create([project_of(n) for n in range(10)]):
                actions.comb_out(project, on=date(2025, 11, 1), actor=SYSTEM)
        for project in Project.objects.order_by("pk"):
            first = Procedure.objects.filter(project=project, state="planned").order_by("order")[0]
            spent.clear()
            begun = time.perf_counter()
            actions.make_move(
                procedure_number=first.number, name="receive", on=date(2026, 1, 26),
                version=first.version, actor=SYSTEM,
            )  # fmt: skip
            whole = time.perf_counter() - begun
            taken.append((whole, sum(spent)))
    ratio = median(whole / (whole - rows) for whole, rows in taken)
    print(
        f"\n办一步 {median(w for w, _ in taken) * 1e3:.1f} ms，其中汇总 "
        f"{median(r for _, r in taken) * 1e3:.1f} ms：{ratio:.2f} 倍"
    )
    assert ratio <= CHANGE_AT_MOST


@pytest.fixture
def later(
    crowd: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], None]]:
    """Puts a migration on the disk, for the tenants here and a template of their own."""
    package = tmp_path / "bench_policies"
    shutil.copytree(ROOT / "workflows/policies/migrations", package)
    monkeypatch.syspath_prepend(tmp_path)
    last = sorted(p.stem for p in package.glob("0*.py"))[-1]
    settings.MIGRATION_MODULES = {"policies": package.name}
    sql = provisioning.template_sql()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {LATER} CASCADE")
        provisioning.replay(sql, LATER)
    settings.TEMPLATE_SCHEMA = LATER

    def write() -> None:
        (package / "0090_weight.py").write_text(
            "from django.db import migrations, models\n"
            "class Migration(migrations.Migration):\n"
            f"    dependencies = [('policies', '{last}')]\n"
            "    operations = [migrations.AddField('policy', 'weight', models.IntegerField(db_default=0))]\n"
        )

    with ExitStack() as stack:
        stack.callback(connection.set_schema_to_public)
        yield write


def test_migrating_every_schema_costs_little_more_than_the_bare_statement(
    later: Callable[[], None],
) -> None:
    names = list(Tenant.objects.order_by("pk").values_list("schema_name", flat=True))
    sample = names[:: max(len(names) // 200, 1)]

    bare_column = f"bare_{time.time_ns()}"

    def bare() -> None:
        for name in sample:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL search_path = {name}")
                cursor.execute(
                    f"ALTER TABLE policies_policy ADD COLUMN {bare_column} integer DEFAULT 0 NOT NULL"
                )

    def nothing() -> None:
        assert migrating.migrate_everything(say=print).moved == 0

    migrating.migrate_everything(say=print)  # whoever was opened by an older template
    idle = best_of(3, nothing)
    connection.close()
    floor = best_of(1, bare) / len(sample)
    later()
    connection.close()
    begun = time.perf_counter()
    outcome = migrating.migrate_everything(say=print)
    before = time.perf_counter() - begun - outcome.seconds
    taken = outcome.seconds / len(names)
    assert outcome.moved == len(names)
    assert outcome.failed == {}
    few = names[:: max(len(names) // 5, 1)]
    begun = time.perf_counter()
    for name in few:
        call_command("migrate_schemas", schema_name=name, interactive=False, verbosity=0)
    django = (time.perf_counter() - begun) / len(few)
    print(
        f"\n迁移 {len(names)} 个库：每库 {taken * 1e3:.1f} ms，裸语句 {floor * 1e3:.1f} ms：{taken / floor:.2f} 倍；"
        f"共享库和模板先用 {before:.1f} 秒；无事可做 {idle:.2f} 秒，Django 每库 {django:.2f} 秒（{len(few)} 库实测），"
        f"{len(names)} 库推算 {django * len(names) / 60:.0f} 分钟"
    )
    assert taken <= DDL_AT_MOST * floor
    assert idle < NOTHING_AT_MOST
    cache.clear()
