"""No tenant empties a shared table: TRUNCATE asks no policy."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rollup", "0002_row_level_security")]
    operations = [
        migrations.RunSQL(
            "REVOKE TRUNCATE ON rollup_projectrow, rollup_procedurerow, rollup_reconciliation"
            " FROM CURRENT_USER",
            migrations.RunSQL.noop,
        )
    ]
