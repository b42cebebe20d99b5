"""The whole stack as a city would run it, small and short-lived: database, static files, web, worker."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from signal import SIGTERM
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

import psycopg
from celery import Celery
from django.conf import settings
from psycopg import sql
from redis import Redis

from deploy.demo import ROOT, commands
from kernel.embedded.home import Home
from kernel.embedded.processes import die_with_parent, stop

CSRF = "a" * 32  # any pair that matches: the token protects a person's browser, not us
READY_WITHIN = 60  # seconds
DONE_WITHIN = 90  # seconds
#: What moves the clock of a story's processes: see simulated/sitecustomize.py.
SIMULATED = ROOT / "tests" / "stories" / "simulated"
_numbers = count()


@dataclass(frozen=True)
class City:
    """A running stack: where it answers, and the sessions people hold (by username)."""

    port: int
    sessions: Mapping[str, str]
    log: Path
    environment: Mapping[str, str]

    def url(self, host: str, path: str = "/") -> str:
        """``host`` is a tenant's slug, or "" for the portal."""
        return f"http://{host + '.' if host else ''}localhost:{self.port}{path}"

    def ask(
        self,
        url: str,
        *,
        method: str = "GET",
        session: str = "",
        fields: Mapping[str, str] | None = None,
    ) -> tuple[int, str, str]:
        """One request without a browser: its status, where it leads, and its text."""
        parts = urlsplit(url)
        headers = {"Host": parts.netloc, "Cookie": f"lianshen_csrf={CSRF}"}
        if session:
            headers["Cookie"] += f"; lianshen_session={session}"
        body = None
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode({**(fields or {}), "csrfmiddlewaretoken": CSRF})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, body=body, headers=headers)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
            return response.status, response.headers.get("Location", ""), text
        finally:
            connection.close()

    def turn_to(self, moment: str) -> None:
        """Let every process live on another day: "2025-10-09 09:00", as clocks in the city show it."""
        turn(Path(self.environment["LIANSHEN_ALMANAC"]), moment)

    def run_beat(self, *entries: str) -> None:
        """Send what the schedule of the day would, through Redis, and wait until it is done.

        ``entries`` are names in the schedule; without one it is all of it.
        """
        schedule = settings.CELERY_BEAT_SCHEDULE
        url = self.environment["REDIS_URL"]
        with Celery(broker=url) as app, Redis.from_url(url) as redis:
            for entry in (schedule[name] for name in entries or schedule):
                app.send_task(entry["task"], args=entry.get("args", ()), **entry["options"])
            deadline, quiet = time.monotonic() + DONE_WITHIN, 0
            while quiet < 3:  # a task that is done may just have sent others
                busy = redis.llen("celery") + redis.hlen("unacked")
                quiet = 0 if busy else quiet + 1
                assert time.monotonic() < deadline, f"the worker still has {busy} tasks"
                time.sleep(0.05)

    def troubles(self) -> list[str]:
        """Lines of the servers' log that tell of an error nobody was shown."""
        return [
            line
            for line in self.log.read_text("utf-8", "replace").splitlines()
            if line.startswith(("ERROR", "CRITICAL"))
        ]


def turn(almanac: Path, moment: str) -> None:
    there = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    written = almanac.with_suffix(".new")
    written.write_text(str(there.timestamp() - time.time()))
    written.replace(almanac)  # in one piece: somebody may be reading


@contextmanager
def running_city(
    folder: Path,
    *,
    seeding: str = "tests.browser.prepare_city",
    moment: str = "",
    settings_of_its_own: Mapping[str, str] | None = None,
) -> Iterator[City]:
    """Start everything on databases and ports of its own; leave nothing behind.

    ``seeding`` is the module that fills the database; with ``moment`` the city lives on that day;
    ``settings_of_its_own`` are variables of its environment.
    """
    with ExitStack() as last:
        url = last.enter_context(own_database(os.environ["DATABASE_URL"]))
        redis_url = last.enter_context(own_redis(os.environ["REDIS_URL"]))
        port = free_port()
        environment = {
            **os.environ,
            **(settings_of_its_own or {}),
            "DATABASE_URL": url,
            "REDIS_URL": redis_url,
            "DJANGO_SETTINGS_MODULE": "config.settings.demo",
            "LIANSHEN_HOME": str(folder),
            "LIANSHEN_PORT": str(port),
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "platform"))),
            "PYTHONUNBUFFERED": "1",
        }
        if moment:
            almanac = folder / "almanac"
            turn(almanac, moment)
            environment["LIANSHEN_ALMANAC"] = str(almanac)
            environment["PYTHONPATH"] += f"{os.pathsep}{SIMULATED}"
        sessions = prepared(environment, seeding)
        log = folder / "servers.log"
        with log.open("wb") as written:
            for name, command in commands(Home(folder), port).items():
                if name != "beat":
                    process = subprocess.Popen(
                        command,
                        env=environment,
                        cwd=ROOT,
                        stdin=subprocess.DEVNULL,
                        stdout=written,
                        stderr=subprocess.STDOUT,
                        start_new_session=True,
                        preexec_fn=die_with_parent(SIGTERM),
                    )
                    last.callback(stop, process, SIGTERM, patience=10)
        city = City(port, sessions, log, environment)
        wait_for(city)
        yield city


def prepared(environment: Mapping[str, str], seeding: str) -> dict[str, str]:
    """Fill the database and gather the static files side by side; returns people's sessions."""
    static = subprocess.Popen(
        [sys.executable, ROOT / "platform/manage.py", "collectstatic", "--noinput", "-v0"],
        env=environment,
        cwd=ROOT,
        start_new_session=True,
        preexec_fn=die_with_parent(SIGTERM),
    )
    try:
        filled = subprocess.run(
            [sys.executable, "-m", seeding],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        assert static.wait(READY_WITHIN) == 0
    finally:
        stop(static, SIGTERM, patience=5)
    return dict(json.loads(filled.stdout))


@contextmanager
def own_database(server: str) -> Iterator[str]:
    name = f"lianshen_browser_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def own_redis(server: str) -> Iterator[str]:
    """The highest numbered database that is empty; emptied again."""
    for number in range(15, 0, -1):
        url = urlsplit(server)._replace(path=f"/{number}").geturl()
        with Redis.from_url(url) as redis:
            if redis.dbsize() == 0:
                try:
                    yield url
                finally:
                    redis.flushdb()
                return
    raise RuntimeError("no empty Redis database")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def wait_for(city: City) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        try:
            city.ask(city.url("zhungeer", "/sign-in/"))
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(
        f"web did not answer within {READY_WITHIN} s: {city.log.read_text()[-2000:]}"
    )
