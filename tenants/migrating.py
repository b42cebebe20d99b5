"""Migrations over many schemas (迁移): who is at head is skipped by one query, SQL recorded once is
replayed for all who stand where it was recorded, and whoever was cut short goes on.

See decisions/0011.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import Error, router, transaction
from django.db.migrations import Migration, RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from psycopg.errors import DeadlockDetected, LockNotAvailable, UndefinedTable

from tenants.backend import connection
from tenants.backend.base import SchemaEditor
from tenants.gateway import visiting, visiting_public
from tenants.models import Tenant
from tenants.provisioning import LOCK, mend_third_parties, migration_head

RUNNING = 0x6D696772
PATIENCE = "3s"  # who waits for a table lets nobody else at it meanwhile
REPORT_EVERY = 2.0  # seconds
Say = Callable[[str], object]


@dataclass
class Outcome:
    """What a run came to: how many tenants it moved in how long, and what held up the others, by name."""

    moved: int = 0
    seconds: float = 0.0
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def complaint(self) -> str:
        """Who was not moved and why; empty where everybody was."""
        if not self.failed:
            return ""
        lines = "".join(f"\n  {name}：{why}" for name, why in self.failed.items())
        return (
            f"{len(self.failed)} 个机制没有迁移成，其余不受影响；排除原因后再运行一次即可：{lines}"
        )


@dataclass(frozen=True)
class Native:
    """A migration that Django itself runs in every schema, and the state it starts from."""

    migration: Migration
    state: ProjectState


#: What moves a schema: SQL, a transaction each, and what can't be written as such.
Program = list[str | Native]
#: Programs by the head they start from, each with the one it leads to.
Paths = dict[str, tuple[Program, str]]


def migrate_everything(*, say: Say, only: Collection[str] = (), verify: bool = False) -> Outcome:
    """Bring the shared schema, the template and every tenant (or those of the slugs ``only``) to head.

    A second run waits for the first. A tenant that fails is left at its last whole step, named in
    the outcome, and stops nobody. ``verify`` believes the schemas' own records instead of the
    tenants' rows. Raises what the shared schema or the template raise: no tenant is touched then.
    """
    with visiting_public(), alone(say):
        paths = _migrate_template()
        head = migration_head(settings.TEMPLATE_SCHEMA)
        if verify:
            _believe_the_records()
        behind = Tenant.objects.exclude(migration_head=head).order_by("order", "code")
        if only:
            behind = behind.filter(slug__in=only)
        return _migrate_tenants(list(behind), paths, head, say)


def migrate_template() -> None:
    """Bring the shared schema and the template to head, and leave the tenants where they are."""
    with visiting_public():
        _migrate_template()


def pending(schema_name: str) -> list[tuple[Migration, bool]]:
    """What would be applied to the schema, in order, and whether as SQL that others replay."""
    with _inside(schema_name):
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(_targets(executor.loader))
        return [(migration, _is_sql(migration)) for migration, _ in plan]


def standing(only: Collection[str] = ()) -> dict[str, list[str]]:
    """The tenants' slugs by the head that their schemas' own records come to; "" without a record."""
    found: dict[str, list[str]] = {}
    for schema_name, slug in Tenant.objects.values_list("schema_name", "slug"):
        if not only or slug in only:
            found.setdefault(_recorded(schema_name), []).append(slug)
    return found


# Shared schema and template -----------------------------------------------------------------------


def _migrate_template() -> Paths:
    """Bring both to head; returns what moved the template, by the head it was at before."""
    disk = MigrationLoader(connection)
    if _lacks(disk, "public"):
        call_command(DjangoMigrate(), interactive=False, verbosity=0)
    schema = settings.TEMPLATE_SCHEMA
    with connection.cursor() as cursor:
        # Who is opening a tenant replays either the old template or the new one.
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        with _inside(schema, include_public=False):
            MigrationRecorder(connection).ensure_schema()
        if not _lacks(disk, schema):
            mend_third_parties(schema)
            return {}
        before = migration_head(schema)
        with _inside(schema):
            return {before: _explore(schema)}
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _lacks(disk: MigrationLoader, schema_name: str) -> bool:
    """Whether the schema's record lacks a migration that is on disk."""
    if not _has_record(schema_name):
        return True
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT app, name FROM {schema_name}.django_migrations")  # noqa: S608 -- our own name
        return bool(set(disk.graph.nodes) - set(cursor.fetchall()))


