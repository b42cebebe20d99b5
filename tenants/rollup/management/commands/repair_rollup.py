"""Derives every tenant's rows anew where they differ: after an upgrade that gave rows another shape."""

from typing import Any

from django.core.management.base import BaseCommand

from tenants.gateway import ready_tenants, visiting
from tenants.rollup.reconcile import repair


class Command(BaseCommand):
    help = "按各地台账重推汇总行（升级之后运行；可反复运行，没有差别的不动）"

    def handle(self, *args: Any, **options: Any) -> None:
        for tenant in ready_tenants():
            with visiting(tenant):
                count = repair()
            self.stdout.write(f"{tenant.name}：重推 {count} 行")
