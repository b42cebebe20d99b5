"""Every server is killed in turn while people work: what they were told is done is there, and once."""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from tests.chaos import clerks
from tests.chaos.clerks import Clerk
from tests.chaos.servers import Besieged, besieged, until

pytestmark = pytest.mark.chaos
KILLS = int(os.environ.get("KILLS", "20"))
ORDER = ("web", "postgres", "worker", "valkey", "beat")
SWEEPS = ("resume-batches", "resume-holidays")


@pytest.fixture(scope="module")
def siege() -> Iterator[Besieged]:
    with besieged() as servers:
        yield servers


@pytest.fixture(scope="module")
def people(siege: Besieged) -> list[Clerk]:
    """They work while ``KILLS`` servers fall one after the other, each started again at once."""
    days: list[tuple[Clerk, Callable[[Clerk], Iterator[None]]]] = [
        (Clerk(siege.city, "zhungeer", "zhunban", seed=1), clerks.hands_out_tasks),
        (Clerk(siege.city, "zhungeer-jkq", "zhunban", seed=2), clerks.files_summaries),
        (Clerk(siege.city, "dalate", "dalaban", seed=3), clerks.files_summaries),
        (Clerk(siege.city, "city", "shiban", seed=4), clerks.answers_filings),
        (Clerk(siege.city, "dalate", "dalaban", seed=5, pause=0.3), clerks.moves_procedures),
        (Clerk(siege.city, "zhungeer", "zhunban", seed=6), clerks.sends_a_whole_list),
    ]
    stop = threading.Event()
    at_work = [threading.Thread(target=who.work, args=(day, stop)) for who, day in days]
    for each in at_work:
        each.start()
    dice = random.Random(20)

    def done() -> int:
        return sum(len(who.acknowledged) for who, _ in days)

    try:
        for count in range(KILLS):
            before = done()
            until(lambda seen=before: done() >= seen + 3, within=10)
            time.sleep(dice.uniform(0, 0.5))
            siege.kill_and_restart(ORDER[count % len(ORDER)])
    finally:
        stop.set()
        for each in at_work:
            each.join()
    return [who for who, _ in days]


@pytest.fixture(scope="module")
def found(siege: Besieged, people: list[Clerk]) -> dict[str, Any]:
    """What the database says when the sweeps have run."""
    siege.city.run_beat(*SWEEPS)
    return siege.findings()


def told(people: list[Clerk], what: str) -> list[tuple[str, ...]]:
    return [each for who in people for each in who.acknowledged if each[0] == what]


