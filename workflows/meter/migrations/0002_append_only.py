"""The role that adopts counting rules gives up changing and deleting them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("meter", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON meter_ruleversion FROM CURRENT_USER",
            "GRANT UPDATE, DELETE, TRUNCATE ON meter_ruleversion TO CURRENT_USER",
        )
    ]
