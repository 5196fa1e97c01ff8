"""The certificates that people chose to trust, in named lists: a session's and a profile's."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from playground.store import Store
from playground.wire.trust import Pin

MAX_PINS = 20
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[Pin, ...]).decode


class TrustLists:
    """Every method raises StoreUnavailable when the store is out of reach."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def pins(self, names: Iterable[str]) -> tuple[Pin, ...]:
        """What the lists of these names hold, together."""
        return tuple(pin for name in names for pin in self._read(name)[1])

    def add(self, name: str, pin: Pin, ttl: float) -> None:
        """Trust this certificate, in place of an earlier one of the same server."""
        self._change(name, lambda pins: (*_without(pins, pin.server), pin)[-MAX_PINS:], ttl)

    def remove(self, name: str, server: str, ttl: float) -> None:
        """Trust the server's certificate no more."""
        self._change(name, lambda pins: _without(pins, server), ttl)

    def _read(self, name: str) -> tuple[bytes | None, tuple[Pin, ...]]:
        raw = self._store.get(_key(name))
        return raw, _decode(raw) if raw else ()

    def _change(
        self, name: str, change: Callable[[tuple[Pin, ...]], tuple[Pin, ...]], ttl: float
    ) -> None:
        """Apply `change` to the newest version, again if somebody else was faster."""
        while True:
            raw, pins = self._read(name)
            new = _encode(change(pins))
            if raw is None and self._store.add(_key(name), new, ttl):
                return
            if raw is not None and self._store.swap(_key(name), raw, new, ttl):
                return


def _without(pins: tuple[Pin, ...], server: str) -> tuple[Pin, ...]:
    return tuple(pin for pin in pins if pin.server != server)


def _key(name: str) -> str:
    return f"trusted:{name}"