# Tenants ------------------------------------------------------------------------------------------


def _migrate_tenants(tenants: list[Tenant], paths: Paths, head: str, say: Say) -> Outcome:
    outcome, begun, told = Outcome(), monotonic(), monotonic()
    arrived: list[Tenant] = []
    again: list[Tenant] = []
    try:
        for number, tenant in enumerate(tenants, start=1):
            if _move(tenant, paths, head, outcome):
                again.append(tenant)
            else:
                arrived.append(tenant)
            if monotonic() - told > REPORT_EVERY:
                told = monotonic()
                rate = number / (told - begun)
                say(
                    f"{number}/{len(tenants)} 个机制，每秒 {rate:.0f} 个，"
                    f"约剩 {(len(tenants) - number) / rate:.0f} 秒"
                )
                _note(arrived, outcome, head)
        for tenant in again:  # a table was busy: once more, when all others are through
            del outcome.failed[tenant.name]
            _move(tenant, paths, head, outcome)
            arrived.append(tenant)
    finally:
        with suppress(Error):
            _note(arrived, outcome, head)
    outcome.seconds = monotonic() - begun
    return outcome


def _note(arrived: list[Tenant], outcome: Outcome, head: str) -> None:
    """Write into the rows of those that arrived that they stand at ``head``; empties ``arrived``.

    Who is killed before leaves rows that are too old: those tenants are looked at once more.
    """
    there = [tenant.pk for tenant in arrived if tenant.name not in outcome.failed]
    outcome.moved += Tenant.objects.filter(pk__in=there).update(migration_head=head)
    arrived.clear()


def _move(tenant: Tenant, paths: Paths, head: str, outcome: Outcome) -> bool:
    """Bring one tenant to head or say why not; whether it is worth another try."""
    schema = tenant.schema_name
    try:
        with visiting(tenant):
            stands = migration_head(
                schema
            )  # by its full name: the shared schema's is not taken for it
            if stands == head:
                mend_third_parties(schema)
            elif stands in paths:
                _run(paths[stands][0])
            else:
                paths[stands] = _explore(schema)
        if stands != head and paths[stands][1] != head:
            outcome.failed[tenant.name] = _difference(schema)
    except Exception as reason:
        if not connection.is_usable():  # the lock went with the connection
            raise
        cause = reason.__cause__
        outcome.failed[tenant.name] = (
            f"库 {schema} 不存在，或者没有迁移记录"
            if isinstance(cause, UndefinedTable) and not _has_record(schema)
            else f"{type(reason).__name__}：{str(reason).strip()}"
        )
        return isinstance(cause, LockNotAvailable | DeadlockDetected)
    return False


def _run(program: Program) -> None:
    """Move the current schema by what was recorded in another."""
    executor: MigrationExecutor | None = None
    for part in program:
        if isinstance(part, str):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(part)
        else:
            executor = executor or MigrationExecutor(connection)
            executor.apply_migration(part.state.clone(), part.migration)


def _explore(schema_name: str) -> tuple[Program, str]:
    """Move the current schema by Django's executor; returns how, and where that led."""
    scout = Scout(connection)
    scout.loader.check_consistent_history(connection)
    scout.migrate(_targets(scout.loader))
    return scout.finished(mend_third_parties(schema_name)), migration_head(schema_name)


def _difference(schema_name: str) -> str:
    """In what the schema's record differs from the template's, once nothing is left to apply."""
    with connection.cursor() as cursor:
        records = []
        for schema in (schema_name, settings.TEMPLATE_SCHEMA):
            cursor.execute(f"SELECT app || '.' || name FROM {schema}.django_migrations")  # noqa: S608 -- our own names
            records.append({name for (name,) in cursor.fetchall()})
    own, template = records
    more, less = sorted(own - template), sorted(template - own)
    return "迁移记录与模板不一致：" + "；".join(
        f"{word}{'、'.join(names)}" for word, names in (("多出", more), ("缺少", less)) if names
    )


def _believe_the_records() -> None:
    """Write into the tenants' rows where their schemas stand by their own records."""
    heads = dict(Tenant.objects.values_list("schema_name", "migration_head"))
    for schema_name, noted in heads.items():
        stands = _recorded(schema_name)
        if stands != noted:
            Tenant.objects.filter(schema_name=schema_name).update(migration_head=stands)


