"""Tenant schemas over several servers by Citus (分片): what stands in the way, and how they move.

See decisions/0012, also for what has not been tried.
"""

from collections.abc import Callable, Collection

from django.conf import settings
from django.db import transaction

from tenants.backend import connection
from tenants.gateway import visiting_public
from tenants.migrating import alone
from tenants.models import Tenant

#: Schemas can be distributed since this version of Citus.
OLDEST = (12, 0)
OBSTACLES = """
WITH tables AS (SELECT oid, relname, relkind, relrowsecurity, relispartition FROM pg_class
                WHERE relnamespace = %(schema)s::regnamespace),
own AS (
    SELECT 'pg_class'::regclass AS classid, oid, relname AS name FROM tables
    UNION ALL SELECT 'pg_attrdef'::regclass, d.oid, t.relname
    FROM pg_attrdef d JOIN tables t ON t.oid = d.adrelid
    UNION ALL SELECT 'pg_constraint'::regclass, oid, conname FROM pg_constraint
    WHERE connamespace = %(schema)s::regnamespace AND contype <> 'f'
)
SELECT '触发器', t.relname || '.' || g.tgname FROM pg_trigger g JOIN tables t ON t.oid = g.tgrelid
WHERE NOT g.tgisinternal
UNION ALL
SELECT '外键越出本库', a.relname || '.' || c.conname FROM pg_constraint c
JOIN pg_class a ON a.oid = c.conrelid JOIN pg_class b ON b.oid = c.confrelid
WHERE c.contype = 'f' AND a.relnamespace <> b.relnamespace
  AND %(schema)s::regnamespace IN (a.relnamespace, b.relnamespace)
UNION ALL
SELECT '约束没有自己的名字', t.relname || '.' || c.conname FROM pg_constraint c
JOIN tables t ON t.oid = c.conrelid
WHERE c.contype = 'c' AND (c.conname = t.relname || '_check' OR c.conname ~ '_check[0-9]+$')
UNION ALL
SELECT '标识列不是 bigint', t.relname || '.' || a.attname FROM pg_attribute a
JOIN tables t ON t.oid = a.attrelid
WHERE t.relkind = 'r' AND a.attidentity <> '' AND a.atttypid <> 'bigint'::regtype
UNION ALL
SELECT '序列不属于标识列', t.relname FROM tables t WHERE t.relkind = 'S' AND NOT EXISTS (
    SELECT 1 FROM pg_depend d WHERE d.objid = t.oid AND d.classid = 'pg_class'::regclass
    AND d.deptype = 'i')
UNION ALL
SELECT '行级安全', relname FROM tables WHERE relrowsecurity
UNION ALL
SELECT '不是普通的表、索引或序列', relname FROM tables WHERE relkind NOT IN ('r', 'i', 'S') OR relispartition
UNION ALL
SELECT '函数', proname FROM pg_proc WHERE pronamespace = %(schema)s::regnamespace
UNION ALL
SELECT '依赖其他库', own.name || ' → ' || r.identity FROM own
JOIN pg_depend d ON d.classid = own.classid AND d.objid = own.oid
CROSS JOIN LATERAL pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) AS r
WHERE r.schema NOT IN (%(schema)s, 'pg_catalog') AND r.type <> 'schema' AND NOT EXISTS (
    SELECT 1 FROM pg_depend e
    WHERE e.classid = d.refclassid AND e.objid = d.refobjid AND e.deptype = 'e')
ORDER BY 1, 2
"""


class CannotShard(Exception):
    """The schemas can't be distributed; the text says why and what to do."""


def obstacles(schema_name: str) -> list[str]:
    """What keeps the schema from living on a server of its own, each with its name."""
    with connection.cursor() as cursor:
        cursor.execute(OBSTACLES, {"schema": schema_name})
        return [f"{what}：{name}" for what, name in cursor.fetchall()]


def distribute(*, say: Callable[[str], object], only: Collection[str] = ()) -> int:
    """Hand the schemas of all tenants (or of the slugs ``only``) to Citus; returns how many moved.

    Those that are distributed are left alone, so it goes on where it was cut short. There is no way
    back but a dump. Raises `CannotShard` before anything is touched.
    """
    with visiting_public(), alone(say):
        _require_citus()
        tenants = Tenant.objects.order_by("order", "code")
        if only:
            tenants = tenants.filter(slug__in=only)
        with connection.cursor() as cursor:
            cursor.execute("SELECT schema_name::text FROM citus_schemas")
            there = {name for (name,) in cursor.fetchall()}
        waiting = [tenant for tenant in tenants if tenant.schema_name not in there]
        # Migrated tenants are like the template; it and the first to move are looked at.
        for schema in [settings.TEMPLATE_SCHEMA, *(t.schema_name for t in waiting[:1])]:
            if found := obstacles(schema):
                raise CannotShard(f"库 {schema} 还不能分片：\n  " + "\n  ".join(found))
        for number, tenant in enumerate(waiting, start=1):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT citus_schema_distribute(%s)", [tenant.schema_name])
                restart_identities(tenant.schema_name)
            say(f"{number}/{len(waiting)} {tenant.name}")
        return len(waiting)


def restart_identities(schema_name: str) -> int:
    """Let every identity column go on after its highest value; returns how many there are. Citus
    begins them anew where it puts a table."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT format('%%I.%%I', %(schema)s, r.relname), quote_ident(a.attname), a.attname
            FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid
            WHERE r.relnamespace = %(schema)s::regnamespace AND r.relkind = 'r' AND a.attidentity <> ''
            """,
            {"schema": schema_name},
        )
        columns = cursor.fetchall()
        for table, quoted, column in columns:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, %s), coalesce(max({quoted}), 1),"  # noqa: S608 -- quoted by the server
                f" max({quoted}) IS NOT NULL) FROM {table}",
                [table, column],
            )
    return len(columns)


def _require_citus() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extversion FROM pg_extension WHERE extname = 'citus'")
        row = cursor.fetchone()
    if row is None:
        raise CannotShard(
            "这台服务器的数据库没有 Citus 扩展，什么也没有改。先由管理员装好 Citus 12 以上，"
            "在本库执行 CREATE EXTENSION citus 并加入工作节点，再运行本命令。"
        )
    version = tuple(int(part) for part in row[0].split("-")[0].split(".")[:2])
    if version < OLDEST:
        raise CannotShard(f"Citus {row[0]} 不能按库分片，请升级到 12.0 以上。")
