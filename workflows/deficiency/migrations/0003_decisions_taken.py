"""Breaches dealt with before decisions were kept: what was announced is what was decided."""

from django.db import migrations

DECIDED = """
UPDATE deficiency_deficiency SET decision = consequence, breached_on = ended_on
 WHERE decision = '' AND (state = 'breached' OR state = 'made_good' AND ended_document <> '')
"""


class Migration(migrations.Migration):
    dependencies = [("deficiency", "0002_handed_in_and_decided")]
    operations = [migrations.RunSQL(DECIDED, migrations.RunSQL.noop)]
