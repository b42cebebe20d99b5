"""Opens one tenant from the command line."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.models import Kind, Tenant
from tenants.provisioning import CannotOpen, open_tenant, resume_seeding


class Command(BaseCommand):
    help = "开通一个机制（市、旗、区或园区）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="网址名，如 zhungeer")
        parser.add_argument("name", help="名称，如 准格尔旗")
        parser.add_argument("--kind", choices=Kind.values, required=True)
        parser.add_argument("--code", required=True, help="区划代码；园区用旗区代码加自编后缀")
        parser.add_argument("--prefix", required=True, help="编号字头，如 ZGE")
        parser.add_argument("--parent", help="上级的网址名")

    def handle(self, *args: Any, **options: Any) -> None:
        cut_short = Tenant.objects.filter(slug=options["slug"], ready=False).first()
        if cut_short:
            resume_seeding(cut_short)
            self.stdout.write(f"{cut_short.name}上次没有开通完，已接着开通：{cut_short.url()}")
            return
        try:
            tenant = open_tenant(
                name=options["name"],
                slug=options["slug"],
                kind=Kind(options["kind"]),
                code=options["code"],
                prefix=options["prefix"],
                parent_slug=options["parent"],
            )
        except CannotOpen as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{tenant.name}已开通：{tenant.url()}")
