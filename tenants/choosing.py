"""Asking for a tenant in a form (选择单位): a list in a small city, a name in a large one."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from tenants.models import Tenant

#: More than these are no list any more.
LISTED_AT_MOST = 60
NAMED_AT_MOST = 8


def tenant_field(label: str, tenants: QuerySet[Tenant]) -> forms.Field:
    """A field for one of ``tenants``, not required; its value is the schema's name. One query."""
    few = list(tenants.values_list("schema_name", "name")[: LISTED_AT_MOST + 1])
    if len(few) > LISTED_AT_MOST:
        return TenantNameField(label=label, tenants=tenants)
    return forms.ChoiceField(label=label, required=False, choices=[("", "全部"), *few])


class TenantNameField(forms.CharField):
    """Takes a name or enough of it, and the schema's name that links carry."""

    def __init__(self, *, label: str, tenants: QuerySet[Tenant]) -> None:
        hint = forms.TextInput({"type": "search", "placeholder": "名称或其中几个字"})
        super().__init__(label=label, required=False, max_length=60, widget=hint)
        self._tenants = tenants.order_by("name")

    def prepare_value(self, value: Any) -> Any:
        if not value:
            return value
        name = self._tenants.filter(schema_name=value).values_list("name", flat=True).first()
        return name or value

    def clean(self, value: Any) -> str:
        words = super().clean(value)
        if not words:
            return ""
        exact = self._tenants.filter(Q(schema_name=words) | Q(name=words))
        found = list(exact[:1]) or list(
            self._tenants.filter(name__icontains=words)[: NAMED_AT_MOST + 1]
        )
        if len(found) == 1:
            return found[0].schema_name
        if not found:
            raise forms.ValidationError(f"没有名称含“{words}”的单位，请核对后再填。")
        names = "、".join(tenant.name for tenant in found[:NAMED_AT_MOST])
        more = "等" if len(found) > NAMED_AT_MOST else ""
        raise forms.ValidationError(f"名称含“{words}”的单位不止一个，请写全称：{names}{more}。")
