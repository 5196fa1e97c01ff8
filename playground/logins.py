"""Who is signed in where: finds the flows that a server's logout message means."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from playground.flow import Flow
from playground.protocol.id_token import Claims
from playground.store import Store

MAX_PASTED = 20
_PASTED = "logins:pasted_key"


class Logins:
    """An index in the shared store, so that any worker or host can end a session.

    It only finds flows. What counts is each flow's own server and keys, so that nobody who signs
    in elsewhere under the same issuer's name decides about other people's sessions.
    """

    def __init__(self, store: Store, *, ttl: float) -> None:
        self._store = store
        self._ttl = ttl

    def remember(self, flow: Flow, claims: Claims) -> None:
        """Index a flow by what an id token of it says: by its issuer and `sid`, and by `sub`."""
        issuer = str(claims.get("iss", ""))
        for name in ("sid", "sub"):
            if isinstance(value := claims.get(name), str):
                self._store.append(_key(name, issuer, value), flow.id.encode(), self._ttl)
        if claims and flow.form.id_token_decryption_key:
            self._store.append(_PASTED, flow.id.encode(), self._ttl)

    def with_pasted_key(self) -> list[str]:
        """The ids of the newest flows whose id tokens may be encrypted for a key of their own."""
        return [raw.decode() for raw in self._store.items(_PASTED)[: -MAX_PASTED - 1 : -1]]

    def flows(self, issuer: str, *, sid: str = "", sub: str = "") -> list[str]:
        """The ids of the flows that signed in there with this `sid` and as this `sub`.

        One of them may be empty; both given, both must fit (OIDC Back-Channel Logout §2.6).
        """
        given = [(name, value) for name, value in (("sid", sid), ("sub", sub)) if value]
        found = [self._store.items(_key(name, issuer, value)) for name, value in given]
        first, *others = found or [[]]
        fitting = (raw.decode() for raw in first if all(raw in other for other in others))
        return list(dict.fromkeys(fitting))


def of_session(login: Flow, flows: Iterable[Flow]) -> list[Flow]:
    """Those of one browser's flows that are of the login's session, or its person's at its issuer.

    The login itself is one of them, as long as it has not ended.
    """
    return [flow for flow in flows if _shared(login, flow) > {"iss"}]


def same_person(one: Flow, other: Flow) -> bool:
    """Whether both id tokens name the same End-User: `sub` at one issuer (OIDC Core §5.7)."""
    return _shared(one, other) >= {"iss", "sub"}


def _shared(one: Flow, other: Flow) -> set[str]:
    """What both flows' id tokens say alike of issuer, session and End-User."""
    ours, theirs = one.claims or {}, other.claims or {}
    return {n for n in ("iss", "sid", "sub") if n in ours and ours[n] == theirs.get(n)}


def _key(name: str, issuer: str, value: str) -> str:
    return f"{name}:" + sha256(f"{issuer}\n{value}".encode()).hexdigest()
