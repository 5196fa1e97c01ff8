"""The flow records in the shared store: created, read, changed and claimed atomically."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable
from hashlib import sha256

import msgspec

from playground.errors import FlowUnknown, LimitReached
from playground.flow import Flow
from playground.store import Store
from playground.wire.exchange import Exchange

_encode = msgspec.msgpack.Encoder().encode
_decode_flow = msgspec.msgpack.Decoder(Flow).decode
_decode_exchange = msgspec.msgpack.Decoder(Exchange).decode
_decode_parked = msgspec.msgpack.Decoder(tuple[list[tuple[str, str]], Exchange]).decode
_PARKED_SECONDS = 120
MAX_EXCHANGES = 100
GENEROUS_EXCHANGES = 12
KEPT_OF_EACH, KEPT_AT_LEAST = 256_000, 16_000  # bytes: of the first exchanges, of the others


def flow_id(state: str) -> str:
    """The record's key, derived one way from `state`, so that it can stand in a URL."""
    return sha256(b"flow:" + state.encode()).hexdigest()[:20]


def binding(secret: str) -> str:
    """What the record keeps of the browser's cookie: its hash."""
    return sha256(b"browser:" + secret.encode()).hexdigest()


class Flows:
    """Every method raises StoreUnavailable when the store is out of reach."""

    def __init__(self, store: Store, *, ttl: float) -> None:
        self._store = store
        self._ttl = ttl
        self._seen = threading.local()

    def create(self, flow: Flow) -> None:
        """Keep a new flow for its lifetime."""
        self._store.put(_key(flow.id), _encode(flow), self._ttl)

    def find(self, identifier: str) -> Flow | None:
        """The flow, whoever's it is."""
        raw = self._store.get(_key(identifier))
        self._seen.record = (identifier, raw)
        return _decode_flow(raw) if raw is not None else None

    def belongs(self, flow: Flow, secret: str) -> bool:
        """Whether this browser's cookie secret is the one that the flow began with."""
        return hmac.compare_digest(flow.binding, binding(secret))

    def update(self, identifier: str, change: Callable[[Flow], Flow]) -> Flow:
        """Apply `change` to the newest version, again if somebody else was faster.

        The version that this thread has seen last is tried without reading it again.
        """
        seen, raw = getattr(self._seen, "record", ("", None))
        while True:
            if seen != identifier or raw is None:
                raw = self._store.get(_key(identifier))
            if raw is None:
                raise FlowUnknown(
                    sentence="This flow has ended or expired.",
                    advice=("Start again with Import Photos; the form keeps what you typed.",),
                    status=404,
                )
            changed = change(_decode_flow(raw))
            new = _encode(changed)
            if self._store.swap(_key(identifier), raw, new, self._ttl):
                self._seen.record = (identifier, new)
                return changed
            seen = ""

    def claim(self, identifier: str, what: str) -> bool:
        """Take something that may happen once per flow; whether this call got it."""
        return self._store.add(f"claim:{identifier}:{what}", b"1", self._ttl)

    def delete(self, identifier: str) -> None:
        """Forget the flow and its exchanges; what it claimed stays claimed."""
        self._store.delete(_key(identifier), _exchanges(identifier))

    def record(self, identifier: str, exchange: Exchange) -> None:
        """Add an exchange to the flow's wire view; what is too long is cut and says so."""
        key = _exchanges(identifier)
        if exchange.size > KEPT_AT_LEAST:
            generous = self._store.count(key) < GENEROUS_EXCHANGES
            limit = KEPT_OF_EACH if generous else KEPT_AT_LEAST
            exchange = exchange.cut(limit) if exchange.size > limit else exchange
        self._store.append(key, _encode(exchange), self._ttl)

    def check_room(self, identifier: str) -> None:
        """Refuse a flow's next request when it has MAX_EXCHANGES. Raises LimitReached."""
        if self._store.count(_exchanges(identifier)) >= MAX_EXCHANGES:
            raise LimitReached(
                sentence=f"This flow has made {MAX_EXCHANGES} requests, which is all we record.",
                advice=("Start a new flow; the form keeps what you typed.",),
                flow_id=identifier,
                status=413,
            )

    def exchanges(self, identifier: str) -> list[Exchange]:
        """The flow's exchanges in order."""
        return [_decode_exchange(raw) for raw in self._store.items(_exchanges(identifier))]

    def park(self, parameters: list[tuple[str, str]], message: Exchange) -> str:
        """Keep a cross-site form post until the browser comes back with its cookies; a ticket."""
        ticket = secrets.token_urlsafe(24)
        self._store.put(f"parked:{ticket}", _encode((parameters, message)), _PARKED_SECONDS)
        return ticket

    def unpark(self, ticket: str) -> tuple[list[tuple[str, str]], Exchange] | None:
        """What was parked under this ticket, once."""
        raw = self._store.take(f"parked:{ticket}")
        return _decode_parked(raw) if raw else None


def _key(identifier: str) -> str:
    return f"flow:{identifier}"


def _exchanges(identifier: str) -> str:
    return f"exchanges:{identifier}"
