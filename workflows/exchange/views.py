"""Pages of the exchange: systems, their keys, and the document of the interface."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.once.sending import once
from kernel.outbox.topics import topics
from kernel.refusal import Refused
from kernel.trail.queries import events, of
from kernel.web.http import SignedInRequest, actor_of, refuse, refuse_form, requires
from workflows.catalogue.queries import short_names
from workflows.exchange import actions, queries
from workflows.exchange.forms import KeyForm, SystemForm
from workflows.exchange.lifecycle import PER_MINUTE, Scope
from workflows.exchange.models import Key, System


@require_safe
@requires(Permission.EXCHANGE_VIEW)
def systems(request: SignedInRequest) -> HttpResponse:
    units, today = short_names(), timezone.localdate()
    rows = [
        (row, units.get(row.department_code, "不限单位"), _scopes(row))
        for row in queries.systems(today)
    ]
    return render(
        request,
        "exchange/systems.html",
        {
            "title": "数据接口",
            "rows": rows,
            "today": today,
            "address": request.build_absolute_uri(reverse("api:me")).removesuffix("me"),
            "may_change": Permission.EXCHANGE_CHANGE in request.permissions,
        },
    )


@require_safe
@requires(Permission.EXCHANGE_VIEW)
def system(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.systems(timezone.localdate()), pk=pk)
    return render(request, "exchange/system.html", _system_page(request, found))


def _system_page(request: SignedInRequest, found: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "title": found.name,
        "crumbs": [("数据接口", reverse("exchange:systems")), (found.name, "")],
        "system": found,
        "unit": short_names().get(found.department_code, "不限单位"),
        "scopes": _scopes(found),
        "keys": [(key, _standing(key, today)) for key in found.keys.order_by("-pk")],
        "form": KeyForm(),
        "timeline": events(of(found.name).filter(action__startswith="exchange.")[:20]),
        "may_change": Permission.EXCHANGE_CHANGE in request.permissions,
    }


def _scopes(found: System) -> str:
    return "、".join(Scope(scope).label for scope in found.scopes)


def _standing(key: Key, today: Any) -> tuple[str, str]:
    """Word and tone of a key."""
    if key.revoked_at:
        return "已作废", ""
    if key.expires_on < today:
        return "已过期", "red"
    return ("快到期", "yellow") if (key.expires_on - today).days <= 30 else ("有效", "green")


@require_http_methods(["GET", "POST"])
@requires(Permission.EXCHANGE_CHANGE)
def new(request: SignedInRequest) -> HttpResponse:
    form = SystemForm(request.POST or None, departments=short_names().items())
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_system(
                **form.cleaned_data, at=timezone.now(), actor=actor_of(request)
            )
        except Refused as refusal:
            refuse(request, refusal, action="exchange.add", subject=form.cleaned_data["name"])
            form.add_error("name", str(refusal))
        else:
            messages.success(request, "已登记，接着给它发放密钥。")
            return redirect("exchange:system", made.pk)
    return _form(request, form, "登记外部系统", reverse("exchange:systems"))


@require_http_methods(["GET", "POST"])
@requires(Permission.EXCHANGE_CHANGE)
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(System, pk=pk)
    names = ("name", "department_code", "scopes", "contact")
    form = SystemForm(
        request.POST or None,
        initial={name: getattr(found, name) for name in names},
        departments=short_names().items(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_system(pk, **form.cleaned_data, actor=actor_of(request))
        except Refused as refusal:
            refuse(request, refusal, action="exchange.change", subject=found.name)
            form.add_error("name", str(refusal))
        else:
            messages.success(request, "已保存，它的密钥立即按新的权限。")
            return redirect("exchange:system", pk)
    return _form(
        request, form, f"修改外部系统：{found.name}", reverse("exchange:system", args=[pk])
    )


def _form(request: SignedInRequest, form: SystemForm, title: str, back: str) -> HttpResponse:
    return render(
        request,
        "form_page.html",
        {
            "title": title,
            "crumbs": [("数据接口", reverse("exchange:systems")), (title, "")],
            "form": form,
            "back": back,
        },
        status=422 if form.errors else 200,
    )


@require_POST
@requires(Permission.EXCHANGE_CHANGE)
def switch(request: SignedInRequest, pk: int) -> HttpResponse:
    """Stop a system with all its keys, or let it in again."""
    get_object_or_404(System, pk=pk)
    active = request.POST.get("active") == "1"
    made = actions.switch_system(pk, active=active, actor=actor_of(request))
    messages.success(request, "已恢复。" if made.active else "已停用，它的密钥都不能用了。")
    return redirect("exchange:system", pk)


@require_POST
@requires(Permission.EXCHANGE_CHANGE)
@once
def give_key(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give a key and show it, this once."""
    found = get_object_or_404(queries.systems(timezone.localdate()), pk=pk)
    form = KeyForm(request.POST)
    if not form.is_valid():
        refuse_form(request, form, action="exchange.give_key", subject=found.name)
        return redirect("exchange:system", pk)
    try:
        key, text = actions.give_key(
            pk,
            on=timezone.localdate(),
            at=timezone.now(),
            actor=actor_of(request),
            days=form.cleaned_data["days"],
        )
    except Refused as refusal:
        refuse(request, refusal, action="exchange.give_key", subject=found.name)
        return redirect("exchange:system", pk)
    shown = {"given": text, "given_key": key}
    response = render(request, "exchange/system.html", _system_page(request, found) | shown)
    response["Cache-Control"] = "no-store"
    response["Content-Location"] = reverse("exchange:system", args=[pk])  # where a reload leads
    return response


