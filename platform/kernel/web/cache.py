"""The cache (缓存): Redis holds the only copy of nothing, so a Redis that is down is one that knows nothing."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as Unreachable

logger = logging.getLogger(__name__)


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache; while Redis can't be reached nothing is found and nothing is kept."""

    def add(self, *args: Any, **options: Any) -> Any:
        return _or(False, super().add, *args, **options)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return _or(default, super().get, key, default, version)

    def set(self, *args: Any, **options: Any) -> Any:
        return _or(None, super().set, *args, **options)

    def touch(self, *args: Any, **options: Any) -> Any:
        return _or(False, super().touch, *args, **options)

    def delete(self, *args: Any, **options: Any) -> Any:
        return _or(False, super().delete, *args, **options)

    def get_many(self, *args: Any, **options: Any) -> Any:
        return _or({}, super().get_many, *args, **options)

    def incr(self, *args: Any, **options: Any) -> Any:
        return _or(0, super().incr, *args, **options)

    def has_key(self, *args: Any, **options: Any) -> Any:
        return _or(False, super().has_key, *args, **options)

    def set_many(self, *args: Any, **options: Any) -> Any:
        return _or([], super().set_many, *args, **options)

    def delete_many(self, *args: Any, **options: Any) -> Any:
        return _or(None, super().delete_many, *args, **options)


def _or(otherwise: Any, call: Callable[..., Any], *args: Any, **options: Any) -> Any:
    try:
        return call(*args, **options)
    except Unreachable as fault:
        logger.warning("cache unreachable: %s", fault)
        return otherwise
