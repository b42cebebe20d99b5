"""The mechanism's pages in a tenant of 10,000 sheets and 60,000 procedures, against plain queries for the same rows.

Each page stands beside the bare SQL that reads what it shows (rows, counts, figures), fetched in the
same run. A page of fifty rows reads them in a millisecond or two and spends the rest on its frame, words
and HTML, so what is bounded is the ratio to the frame (a page of the console without rows) and the bare
queries together; and the seconds, so that it stays usable. A workbook stands beside the same rows, read
by one query and written as they are by the same writer; the sweep beside copying the cases and steps it
has written, its letters apart; a report beside reading the rows it freezes. Twelve earlier reports of
the same size stand beside the one that is opened.
"""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kernel.trail import SYSTEM, Actor
from kernel.web.xlsx import Column, workbook_bytes
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.bench.mechanism import SHEETS, fill
from tests.bench.test_bulk import MATTERS, clocked, multiply, peak_memory
from tests.bench.test_lists import FEW, PROJECTS, cost
from tests.bench.test_lists import tenant as tenant
from workflows.dispatch.actions import compile_report
from workflows.dispatch.lifecycle import Period
from workflows.dispatch.models import Report
from workflows.procedures.models import Procedure
from workflows.supervision import sweeping
from workflows.supervision.actions import sweep
from workflows.supervision.models import Case
from workflows.watches.actions import notice

NOW = "2026-01-16 10:00+08:00"
SECONDS = 1.0  # for any page; half of it is what they take at most on an idle machine
PAGE_AT_MOST, COMPILE_AT_MOST, WORKBOOK_AT_MOST = 8.0, 20.0, 6.0
WORKBOOK_MEMORY = 64 << 20
SWEEP_AT_MOST, AGAIN_AT_MOST = 30.0, 1 / 3
FRAME = "/assignments/upload/"

