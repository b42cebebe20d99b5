"""The walls of a table of rows (行级安全): what a migration that makes one puts around it."""

from django.db import migrations

_WALL = """
ALTER TABLE {t} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {t} FORCE ROW LEVEL SECURITY;
CREATE POLICY rollup_read ON {t} FOR SELECT USING (visible_to @> ARRAY[current_schema()::varchar]);
CREATE POLICY rollup_insert ON {t} FOR INSERT WITH CHECK (owner = current_schema()::text);
CREATE POLICY rollup_update ON {t} FOR UPDATE
  USING (owner = current_schema()::text) WITH CHECK (owner = current_schema()::text);
CREATE POLICY rollup_delete ON {t} FOR DELETE USING (owner = current_schema()::text);
REVOKE TRUNCATE ON {t} FROM CURRENT_USER;
"""


def walled(*tables: str) -> list[migrations.RunSQL]:
    """A row is seen by its owner and those above it, and written by its owner alone."""
    return [migrations.RunSQL(_WALL.format(t=table), migrations.RunSQL.noop) for table in tables]