@require_POST
@requires(Permission.EXCHANGE_CHANGE)
def revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Key, pk=pk)
    actions.revoke_key(pk, at=timezone.now(), actor=actor_of(request))
    messages.success(request, f"密钥 {found.prefix}… 已作废。")
    return redirect("exchange:system", found.system_id)


# The document -------------------------------------------------------------------------------------


@require_safe
@requires(Permission.EXCHANGE_VIEW)
def document(request: SignedInRequest) -> HttpResponse:
    """The interface for the person who builds the other side, read from the same schema programs read."""
    from workflows.exchange.api.urls import api  # noqa: PLC0415 -- addresses are known by now

    schema = api.get_openapi_schema(
        path_prefix=reverse("api:openapi-json").removesuffix("openapi.json")
    )
    return render(
        request,
        "exchange/document.html",
        {
            "title": "接口说明",
            "crumbs": [("数据接口", reverse("exchange:systems")), ("接口说明", "")],
            "address": request.build_absolute_uri("/").rstrip("/"),
            "operations": list(_operations(schema)),
            "topics": topics(),
            "openapi": reverse("api:openapi-json"),
            "per_minute": PER_MINUTE,
            "scopes": Scope.choices,
        },
    )  # fmt: skip


def _operations(schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Each operation with its parameters, its body's fields and those of its answer."""
    for path, methods in schema["paths"].items():
        for method, told in methods.items():
            body = told.get("requestBody", {}).get("content", {}).get("application/json", {})
            good = next(told["responses"][code] for code in (201, 200) if code in told["responses"])
            answer = good.get("content", {}).get("application/json", {})
            yield {
                "id": told["operationId"],
                "method": method.upper(),
                "path": path,
                "summary": told["summary"],
                "parameters": [
                    (p["name"], _kind(p["schema"]), p.get("required", False), _words(p))
                    for p in told.get("parameters", ())
                ],
                "body": list(_fields(schema, body.get("schema", {}))),
                "answer": list(_fields(schema, answer.get("schema", {}))),
            }


def _fields(
    schema: Mapping[str, Any], shape: Mapping[str, Any], under: str = ""
) -> Iterator[tuple[str, str, bool, str]]:
    """Name, kind, whether it is required, and meaning of each field of a shape; of a list's, those of one row."""
    shape = _resolved(schema, shape)
    for name, field in shape.get("properties", {}).items():
        row = _resolved(schema, field.get("items", {}))
        if row.get("properties"):
            yield from _fields(schema, row, f"{under}{name}[].")
        else:
            yield under + name, _kind(field), name in shape.get("required", ()), _words(field)


def _resolved(schema: Mapping[str, Any], shape: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = shape
    if "$ref" in shape:
        found = schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    return found


_KINDS = {
    "string": "文本",
    "integer": "整数",
    "number": "数",
    "boolean": "真假",
    "array": "列表",
    "object": "对象",
    "date": "日期",
    "time": "时刻",
    "date-time": "时间",
}


def _kind(shape: Mapping[str, Any]) -> str:
    shapes = [each for each in shape.get("anyOf", (shape,)) if each.get("type") != "null"]
    first = shapes[0] if shapes else shape
    if "enum" in first or "$ref" in first:
        return "代码"
    return _KINDS.get(first.get("format", ""), _KINDS.get(first.get("type", ""), ""))


def _words(shape: Mapping[str, Any]) -> str:
    words = shape.get("description") or shape.get("schema", {}).get("description", "")
    return str(words)
