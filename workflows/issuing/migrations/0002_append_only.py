"""The role that registers papers gives up changing and deleting them; it may still void one."""

from django.db import migrations

NARROW = """
REVOKE UPDATE, DELETE, TRUNCATE ON issuing_issued FROM CURRENT_USER;
GRANT UPDATE (voided_at, voided_by, voided_why) ON issuing_issued TO CURRENT_USER;
REVOKE UPDATE, DELETE, TRUNCATE ON issuing_letterhead FROM CURRENT_USER;
"""
WIDE = "GRANT UPDATE, DELETE, TRUNCATE ON issuing_issued, issuing_letterhead TO CURRENT_USER"


class Migration(migrations.Migration):
    dependencies = [("issuing", "0001_initial")]
    operations = [migrations.RunSQL(NARROW, WIDE)]
