"""Migrations over many schemas: the same as Django's own, done once, and nobody holds up the others."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from deploy.demo import ROOT
from tenants import migrating, provisioning
from tenants.gateway import visiting
from tenants.models import Tenant
from tests.conftest import passing_banner
from tests.tenants.test_provisioning import CATALOGUE, catalogue_of, migrations_of

TEMPLATE = "t_later_template"
PLACES = [("甲旗", "first"), ("乙旗", "second"), ("丙旗", "third")]
HEAD = """
from django.conf import settings
from django.db import migrations, models
import django.db.models.deletion

class Migration(migrations.Migration):
    dependencies = [("policies", "{after}"){more}]
    {atomic}
    operations = [
{operations}
    ]
"""
#: One of each kind that names something, leads out of the schema or takes a privilege away.
MANY = """
        migrations.AddField("policy", "grade", models.CharField(max_length=9, default="x")),
        migrations.AddField("policy", "weight", models.SmallIntegerField(db_default=3)),
        migrations.RenameField("policy", "made_by", "noted_by"),
        migrations.AlterField("policy", "title", models.CharField(max_length=300, db_index=True)),
        migrations.RemoveConstraint("policy", "policy_once"),
        migrations.AddConstraint("policy", models.UniqueConstraint(
            fields=["document", "grade"], name="policy_document_grade")),
        migrations.AddConstraint("policy", models.CheckConstraint(
            condition=models.Q(weight__in=[1, 2, 3]), name="policy_weight")),
        migrations.AddIndex("policy", models.Index(fields=["-effective_on"], name="policy_effect")),
        migrations.CreateModel("Echo", [
            ("id", models.BigAutoField(primary_key=True)),
            ("policy", models.ForeignKey("policies.policy", django.db.models.deletion.CASCADE)),
            ("by", models.ForeignKey(settings.AUTH_USER_MODEL, django.db.models.deletion.CASCADE)),
            ("text", models.CharField(max_length=20, unique=True)),
        ]),
        migrations.RunSQL("REVOKE UPDATE, DELETE, TRUNCATE ON policies_echo FROM CURRENT_USER"),
"""
WEIGH = """
def weigh(apps, editor):
    for policy in apps.get_model("policies", "Policy").objects.all():
        policy.weight = len(policy.title)
        policy.save()
