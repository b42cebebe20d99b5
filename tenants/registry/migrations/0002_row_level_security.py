"""Force the walls: a tenant sees what it sent or received and writes only in its own name."""

from django.db import migrations

ON = """
ALTER TABLE {t} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {t} FORCE ROW LEVEL SECURITY;
"""

FILING = ON.format(t="registry_filing") + """
CREATE POLICY filing_read ON registry_filing FOR SELECT
  USING (current_schema()::text IN (sender, receiver));
CREATE POLICY filing_send ON registry_filing FOR INSERT
  WITH CHECK (sender = current_schema()::text);
CREATE POLICY filing_handle ON registry_filing FOR UPDATE
  USING (current_schema()::text IN (sender, receiver))
  WITH CHECK (current_schema()::text IN (sender, receiver));
REVOKE DELETE, TRUNCATE ON registry_filing FROM CURRENT_USER;
"""

DISCLOSURE = ON.format(t="registry_disclosure") + """
CREATE POLICY disclosure_read ON registry_disclosure FOR SELECT
  USING (owner = current_schema()::text OR (current_schema()::text = 'public' AND withdrawn_at IS NULL));
CREATE POLICY disclosure_release ON registry_disclosure FOR INSERT
  WITH CHECK (owner = current_schema()::text);
CREATE POLICY disclosure_withdraw ON registry_disclosure FOR UPDATE
  USING (owner = current_schema()::text) WITH CHECK (owner = current_schema()::text);
REVOKE DELETE, TRUNCATE ON registry_disclosure FROM CURRENT_USER;
"""

NUMBERS = ON.format(t="registry_numberseries") + """
CREATE POLICY number_own ON registry_numberseries FOR ALL
  USING (schema_name = current_schema()::text) WITH CHECK (schema_name = current_schema()::text);
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]
    operations = [
        migrations.RunSQL(FILING, migrations.RunSQL.noop),
        migrations.RunSQL(DISCLOSURE, migrations.RunSQL.noop),
        migrations.RunSQL(NUMBERS, migrations.RunSQL.noop),
    ]
