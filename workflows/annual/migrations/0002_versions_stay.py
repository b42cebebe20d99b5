"""The role that issues versions gives up changing and deleting them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("annual", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON annual_listversion FROM CURRENT_USER",
            "GRANT UPDATE, DELETE, TRUNCATE ON annual_listversion TO CURRENT_USER",
        )
    ]
