"""Prints the addresses of the sample city and one account a role."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.demo.cast import PASSWORD, PEOPLE
from kernel.authority.permissions import Role
from tenants.models import Tenant


class Command(BaseCommand):
    help = "列出示例城市的网址和账号"

    def handle(self, *args: Any, **options: Any) -> None:
        tenants = {t.slug: t for t in Tenant.objects.filter(ready=True)}
        port = f":{settings.PORT}" if settings.PORT else ""
        portal = f"http://{settings.PORTAL_HOST}{port}"
        self.stdout.write(f"门户          {portal}/")
        self.stdout.write(f"门户编辑      {portal}/cms/   账号 bianji（拟稿）、shenhe（审核）")
        for slug in ("city", "zhungeer"):
            self.stdout.write(f"{tenants[slug].name}控制台  {tenants[slug].url()}")
        self.stdout.write(f"\n示例账号（口令都是 {PASSWORD}）")
        for person in PEOPLE:
            for slug, role, _ in person.memberships:
                self.stdout.write(
                    f"  {person.username:<12} {Role(role).label}　{person.post}　{tenants[slug].url()}"
                )
