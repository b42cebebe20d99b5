"""A city of its own whose servers are killed and started again, each by its own process."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import Any

import psycopg

from deploy.demo import ROOT, commands
from kernel.embedded.home import Home, is_free
from kernel.embedded.postgres import running_postgres
from kernel.embedded.processes import die_with_parent, stop, sweep
from kernel.embedded.valkey import running_valkey
from tests.browser.stack import City, free_port, prepared, wait_for


@dataclass
class Besieged:
    """The servers by name: each is a process with a way to start it, and an end that cleans up."""

    home: Home
    city: City
    start: Mapping[str, Callable[[ExitStack], subprocess.Popen[bytes]]]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ends: dict[str, ExitStack] = field(default_factory=dict)
    killed: int = 0

    def begin(self, name: str) -> None:
        self.ends[name] = ExitStack()
        self.running[name] = self.start[name](self.ends[name])

    def kill(self, name: str) -> None:
        """SIGKILL, by the process's own number; what it had started goes with it."""
        process = self.running[name]
        os.kill(process.pid, SIGKILL)
        sweep(process)
        assert process.returncode == -SIGKILL, f"{name} had ended by itself"
        self.ends[name].close()
        self.killed += 1

    def kill_and_restart(self, name: str) -> None:
        self.kill(name)
        self.begin(name)
        if name == "web":
            wait_for(self.city)

    def end(self) -> None:
        for name in reversed(list(self.ends)):
            with suppress(Exception):
                self.ends[name].close()

    def titles(self) -> Counter[str]:
        """The assignment sheets of 准格尔旗 by title."""
        with psycopg.connect(self.city.environment["DATABASE_URL"]) as database:
            return Counter(
                title
                for (title,) in database.execute("SELECT title FROM t_zhungeer.assignments_sheet")
            )

    def findings(self) -> dict[str, Any]:
        """What the database says now about everything."""
        told = subprocess.run(
            [sys.executable, "-m", "tests.chaos.findings"],
            env=self.city.environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
        )
        return dict(json.loads(told.stdout))


@contextmanager
def besieged() -> Iterator[Besieged]:
    """Start everything in a temporary home, as safe as in production; leave nothing behind."""
    # Not below pytest's own folder: whoever runs PostgreSQL must be able to pass through.
    home = Home(Path(tempfile.mkdtemp(prefix="lianshen-chaos-")))
    with ExitStack() as last:
        last.callback(home.remove)
        last.enter_context(home.held())
        port = free_port()
        environment: dict[str, str] = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.demo",
            "LIANSHEN_HOME": str(home.path),
            "LIANSHEN_PORT": str(port),
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "platform"))),
            "PYTHONUNBUFFERED": "1",
        }
        log = home.path / "servers.log"
        written = last.enter_context(log.open("ab"))

        def postgres(end: ExitStack) -> subprocess.Popen[bytes]:
            server = end.enter_context(running_postgres(home, durable=True))
            environment["DATABASE_URL"], environment["ADMIN_URL"] = server.url, server.admin_url
            return server.process

        def valkey(end: ExitStack) -> subprocess.Popen[bytes]:
            server = end.enter_context(running_valkey(home, durable=True))
            environment["REDIS_URL"] = server.url
            return server.process

        commanded = commands(home, port)

        def program(name: str) -> Callable[[ExitStack], subprocess.Popen[bytes]]:
            def begin(end: ExitStack) -> subprocess.Popen[bytes]:
                # The children of whoever was killed take a moment to let go of the port.
                assert name != "web" or until(lambda: is_free(port), within=10)
                process = subprocess.Popen(
                    commanded[name],
                    env=environment,
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=written,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=die_with_parent(SIGTERM),
                )
                end.callback(stop, process, SIGTERM, patience=8)
                return process

            return begin

        start = {
            "postgres": postgres,
            "valkey": valkey,
            "web": program("web"),
            "worker": program("worker"),
            "beat": program("beat"),
        }
        city = City(port, {}, log, environment)
        servers = Besieged(home, city, start)
        last.callback(servers.end)
        servers.begin("postgres")
        servers.begin("valkey")
        sessions = prepared(environment, "tests.chaos.prepare")
        servers.city = City(port, sessions, log, environment)
        for name in ("web", "worker", "beat"):
            servers.begin(name)
        wait_for(servers.city)
        yield servers


def until(true: Callable[[], bool], within: float) -> bool:
    deadline = time.monotonic() + within
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
