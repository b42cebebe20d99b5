"""Processes run side by side: one ends, all end, grandchildren included."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import supervisor
from deploy.supervisor import Fallen, Supervisor

SLEEP = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True);"
    "time.sleep(60)"
)
PARENT = (
    "import subprocess, sys, time;"
    f"print(subprocess.Popen([sys.executable, '-c', {SLEEP!r}]).pid, flush=True); time.sleep(60)"
)


@pytest.fixture
def group(tmp_path: Path) -> Iterator[Supervisor]:
    with Supervisor(watched={}) as group:
        yield group


def start(group: Supervisor, name: str, script: str) -> None:
    group.start(name, sys.executable, "-c", script, env=dict(os.environ), cwd=Path())


def printed(capsys: pytest.CaptureFixture[str], pattern: str) -> str:
    """Wait for a line of some child's."""
    seen = ""
    deadline = time.monotonic() + 10
    while not (found := re.search(pattern, seen)):
        assert time.monotonic() < deadline, seen
        time.sleep(0.05)
        seen += capsys.readouterr().out
    return found[1]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_each_line_bears_the_name_of_who_said_it(
    group: Supervisor, capsys: pytest.CaptureFixture[str]
) -> None:
    start(group, "web", f"print('你好', flush=True); {SLEEP}")
    assert printed(capsys, r"(web +│ 你好)\n")


def test_the_end_of_one_is_told_by_name_and_code(group: Supervisor) -> None:
    start(group, "beat", SLEEP)
    start(group, "worker", "raise SystemExit(3)")
    with pytest.raises(Fallen, match=r"worker 意外退出（返回码 3）"):
        group.watch()


def test_the_end_of_a_watched_server_counts_as_well() -> None:
    server = subprocess.Popen([sys.executable, "-c", ""])
    server.wait()
    with Supervisor(watched={"postgres": server}) as group, pytest.raises(Fallen, match="postgres"):
        group.watch()


def test_watching_ends_when_what_was_waited_for_has_come(group: Supervisor) -> None:
    start(group, "web", SLEEP)
    group.watch(until=lambda: True)


def test_leaving_ends_children_and_grandchildren(capsys: pytest.CaptureFixture[str]) -> None:
    with Supervisor(watched={}) as group:
        start(group, "worker", PARENT)
        grandchild = int(printed(capsys, r"│ (\d+)"))
        assert is_alive(grandchild)
    deadline = time.monotonic() + 5
    while is_alive(grandchild):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_who_does_not_listen_is_ended_by_force(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "PATIENCE", 0.3)
    begun = time.monotonic()
    with Supervisor(watched={}) as group:
        start(group, "deaf", STUBBORN)
        printed(capsys, "│ (deaf)")
    assert time.monotonic() - begun < 5
