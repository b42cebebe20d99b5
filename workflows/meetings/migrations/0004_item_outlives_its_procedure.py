import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0003_steps_and_keys'),
        ('procedures', '0004_lamp_rules'),
    ]

    operations = [
        migrations.AlterField(
            model_name='item',
            name='procedure',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='agenda_items', to='procedures.procedure'),
        ),
    ]
