"""While new code is rolled out the old code still runs, so a migration may only widen (decisions/0011).

What narrows says that it is the contracting step, and what for: ``contracts = "…"`` on the class.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

#: The last migration of each app from before there was a running version to spare.
BEFORE = {
    "cms": 1, "accounts": 2, "calendars": 2, "notices": 1, "outbox": 1, "papers": 2, "trail": 2,
    "tenants": 3, "registry": 5, "rollup": 6, "annual": 2, "assignments": 3, "catalogue": 1,
    "deficiency": 3, "disclosure": 1, "dispatch": 2, "filings": 1, "holidays": 2, "issuing": 2,
    "mechanism": 2, "meetings": 5, "meter": 3, "orders": 2, "policies": 1, "procedures": 4,
    "projects": 2, "promises": 2, "supervision": 1, "taskforce": 3, "watches": 1,
}  # fmt: skip
OURS = ("kernel.", "tenants", "workflows.", "cms", "public_site")
TAKES_AWAY = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)
NARROWS = re.compile(r"\b(DROP|RENAME|SET\s+NOT\s+NULL)\b", re.IGNORECASE)


def refusals(migration: migrations.Migration, state: ProjectState) -> Iterator[str]:
    """What in ``migration`` the version before it could not live with; ``state`` is from before it."""
    made: set[str] = set()
    for operation in migration.operations:
        before = state.clone()
        operation.state_forwards(migration.app_label, state)
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from _said(operation)
            continue
        if isinstance(operation, migrations.CreateModel):
            made.add(operation.name.lower())
        if getattr(operation, "model_name", "").lower() in made:
            continue  # the old code does not know the table
        if isinstance(operation, TAKES_AWAY):
            yield f"{_said_of(operation)}: the old code still asks for it"
        elif isinstance(operation, migrations.AddField):
            if _must_be_told(operation.field):
                yield f"{_said_of(operation)}: the old code writes rows without it; give it db_default or null"
        elif isinstance(operation, migrations.AlterField):
            old = before.models[migration.app_label, operation.model_name_lower].fields[
                operation.name
            ]
            yield from (f"{_said_of(operation)}: {why}" for why in _narrower(old, operation.field))
        elif isinstance(operation, migrations.RunSQL):
            yield from _said(operation)


def _said_of(operation: Any) -> str:
    return str(operation.describe())


def _said(operation: Any) -> Iterator[str]:
    inner = getattr(operation, "database_operations", [operation])
    for one in inner:
        text = str(getattr(one, "sql", ""))
        if isinstance(one, TAKES_AWAY) or NARROWS.search(text):
            yield f"{_said_of(one)}: takes something away"


def _must_be_told(field: models.Field[Any, Any]) -> bool:
    return not (field.null or field.has_db_default() or field.many_to_many)


def _narrower(old: models.Field[Any, Any], new: models.Field[Any, Any]) -> Iterator[str]:
    if old.null and _must_be_told(new):
        yield "the old code still leaves it empty"
    if old.get_internal_type() != new.get_internal_type():
        yield "the old code still writes the other type"
    if (old.max_length or 0) > (new.max_length or old.max_length or 0):
        yield "the old code still writes longer ones"


def test_a_migration_of_a_running_version_only_widens() -> None:
    loader = MigrationLoader(None)
    broken = []
    for key, migration in loader.graph.nodes.items():
        app, name = key
        if not type(migration).__module__.startswith(OURS) or int(name[:4]) <= BEFORE.get(app, 0):
            continue
        if getattr(migration, "contracts", ""):
            continue
        if migration.initial or not migration.operations:
            continue
        state = loader.project_state([key], at_end=False)
        broken += [f"{app}.{name}: {why}" for why in refusals(migration, state)]
    assert broken == []


def after(*operations: Any) -> list[str]:
    """Why these would be refused of a table with one text column."""
    state = ProjectState()
    table = migrations.CreateModel("Table", [("word", models.CharField(max_length=9, null=True))])
    table.state_forwards("room", state)
    migration = migrations.Migration("0002_later", "room")
    migration.operations = list(operations)
    return list(refusals(migration, state))


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("table", "word"),
        migrations.DeleteModel("Table"),
        migrations.RenameField("table", "word", "words"),
        migrations.RenameModel("Table", "Sheet"),
        migrations.AlterModelTable("table", "elsewhere"),
        migrations.AddField("table", "more", models.IntegerField(default=1)),
        migrations.AlterField("table", "word", models.CharField(max_length=9, default="")),
        migrations.AlterField("table", "word", models.CharField(max_length=5, null=True)),
        migrations.AlterField("table", "word", models.IntegerField(null=True)),
        migrations.RunSQL("ALTER TABLE room_table DROP COLUMN word"),
        migrations.SeparateDatabaseAndState([migrations.RemoveField("table", "word")], []),
    ],
)
def test_what_the_old_code_cannot_live_with_is_refused(operation: Any) -> None:
    assert len(after(operation)) == 1


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("table", "more", models.IntegerField(null=True)),
        migrations.AddField("table", "more", models.IntegerField(db_default=1)),
        migrations.AlterField("table", "word", models.CharField(max_length=20, null=True)),
        migrations.AlterField("table", "word", models.CharField(max_length=9, db_default="")),
        migrations.AddIndex("table", models.Index(fields=["word"], name="table_word")),
        migrations.RunSQL("UPDATE room_table SET word = ''"),
    ],
)
def test_what_only_widens_is_let_through(operation: Any) -> None:
    assert after(operation) == []


def test_a_table_of_the_same_migration_may_take_any_shape() -> None:
    assert (
        after(
            migrations.CreateModel("New", [("id", models.BigAutoField(primary_key=True))]),
            migrations.AddField("new", "must", models.IntegerField()),
            migrations.RunSQL("REVOKE UPDATE ON room_new FROM CURRENT_USER"),
        )
        == []
    )
