"""PostgreSQL through django-tenants, with two walls more and checks that have names.

A schema is never switched inside an open transaction, and an ``on_commit`` callback runs in the
schema it was registered in, whatever the connection points at when the transaction ends.
"""

from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any

from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.db.backends.utils import truncate_name
from django.db.transaction import TransactionManagementError
from django_tenants.postgresql_backend import base


class SchemaSwitchInTransaction(TransactionManagementError):
    """The schema was switched inside an open transaction."""


class SchemaEditor(DatabaseSchemaEditor):
    """Gives what binds an added column a statement and a name of its own, as sharding asks."""

    sql_create_column_inline_fk = None  # type: ignore[assignment]

    def add_field(self, model: Any, field: Any) -> None:
        check = field.db_parameters(connection=self.connection)["check"]
        if not check:
            super().add_field(model, field)
            return
        field = copy(field)
        field.db_check = lambda connection: None
        super().add_field(model, field)
        # Named as PostgreSQL would have named it.
        name = truncate_name(f"{model._meta.db_table}_{field.column}_check", 63)
        self.execute(
            self.sql_create_check
            % {
                "table": self.quote_name(model._meta.db_table),
                "name": self.quote_name(name),
                "check": check,
            }
        )


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = SchemaEditor
    tenant: Any
    schema_name: str

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        """Point the connection at ``tenant``'s schema; refused while a transaction is open."""
        if tenant.schema_name != self.schema_name and self._in_own_transaction():
            raise SchemaSwitchInTransaction(
                f"schema switched from {self.schema_name} to {tenant.schema_name} "
                "inside an open transaction"
            )
        # Not super(): it would empty the content type cache at every request, and content types
        # live in public alone.
        self.tenant = tenant
        self.schema_name = tenant.schema_name
        self.include_public_schema = include_public
        self.set_settings_schema(self.schema_name)
        self.search_path_set_schemas = None

    def on_commit(self, func: Callable[[], object], robust: bool = False) -> None:
        """Run ``func`` after commit in the schema that is current now."""
        tenant = self.tenant

        @wraps(func)
        def in_its_schema() -> None:
            before = self.tenant
            if before.schema_name == tenant.schema_name:
                func()
                return
            self.set_tenant(tenant)
            try:
                func()
            finally:
                self.set_tenant(before)

        super().on_commit(in_its_schema, robust)

    def _handle_search_path(self, cursor: Any = None) -> None:
        # The parent forgets the path on close, rollback and savepoint rollback, which are the
        # only ways PostgreSQL loses it; so one SET per switch is enough.
        if self.search_path_set_schemas != self._get_cursor_search_paths():
            super()._handle_search_path(cursor)

    def _in_own_transaction(self) -> bool:
        # A test case's outermost blocks are not the program's.
        return any(not block._from_testcase for block in getattr(self, "atomic_blocks", ()))
