"""What was issued stays as it was: the serving role may void a paper and nothing else; a letterhead
is added, never changed. A role can take its own privileges away; no triggers, which a sharded schema
could not have."""

from django.db import migrations

ISSUED = """
REVOKE UPDATE, DELETE, TRUNCATE ON issuing_issued FROM CURRENT_USER;
GRANT UPDATE (voided_at, voided_by, voided_why) ON issuing_issued TO CURRENT_USER;
REVOKE UPDATE, DELETE, TRUNCATE ON issuing_letterhead FROM CURRENT_USER;
"""


class Migration(migrations.Migration):
    dependencies = [("issuing", "0001_initial")]
    operations = [migrations.RunSQL(ISSUED, migrations.RunSQL.noop)]
