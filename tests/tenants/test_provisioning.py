"""A tenant is opened from the template's replay, and refused for the right reasons."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from tenants import provisioning
from tenants.models import Domain, Kind, Tenant
from tenants.provisioning import CannotOpen, open_tenant

GOOD = {
    "name": "某旗",
    "slug": "mouqi",
    "kind": Kind.BANNER,
    "code": "150698",
    "prefix": "MQ",
    "parent_slug": "city",
}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"slug": "Bad Name"}, "网址名“Bad Name”不可用"),
        ({"slug": "a;drop"}, "不可用"),
        ({"slug": "9th"}, "不可用"),
        ({"slug": "public"}, "不可用"),
        ({"slug": "x" * 41}, "不可用"),
        ({"slug": "mouqi\n"}, "不可用"),
        ({"slug": "mouqi-"}, "不可用"),
        ({"slug": "zhungeer"}, "网址名“zhungeer”已被占用"),
        ({"name": "准格尔旗"}, "名称“准格尔旗”已被占用"),
        ({"code": "150622"}, "区划代码“150622”已被占用"),
        ({"prefix": "ZGE"}, "编号字头“ZGE”已被占用"),
        ({"parent_slug": "nowhere"}, "上级“nowhere”不存在"),
        ({"parent_slug": None}, "上级“（空）”不存在"),
        ({"kind": Kind.CITY, "parent_slug": None}, "市级机制已经开通"),
        ({"kind": Kind.CITY, "parent_slug": "city"}, "市级机制没有上级"),
    ],
)
def test_a_bad_opening_is_refused_with_a_sentence_and_leaves_nothing(
    city: Tenant, wrong: dict[str, object], says: str
) -> None:
    tenants = Tenant.objects.count()
    with pytest.raises(CannotOpen, match=says):
        open_tenant(**{**GOOD, **wrong})
    assert Tenant.objects.count() == tenants


def test_a_taken_host_is_refused(city: Tenant) -> None:
    Domain.objects.create(tenant=city, domain="mouqi.localhost", is_primary=False)
    with pytest.raises(CannotOpen, match=r"网址“mouqi\.localhost”已被占用"):
        open_tenant(**GOOD)


CATALOGUE = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
               replace(coalesce(pg_get_expr(d.adbin, d.adrelid), ''), %(schema)s, '')
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = %(schema)s::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
          AND c.relkind IN ('r', 'S', 'i') ORDER BY 1, a.attnum""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, contype,
               replace(pg_get_constraintdef(oid), %(schema)s || '.', '')
        FROM pg_constraint WHERE connamespace = %(schema)s::regnamespace ORDER BY 1, 2""",
    "indexes": """
        SELECT tablename, indexname, replace(indexdef, %(schema)s || '.', '')
        FROM pg_indexes WHERE schemaname = %(schema)s ORDER BY 1, 2""",
    "privileges": """
        SELECT relname, relkind, relacl::text FROM pg_class
        WHERE relnamespace = %(schema)s::regnamespace AND relkind IN ('r', 'S') ORDER BY 1""",
    "triggers of our own": """
        SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = %(schema)s::regnamespace AND NOT tgisinternal""",
}


#: PostgreSQL writes a list check differently once it has been dumped and read back: each element
#: is cast instead of the list. The meaning, and the name, stay.
CASTS = re.compile(r"::(character varying|text)(\[\])?|[()]")


def catalogue_of(schema: str) -> dict[str, list[tuple[object, ...]]]:
    read = {}
    with connection.cursor() as cursor:
        for name, sql in CATALOGUE.items():
            cursor.execute(sql, {"schema": schema})
            read[name] = [
                tuple(
                    CASTS.sub("", v.replace(f"{schema}.", "")) if isinstance(v, str) else v
                    for v in row
                )
                for row in cursor.fetchall()
            ]
    return read


def migrations_of(schema: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT app, name FROM {schema}.django_migrations ORDER BY 1, 2")
        return list(cursor.fetchall())


def test_a_replayed_schema_equals_a_migrated_one_names_included(own_tenant: Tenant) -> None:
    migrated = "t_migrated"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {migrated} CASCADE")
        cursor.execute(f"CREATE SCHEMA {migrated}")
    try:
        call_command("migrate_schemas", schema_name=migrated, interactive=False, verbosity=0)
        connection.set_schema_to_public()
        provisioning.mend_third_parties(migrated)
        ours, theirs = catalogue_of(own_tenant.schema_name), catalogue_of(migrated)
        for part in CATALOGUE:
            assert ours[part] == theirs[part], part
        assert len(ours["constraints"]) > 50
        assert migrations_of(own_tenant.schema_name) == migrations_of(migrated) != []
    finally:
        connection.set_schema_to_public()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA {migrated} CASCADE")


def test_no_key_leads_out_of_a_tenant_schema(city: Tenant) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.conname FROM pg_constraint c
            JOIN pg_class a ON a.oid = c.conrelid JOIN pg_class b ON b.oid = c.confrelid
            WHERE c.contype = 'f' AND a.relnamespace <> b.relnamespace
            """
        )
        assert cursor.fetchall() == []


def test_a_tenant_schema_holds_no_shared_table(city: Tenant) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 't_city'")
        tables = {row[0] for row in cursor.fetchall()}
    shared = {"accounts_user", "auth_group", "django_content_type", "django_session"}
    assert not tables & shared
    assert settings.TEMPLATE_SCHEMA not in {t.schema_name for t in Tenant.objects.all()}


def test_two_who_open_the_same_tenant_at_once_get_one_and_a_sentence(
    own_tenant: Tenant, django_db_blocker: Any
) -> None:
    facts = {**GOOD, "slug": "temporary", "name": "临时旗", "code": "150699", "prefix": "LSQ"}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {own_tenant.schema_name} CASCADE")
    Domain.objects.filter(tenant=own_tenant).delete()
    Tenant.objects.filter(pk=own_tenant.pk)._raw_delete("default")

    def opened(_: int) -> str:
        with django_db_blocker.unblock():
            try:
                return str(open_tenant(**facts))
            except CannotOpen as refusal:
                return str(refusal)
            finally:
                connection.close()

    with ThreadPoolExecutor(2) as both:
        told = sorted(both.map(opened, range(2)))
    own_tenant.pk = Tenant.objects.get(slug="temporary").pk
    assert told == ["临时旗", "网址名“temporary”已被占用，请换一个。"]


def test_opening_again_finishes_what_was_cut_short(own_tenant: Tenant) -> None:
    Tenant.objects.filter(pk=own_tenant.pk).update(ready=False, opened_at=None)
    arguments = ["temporary", "临时旗", "--kind=banner", "--code=150699", "--prefix=LSQ"]
    call_command("open_tenant", *arguments, "--parent=city")
    own_tenant.refresh_from_db()
    assert own_tenant.ready
    assert own_tenant.opened_at
    with pytest.raises(CommandError, match="已被占用"):
        call_command("open_tenant", *arguments, "--parent=city")


@pytest.mark.parametrize(
    "change",
    [
        "CREATE INDEX extra ON lianshen_template.trail_trailentry (at, subject)",
        "GRANT UPDATE ON lianshen_template.trail_trailentry TO CURRENT_USER",
        "ALTER TABLE lianshen_template.trail_trailentry ALTER summary SET DEFAULT ''",
    ],
)
def test_a_changed_template_is_dumped_anew(db: None, change: str) -> None:
    before = provisioning._template_head()
    with connection.cursor() as cursor:
        cursor.execute(change)
    assert provisioning._template_head() != before
