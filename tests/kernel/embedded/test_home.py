"""The data folder: one run at a time, secrets kept to the owner, ports remembered."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kernel.embedded.home import Home, is_free
from kernel.embedded.processes import CannotStart


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_a_second_run_on_the_same_folder_is_refused_by_the_number_of_the_first(home: Home) -> None:
    with (
        home.held(),
        pytest.raises(CannotStart, match=f"正由另一个.*进程 {os.getpid()}"),
        home.held(),
    ):
        pass


def test_the_lock_is_free_again_after_the_run(home: Home) -> None:
    for _ in range(2):
        with home.held():
            pass


def test_a_lock_left_by_a_killed_run_holds_nobody_up(home: Home) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from kernel.embedded.home import Home\n"
        f"with Home(Path({str(home.path)!r})).held(): os.kill(os.getpid(), signal.SIGKILL)"
    )
    path = {"PYTHONPATH": "platform"}
    subprocess.run([sys.executable, "-c", script], env=path, check=False)
    assert (home.path / "lock").read_text()

    with home.held():
        assert (home.path / "lock").read_text() == str(os.getpid())


def test_an_unusable_folder_gets_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotStart, match="不可用"), Home(tmp_path / "file" / "home").held():
        pass


def test_a_secret_is_made_once_and_only_the_owner_reads_it(home: Home) -> None:
    with home.held():
        first = home.secret("key")
        assert home.secret("key") == first
        assert len(first) > 30
        assert stat.S_IMODE((home.path / "key").stat().st_mode) == 0o600


def test_a_port_is_remembered_until_somebody_else_takes_it(home: Home) -> None:
    with home.held():
        port = home.port("web")
        assert home.port("web") == port
        with socket.create_server(("127.0.0.1", port)):
            assert not is_free(port)
            assert home.port("web") != port


def test_removing_the_folder_removes_what_it_points_to(home: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with home.held():
        (home.path / "postgres").symlink_to(elsewhere)
        home.remove()
    assert not home.path.exists()
    assert not elsewhere.exists()
