"""The store of several workers and hosts: Redis, one round trip per batch.

redis-py's connections are used directly: its client's layers cost more than the operation, and
its retries could do twice what counts once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import hiredis
import redis
from redis.backoff import NoBackoff
from redis.connection import ConnectionInterface
from redis.retry import Retry

from playground.errors import StoreUnavailable
from playground.store import Answer, Store, Value

PREFIX = "playground:"
_ANSWERS = (redis.ResponseError, redis.AuthenticationError, redis.BusyLoadingError)
_REFUSED = "Redis, where the playground keeps sessions and flows, answers but refuses to work."
_LOOK_AT_IT = "Is its memory full, is it a replica that may only be read, or is a password missing?"
_UNREACHABLE = "The playground cannot reach Redis, where it keeps sessions and flows."
_START_IT = "Start Redis, or check REDIS_URL; nothing you typed was sent anywhere."
# Sent whole each time: Redis keeps what it has compiled, and never says that it has forgotten.
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


class RedisStore(Store):
    """The store on a Redis server, reached by `redis_url`; it need not be up yet.

    Raises ValueError, TypeError or RedisError for a URL or an option that redis-py does not know.
    """

    def __init__(self, redis_url: str) -> None:
        self._pool = redis.ConnectionPool.from_url(
            redis_url,
            socket_connect_timeout=3,
            socket_timeout=5,
            retry=Retry(NoBackoff(), 0),
        )
        self._idle: list[ConnectionInterface] = []
        self._connection()

    def batch(self) -> RedisBatch:
        return RedisBatch(self)

    def ask(self, commands: list[bytes]) -> list[Any]:
        """Send packed commands at once and read their answers. Raises StoreUnavailable."""
        try:
            connection = self._borrow()
            try:
                connection.send_packed_command([b"".join(commands)])  # type: ignore[no-untyped-call]
                answers = [connection.read_response() for _ in commands]
            except BaseException:
                connection.disconnect()  # type: ignore[no-untyped-call]
                raise
        except redis.RedisError as error:
            raise _unavailable(error) from error
        self._idle.append(connection)
        return answers

    def _borrow(self) -> ConnectionInterface:
        """The connection used last, if Redis has not closed it meanwhile; else a new one."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if not _has_ended(connection):
                return connection
            connection.disconnect()  # type: ignore[no-untyped-call]
            self.interrupted = True
        return self._connection()

    def _connection(self) -> ConnectionInterface:
        """A new one, not connected yet; the pool would count those that it ever made, up to 100."""
        made: ConnectionInterface = self._pool.connection_class(**self._pool.connection_kwargs)
        return made


class RedisBatch:
    """Implements `playground.store.Batch`: commands are sent together, answers read together."""

    __slots__ = ("_asked", "_commands", "_store")

    def __init__(self, store: RedisStore) -> None:
        self._store = store
        self._commands: list[bytes] = []
        self._asked: list[tuple[Answer[Any], Callable[[Any], Any]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None and self._commands:
            said = self._store.ask(self._commands)
            for (answer, meaning), raw in zip(self._asked, said, strict=True):
                answer.value = meaning(raw)

    def get(self, key: str) -> Answer[bytes | None]:
        return self._ask(_as_said, "GET", PREFIX + key)

    def put(self, key: str, value: bytes, ttl: float) -> Answer[None]:
        return self._ask(_nothing, "SET", PREFIX + key, value, "PX", _milliseconds(ttl))

    def add(self, key: str, value: bytes, ttl: float) -> Answer[bool]:
        return self._ask(bool, "SET", PREFIX + key, value, "PX", _milliseconds(ttl), "NX")

    def swap(self, key: str, old: bytes, new: bytes, ttl: float) -> Answer[bool]:
        return self._ask(bool, "EVAL", _SWAP, 1, PREFIX + key, old, new, _milliseconds(ttl))

    def take(self, key: str) -> Answer[bytes | None]:
        return self._ask(_as_said, "GETDEL", PREFIX + key)

    def delete(self, *keys: str) -> Answer[None]:
        return self._ask(_nothing, "DEL", *(PREFIX + key for key in keys))

    def append(self, key: str, value: bytes, ttl: float) -> Answer[int]:
        return self._ask(int, "EVAL", _APPEND, 1, PREFIX + key, value, _milliseconds(ttl))

    def items(self, key: str) -> Answer[list[bytes]]:
        return self._ask(_as_said, "LRANGE", PREFIX + key, 0, -1)

    def count(self, key: str) -> Answer[int]:
        return self._ask(int, "LLEN", PREFIX + key)

    def _ask(self, meaning: Callable[[Any], Value], *command: str | bytes | int) -> Answer[Value]:
        answer: Answer[Value] = Answer()
        self._commands.append(hiredis.pack_command(command))  # type: ignore[arg-type]
        self._asked.append((answer, meaning))
        return answer


def _has_ended(connection: ConnectionInterface) -> bool:
    """Whether something waits to be read where nothing was asked: the end of the connection."""
    try:
        return bool(connection.can_read(timeout=0))
    except redis.RedisError:
        return True


def _as_said(raw: Any) -> Any:
    return raw


def _nothing(_: object) -> None:
    return None


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))


def _unavailable(error: redis.RedisError) -> StoreUnavailable:
    return StoreUnavailable(
        sentence=_REFUSED if isinstance(error, _ANSWERS) else _UNREACHABLE,
        evidence=(("Redis says", str(error)),),
        advice=(_LOOK_AT_IT if isinstance(error, _ANSWERS) else _START_IT,),
        status=503,
    )
