"""A Redis that is down costs time, not pages."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from redis.exceptions import ConnectionError as Unreachable

from cms.seeding import ensure_sections
from kernel.web.cache import ForgivingRedisCache
from tenants.models import Tenant

NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture
def without_redis(settings: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    backend = cache._connections[cache._alias]
    monkeypatch.setattr(backend, "_servers", [NOBODY])
    monkeypatch.setattr(backend, "_class", backend._class)
    backend.__dict__.pop("_cache", None)
    yield
    backend.__dict__.pop("_cache", None)


def test_what_is_kept_is_found_while_redis_runs() -> None:
    cache.set("known", "值", 30)
    assert cache.get("known") == "值"
    assert cache.delete("known")


def test_nothing_is_found_and_nothing_breaks_while_redis_is_down(without_redis: None) -> None:
    cache.set("known", 1)
    assert cache.get("known", "otherwise") == "otherwise"
    assert cache.get_many(["known"]) == {}
    assert not cache.add("known", 1)
    assert not cache.has_key("known")
    assert not cache.delete("known")
    assert cache.set_many({"known": 1}) == []
    cache.delete_many(["known"])
    assert not cache.touch("known")


def test_the_plain_backend_would_break(without_redis: None) -> None:
    backend = cache._connections[cache._alias]
    assert isinstance(backend, ForgivingRedisCache)
    with pytest.raises(Unreachable):
        super(ForgivingRedisCache, backend).get("known")


def test_the_portal_answers_while_redis_is_down(
    city: Tenant, portal: Client, without_redis: None
) -> None:
    ensure_sections()
    assert portal.get("/").status_code == 200
    assert portal.get("/city/").status_code == 200
