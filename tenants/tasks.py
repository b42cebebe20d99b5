"""Background work knows its tenant: the schema travels in the message's header."""

from typing import Any

from celery import Task, current_app, shared_task
from kombu.utils.functional import maybe_list

from tenants.backend import connection
from tenants.gateway import ready_tenants, visiting, visiting_public
from tenants.models import Tenant

HEADER = "lianshen_schema"


class NoTenant(RuntimeError):
    """A message came without its schema, or for a tenant that is not open."""


def to_every_tenant(task: Task) -> int:
    """Send ``task`` to each open tenant, a message each, so that one that fails holds up nobody
    else's; returns how many."""
    tenants = ready_tenants()
    for tenant in tenants:
        task.apply_async(headers={HEADER: tenant.schema_name})
    return len(tenants)


class TenantTask(Task):
    """Sends the current schema along and runs in it; a message without one is refused."""

    def apply_async(self, *args: Any, **options: Any) -> Any:
        headers = {HEADER: connection.schema_name, **(options.pop("headers", None) or {})}
        # What follows is sent when this task has left its schema again, so it is told now.
        for later in [*(maybe_list(options.get("link")) or ()), *(options.get("chain") or ())]:
            later["options"].setdefault("headers", {}).setdefault(HEADER, headers[HEADER])
        return super().apply_async(*args, headers=headers, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        schema = (self.request.headers or {}).get(HEADER) or self.request.get(HEADER)
        if schema is None:
            raise NoTenant(f"{self.name} was sent without its tenant")
        if schema == connection.schema_name:
            return super().__call__(*args, **kwargs)
        if schema == "public":
            with visiting_public():
                return super().__call__(*args, **kwargs)
        tenant = Tenant.objects.filter(schema_name=schema, ready=True).first()
        if tenant is None:
            raise NoTenant(f"{self.name} was sent for {schema}, which is not open")
        with visiting(tenant):
            return super().__call__(*args, **kwargs)


@shared_task
def every_tenant(name: str) -> int:
    """Send the task ``name`` to each open tenant: for rooms that know no tenants. Runs in the shared
    schema."""
    return to_every_tenant(current_app.tasks[name])
