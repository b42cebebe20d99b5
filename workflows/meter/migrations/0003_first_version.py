"""Tenants opened before this room get the rule that it ships; new ones are seeded with it."""

from django.db import migrations
from django.utils import timezone

FIRST = {
    "version": 1,
    "begins": "first_receipt",
    "precedence": ["government", "government_agent", "higher", "owner_agent", "owner"],
    "counted": ["government", "government_agent"],
    "unit": "working",
    "allowance_days": 100,
    "stop_parties": {
        "hearing": "government",
        "tender": "government_agent",
        "auction": "government_agent",
        "inspection": "government_agent",
        "testing": "government_agent",
        "quarantine": "government_agent",
        "appraisal": "government_agent",
        "expert_review": "government_agent",
    },
    "basis": "本产品建议的口径，参照外地做法类推，尚无本市文件依据",
    "verified": False,
    "reason": "随产品提供的建议口径，本级另行确定之前适用。",
    "by_name": "系统",
}


def give(apps, schema_editor):
    versions = apps.get_model("meter", "RuleVersion").objects
    if not versions.exists():
        versions.create(adopted_at=timezone.now(), **FIRST)


class Migration(migrations.Migration):
    dependencies = [("meter", "0002_append_only")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
