"""Who is signed in where: finds the flows that a server's logout message means."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import msgspec

from playground.flow import Flow
from playground.store import Store


@dataclass(frozen=True, kw_only=True)
class Party:
    """A server and a client of it that people signed in with; what its logout messages need."""

    issuer: str
    client_id: str
    jwks_uri: str
    end_session_endpoint: str
    trust: tuple[str, ...] = ()


class Logins:
    """An index in the shared store, so that any worker or host can end a session."""

    def __init__(self, store: Store, *, ttl: float) -> None:
        self._store = store
        self._ttl = ttl

    def remember(self, flow: Flow) -> None:
        """Index a flow whose id token was believed by its issuer and `sid`, and by `sub`."""
        claims = flow.claims or {}
        issuer = str(claims.get("iss", ""))
        party = Party(
            issuer=issuer,
            client_id=flow.form.client_id,
            jwks_uri=flow.form.jwks_uri,
            end_session_endpoint=flow.form.end_session_endpoint,
            trust=flow.trust,
        )
        raw = msgspec.msgpack.encode(party)
        self._store.put(_key("party", issuer, party.client_id), raw, self._ttl)
        self._store.put(_key("issuer", issuer, ""), raw, self._ttl)
        for name in ("sid", "sub"):
            if isinstance(value := claims.get(name), str):
                self._store.append(_key(name, issuer, value), flow.id.encode(), self._ttl)

    def party(self, issuer: str, client_id: str) -> Party | None:
        """The server and client of a logout token, if anybody signed in with them."""
        return self._party(_key("party", issuer, client_id))

    def issuer(self, issuer: str) -> Party | None:
        """The server alone, for what names no client."""
        return self._party(_key("issuer", issuer, ""))

    def flows(self, issuer: str, *, sid: str = "", sub: str = "") -> list[str]:
        """The ids of the flows that signed in there with this `sid`, else as this `sub`."""
        name, value = ("sid", sid) if sid else ("sub", sub)
        return [raw.decode() for raw in self._store.items(_key(name, issuer, value))]

    def _party(self, key: str) -> Party | None:
        raw = self._store.get(key)
        return msgspec.msgpack.decode(raw, type=Party) if raw is not None else None


def _key(name: str, issuer: str, value: str) -> str:
    return f"{name}:" + sha256(f"{issuer}\n{value}".encode()).hexdigest()
