"""Real servers in a folder of their own: started, killed, started again, given from outside."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from kernel.embedded import postgres
from kernel.embedded.home import Home
from kernel.embedded.processes import CannotStart
from kernel.embedded.services import Services, running_services

GIVEN = ("DATABASE_URL", "ADMIN_DATABASE_URL", "REDIS_URL")


@pytest.fixture(autouse=True)
def _own_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GIVEN:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    """Servers for the questions that change nothing."""
    with pytest.MonkeyPatch.context() as patch, new_home() as path:
        for name in GIVEN:
            patch.delenv(name, raising=False)
        with running_services(path, durable=False) as services:
            yield services


@contextmanager
def new_home() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="lianshen-embedded-"))
    yield path
    Home(path).remove()


@pytest.fixture
def home() -> Iterator[Path]:
    with new_home() as path:
        yield path


def answer(services: Services, question: str) -> object:
    with psycopg.connect(services.database_url) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row[0] if row and len(row) == 1 else row


def test_what_was_written_is_there_at_the_next_start(home: Path) -> None:
    with running_services(home, durable=True) as services:
        with psycopg.connect(services.database_url) as connection:
            connection.execute("CREATE TABLE note AS SELECT '联审' AS text")
        with redis.Redis.from_url(services.redis_url) as client:
            client.set("note", "联审")

    with running_services(home, durable=True) as again:
        assert again.database_url == services.database_url
        assert answer(again, "SELECT text FROM note") == "联审"
        with redis.Redis.from_url(again.redis_url) as client:
            assert client.get("note") == "联审".encode()

    assert all(process.poll() is not None for process in again.processes.values())


def test_the_application_role_owns_its_database_and_is_bound_by_row_level_security(
    services: Services,
) -> None:
    role = """SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb
              FROM pg_roles WHERE rolname = current_user"""
    assert answer(services, role) == (False, False, False, True)
    assert answer(
        services,
        "SELECT pg_get_userbyid(datdba) = current_user FROM pg_database"
        " WHERE datname = current_database()",
    )


def test_the_database_knows_chinese_letters_and_has_the_extensions(services: Services) -> None:
    assert answer(services, "SHOW server_encoding") == "UTF8"
    assert answer(services, "SELECT cardinality(show_trgm('堵点卡点'))") == 5
    assert answer(services, "SELECT count(*) FROM pg_extension WHERE extname = 'btree_gist'") == 1
    assert answer(services, "SHOW max_locks_per_transaction") == "512"
    assert answer(services, "SHOW fsync") == "off"


def test_a_test_database_can_be_created_with_the_extensions_in_it(services: Services) -> None:
    with psycopg.connect(services.database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE test_lianshen")
    with psycopg.connect(services.database_url, dbname="test_lianshen") as connection:
        connection.execute("SELECT show_trgm('审批')")


def test_servers_want_their_passwords(services: Services) -> None:
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(services.database_url, password="guess")
    without = "redis://" + services.redis_url.rpartition("@")[2]
    with redis.Redis.from_url(without) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


def test_killed_servers_start_again_with_their_data(home: Path) -> None:
    with running_services(home, durable=True) as services:
        with psycopg.connect(services.database_url) as connection:
            connection.execute("CREATE TABLE note AS SELECT '联审' AS text")
        for process in services.processes.values():
            process.kill()

    with running_services(home, durable=True) as again:
        assert answer(again, "SELECT text FROM note") == "联审"


def test_a_stale_pid_file_that_names_a_living_stranger_is_dropped_and_the_stranger_lives(
    home: Path,
) -> None:
    with running_services(home, durable=True) as services:
        services.processes["postgres"].kill()
    pid_file = home / "postgres" / "data" / "postmaster.pid"
    owner = pid_file.stat()
    stranger = subprocess.Popen(["/bin/sleep", "60"], **run_as(owner.st_uid, owner.st_gid))
    try:
        pid_file.write_text("\n".join([str(stranger.pid), *pid_file.read_text().split("\n")[1:]]))
        with running_services(home, durable=True) as again:
            assert answer(again, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_servers_left_by_a_killed_run_end_with_it_and_the_next_run_begins(home: Path) -> None:
    with running_services(home, durable=True):
        pass
    script = (
        "import time; from pathlib import Path\n"
        "from kernel.embedded.services import running_services\n"
        f"with running_services(Path({str(home)!r}), durable=True): print('up'); time.sleep(60)"
    )
    run = python(script)
    assert run.stdout
    with run.stdout as pipe:
        assert pipe.readline() == b"up\n"
    left = int((home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
    run.kill()
    run.wait()

    with running_services(home, durable=True) as services:
        assert answer(services, "SELECT 1") == 1
        assert services.processes["postgres"].pid != left
        assert not is_alive(left)


def test_nothing_outlives_a_killed_run(home: Path) -> None:
    script = (
        "import time; from pathlib import Path\n"
        "from kernel.embedded.services import running_services\n"
        f"with running_services(Path({str(home)!r}), durable=True) as services:\n"
        "    print(*(p.pid for p in services.processes.values())); time.sleep(60)"
    )
    run = python(script)
    assert run.stdout
    with run.stdout as pipe:
        pids = pipe.readline().split()
    assert len(pids) == 2
    os.kill(run.pid, signal.SIGKILL)
    run.wait()

    deadline = time.monotonic() + 10
    while living := [pid for pid in pids if is_alive(int(pid))]:
        assert time.monotonic() < deadline, living
        time.sleep(0.05)


def test_an_initialisation_cut_short_is_begun_anew(home: Path) -> None:
    with running_services(home, durable=False):
        pass
    data = home / "postgres" / "data"
    (data / "PG_VERSION").unlink()
    data.rename(data.with_name("data.new"))

    with running_services(home, durable=False) as services:
        assert answer(services, "SELECT 1") == 1


def test_a_lost_password_file_is_told_apart_from_a_broken_server(home: Path) -> None:
    with running_services(home, durable=False):
        pass
    (home / "postgres.password").unlink()
    with pytest.raises(CannotStart, match="口令"), running_services(home, durable=False):
        pass


def test_given_servers_are_used_and_none_is_started(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    monkeypatch.setenv("REDIS_URL", "redis://somewhere/0")
    with running_services(home, durable=True) as services:
        assert services.database_url == services.admin_database_url == "postgresql://somewhere/else"
        assert services.redis_url == "redis://somewhere/0"
        assert not services.processes
    assert [entry.name for entry in home.iterdir()] == ["lock"]


def test_the_wheel_brings_the_dump_program() -> None:
    assert os.access(postgres.program("pg_dump"), os.X_OK)


def python(script: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-u", "-c", script],
        env={"PATH": os.defpath, "PYTHONPATH": "platform"},
        stdout=subprocess.PIPE,
    )


def run_as(uid: int, gid: int) -> dict[str, int]:
    return {"user": uid, "group": gid} if os.geteuid() == 0 else {}


def is_alive(pid: int) -> bool:
    """A dead child that nobody has waited for yet does not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
