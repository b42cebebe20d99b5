"""What was exported stays as it was: the role gives up changing and deleting it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("interchange", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON interchange_batch, interchange_refusedrow"
            " FROM CURRENT_USER",
            migrations.RunSQL.noop,
        )
    ]
