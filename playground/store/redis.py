"""The store of several workers and hosts: Redis, one round trip per operation.

redis-py's connections are used directly: its client's layers cost more than the operation, and
its retries could do twice what counts once.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha1
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.connection import ConnectionInterface
from redis.exceptions import NoScriptError
from redis.retry import Retry

from playground.errors import StoreUnavailable

PREFIX = "playground:"
FRESH = 1.0
_SWAP = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
    return 1
end
return 0
"""
_APPEND = """
local length = redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return length
"""


class RedisStore:
    """Implements `playground.store.Store` on a Redis server, reached by `redis_url`."""

    def __init__(self, redis_url: str) -> None:
        self._pool = redis.ConnectionPool.from_url(
            redis_url,
            socket_connect_timeout=3,
            socket_timeout=5,
            retry=Retry(NoBackoff(), 0),
        )
        self._idle: list[tuple[float, ConnectionInterface]] = []

    def get(self, key: str) -> bytes | None:
        found: bytes | None = self._call("GET", PREFIX + key)
        return found

    def put(self, key: str, value: bytes, ttl: float) -> None:
        self._call("SET", PREFIX + key, value, "PX", _milliseconds(ttl))

    def add(self, key: str, value: bytes, ttl: float) -> bool:
        return self._call("SET", PREFIX + key, value, "PX", _milliseconds(ttl), "NX") is not None

    def swap(self, key: str, old: bytes, new: bytes, ttl: float) -> bool:
        return bool(self._run(_SWAP, PREFIX + key, old, new, _milliseconds(ttl)))

    def take(self, key: str) -> bytes | None:
        taken: bytes | None = self._call("GETDEL", PREFIX + key)
        return taken

    def delete(self, *keys: str) -> None:
        self._call("DEL", *(PREFIX + key for key in keys))

    def append(self, key: str, value: bytes, ttl: float) -> int:
        return int(self._run(_APPEND, PREFIX + key, value, _milliseconds(ttl)))

    def items(self, key: str) -> list[bytes]:
        found: list[bytes] = self._call("LRANGE", PREFIX + key, 0, -1)
        return found

    def count(self, key: str) -> int:
        return int(self._call("LLEN", PREFIX + key))

    def ping(self) -> None:
        self._call("PING")

    def _run(self, script: str, key: str, *values: object) -> Any:
        """An atomic script on one key; sent whole only where Redis does not know it yet."""
        digest = sha1(script.encode(), usedforsecurity=False).hexdigest()
        try:
            return self._call("EVALSHA", digest, 1, key, *values)
        except StoreUnavailable as error:
            if not isinstance(error.__cause__, NoScriptError):
                raise
            return self._call("EVAL", script, 1, key, *values)

    def _call(self, *command: object) -> Any:
        with _reachable():
            connection = self._borrow()
            try:
                connection.send_command(*command)  # type: ignore[no-untyped-call]
                answer = connection.read_response()
            except BaseException:
                connection.disconnect()  # type: ignore[no-untyped-call]
                raise
            self._idle.append((time.monotonic(), connection))
            return answer

    def _borrow(self) -> ConnectionInterface:
        """The connection used last, if Redis has not closed it meanwhile; else a new one."""
        while self._idle:
            try:
                used, connection = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if time.monotonic() - used < FRESH or not _has_ended(connection):
                return connection
            connection.disconnect()  # type: ignore[no-untyped-call]
        return self._pool.make_connection()


def _has_ended(connection: ConnectionInterface) -> bool:
    """Whether something waits to be read where nothing was asked: the end of the connection."""
    try:
        return bool(connection.can_read(timeout=0))
    except redis.RedisError:
        return True


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
