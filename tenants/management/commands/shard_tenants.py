"""Distributes the tenants' schemas over the nodes of a Citus server."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import sharding


class Command(BaseCommand):
    help = "把各机制的库分布到 Citus 的各节点；可反复运行，只动还没有分布的"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--only", nargs="+", default=[], metavar="网址名", help="只分布这些机制"
        )
        parser.add_argument("--check", action="store_true", help="只核对模板能否分片，什么也不改")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            if found := sharding.obstacles(settings.TEMPLATE_SCHEMA):
                raise CommandError("模板还不能分片：\n  " + "\n  ".join(found))
            self.stdout.write("模板可以分片：没有触发器、越库的外键和依赖，约束都有名字。")
            return
        try:
            moved = sharding.distribute(say=self.stdout.write, only=options["only"])
        except sharding.CannotShard as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"分布了 {moved} 个机制的库。" if moved else "全部机制的库都已分布。")
