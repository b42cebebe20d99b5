"""Force the walls: a draft is read by all and written by its owner until it is finished; what a
tenant's pass found is seen by it and those above it, and of an applied notice it is never changed."""

from django.db import migrations

ON = """
ALTER TABLE {t} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {t} FORCE ROW LEVEL SECURITY;
"""

DRAFT = ON.format(t="holidays_draft") + """
CREATE POLICY draft_read ON holidays_draft FOR SELECT USING (true);
CREATE POLICY draft_insert ON holidays_draft FOR INSERT WITH CHECK (owner = current_schema()::text);
CREATE POLICY draft_update ON holidays_draft FOR UPDATE
  USING (owner = current_schema()::text AND finished_at IS NULL)
  WITH CHECK (owner = current_schema()::text);
REVOKE DELETE, TRUNCATE ON holidays_draft FROM CURRENT_USER;
"""

VISIT = ON.format(t="holidays_visit") + """
CREATE POLICY visit_read ON holidays_visit FOR SELECT
  USING (visible_to @> ARRAY[current_schema()::varchar]);
CREATE POLICY visit_insert ON holidays_visit FOR INSERT WITH CHECK (owner = current_schema()::text);
CREATE POLICY visit_update ON holidays_visit FOR UPDATE
  USING (owner = current_schema()::text) WITH CHECK (owner = current_schema()::text);
REVOKE DELETE, TRUNCATE ON holidays_visit FROM CURRENT_USER;
"""

MOVED = ON.format(t="holidays_moveddate") + """
CREATE POLICY moved_read ON holidays_moveddate FOR SELECT
  USING (visible_to @> ARRAY[current_schema()::varchar]);
CREATE POLICY moved_insert ON holidays_moveddate FOR INSERT
  WITH CHECK (owner = current_schema()::text);
CREATE POLICY moved_delete ON holidays_moveddate FOR DELETE
  USING (owner = current_schema()::text AND phase = 'preview');
REVOKE UPDATE, TRUNCATE ON holidays_moveddate FROM CURRENT_USER;
"""


class Migration(migrations.Migration):
    dependencies = [("holidays", "0001_initial")]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (DRAFT, VISIT, MOVED)
    ]
