"""Which migrations a tenant's schema stands at, so that one query finds those that are behind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_tiles")]
    operations = [
        migrations.AddField(
            model_name="tenant",
            name="migration_head",
            field=models.CharField(db_default="", default="", editable=False, max_length=64),
        ),
    ]
