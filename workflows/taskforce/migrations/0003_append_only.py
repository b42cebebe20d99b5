"""The role that puts an extension down gives up changing and deleting it."""

from django.db import migrations

NARROW = "REVOKE UPDATE, DELETE, TRUNCATE ON taskforce_extension FROM CURRENT_USER"
WIDE = "GRANT UPDATE, DELETE, TRUNCATE ON taskforce_extension TO CURRENT_USER"


class Migration(migrations.Migration):
    dependencies = [("taskforce", "0002_extensions")]
    operations = [migrations.RunSQL(NARROW, WIDE)]
