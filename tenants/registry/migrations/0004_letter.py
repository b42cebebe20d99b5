from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_answered_once")]
    operations = [
        migrations.AddField(
            model_name="filing",
            name="letter",
            field=models.JSONField(null=True, verbose_name="报备函"),
        )
    ]
