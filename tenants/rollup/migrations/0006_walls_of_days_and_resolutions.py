"""Walls around the hundred days and the resolutions."""

from django.db import migrations

from tenants.rollup.walls import walled


class Migration(migrations.Migration):
    dependencies = [("rollup", "0005_codes_days_resolutions")]
    operations = walled("rollup_daysrow", "rollup_resolutionrow")
