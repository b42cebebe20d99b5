"""Force the walls: a row is seen by its owner and those above it, and written by its owner."""

from django.db import migrations

WALL = """
ALTER TABLE {t} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {t} FORCE ROW LEVEL SECURITY;
CREATE POLICY rollup_read ON {t} FOR SELECT
  USING (visible_to @> ARRAY[current_schema()::varchar]);
CREATE POLICY rollup_insert ON {t} FOR INSERT WITH CHECK (owner = current_schema()::text);
CREATE POLICY rollup_update ON {t} FOR UPDATE
  USING (owner = current_schema()::text) WITH CHECK (owner = current_schema()::text);
CREATE POLICY rollup_delete ON {t} FOR DELETE USING (owner = current_schema()::text);
"""


class Migration(migrations.Migration):
    dependencies = [("rollup", "0001_initial")]
    operations = [
        migrations.RunSQL(WALL.format(t=t), migrations.RunSQL.noop)
        for t in ("rollup_projectrow", "rollup_procedurerow", "rollup_reconciliation")
    ]
