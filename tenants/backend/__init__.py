"""Database backend that keeps a connection inside one tenant's schema."""

from typing import TYPE_CHECKING, cast

from django.db import connection as _connection

if TYPE_CHECKING:
    from tenants.backend.base import DatabaseWrapper

#: Django's own connection, known to be ours: it has a tenant and a schema name.
connection = cast("DatabaseWrapper", _connection)
