"""A JWT opened for reading; what it says is not yet verified."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from playground.foreign_json import parsed_object

_PARTS = {3: "signed (JWS)", 5: "encrypted (JWE)"}


@dataclass(frozen=True, kw_only=True)
class JwtView:
    """`claims` is None for an encrypted token or a payload that is no JSON object."""

    kind: str
    header: dict[str, object]
    claims: dict[str, object] | None


def open_jwt(token: str) -> JwtView | None:
    """Decode a compact JWS or JWE; None when the token is opaque (RFC 7519 §3)."""
    segments = tuple(token.split("."))
    if len(segments) not in _PARTS:
        return None
    header = _segment(segments[0])
    if header is None or "alg" not in header:
        return None
    claims = _segment(segments[1]) if len(segments) == 3 else None
    return JwtView(kind=_PARTS[len(segments)], header=header, claims=claims)


def _segment(text: str) -> dict[str, object] | None:
    try:
        return parsed_object(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        return None
