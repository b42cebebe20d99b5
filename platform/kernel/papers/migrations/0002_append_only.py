"""The role that keeps files gives up changing them; a file handed in stays as it was."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("papers", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "REVOKE UPDATE, TRUNCATE ON papers_attachment FROM CURRENT_USER",
            "GRANT UPDATE, TRUNCATE ON papers_attachment TO CURRENT_USER",
        )
    ]
