"""What every console page's frame shows: office, person, navigation, the tenants one may switch to."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property

from kernel.clock import WorkCalendar
from kernel.notices.queries import MOST, unseen_count
from kernel.web.http import calendar_of
from kernel.web.navigation import groups_for


@dataclass
class Shell:
    """Lazy: a page that shows no frame asks the database nothing."""

    request: Any

    @property
    def office_name(self) -> str:
        return str(self.request.tenant.office_name)

    @property
    def tenant_name(self) -> str:
        return str(self.request.tenant.name)

    @property
    def person_name(self) -> str:
        return str(self.request.user.name)

    @property
    def role_label(self) -> str:
        return str(self.request.membership.role_label)

    @property
    def as_of(self) -> Any:
        return timezone.localtime()

    @cached_property
    def tenants(self) -> list[dict[str, Any]]:
        memberships = (
            self.request.user.memberships.in_force(timezone.localdate())
            .filter(tenant__ready=True)
            .select_related("tenant")
            .order_by("tenant__order")
        )
        return [
            {
                "name": m.tenant.name,
                "slug": m.tenant.slug,
                "current": m.tenant_id == self.request.tenant.pk,
            }
            for m in memberships
        ]

    @cached_property
    def notices(self) -> str:
        """How many notices the person has not seen; empty for none."""
        count = unseen_count(self.request)
        return f"{MOST - 1}+" if count == MOST else str(count or "")

    @cached_property
    def calendar(self) -> WorkCalendar:
        return calendar_of(self.request)

    @cached_property
    def nav(self) -> Any:
        return groups_for(self.request, lambda p: p in self.request.permissions)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell` for signed-in pages of a console, nothing elsewhere."""
    if getattr(request, "membership", None) is None:
        return {}
    return {"shell": Shell(request)}