PART = """
    SELECT p.*, s.number, s.title, s.source_kind, s.source_words, j.number, j.name
    FROM assignments_part p JOIN assignments_sheet s ON s.id = p.sheet_id
    LEFT JOIN projects_project j ON j.id = s.project_id WHERE s.number <> ''
"""
LATE = "p.state IN ('waiting', 'working', 'reported') AND s.state = 'handed_over'"
PARTS = f"""
    SELECT count(*), count(*) FILTER (WHERE {LATE}), count(*) FILTER (WHERE {LATE} AND p.state = 'waiting'),
        count(*) FILTER (WHERE {LATE} AND p.state = 'reported'),
        count(*) FILTER (WHERE {LATE} AND p.due_on < '2026-01-16' AND p.reported_on IS NULL)
    FROM assignments_part p JOIN assignments_sheet s ON s.id = p.sheet_id WHERE s.number <> ''
"""
CASE = "SELECT * FROM supervision_case"
RED = "j.state = 'confirmed' AND p.decided_on IS NULL AND p.red_on <= '2026-01-16'"
PROCEDURE = (
    "SELECT p.*, j.* FROM procedures_procedure p JOIN projects_project j ON j.id = p.project_id"
)
MISSING = """
    SELECT d.*, p.*, j.name FROM deficiency_deficiency d JOIN procedures_procedure p ON p.id = d.procedure_id
    JOIN projects_project j ON j.id = p.project_id
"""
TALLY = """
    SELECT department_code, stage, count(*) FILTER (WHERE state <> 'closed'),
        count(*) FILTER (WHERE state = 'closed' AND closed_on <= due_on),
        count(*) FILTER (WHERE state = 'closed' AND closed_on > due_on)
    FROM supervision_case GROUP BY 1, 2
"""
MONTHS = """
    SELECT date_trunc('month', t."on"), t.stage, count(*) FROM supervision_step t
    JOIN supervision_case c ON c.id = t.case_id
    WHERE t.kind = 'stage' AND t."on" >= '2025-01-15' GROUP BY 1, 2
"""
CLASSES = """
    SELECT i.matter_code, i.cause, count(*), count(*) FILTER (WHERE i.settled) FROM meetings_item i
    JOIN meetings_meeting m ON m.id = i.meeting_id WHERE m.state IN ('minuted', 'closed') GROUP BY 1, 2
"""
EFFECTS = """
    SELECT p.*, (SELECT count(*) FROM meetings_item i JOIN meetings_meeting m ON m.id = i.meeting_id
        WHERE i.matter_code = p.matter_code AND i.cause = p.cause AND m.state IN ('minuted', 'closed'))
    FROM policies_policy p ORDER BY effective_on DESC, id DESC LIMIT 50
"""
RECEIVED = "SELECT matter_code, received_on, count(*) FROM procedures_procedure GROUP BY 1, 2"
CANDIDATES = (
    f"{PROCEDURE} WHERE {RED} ORDER BY p.red_on, p.id LIMIT 200",
    (
        f"{PROCEDURE} WHERE p.statutory_due_on < '2026-01-16' AND p.state NOT IN ('decided', 'delivered')"
        " ORDER BY p.statutory_due_on, p.id LIMIT 200"
    ),
    f"{PROCEDURE} WHERE p.state IN ('stopped', 'handed_up') ORDER BY p.id LIMIT 200",
    "SELECT * FROM projects_project WHERE NOT feasible ORDER BY number LIMIT 200",
    f"{PART} AND {LATE} AND p.due_on < '2026-01-16' ORDER BY p.due_on, p.id LIMIT 200",
    f"{MISSING} WHERE d.state = 'open' AND d.due_on < '2026-01-16' ORDER BY d.due_on, d.id LIMIT 200",
    (
        "SELECT * FROM meetings_item i JOIN meetings_meeting m ON m.id = i.meeting_id WHERE NOT i.settled"
        ' ORDER BY m."on" DESC, i.id LIMIT 200'
    ),
)
FIGURES = """
    SELECT p.department_code, count(*), count(*) FILTER (WHERE p.reported_on <= p.due_on),
        count(*) FILTER (WHERE p.reported_on > p.due_on), count(*) FILTER (WHERE p.reported_on IS NULL)
    FROM assignments_part p JOIN assignments_sheet s ON s.id = p.sheet_id
    WHERE s.handed_over_on BETWEEN '2025-01-01' AND '2026-01-16' GROUP BY 1
"""
MEETINGS = """
    SELECT m.*, (SELECT count(*) FROM meetings_item i WHERE i.meeting_id = m.id),
        (SELECT count(*) FROM meetings_item i JOIN meetings_resolution r ON r.item_id = i.id
         WHERE i.meeting_id = m.id)
    FROM meetings_meeting m ORDER BY "on" DESC, at DESC, id DESC LIMIT 30
"""
#: Each page with the queries that read the same rows and figures.
PAGES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "office",
        "/",
        (
            f"{PROCEDURE} WHERE {RED} ORDER BY p.red_on, p.id LIMIT 12",
            f"SELECT count(*) FROM procedures_procedure p JOIN projects_project j ON j.id = p.project_id WHERE {RED}",
            (
                f"{PROCEDURE} WHERE j.state = 'confirmed' AND p.decided_on IS NULL AND p.yellow_on <= '2026-01-16'"
                " AND p.red_on > '2026-01-16' ORDER BY p.red_on, p.id LIMIT 12"
            ),
            (
                f"{PROCEDURE} WHERE j.state = 'confirmed' AND p.decided_on IS NULL AND p.yellow_on > '2026-01-16'"
                " AND p.yellow_on <= '2026-01-23' ORDER BY p.yellow_on, p.id LIMIT 12"
            ),
            f"{PROCEDURE} WHERE p.state IN ('correcting', 'stopped') ORDER BY p.red_on, p.id LIMIT 12",
            f"{PART} AND p.state = 'reported' ORDER BY p.reported_on, p.id LIMIT 12",
        ),
    ),
    (
        "department",
        "/",
        (
            f"{PROCEDURE} WHERE {RED} AND p.department_code = 'zrzy' ORDER BY p.red_on, p.id LIMIT 12",
            f"{PART} AND p.department_code = 'zrzy' AND {LATE} ORDER BY p.due_on, p.id LIMIT 12",
        ),
    ),
    ("office", "/assignments/", (f"{PART} ORDER BY p.due_on, p.id LIMIT 50", PARTS)),
    (
        "office",
        "/assignments/?state=open&department=zrzy&sort=-number",
        (
            (
                f"{PART} AND {LATE} AND p.department_code = 'zrzy'"
                " ORDER BY s.handed_over_on DESC, s.id DESC LIMIT 50"
            ),
            PARTS,
        ),
    ),
    (
        "office",
        "/assignments/?q=用地&time=done_late",
        (f"{PART} AND s.title LIKE '%用地%' AND p.reported_on > p.due_on LIMIT 50", PARTS),
    ),
    (
        "department",
        "/assignments/",
        (f"{PART} AND p.department_code = 'zrzy' ORDER BY p.due_on, p.id LIMIT 50", PARTS),
    ),
    ("office", "/assignments/figures/?first=2025-01-01&last=2026-01-16", (FIGURES,)),
    (
        "supervision",
        "/supervision/",
        (f"{CASE} WHERE state <> 'closed' ORDER BY due_on, id LIMIT 50", TALLY),
    ),
    ("supervision", "/supervision/?state=all", (f"{CASE} ORDER BY due_on, id LIMIT 50", TALLY)),
    ("supervision", "/supervision/board/", (TALLY, MONTHS)),
    (
        "office",
        "/deficiency/",
        (
            f"{MISSING} WHERE d.state = 'open' ORDER BY d.due_on, d.id LIMIT 50",
            "SELECT state, count(*) FROM deficiency_deficiency GROUP BY 1",
        ),
    ),
    ("office", "/meetings/", (MEETINGS,)),
    ("office", "/meetings/{meeting}/", CANDIDATES),
    ("office", "/policies/", (EFFECTS, CLASSES, RECEIVED)),
    ("office", "/dispatch/", ("SELECT id, first, last, state FROM dispatch_report",)),
    (
        "office",
        "/dispatch/{report}/",
        ("SELECT * FROM dispatch_report ORDER BY first DESC LIMIT 2",),
    ),
    (
        "leader",
        "/dispatch/{report}/figures/procedures.red/",
        ("SELECT * FROM dispatch_report ORDER BY first DESC LIMIT 2",),
    ),
    (
        "office",
        "/notices/",
        ("SELECT * FROM notices_notice WHERE role IN ('', 'office') ORDER BY at DESC LIMIT 50",),
    ),
)
#: Each workbook with one query for its rows; the cells of a row are its first columns as text.
WORKBOOKS = (
    ("office", "/procedures/export/", f"{PROCEDURE} ORDER BY p.red_on, p.id", 21),
    ("office", "/assignments/?export=1", f"{PART} ORDER BY p.due_on, p.id", 17),
    ("supervision", "/supervision/?state=all&export=1", f"{CASE} ORDER BY due_on, id", 14),
    ("office", "/deficiency/?state=all&export=1", f"{MISSING} ORDER BY d.due_on, d.id", 15),
)

