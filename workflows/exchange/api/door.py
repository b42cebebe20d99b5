"""Who comes in (鉴权): a key in the Authorization header, what it may, and how often it asks."""

from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from kernel.accounts.client_address import address_behind_proxy
from kernel.trail import Actor
from tenants.models import Tenant
from workflows.exchange import queries
from workflows.exchange.api.errors import Turned
from workflows.exchange.lifecycle import PER_MINUTE, UNKNOWN_PER_MINUTE, USE_NOTED, Scope
from workflows.exchange.models import Key, System


class ApiRequest(HttpRequest):
    """A request that came in with a key."""

    auth: Key
    tenant: Tenant


class KeyAuth(HttpBearer):
    """``Authorization: Bearer ls_…``; 401 for anything else, 429 for too often."""

    def __call__(self, request: HttpRequest) -> Any:
        found = super().__call__(request)
        if not found:
            _count(f"unknown:{address_behind_proxy(request)}", UNKNOWN_PER_MINUTE, request)
            raise Turned(
                401,
                "no_key",
                "没有有效的密钥：请在 Authorization 头里写“Bearer ”加密钥；密钥由机制办公室在“数据接口”页发放。",
                WWW_Authenticate='Bearer realm="lianshen"',
            )
        return found

    def authenticate(self, request: HttpRequest, token: str) -> Key | None:
        now = timezone.now()
        key = queries.key_of(token, timezone.localdate(now))
        if key is not None:
            _count(f"key:{key.pk}", PER_MINUTE, request)
            _note_use(key, now)
        return key


def need(request: ApiRequest, scope: Scope) -> System:
    """The caller's system, if it may; else 403."""
    system = request.auth.system
    if scope not in system.scopes:
        raise Turned(
            403,
            "scope",
            f"系统“{system.name}”没有“{scope.label}”（{scope.value}）的权限，请机制办公室在“数据接口”页加上。",
        )
    return system


def actor_of(system: System) -> Actor:
    """Who acts, as ledger and trail remember it."""
    return Actor(None, system.name[:40], "外部系统")


def _count(who: str, most: int, request: HttpRequest) -> None:
    """Count the request in this minute's; 429 beyond ``most``. Counts nothing while the cache is down."""
    now = timezone.now()
    name = f"api:{who}:{int(now.timestamp()) // 60}"
    cache.add(name, 0, timeout=120)
    count = cache.incr(name)
    left = 60 - int(now.timestamp()) % 60
    request.rate = (most, max(0, most - count), left)  # type: ignore[attr-defined]
    if count > most:
        raise Turned(
            429,
            "too_often",
            f"每分钟最多 {most} 次请求，已经超过，请 {left} 秒之后再来。",
            Retry_After=str(left),
        )


def _note_use(key: Key, now: datetime) -> None:
    if key.last_used_at is None or now - key.last_used_at > USE_NOTED:
        Key.objects.filter(pk=key.pk).update(last_used_at=now)
