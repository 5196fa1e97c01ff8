"""The store of several workers and hosts: Redis, one round trip per operation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from playground.errors import StoreUnavailable

PREFIX = "playground:"
_SWAP = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
    return 1
end
return 0
"""


class RedisStore:
    """Implements `playground.store.Store` on a Redis server, reached by `redis_url`."""

    def __init__(self, redis_url: str) -> None:
        self._redis = redis.Redis.from_url(
            redis_url,
            socket_connect_timeout=3,
            socket_timeout=5,
            # An operation that may have happened is not done twice: taking what is there once,
            # or adding what is not there yet, would fail the second time.
            retry=Retry(NoBackoff(), 0),
        )
        self._swap = self._redis.register_script(_SWAP)

    def get(self, key: str) -> bytes | None:
        with _reachable():
            return cast("bytes | None", self._redis.get(PREFIX + key))

    def put(self, key: str, value: bytes, ttl: float) -> None:
        with _reachable():
            self._redis.set(PREFIX + key, value, px=_milliseconds(ttl))

    def add(self, key: str, value: bytes, ttl: float) -> bool:
        with _reachable():
            return bool(self._redis.set(PREFIX + key, value, px=_milliseconds(ttl), nx=True))

    def swap(self, key: str, old: bytes, new: bytes, ttl: float) -> bool:
        with _reachable():
            return bool(self._swap(keys=[PREFIX + key], args=[old, new, _milliseconds(ttl)]))

    def take(self, key: str) -> bytes | None:
        with _reachable():
            return cast("bytes | None", self._redis.getdel(PREFIX + key))

    def delete(self, *keys: str) -> None:
        with _reachable():
            self._redis.delete(*(PREFIX + key for key in keys))

    def append(self, key: str, value: bytes, ttl: float) -> int:
        with _reachable(), self._redis.pipeline() as pipeline:
            pipeline.rpush(PREFIX + key, value)
            pipeline.pexpire(PREFIX + key, _milliseconds(ttl))
            return int(pipeline.execute()[0])

    def items(self, key: str) -> list[bytes]:
        with _reachable():
            return cast("list[bytes]", self._redis.lrange(PREFIX + key, 0, -1))

    def count(self, key: str) -> int:
        with _reachable():
            return int(self._redis.llen(PREFIX + key))

    def ping(self) -> None:
        with _reachable():
            self._redis.ping()


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except redis.RedisError as error:
        raise StoreUnavailable(
            sentence="The playground cannot reach Redis, where it keeps sessions and flows.",
            evidence=(("Redis says", str(error)),),
            advice=("Start Redis, or check REDIS_URL; nothing you typed was sent anywhere.",),
            status=503,
        ) from error
