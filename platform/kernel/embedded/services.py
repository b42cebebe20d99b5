"""The database and the queue a run needs, its own or given ones (所需服务)."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kernel.embedded.home import Home
from kernel.embedded.postgres import running_postgres
from kernel.embedded.valkey import running_valkey


@dataclass(frozen=True)
class Services:
    database_url: str
    admin_database_url: str
    redis_url: str
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


@contextmanager
def running_services(home: Path, *, durable: bool) -> Iterator[Services]:
    """PostgreSQL and Redis for the length of the block; ``home`` is locked meanwhile.

    Where DATABASE_URL or REDIS_URL name a server, that one is used and none is started.
    Raises CannotStart.
    """
    folder = Home(home)
    processes: dict[str, subprocess.Popen[bytes]] = {}
    with ExitStack() as stack:
        stack.enter_context(folder.held())
        database_url = os.environ.get("DATABASE_URL", "")
        admin_database_url = os.environ.get("ADMIN_DATABASE_URL", database_url)
        redis_url = os.environ.get("REDIS_URL", "")
        if not database_url:
            postgres = stack.enter_context(running_postgres(folder, durable=durable))
            processes["postgres"] = postgres.process
            database_url, admin_database_url = postgres.url, postgres.admin_url
        if not redis_url:
            valkey = stack.enter_context(running_valkey(folder, durable=durable))
            processes["valkey"] = valkey.process
            redis_url = valkey.url
        yield Services(database_url, admin_database_url, redis_url, processes)
