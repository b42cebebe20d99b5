"""Force the walls: a tenant sees what it sent or received and writes only in its own name.

What was filed is frozen: only the answer's columns can change, the receiver alone can answer, and the
sender can only let a filing be replaced.
"""

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
CREATE POLICY filing_replace ON registry_filing FOR UPDATE
  USING (sender = current_schema()::text)
  WITH CHECK (sender = current_schema()::text AND state = 'superseded');
CREATE POLICY filing_answer ON registry_filing FOR UPDATE
  USING (receiver = current_schema()::text)
  WITH CHECK (receiver = current_schema()::text AND state IN ('acknowledged', 'returned'));
REVOKE UPDATE ON registry_filing FROM CURRENT_USER;
GRANT UPDATE (state, handled_at, handled_by, receipt_number, return_reason)
  ON registry_filing TO CURRENT_USER;
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
