"""Steps that were drawn from the ledger are marked as such, so that nobody writes over them; items of the
office's own get their key."""

from django.db import migrations
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat


def mark(apps, schema_editor):
    said = apps.get_model("meetings", "Said").objects.filter(step="reconcile")
    said.filter(by_name="系统（按台账）").update(by_ledger=True)
    own = apps.get_model("meetings", "Item").objects.filter(key="")
    own.update(key=Concat(Value("item:"), Cast(F("id"), CharField())))


class Migration(migrations.Migration):
    dependencies = [("meetings", "0002_versions_and_drops")]
    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
