"""The flow records in the shared store: created, read, changed and claimed atomically."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from hashlib import sha256

import msgspec

from playground.errors import FlowUnknown, LimitReached
from playground.flow import Flow
from playground.store import Answer, Batch, Store
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


@dataclass(frozen=True, slots=True)
class Version:
    """A record as the store has it, and the flow that it says."""

    raw: bytes
    flow: Flow


@dataclass(frozen=True, slots=True)
class Reading:
    """What a batch reads of a flow: its record and, where asked for, its exchanges."""

    record: Answer[bytes | None]
    exchanges: Answer[list[bytes]] | None


class Flows:
    """Every method raises StoreUnavailable when the store is out of reach."""

    def __init__(self, store: Store, *, ttl: float) -> None:
        self._store = store
        self._ttl = ttl
        self._last = threading.local()

    def create(self, flow: Flow, *messages: Exchange) -> None:
        """Keep a new flow for its lifetime, with its first messages."""
        with self._store.batch() as batch:
            batch.put(_key(flow.id), _encode(flow), self._ttl)
            self._record(batch, flow.id, messages)

    def read(self, batch: Batch, identifier: str, *, exchanges: bool) -> Reading:
        """Let a batch read a flow, to give to `find` and `exchanges` when it is done."""
        record = batch.get(_key(identifier))
        return Reading(record, batch.items(_exchanges(identifier)) if exchanges else None)

    def find(self, identifier: str, reading: Reading | None = None) -> Flow | None:
        """The flow, whoever's it is."""
        raw = reading.record.value if reading else self._store.get(_key(identifier))
        version = self._note(raw)
        return version.flow if version else None

    def belongs(self, flow: Flow, secret: str) -> bool:
        """Whether this browser's cookie secret is the one that the flow began with."""
        return hmac.compare_digest(flow.binding, binding(secret))

    def update(self, identifier: str, change: Callable[[Flow], Flow]) -> Flow:
        """Apply `change` to the newest version, again if somebody else was faster.

        The version that this thread has seen last is tried without reading it again.
        """
        old = self._seen(identifier)
        while True:
            new = _version(change(old.flow))
            if self._store.swap(_key(identifier), old.raw, new.raw, self._ttl):
                self._last.version = new
                return new.flow
            old = self._newest(identifier)

    def attempt(self, identifier: str, number: int) -> bool:
        """Take the form with this number for its one request; whether nobody did before.

        Raises LimitReached where the flow has no room for the request.
        """
        old = self._seen(identifier)
        while old.flow.attempts <= number:
            new = _version(replace(old.flow, attempts=number + 1))
            with self._store.batch() as batch:
                swapped = batch.swap(_key(identifier), old.raw, new.raw, self._ttl)
                used = batch.count(_exchanges(identifier))
            if swapped.value:
                self._last.version = new
                if used.value >= MAX_EXCHANGES:
                    raise _no_room(identifier)
                return True
            old = self._newest(identifier)
        return False

    def receive(self, identifier: str, message: Exchange) -> bool:
        """Record what brought the authorization response; whether it is the flow's first."""
        with self._store.batch() as batch:
            self._record(batch, identifier, (message,))
            first = batch.add(f"claim:{identifier}:response", b"1", self._ttl)
        return first.value

    def delete(self, identifier: str) -> None:
        """Forget the flow and its exchanges; what it claimed stays claimed."""
        self._store.delete(_key(identifier), _exchanges(identifier))

    def record(self, identifier: str, exchange: Exchange) -> None:
        """Add an exchange to the flow's wire view; what is too long is cut and says so."""
        with self._store.batch() as batch:
            self._record(batch, identifier, (exchange,))

    def check_room(self, identifier: str) -> None:
        """Refuse a flow's next request when it has MAX_EXCHANGES. Raises LimitReached."""
        if not self.has_room(identifier):
            raise _no_room(identifier)

    def has_room(self, identifier: str) -> bool:
        """Whether another exchange can be recorded under this id."""
        return self._store.count(_exchanges(identifier)) < MAX_EXCHANGES

    def exchanges(self, identifier: str, reading: Reading | None = None) -> list[Exchange]:
        """The flow's exchanges in order."""
        known = reading.exchanges if reading else None
        items = known.value if known else self._store.items(_exchanges(identifier))
        return [_decode_exchange(raw) for raw in items]

    def park(self, parameters: list[tuple[str, str]], message: Exchange) -> str:
        """Keep a cross-site form post until the browser comes back with its cookies; a ticket."""
        ticket = secrets.token_urlsafe(24)
        self._store.put(f"parked:{ticket}", _encode((parameters, message)), _PARKED_SECONDS)
        return ticket

    def unpark(self, ticket: str) -> tuple[list[tuple[str, str]], Exchange] | None:
        """What was parked under this ticket, once."""
        raw = self._store.take(f"parked:{ticket}")
        return _decode_parked(raw) if raw else None

    def _record(self, batch: Batch, identifier: str, messages: Iterable[Exchange]) -> None:
        for exchange in messages:
            kept = self._cut(identifier, exchange)
            batch.append(_exchanges(identifier), _encode(kept), self._ttl)

    def _cut(self, identifier: str, exchange: Exchange) -> Exchange:
        if exchange.size <= KEPT_AT_LEAST:
            return exchange
        generous = self._store.count(_exchanges(identifier)) < GENEROUS_EXCHANGES
        limit = KEPT_OF_EACH if generous else KEPT_AT_LEAST
        return exchange.cut(limit) if exchange.size > limit else exchange

    def _seen(self, identifier: str) -> Version:
        """The version that this thread has seen last, of this flow; else the newest."""
        version: Version | None = getattr(self._last, "version", None)
        return version if version and version.flow.id == identifier else self._newest(identifier)

    def _newest(self, identifier: str) -> Version:
        version = self._note(self._store.get(_key(identifier)))
        if version is None:
            raise FlowUnknown(
                sentence="This flow has ended or expired.",
                advice=("Start again with Import Photos; the form keeps what you typed.",),
                status=404,
            )
        return version

    def _note(self, raw: bytes | None) -> Version | None:
        version = _read(raw) if raw is not None else None
        self._last.version = version
        return version


def _read(raw: bytes) -> Version | None:
    """The version; None for a record that this release cannot read, as if it had expired."""
    try:
        return Version(raw, _decode_flow(raw))
    except msgspec.DecodeError:
        return None


def _version(flow: Flow) -> Version:
    return Version(_encode(flow), flow)


def _no_room(identifier: str) -> LimitReached:
    return LimitReached(
        sentence=f"This flow has made {MAX_EXCHANGES} requests, which is all we record.",
        advice=("Start a new flow; the form keeps what you typed.",),
        flow_id=identifier,
        status=413,
    )


def _key(identifier: str) -> str:
    return f"flow:{identifier}"


def _exchanges(identifier: str) -> str:
    return f"exchanges:{identifier}"
