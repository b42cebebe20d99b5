"""Force the walls: a score is seen by its owner and those above it, written by its owner, emptied by nobody."""

from django.db import migrations

WALL = """
ALTER TABLE honesty_score ENABLE ROW LEVEL SECURITY;
ALTER TABLE honesty_score FORCE ROW LEVEL SECURITY;
CREATE POLICY honesty_read ON honesty_score FOR SELECT
  USING (visible_to @> ARRAY[current_schema()::varchar]);
CREATE POLICY honesty_insert ON honesty_score FOR INSERT WITH CHECK (owner = current_schema()::text);
CREATE POLICY honesty_update ON honesty_score FOR UPDATE
  USING (owner = current_schema()::text) WITH CHECK (owner = current_schema()::text);
CREATE POLICY honesty_delete ON honesty_score FOR DELETE USING (owner = current_schema()::text);
REVOKE TRUNCATE ON honesty_score FROM CURRENT_USER;
"""


class Migration(migrations.Migration):
    dependencies = [("honesty", "0001_initial")]
    operations = [migrations.RunSQL(WALL, migrations.RunSQL.noop)]
