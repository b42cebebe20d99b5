"""What the database says afterwards: run in a process of its own; prints it as JSON."""

import json
import sys
from typing import Any

import django

django.setup()

from django.db.models import Count  # noqa: E402

from kernel.trail.models import TrailEntry  # noqa: E402
from kernel.trail.writing import first_broken_line  # noqa: E402
from tenants.gateway import ready_tenants, visiting  # noqa: E402
from tenants.registry.models import Filing, NumberSeries  # noqa: E402
from tenants.rollup.reconcile import reconcile  # noqa: E402
from workflows.assignments.models import Sheet  # noqa: E402
from workflows.filings.queries import digest_holds  # noqa: E402
from workflows.projects.models import Batch, BatchItem  # noqa: E402


def of_this_tenant(schema_name: str) -> dict[str, Any]:
    done = TrailEntry.objects.filter(outcome="done")
    sent = Filing.objects.filter(sender=schema_name)
    return {
        "broken_line": first_broken_line(),
        "disagreeing": [str(each) for each in reconcile() if not each.agrees],
        "lines": [
            [each["action"], each["subject"], each["times"]]
            for each in done.values("action", "subject").annotate(times=Count("pk")).order_by()
        ],
        "sheets": [[each.title, each.number] for each in Sheet.objects.order_by("pk")],
        "filings": [
            {
                "pk": each.pk,
                "number": each.number,
                "state": each.state,
                "receipt": each.receipt_number,
                "words": each.snapshot.get("texts", {}).get("work", ""),
                "whole": digest_holds(each),
            }
            for each in sent.order_by("pk")
        ],
        "series": {
            each.kind: each.last for each in NumberSeries.objects.filter(schema_name=schema_name)
        },
        "batches": [[each.move, bool(each.finished_at)] for each in Batch.objects.order_by("pk")],
        "waiting": BatchItem.objects.filter(outcome="waiting").count(),
    }


if __name__ == "__main__":
    found = {}
    for tenant in ready_tenants():
        with visiting(tenant):
            found[tenant.slug] = of_this_tenant(tenant.schema_name)
    json.dump(found, sys.stdout)
