"""Only a waiting filing is answered, once; what was released is frozen; no number or table is wiped."""

from django.db import migrations

FILING = """
DROP POLICY filing_send ON registry_filing;
CREATE POLICY filing_send ON registry_filing FOR INSERT
  WITH CHECK (sender = current_schema()::text AND state = 'sent' AND handled_at IS NULL
              AND handled_by = '' AND receipt_number = '' AND return_reason = '');
DROP POLICY filing_answer ON registry_filing;
CREATE POLICY filing_answer ON registry_filing FOR UPDATE
  USING (receiver = current_schema()::text AND state = 'sent')
  WITH CHECK (receiver = current_schema()::text AND state IN ('acknowledged', 'returned'));
"""

DISCLOSURE = """
DROP POLICY disclosure_release ON registry_disclosure;
CREATE POLICY disclosure_release ON registry_disclosure FOR INSERT
  WITH CHECK (owner = current_schema()::text AND owner <> 'public');
DROP POLICY disclosure_withdraw ON registry_disclosure;
CREATE POLICY disclosure_withdraw ON registry_disclosure FOR UPDATE
  USING (owner = current_schema()::text AND withdrawn_at IS NULL)
  WITH CHECK (owner = current_schema()::text);
REVOKE UPDATE ON registry_disclosure FROM CURRENT_USER;
GRANT UPDATE (withdrawn_at) ON registry_disclosure TO CURRENT_USER;
"""

# TRUNCATE asks no policy.
NUMBERS = "REVOKE DELETE, TRUNCATE ON registry_numberseries FROM CURRENT_USER"


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_row_level_security")]
    operations = [
        migrations.RunSQL(FILING, migrations.RunSQL.noop),
        migrations.RunSQL(DISCLOSURE, migrations.RunSQL.noop),
        migrations.RunSQL(NUMBERS, migrations.RunSQL.noop),
    ]
