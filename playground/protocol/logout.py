"""Logout messages: RP-initiated request, and the checks of a back-channel logout token."""

from __future__ import annotations

import time
from dataclasses import dataclass

from playground.protocol.checks import Check, compare
from playground.protocol.id_token import LEEWAY, Claims, check_times
from playground.urls import add_parameters

EVENT = "http://schemas.openid.net/event/backchannel-logout"
MAX_AGE = 300
_SECTION = "OIDC Back-Channel Logout §2.6"
_TYPES = ("", "jwt", "logout+jwt", "application/logout+jwt")


@dataclass(frozen=True, kw_only=True)
class EndSessionRequest:
    """Sends the browser to sign out at the server (OIDC RP-Initiated Logout §2)."""

    end_session_endpoint: str
    id_token_hint: str
    client_id: str
    post_logout_redirect_uri: str
    state: str

    @property
    def url(self) -> str:
        """The endpoint with the parameters that are not empty."""
        names = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state")
        pairs = [(name, getattr(self, name)) for name in names]
        return add_parameters(self.end_session_endpoint, [(n, v) for n, v in pairs if v])


def check_logout_token(
    header: Claims, claims: Claims, *, issuer: str, client_id: str
) -> list[Check]:
    """Every check of the claims; the signature and the replay of `jti` are the caller's."""
    now = time.time()
    audience = claims.get("aud")
    issued = claims.get("iat")
    recent = isinstance(issued, int | float) and issued > now - MAX_AGE - LEEWAY
    events = claims.get("events")
    named = [claims[name] for name in ("sid", "sub") if name in claims]
    return [
        _must("typ", "logout+jwt, JWT or none", str(header.get("typ", "")).lower() in _TYPES),
        compare("iss", issuer, claims.get("iss"), _SECTION),
        _must("aud", client_id, audience in (client_id, [client_id])),
        *check_times(claims, now),
        _must("iat", f"at most {MAX_AGE} s ago", recent),
        _must("jti", "a string", _text(claims.get("jti"))),
        _must("events", EVENT, isinstance(events, dict) and isinstance(events.get(EVENT), dict)),
        _must("nonce", "absent", "nonce" not in claims),
        _must("sid or sub", "one of them; strings", bool(named) and all(map(_text, named))),
    ]


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _must(title: str, expected: str, good: bool) -> Check:
    return Check(
        title=title,
        expected=expected,
        found="so" if good else "not so",
        verdict="ok" if good else "fail",
        section=_SECTION,
    )
