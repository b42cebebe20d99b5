"""Distributes a city over the nodes of a given Citus server, and runs the stories there (分片)."""

import os
import sys
from argparse import ArgumentParser

import psycopg

from deploy.demo import ROOT, manage
from deploy.test import pytest
from kernel.embedded.processes import CannotStart


def main(arguments: list[str]) -> int:
    parser = ArgumentParser(prog="python -m deploy.citus", description=__doc__)
    parser.add_argument("url", help="postgresql://角色:口令@主机:端口/库，须是协调节点")
    parser.add_argument(
        "--stories", action="store_true", help="另建一个测试库，分布之后在上面运行故事测试"
    )
    options = parser.parse_args(arguments)
    environment = {
        **os.environ,
        "DATABASE_URL": options.url,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
    }
    try:
        print(f"Citus {version_at(options.url)}")
        if options.stories:
            settings = {"DJANGO_SETTINGS_MODULE": "config.settings.test", "LIANSHEN_SHARDED": "1"}
            return pytest("not browser and not bench", environment | settings, "tests/stories")
        environment.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
        manage("migrate_tenants", env=environment)
        manage("shard_tenants", env=environment)
    except CannotStart as reason:
        print(f"\n✗ {reason}", file=sys.stderr)
        return 1
    return 0


def version_at(url: str) -> str:
    """Which Citus the database at ``url`` has; raises `CannotStart` where there is none."""
    try:
        with psycopg.connect(url, connect_timeout=10) as server:
            row = server.execute(
                "SELECT extversion FROM pg_extension WHERE extname = 'citus'"
            ).fetchone()
    except psycopg.OperationalError as refusal:
        raise CannotStart(f"连不上数据库：{refusal}") from refusal
    if row is None:
        raise CannotStart(
            "这台服务器的数据库没有 Citus 扩展，什么也没有改。先由管理员装好 Citus 12 以上，"
            "在本库（运行故事测试还要在 template1）执行 CREATE EXTENSION citus，再运行本命令。"
        )
    return str(row[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
