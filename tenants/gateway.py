"""The door between schemas: the only place that enters another tenant's."""

from collections.abc import Iterator
from contextlib import contextmanager

from django_tenants.utils import schema_context, tenant_context

from tenants.backend import connection
from tenants.models import Tenant


@contextmanager
def visiting(tenant: Tenant) -> Iterator[Tenant]:
    """Work inside ``tenant``'s schema for the length of the block; never inside a transaction.

    Evaluate querysets before leaving: a lazy one would run in the schema that comes after.
    """
    with tenant_context(tenant):
        yield tenant


@contextmanager
def visiting_public() -> Iterator[None]:
    """Work in the shared schema for the length of the block."""
    with schema_context("public"):
        yield


def current_tenant() -> Tenant:
    """The tenant whose schema the connection is in; `LookupError` in the shared schema."""
    tenant = connection.tenant
    if isinstance(tenant, Tenant):
        return tenant
    try:
        return Tenant.objects.get(schema_name=connection.schema_name)
    except Tenant.DoesNotExist:
        raise LookupError(f"no tenant in schema {connection.schema_name}") from None


def ready_tenants() -> list[Tenant]:
    """Every tenant that has been opened, in the city's order."""
    return list(Tenant.objects.filter(ready=True).select_related("parent__parent"))
