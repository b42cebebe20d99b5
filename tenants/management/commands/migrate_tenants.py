"""Brings the shared schema, the template and every tenant to the last migration."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import migrating
from tenants.models import Tenant


class Command(BaseCommand):
    help = "迁移共享库、模板和全部机制的库；可反复运行，中断后接着做"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--only",
            nargs="+",
            default=[],
            metavar="网址名",
            help="只迁移这些机制（共享库和模板照常）",
        )
        parser.add_argument("--plan", action="store_true", help="只列出要做什么，什么也不改")
        parser.add_argument("--verify", action="store_true", help="逐库核对迁移记录，不信登记")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["plan"]:
            self.plan(options["only"])
            return
        only = options["only"]
        outcome = migrating.migrate_everything(say=self.say, only=only, verify=options["verify"])
        if unknown := set(only) - set(Tenant.objects.values_list("slug", flat=True)):
            raise CommandError(f"没有网址名为“{'、'.join(sorted(unknown))}”的机制。")
        if outcome.failed:
            raise CommandError(outcome.complaint)
        self.say(
            f"迁移了 {outcome.moved} 个机制，用时 {outcome.seconds:.1f} 秒。"
            if outcome.moved
            else "全部机制都已是最新。"
        )

    def say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()

    def plan(self, only: list[str]) -> None:
        self.say("共享库：" + self.listed("public"))
        self.say("模板：" + self.listed(settings.TEMPLATE_SCHEMA, replayed=True))
        for head, slugs in migrating.standing(only).items():
            shown = "、".join(slugs[:5]) + ("等" if len(slugs) > 5 else "")
            schema = Tenant.objects.only("schema_name").get(slug=slugs[0]).schema_name
            self.say(
                f"{len(slugs)} 个机制（{shown}）："
                + (self.listed(schema, replayed=True) if head else "库不存在，或者没有迁移记录")
            )

    def listed(self, schema: str, *, replayed: bool = False) -> str:
        lines = [
            f"\n  {migration}" + ("（逐库由 Django 执行）" if replayed and not is_sql else "")
            for migration, is_sql in migrating.pending(schema)
        ]
        return "".join(lines) or "没有要做的"
