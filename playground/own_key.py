"""The playground's own key pair: signs private_key_jwt assertions, decrypts id tokens."""

from __future__ import annotations

from playground.protocol import keys
from playground.store import Store

_NAME = "own_key"
_FOREVER = 10 * 365 * 86_400.0


class OwnKey:
    """Made at first use, kept in the store, shared by all workers and hosts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def private(self) -> str:
        """The private JWK as JSON; never leaves the store but for signing and decrypting."""
        kept = self._store.get(_NAME)
        if kept is None:
            self._store.add(_NAME, keys.generate().encode(), _FOREVER)
            kept = self._store.get(_NAME) or b""
        return kept.decode()

    def key_set(self) -> dict[str, object]:
        """The public JWKS: one key, for signatures and for encryption (RFC 7517 §4.2)."""
        public = keys.public(self.private())
        return {"keys": [{**public, "use": use} for use in ("sig", "enc")]}