pytestmark = pytest.mark.bench


@pytest.fixture
def _at_work(tenant: Tenant, db: None) -> Iterator[None]:
    """The tenant full, on a working day of its season."""
    with time_machine.travel(NOW), visiting(tenant):
        multiply(PROJECTS // FEW - 1)
        fill(timezone.localdate())
        notice(on=timezone.localdate(), at=timezone.now())
        assert Procedure.objects.count() == PROJECTS * MATTERS
        yield


@pytest.fixture
def open_as(
    _at_work: None, tenant: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> Callable[[str], Client]:
    """``open_as("leader")`` is that role's browser."""
    browsers: dict[str, Client] = {}

    def browser(role: str) -> Client:
        if role not in browsers:
            code = "zrzy" if role == "department" else ""
            browsers[role] = console(tenant, member(tenant, role, code))
        return browsers[role]

    return browser


def plain(queries: Sequence[str], times: int = 3) -> float:
    """Seconds in which the queries give their rows, the best of some runs."""
    best = float("inf")
    for _ in range(times):
        begun = time.perf_counter()
        with connection.cursor() as cursor:
            for query in queries:
                cursor.execute(query)
                cursor.fetchall()
        best = min(best, time.perf_counter() - begun)
    return best


def reported(copies: int) -> dict[str, int]:
    """A report of the half-month past and ``copies`` issued ones of the same size before it."""
    today = timezone.localdate()
    report = compile_report(
        period=Period.of(today).before, on=today, at=timezone.now(), actor=SYSTEM
    )
    period = report.period
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM issuing_issued")
        paper = cursor.fetchone()[0]
    for _ in range(copies):
        period = period.before
        Report.objects.create(
            first=period.first,
            last=period.last,
            state="issued",
            snapshot=report.snapshot,
            digest=report.digest,
            taken_at=report.taken_at,
            issued_id=paper,
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM meetings_meeting WHERE state = 'preparing'")
        return {"report": report.pk, "meeting": cursor.fetchone()[0]}


def test_a_page_costs_little_more_than_its_rows(open_as: Callable[[str], Client]) -> None:
    sweep(on=timezone.localdate(), at=timezone.now())
    names = reported(12)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    frame, _ = cost(open_as("office"), FRAME)
    print(
        f"\n{SHEETS} 张交办单、{PROJECTS * MATTERS} 项办件；空页框 {frame * 1e3:.0f} ms。每页耗时（其中数据库），"
        "同样的行直接查询，对查询的倍数，对页框加查询的倍数："
    )
    found: dict[tuple[str, str], tuple[float, float]] = {}
    for role, path, queries in PAGES:
        took, asked = cost(open_as(role), path.format(**names))
        bare = plain(queries)
        ratio = took / (frame + bare)
        found[role, path] = (took, ratio)
        print(
            f"{role:12}{path:56} {took * 1e3:6.0f} ms（{asked * 1e3:4.0f}）{bare * 1e3:7.1f} ms"
            f" {took / bare:7.1f} {ratio:6.2f}"
        )
    slow = {page: took for page, (took, _) in found.items() if took > SECONDS}
    assert slow == {}
    assert {page: ratio for page, (_, ratio) in found.items() if ratio > PAGE_AT_MOST} == {}


def test_a_workbook_of_any_length_is_written_in_little_memory(
    open_as: Callable[[str], Client],
) -> None:
    sweep(on=timezone.localdate(), at=timezone.now())
    print("\n导出耗时、内存增量，同样的行直接查询并原样写成表格，倍数：")
    found = {}
    for role, path, query, width in WORKBOOKS:
        browser = open_as(role)
        browser.get("/notices/")
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak is counted from here
        before = peak_memory()
        begun = time.perf_counter()
        assert browser.get(path).status_code == 200
        took = time.perf_counter() - begun
        grown = peak_memory() - before
        begun = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(query)
            rows = cursor.fetchall()
        columns = [Column(str(n)) for n in range(width)]
        cells = (
            [c if isinstance(c, date | int) else str(c or "")[:20] for c in row[:width]]
            for row in rows
        )
        workbook_bytes("原样", columns, cells, as_of=timezone.localdate())
        bare = time.perf_counter() - begun
        found[path] = (took / bare, grown)
        print(
            f"{path:40} {len(rows):6} 行 {took:6.1f} 秒 +{grown / 2**20:4.0f} MiB；原样 {bare:5.1f} 秒"
            f" {took / bare:5.2f} 倍"
        )
    assert {path: n for path, (n, _) in found.items() if n > WORKBOOK_AT_MOST} == {}
    assert {path: n for path, (_, n) in found.items() if n > WORKBOOK_MEMORY} == {}


@pytest.mark.usefixtures("_at_work")
def test_a_sweep_costs_little_more_than_what_it_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    today, later = timezone.localdate(), timezone.localdate() + timedelta(days=7)
    reverse("assignments:list")  # addresses are read in once a process
    with clocked(monkeypatch, sweeping, "urge") as setting:
        took, raised = swept(today)
    letters = sum(setting)
    first = took - letters
    papers = len(setting)
    bare = copied(today)
    again, nothing = swept(today)
    with clocked(monkeypatch, sweeping, "urge") as setting:
        took, harder = swept(later)
    grown = took - sum(setting)
    print(
        f"\n巡检：立项 {raised} 件 {first:.2f} 秒，另排印催办函 {papers} 件 {letters:.2f} 秒；同样的督办事项和记录原样写入 {bare:.2f} 秒，"
        f"{first / bare:.1f} 倍（上限 {SWEEP_AT_MOST:.0f}）；再巡一遍 {again:.2f} 秒，是头一遍连同催办函的"
        f" {again / (first + letters):.2f}（上限 {AGAIN_AT_MOST:.2f}）；一周后 {harder} 件升级 {grown:.2f} 秒。"
    )
    assert raised > 2_000
    assert nothing == 0
    assert first <= SWEEP_AT_MOST * bare
    assert again <= AGAIN_AT_MOST * (first + letters)
    assert grown / harder <= 2 * first / raised


def swept(on: date) -> tuple[float, int]:
    begun = time.perf_counter()
    raised = sweep(on=on, at=timezone.now())
    return time.perf_counter() - begun, raised


def copied(on: date) -> float:
    """Seconds to write the cases and steps of a day again as bare rows."""
    new = f"supervision_case WHERE opened_on = '{on}'"
    steps = f"supervision_step WHERE case_id IN (SELECT id FROM {new})"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE kept_case ON COMMIT DROP AS SELECT * FROM {new}")
        cursor.execute(f"CREATE TEMP TABLE kept_step ON COMMIT DROP AS SELECT * FROM {steps}")
        cursor.execute(f"DELETE FROM {steps}")
        cursor.execute(f"DELETE FROM {new}")
        begun = time.perf_counter()
        with transaction.atomic():
            cursor.execute("INSERT INTO supervision_case SELECT * FROM kept_case")
            cursor.execute("INSERT INTO supervision_step SELECT * FROM kept_step")
        took = time.perf_counter() - begun
    assert Case.objects.filter(opened_on=on).exists()
    return took


@pytest.mark.usefixtures("_at_work")
def test_a_report_costs_little_more_than_reading_its_rows() -> None:
    """Each figure reads its rows once; they are frozen, digested and stored."""
    today = timezone.localdate()
    sweep(on=today, at=timezone.now())
    actor = Actor(None, "某某（示例）", "机制办公室")
    begun = time.perf_counter()
    report = compile_report(period=Period.of(today), on=today, at=timezone.now(), actor=actor)
    took = time.perf_counter() - begun
    frozen = sum(
        len(figure["rows"]) for part in report.snapshot["parts"] for figure in part["figures"]
    )
    rows = (
        f"{PROCEDURE} WHERE {RED}",
        f"{PROCEDURE} WHERE p.decided_on BETWEEN '2026-01-16' AND '2026-01-16'",
        f"{PROCEDURE} WHERE p.state IN ('stopped', 'handed_up')",
        (
            f"{PROCEDURE} WHERE least(p.promised_due_on, p.statutory_due_on, p.planned_due_on)"
            " BETWEEN '2026-01-16' AND '2026-02-15' AND p.state NOT IN ('decided', 'delivered')"
        ),
        f"{PART} AND s.handed_over_on BETWEEN '2026-01-16' AND '2026-01-31'",
        f"{PART} AND p.closed_on BETWEEN '2026-01-16' AND '2026-01-31'",
        f"{PART} AND {LATE} AND p.due_on < '2026-01-16' AND p.reported_on IS NULL",
        "SELECT number, name FROM projects_project",
        (
            "SELECT * FROM meetings_resolution r JOIN meetings_item i ON i.id = r.item_id"
            " JOIN meetings_meeting m ON m.id = i.meeting_id WHERE r.closed_on IS NULL"
        ),
        f"{MISSING} WHERE d.state = 'open'",
        f"{CASE} WHERE state = 'chasing' AND stage IN ('supervise', 'report')",
        "SELECT count(*), count(*) FILTER (WHERE state IN ('decided', 'delivered')) FROM procedures_procedure",
    )
    bare = plain(rows)
    print(
        f"\n编制半月调度：固定 {frozen} 行 {took:.2f} 秒，同样的行直接查询 {bare:.2f} 秒，"
        f"{took / bare:.1f} 倍（上限 {COMPILE_AT_MOST:.0f}）"
    )
    assert took <= COMPILE_AT_MOST * bare
    assert took < 10 * SECONDS
