"""What `make demo` refuses, and in which words."""

import io
import os
import shutil
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy import demo
from kernel.embedded.home import Home
from kernel.embedded.processes import CannotStart


def test_a_busy_port_is_named_together_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=f"端口 {port} 已被.*PORT={port + 1} make demo"):
            demo.require_free(port)


@pytest.mark.parametrize("text", ["80", "70000", "八千", "-1", ""])
def test_a_port_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(CannotStart, match="1024 至 65535"):
        demo.port_from(text)


def test_a_port_is_a_number() -> None:
    assert demo.port_from("8001") == 8001


def test_a_full_disk_is_named_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=400_000_000))
    with pytest.raises(CannotStart, match=r"磁盘空间不足.*400 MB"):
        demo.require_room(tmp_path / "not" / "yet")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    with home.held():
        home.secret("key")
    return home


def test_reset_deletes_when_told_so_in_advance(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YES", "1")
    demo.reset(home)
    assert not home.path.exists()


def test_reset_without_an_answer_deletes_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YES", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))  # nobody sits there
    with pytest.raises(CannotStart, match="未删除"):
        demo.reset(home)
    assert home.path.exists()


def test_reset_is_refused_while_a_demo_runs(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YES", "1")
    with home.held(), pytest.raises(CannotStart, match=f"进程 {os.getpid()}"):
        demo.reset(home)
    assert home.path.exists()


def test_the_site_listens_on_this_machine_only(home: Home) -> None:
    binds = [word for word in demo.commands(home, 8000)["web"] if word.startswith("--bind")]
    assert binds
    assert set(binds) <= {"--bind=127.0.0.1:8000", "--bind=[::1]:8000"}
