"""Texts from the wire without their secrets, whatever the text is: URL, header, form or JSON."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus, unquote_plus

from playground.explain.glossary import SECRET_NAMES
from playground.mask import HIDDEN, mask
from playground.secret_names import CERTAIN, IN_QUERIES, is_header

SHORTEST = 6  # characters: a shorter secret is found by its name only, or "admin" would vanish
_NAMES = "|".join([*sorted(map(re.escape, SECRET_NAMES), key=len, reverse=True), CERTAIN])
_PAIR = re.compile(rf"(?i)(?<![\w.-])({_NAMES}|(?<=[?&])(?:{IN_QUERIES}))=([^&\s#\"'<>;,]*)")
_MEMBER = re.compile(rf'(?i)("(?:{_NAMES})"\s*:\s*")((?:[^"\\]|\\.)*)')
_CREDENTIALS = re.compile(r"\b(Basic|Bearer|DPoP)(\s+)([A-Za-z0-9+/=._~-]{8,})", re.IGNORECASE)
_JWT = re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*){2,4}")
_COOKIE = re.compile(r"^([^=;\s]+=)[^;]+")


class Redactor:
    """Masks by name (parameters, JSON members), by form (Basic, Bearer, JWT) and by value.

    `known` are secrets of this flow to be found wherever they are echoed.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        spelled = {s: mask(k) for k in known if len(k) >= SHORTEST for s in _spellings(k)}
        longest_first = sorted(spelled, key=len, reverse=True)
        self._masks = spelled
        self._known = re.compile("|".join(map(re.escape, longest_first))) if spelled else None

    def echoes(self, text: str) -> str:
        """The text without the known secrets; everything else stays."""
        if self._known is None:
            return text
        return self._known.sub(lambda found: self._masks[found[0]], text)

    def clean(self, text: str) -> str:
        """The text without any secret."""
        text = _PAIR.sub(lambda m: f"{m[1]}={_masked(m[2])}", text)
        text = _MEMBER.sub(lambda m: m[1] + _masked(m[2]), text)
        text = _CREDENTIALS.sub(lambda m: m[1] + m[2] + mask(m[3]), text)
        text = _JWT.sub(lambda m: mask(m[0]), text)
        return self.echoes(text)

    def header(self, name: str, value: str) -> str:
        """A header's value without secrets."""
        if name.lower() == "set-cookie":
            value = _COOKIE.sub(lambda m: m[1] + HIDDEN, value)
        elif is_header(name) and "authorization" not in name.lower():
            return mask(value)
        return self.clean(value)


def _masked(value: str) -> str:
    return mask(unquote_plus(value))


def _spellings(secret: str) -> set[str]:
    """A secret as it stands in forms, URLs and JSON."""
    return {secret, quote_plus(secret), quote(secret, safe=""), json.dumps(secret)[1:-1]}


def basic_pair(header: str) -> tuple[str, str] | None:
    """Id and secret of a Basic header, decoded from base64 but not further (RFC 6749 §2.3.1)."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return user, password
