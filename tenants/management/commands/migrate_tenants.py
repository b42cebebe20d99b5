"""Brings the shared schema, the template and every tenant to the last migration."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import migrating
from tenants.models import Tenant


class Command(BaseCommand):
    help = "迁移共享库、模板和全部机制的库；可反复运行，中断后接着做"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", metavar="网址名", help="只迁移这一个机制（共享库和模板照常）")
        parser.add_argument("--plan", action="store_true", help="只列出要做什么，什么也不改")
        parser.add_argument("--verify", action="store_true", help="逐库核对迁移记录，不信登记")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["plan"]:
            self.plan()
            return
        only = options["only"]
        outcome = migrating.migrate_everything(say=self.say, only=only, verify=options["verify"])
        if only and not Tenant.objects.filter(slug=only).exists():
            raise CommandError(f"没有网址名为“{only}”的机制。")
        if outcome.failed:
            lines = "".join(f"\n  {name}：{why}" for name, why in outcome.failed.items())
            raise CommandError(
                f"{len(outcome.failed)} 个机制没有迁移成，其余不受影响；排除原因后再运行一次即可：{lines}"
            )
        self.say(f"迁移了 {outcome.moved} 个机制。" if outcome.moved else "全部机制都已是最新。")

    def say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()

    def plan(self) -> None:
        for name, schema in (("共享库", "public"), ("模板", settings.TEMPLATE_SCHEMA)):
            self.say(f"{name}：" + (self.listed(schema) or "没有要做的"))
        tenants = migrating.standing()
        for slugs in tenants.values():
            one = Tenant.objects.only("schema_name").get(slug=slugs[0]).schema_name
            shown = "、".join(slugs[:5]) + ("等" if len(slugs) > 5 else "")
            self.say(f"{len(slugs)} 个机制（{shown}）：" + (self.listed(one) or "没有要做的"))

    def listed(self, schema: str) -> str:
        return "".join(
            f"\n  {migration}" + ("" if migrating.is_sql(migration) else "（逐库由 Django 执行）")
            for migration in migrating.pending(schema)
        )
