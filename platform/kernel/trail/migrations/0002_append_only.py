"""The role that writes the trail gives up changing and deleting it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("trail", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON trail_trailentry FROM CURRENT_USER",
            "GRANT UPDATE, DELETE, TRUNCATE ON trail_trailentry TO CURRENT_USER",
        )
    ]