def _recorded(schema_name: str) -> str:
    """The head its own record comes to, or "" if it has none."""
    return migration_head(schema_name) if _has_record(schema_name) else ""


def _has_record(schema_name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"{schema_name}.django_migrations"])
        return cursor.fetchone()[0] is not None


# Recording ----------------------------------------------------------------------------------------


class _Noting(SchemaEditor):
    """Does what it is told, and notes it in the very words the database was told."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.noted: list[str] = []

    def execute(self, sql: Any, params: Any = ()) -> None:
        words = str(sql)
        if params is not None:
            words = self.connection.ops.compose_sql(words, params)
        self.noted.append(words)
        super().execute(words, None)


class Scout(MigrationExecutor):
    """Django's executor, leaving a path that others follow without thinking."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._program: Program = []
        self._run_of_sql: list[str] = []

    def apply_migration(
        self,
        state: ProjectState,
        migration: Migration,
        fake: bool = False,
        fake_initial: bool = False,
    ) -> ProjectState:
        if not _is_sql(migration):
            self._close()
            self._program.append(Native(migration, state.clone()))
            return super().apply_migration(state, migration, fake, fake_initial)
        with transaction.atomic():
            with _Noting(connection) as editor:
                state = migration.apply(state, editor)
            self.record_migration(migration)  # type: ignore[call-arg, arg-type]
        rows = migration.replaces or [(migration.app_label, migration.name)]
        values = ", ".join(f"('{app}', '{name}', now())" for app, name in rows)
        if self._run_of_sql:
            # What a commit would check at this point, so that a table written to can be altered.
            self._run_of_sql += ["SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED"]
        self._run_of_sql += [
            *editor.noted,
            f"INSERT INTO django_migrations (app, name, applied) VALUES {values}",  # noqa: S608 -- module names
        ]
        return state

    def finished(self, last: list[str]) -> Program:
        """The path, with what else was done here at its end."""
        self._run_of_sql += last
        self._close()
        return self._program

    def _close(self) -> None:
        if self._run_of_sql:
            self._program.append("\n;\n".join(self._run_of_sql))
            self._run_of_sql = []


def _is_sql(migration: Migration) -> bool:
    """Whether the migration says the same in every schema that stands where the current one does."""
    return migration.atomic and all(_says_sql(one, migration) for one in migration.operations)


def _says_sql(operation: Operation, migration: Migration) -> bool:
    if isinstance(operation, SeparateDatabaseAndState):
        return all(_says_sql(inner, migration) for inner in operation.database_operations)
    if isinstance(operation, RunPython):  # of a shared app it does nothing in a tenant's schema
        return not router.allow_migrate(connection.alias, migration.app_label, **operation.hints)
    return isinstance(operation, RunSQL) or type(operation).__module__.startswith("django.")


# The connection -----------------------------------------------------------------------------------


def _targets(loader: MigrationLoader) -> list[tuple[str, str]]:
    targets: list[tuple[str, str]] = loader.graph.leaf_nodes()
    return targets


@contextmanager
def _inside(schema_name: str, *, include_public: bool = True) -> Iterator[None]:
    """Work in a schema that is nobody's; the tenants' are entered by the gateway."""
    before = connection.tenant
    connection.set_schema(schema_name, include_public)
    try:
        yield
    finally:
        connection.set_tenant(before)


@contextmanager
def alone(say: Say) -> Iterator[None]:
    """Hold the lock of migrations, waiting aloud for whoever has it; impatient with tables inside."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [RUNNING])
        if not cursor.fetchone()[0]:
            say(f"另一次迁移正在进行（{_holder()}），等它结束。")
            cursor.execute("SELECT pg_advisory_lock(%s)", [RUNNING])
            say("另一次迁移已结束，接着核对。")
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [PATIENCE])
    try:
        yield
    finally:
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [RUNNING])


def _holder() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.pid, to_char(a.backend_start AT TIME ZONE %s, 'MM-DD HH24:MI'),
                   coalesce(host(a.client_addr), '本机')
            FROM pg_locks l JOIN pg_stat_activity a USING (pid)
            WHERE l.locktype = 'advisory' AND l.granted AND l.objid = %s AND l.classid = 0
            """,
            [settings.TIME_ZONE, RUNNING],
        )
        row = cursor.fetchone()
    return f"数据库进程 {row[0]}，自 {row[1]} 起，来自 {row[2]}" if row else "刚刚结束"