"""


@pytest.fixture
def banners(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Tenant]]:
    with django_db_blocker.unblock(), ExitStack() as stack:
        yield [
            stack.enter_context(passing_banner(name, slug, f"15069{n}", f"P{n}"))
            for n, (name, slug) in enumerate(PLACES)
        ]


_packages = count()


@pytest.fixture
def later(
    banners: list[Tenant], settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., None]]:
    """``later(name, operations, …)`` adds a migration of the policies room to the disk, for three
    banners and a template of their own."""
    package = tmp_path / f"later_{os.getpid()}_{next(_packages)}"
    shutil.copytree(ROOT / "workflows/policies/migrations", package)
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"policies": package.name}
    sql = provisioning.template_sql()
    with transaction.atomic():
        provisioning.replay(sql, TEMPLATE)
    settings.TEMPLATE_SCHEMA = TEMPLATE
    names: list[str] = [sorted(p.stem for p in package.glob("0*.py"))[-1]]

    def add(
        name: str, operations: str, *, before: str = "", atomic: bool = True, more: str = ""
    ) -> None:
        text = HEAD.format(
            after=names[-1],
            operations=operations,
            more=more,
            atomic="" if atomic else "atomic = False",
        )
        (package / f"{name}.py").write_text(before + text)
        names.append(name)

    try:
        yield add
    finally:
        connection.set_schema_to_public()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {TEMPLATE} CASCADE")
            cursor.execute("DELETE FROM django_migrations WHERE name = ANY(%s)", [names[1:]])


def migrate(*only: str, **options: Any) -> str:
    said = StringIO()
    call_command(
        "migrate_tenants", only=only or [slug for _, slug in PLACES], stdout=said, **options
    )
    return said.getvalue()


def add_policy(tenant: Tenant, title: str) -> None:
    with visiting(tenant), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO policies_policy (title, matter_code, cause, change, department_code, document,"
            " effective_on, made_at, made_by)"
            " VALUES (%s, '101', 'papers', '改', 'zrzy', %s, '2026-01-01', now(), '某某')",
            [title, title],
        )


def column(tenant: Tenant, name: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM {tenant.schema_name}.policies_policy ORDER BY id")
        return [value for (value,) in cursor.fetchall()]


def noted(tenant: Tenant) -> str:
    return Tenant.objects.get(pk=tenant.pk).migration_head


def test_a_replayed_migration_leaves_the_catalogue_that_django_leaves(
    later: Callable[..., None], banners: list[Tenant]
) -> None:
    first, second, _ = banners
    add_policy(second, "旧")
    later("0090_many", MANY)
    assert "迁移了 2 个机制" in migrate("first", "second")
    call_command("migrate_schemas", schema_name="t_third", interactive=False, verbosity=0)
    connection.set_schema_to_public()
    assert provisioning.mend_third_parties("t_third") != []
    theirs = catalogue_of("t_third")
    for tenant in (TEMPLATE, first.schema_name, second.schema_name):
        ours = catalogue_of(tenant)
        for part in CATALOGUE:
            assert ours[part] == theirs[part], (tenant, part)
        assert migrations_of(tenant) == migrations_of("t_third")
    assert column(second, "grade") == ["x"]


def test_what_cannot_be_written_as_sql_is_done_by_django_in_every_schema(
    later: Callable[..., None], banners: list[Tenant]
) -> None:
    for tenant, title in zip(banners, ("一", "一二", "一二三"), strict=True):
        add_policy(tenant, title)
    later(
        "0090_weight",
        '        migrations.AddField("policy", "weight", models.IntegerField(default=0))',
    )
    later("0091_weigh", "        migrations.RunPython(weigh)", before=WEIGH)
    later(
        "0092_more", '        migrations.AddField("policy", "more", models.IntegerField(default=7))'
    )
    later(
        "0093_beside",
        "        AddIndexConcurrently('policy', models.Index(fields=['weight'], name='policy_beside'))",
        before="from django.contrib.postgres.operations import AddIndexConcurrently\n",
        atomic=False,
    )
    migrate()
    assert [column(tenant, "weight") for tenant in banners] == [[1], [2], [3]]
    assert [column(tenant, "more") for tenant in banners] == [[7], [7], [7]]
    for tenant in banners:
        assert ("policies", "0093_beside") in migrations_of(tenant.schema_name)


def test_a_table_written_to_can_be_altered_by_the_next_migration(
    later: Callable[..., None], banners: list[Tenant]
) -> None:
    for tenant in banners:
        add_policy(tenant, "旧")
    later(
        "0090_write",
        "        migrations.RunSQL(\"UPDATE policies_policy SET item_id = NULL, title = '新'\")",
    )
    later("0091_alter", '        migrations.AlterField("policy", "title", models.TextField())')
    migrate()
    assert [column(tenant, "title") for tenant in banners] == [["新"], ["新"], ["新"]]


def test_who_is_at_head_is_found_by_one_query(
    later: Callable[..., None], banners: list[Tenant], django_assert_max_num_queries: Any
) -> None:
    later(
        "0090_more", '        migrations.AddField("policy", "more", models.IntegerField(default=7))'
    )
    assert "迁移了 3 个机制" in migrate()
    with django_assert_max_num_queries(30) as asked:
        assert "全部机制都已是最新" in migrate()
    visits = [q["sql"] for q in asked.captured_queries if "t_first" in q["sql"]]
    assert visits == []


def test_a_tenant_that_fails_is_named_and_stops_nobody_and_the_next_run_finishes_it(
    later: Callable[..., None], banners: list[Tenant]
) -> None:
    first, second, third = banners
    for title in ("重复", "重复二"):
        add_policy(second, title)
    with visiting(second), connection.cursor() as cursor:
        cursor.execute("UPDATE policies_policy SET made_by = '同一人'")
    later(
        "0090_once",
        """
        migrations.AddField("policy", "more", models.IntegerField(default=7)),
        migrations.AddConstraint("policy", models.UniqueConstraint(fields=["made_by"], name="policy_by")),
    """,
    )
    with pytest.raises(CommandError, match=r"(?s)1 个机制没有迁移成.*乙旗：.*policy_by"):
        migrate()
    assert noted(first) == noted(third) == provisioning.migration_head(TEMPLATE) != noted(second)
    assert ("policies", "0090_once") not in migrations_of(second.schema_name)
    with pytest.raises(Exception, match="more"):
        column(second, "more")

    with visiting(second), connection.cursor() as cursor:
        cursor.execute("UPDATE policies_policy SET made_by = title")
    assert "迁移了 1 个机制" in migrate()
    assert column(second, "more") == [7, 7]


def test_tenants_at_different_migrations_each_get_what_they_lack(
    later: Callable[..., None], banners: list[Tenant]
) -> None:
    later(
        "0090_more", '        migrations.AddField("policy", "more", models.IntegerField(default=7))'
    )
    migrate("second")
    later(
        "0091_most", '        migrations.AddField("policy", "most", models.IntegerField(default=8))'
    )
    migrate()
    for part in CATALOGUE:
        assert catalogue_of("t_first")[part] == catalogue_of("t_second")[part]
    assert len({noted(tenant) for tenant in banners}) == 1


def test_a_tenant_that_is_not_open_yet_is_migrated_too(
    later: Callable[..., None], banners: list[Tenant]
) -> None:
    Tenant.objects.filter(pk=banners[0].pk).update(ready=False)
    later(
        "0090_more", '        migrations.AddField("policy", "more", models.IntegerField(default=7))'
    )
    migrate()
    assert ("policies", "0090_more") in migrations_of("t_first")


def test_a_tenant_without_a_schema_is_named_and_the_shared_schema_is_left_alone(
    later: Callable[..., None], banners: list[Tenant]
) -> None:
    later(
        "0090_more", '        migrations.AddField("policy", "more", models.IntegerField(default=7))'
    )
    with connection.cursor() as cursor:
        cursor.execute("ALTER SCHEMA t_second RENAME TO t_elsewhere")
    try:
        with pytest.raises(CommandError, match="乙旗：库 t_second 不存在，或者没有迁移记录"):
            migrate()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER SCHEMA t_elsewhere RENAME TO t_second")
    assert noted(banners[2]) == provisioning.migration_head(TEMPLATE)


def test_a_record_that_is_not_the_templates_is_named(
    later: Callable[..., None], banners: list[Tenant]
) -> None:
    later(
        "0090_more", '        migrations.AddField("policy", "more", models.IntegerField(default=7))'
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO t_second.django_migrations (app, name, applied) VALUES ('gone', '0001', now())"
        )
    with pytest.raises(CommandError, match=r"乙旗：迁移记录与模板不一致：多出gone\.0001"):
        migrate()


def test_a_record_with_a_gap_is_named_and_nothing_is_done_there(
    later: Callable[..., None], banners: list[Tenant]
) -> None:
    later(
        "0090_more", '        migrations.AddField("policy", "more", models.IntegerField(default=7))'
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM t_second.django_migrations WHERE app = 'meetings' AND name = '0001_initial'"
        )
    with pytest.raises(CommandError, match=r"乙旗：InconsistentMigrationHistory：.*meetings\.0001"):
        migrate()
    assert ("policies", "0090_more") not in migrations_of("t_second")
    assert ("policies", "0090_more") in migrations_of("t_third")


def test_verifying_finds_a_schema_that_was_put_back_behind_the_rows_back(
    later: Callable[..., None], banners: list[Tenant]
) -> None:
    later(
        "0090_more", '        migrations.AddField("policy", "more", models.IntegerField(default=7))'
    )
    migrate()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE t_second.policies_policy DROP more")
        cursor.execute("DELETE FROM t_second.django_migrations WHERE name = '0090_more'")
    assert "全部机制都已是最新" in migrate()
    assert "迁移了 1 个机制" in migrate(verify=True)
    assert column(banners[1], "more") == []


def test_the_plan_says_what_would_be_done_and_does_nothing(
    later: Callable[..., None], banners: list[Tenant]
) -> None:
    later(
        "0090_weight",
        '        migrations.AddField("policy", "weight", models.IntegerField(default=0))',
    )
    later("0091_weigh", "        migrations.RunPython(weigh)", before=WEIGH)
    said = migrate(plan=True)
    assert said.count("policies.0090_weight\n") == 3  # shared, template, all tenants together
    assert "3 个机制（first、second、third）" in said
    assert "policies.0091_weigh（逐库由 Django 执行）" in said
    assert ("policies", "0090_weight") not in migrations_of(TEMPLATE)
    migrate()
    assert "没有要做的" in migrate(plan=True)


def test_only_names_a_tenant_that_is_there(later: Callable[..., None]) -> None:
    with pytest.raises(CommandError, match="没有网址名为“nowhere”的机制"):
        migrate("nowhere")


def test_the_second_run_waits_aloud_for_the_first(
    later: Callable[..., None], django_db_blocker: Any
) -> None:
    later(
        "0090_more", '        migrations.AddField("policy", "more", models.IntegerField(default=7))'
    )
    said: list[str] = []

    def run() -> int:
        with django_db_blocker.unblock():
            try:
                return migrating.migrate_everything(
                    say=said.append, only=[slug for _, slug in PLACES]
                ).moved
            finally:
                connection.close()

    with connection.cursor() as cursor, ThreadPoolExecutor(1) as other:
        cursor.execute("SELECT pg_advisory_lock(%s)", [migrating.RUNNING])
        running = other.submit(run)
        deadline = time.monotonic() + 20
        while not said and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not running.done()
        cursor.execute("SELECT pg_advisory_unlock(%s)", [migrating.RUNNING])
        assert running.result(60) == 3
    assert "另一次迁移正在进行（数据库进程 " in said[0]
    assert "另一次迁移已结束" in said[1]


def test_a_table_that_is_busy_is_tried_again_when_the_others_are_through(
    later: Callable[..., None], banners: list[Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "PATIENCE", "100ms")
    later(
        "0090_more", '        migrations.AddField("policy", "more", models.IntegerField(default=7))'
    )
    busy = connection.copy()
    try:
        busy.set_autocommit(False)
        with busy.cursor() as cursor:
            cursor.execute("LOCK TABLE t_first.policies_policy")
        with pytest.raises(CommandError, match=r"甲旗：.*lock timeout"):
            migrate()
        assert [noted(t) == noted(banners[1]) for t in banners] == [False, True, True]
    finally:
        busy.rollback()
        busy.close()
    assert "迁移了 1 个机制" in migrate()


def test_killed_halfway_it_goes_on_where_it_was(
    later: Callable[..., None], banners: list[Tenant], tmp_path: Path
) -> None:
    """A real process, killed without a word while it is in the second tenant."""
    later(
        "0090_slow",
        """
        migrations.AddField("policy", "more", models.IntegerField(default=7)),
        migrations.RunSQL("SELECT pg_sleep(60) FROM policies_policy WHERE title = '慢'"),
    """,
    )
    add_policy(banners[1], "慢")
    (tmp_path / "later_settings.py").write_text(
        "from config.settings.test import *\n"
        f"MIGRATION_MODULES = {django_settings.MIGRATION_MODULES!r}\n"
        f"TEMPLATE_SCHEMA = {TEMPLATE!r}\n"
        f"DATABASES['default']['NAME'] = {connection.settings_dict['NAME']!r}\n"
    )
    paths = os.pathsep.join([str(tmp_path), str(ROOT), str(ROOT / "platform")])
    process = subprocess.Popen(
        [
            sys.executable,
            ROOT / "platform/manage.py",
            "migrate_tenants",
            "--only",
            "first",
            "second",
            "third",
        ],
        env={**os.environ, "PYTHONPATH": paths, "DJANGO_SETTINGS_MODULE": "later_settings"},
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while ("policies", "0090_slow") not in migrations_of("t_first"):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    with connection.cursor() as cursor:  # the server notices at its next word to the dead
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid IN"
            " (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s)",
            [migrating.RUNNING],
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM t_second.django_migrations WHERE name = '0090_slow'")
        assert cursor.fetchone() == (0,)
    assert "policies.0090_slow" not in str(migrations_of("t_third"))
    with visiting(banners[1]), connection.cursor() as cursor:
        cursor.execute("UPDATE policies_policy SET title = '快'")
    assert "迁移了 3 个机制" in migrate()
    for part in CATALOGUE:
        assert catalogue_of("t_second")[part] == catalogue_of("t_first")[part]