def test_the_servers_fell_and_work_went_on(siege: Besieged, people: list[Clerk]) -> None:
    assert siege.killed == KILLS
    assert [fault for who in people for fault in who.faults] == []
    counts = Counter(each[0] for who in people for each in who.acknowledged)
    print(
        f"{KILLS} kills, acknowledged {dict(counts)}, sent again {sum(w.sent_again for w in people)}"
    )
    least = min(KILLS // 4, 20)
    assert sum(who.sent_again for who in people) >= least
    for what in ("sheet", "numbered", "filing", "procedures.receive"):
        assert counts[what] >= least, what
    assert counts["acknowledge"] + counts["return"] > 0


def test_each_filing_told_to_be_sent_is_there_once(people: list[Clerk], found: Any) -> None:
    filings = [each for tenant in found.values() for each in tenant["filings"]]
    by_pk = {str(each["pk"]): each for each in filings}
    for _, pk, words in told(people, "filing"):
        assert by_pk[pk]["words"] == words
    assert max(Counter(each["words"] for each in filings).values()) == 1
    assert all(each["whole"] for each in filings)


def test_one_of_a_sender_is_in_force_and_answers_are_as_told(
    people: list[Clerk], found: Any
) -> None:
    filings = {str(each["pk"]): each for tenant in found.values() for each in tenant["filings"]}
    for _, pk in told(people, "acknowledge"):
        assert filings[pk]["receipt"]
    for _, pk in told(people, "return"):
        assert filings[pk]["state"] in {"returned", "superseded"}
    for slug in ("dalate", "zhungeer-jkq"):
        states = Counter(each["state"] for each in found[slug]["filings"])
        assert states["sent"] + states["acknowledged"] <= 1


def test_numbers_run_without_a_gap_and_none_is_used_twice(found: Any) -> None:
    for slug in ("dalate", "zhungeer-jkq"):
        numbers = [_count(each["number"]) for each in found[slug]["filings"]]
        assert numbers == list(range(1, found[slug]["series"]["filing"] + 1))
    receipts = sorted(
        _count(each["receipt"]) for t in found.values() for each in t["filings"] if each["receipt"]
    )
    assert receipts == list(range(1, len(receipts) + 1))
    sheets = sorted(_count(number) for _, number in found["zhungeer"]["sheets"] if number)
    assert sheets == list(range(1, len(sheets) + 1))


def test_each_sheet_told_to_be_made_is_there_once_with_the_number_told(
    people: list[Clerk], found: Any
) -> None:
    sheets = found["zhungeer"]["sheets"]
    assert max(Counter(title for title, _ in sheets).values()) == 1
    numbers = dict(sheets)
    for _, title in told(people, "sheet"):
        assert title in numbers
    for _, title, number in told(people, "numbered"):
        assert numbers[title] == number


def test_each_move_and_each_answer_left_one_line_and_the_chain_holds(
    people: list[Clerk], found: Any
) -> None:
    times = {
        (action, subject): count
        for tenant in found.values()
        for action, subject, count in tenant["lines"]
    }
    for action, number in told(people, "procedures.receive"):
        assert times[action, number] == 1
    assert {count for (action, _), count in times.items() if action == "procedures.receive"} == {1}
    answered = [n for (action, _), n in times.items() if action.startswith("filings.acknowledge")]
    assert set(answered) <= {1}
    assert [tenant["broken_line"] for tenant in found.values()] == [None] * len(found)


def test_the_picture_of_the_city_is_what_the_ledgers_say(found: Any) -> None:
    assert {slug: tenant["disagreeing"] for slug, tenant in found.items()} == {
        slug: [] for slug in found
    }


def test_nothing_is_left_half_done(found: Any) -> None:
    assert found["zhungeer"]["batches"] == [["send_for_comment", True]]
    assert {slug: tenant["waiting"] for slug, tenant in found.items()} == dict.fromkeys(found, 0)


# Shown to be able to fail --------------------------------------------------------------------------


def test_without_the_forms_token_a_second_sending_makes_a_double(
    siege: Besieged, found: Any
) -> None:
    with_token = Clerk(siege.city, "zhungeer", "zhunban", cut=0.5, seed=7)
    without = Clerk(siege.city, "zhungeer", "zhunban", cut=0.5, seed=8, tokens=False)
    for clerk in (with_token, without):
        for count in range(12):
            clerks.draw_up(clerk, f"对照{clerk.seed}-{count}")
        assert clerk.sent_again

    def doubles(seed: int) -> int:
        return sum(n > 1 for title, n in siege.titles().items() if title.startswith(f"对照{seed}-"))

    assert until(lambda: doubles(8) > 0, within=10)
    assert doubles(7) == 0


def test_without_synchronous_commit_what_was_acknowledged_is_lost(
    siege: Besieged, found: Any
) -> None:
    """The same people, the same kill; only PostgreSQL answers before it has written."""

    def told_and_gone(seed: int) -> int:
        clerk = Clerk(siege.city, "zhungeer", "zhunban", cut=0, seed=seed)
        for count in range(6):
            clerks.draw_up(clerk, f"对照{seed}-{count}")
        siege.kill_and_restart("postgres")
        kept = siege.titles()
        return sum(title not in kept for _, title in clerk.acknowledged)

    assert told_and_gone(9) == 0
    with psycopg.connect(siege.city.environment["ADMIN_URL"], autocommit=True) as admin:
        for name, value in CARELESS.items():
            admin.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    siege.kill_and_restart("postgres")
    assert told_and_gone(10) > 0


#: Nothing but a full buffer or a page that must be written makes it write within the test.
CARELESS = {
    "synchronous_commit": "off",
    "wal_writer_delay": "10s",
    "wal_writer_flush_after": "1GB",
    "wal_buffers": "64MB",
    "bgwriter_lru_maxpages": "0",
    "autovacuum": "off",
}


def _count(number: str) -> int:
    return int(number.rpartition("〕")[2].removesuffix("号"))
