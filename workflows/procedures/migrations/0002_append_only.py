"""The role that writes the clock's ledger gives up changing and deleting it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("procedures", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON procedures_clockentry FROM CURRENT_USER",
            "GRANT UPDATE, DELETE, TRUNCATE ON procedures_clockentry TO CURRENT_USER",
        )
    ]
