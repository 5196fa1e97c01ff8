"""Which names hold secrets: one list for what pages mask, commands leave out and exports drop."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote_plus

from playground.mask import HIDDEN

CERTAIN = (
    r"(?:[\w.-]{0,60}[_-])?(?:secret|password|passwd|tokens?|verifier|assertion|credentials?|cookie)"
    r"|[\w.-]{0,60}(?:private|decryption|api|subscription|access|account|functions?|shared)[_-]?key"
    r"|id_token_hint|device_code|user_code|authorization"
)
_CERTAIN = re.compile(CERTAIN, re.IGNORECASE)
_IN_MESSAGES = re.compile(r"(?:.*_)?(?:state|nonce|code)|binding", re.IGNORECASE)
IN_QUERIES = r"key|sig|signature"
_IN_QUERIES = re.compile(IN_QUERIES, re.IGNORECASE)
_HEADER = re.compile(r".*(?:api-?key|token|secret|password|cookie).*", re.IGNORECASE)


def is_certain(name: str) -> bool:
    """Whether a value of this name is a secret, wherever it stands."""
    return bool(_CERTAIN.fullmatch(name))


def is_sensitive(name: str, *, message: bool = True) -> bool:
    """Whether a value of this name is a secret; in a document, `state` may be a place."""
    return is_certain(name) or (message and bool(_IN_MESSAGES.fullmatch(name)))


def is_query_key(name: str) -> bool:
    """Whether it names an API's key in the query of a URL; elsewhere it may be any key."""
    return bool(_IN_QUERIES.fullmatch(name))


def is_header(name: str) -> bool:
    """Whether the whole value of such a header is a secret, as an API key is."""
    known = name.lower() in ("authorization", "proxy-authorization")
    return known or is_certain(name) or bool(_HEADER.fullmatch(name))


def in_query(url: str) -> list[tuple[str, str]]:
    """The secrets in a URL's query, each with its name."""
    query = url.partition("?")[2].partition("#")[0]
    return [(name, value) for name, value in parse_qsl(query) if _in_a_query(name)]


def without_query_secrets(url: str) -> str:
    """The URL without the parameters that hold secrets."""
    start, mark, query = url.partition("?")
    kept = [piece for piece in query.split("&") if not _in_a_query(_name(piece))]
    return start + (mark if any(kept) else "") + "&".join(kept)


def concealed(url: str) -> str:
    """The URL as presenter mode writes it: the values of its query's secrets are hidden."""
    start, mark, query = url.partition("?")
    if not query:
        return url
    pieces = [
        f"{piece.partition('=')[0]}={HIDDEN}" if _in_a_query(_name(piece)) else piece
        for piece in query.split("&")
    ]
    return start + mark + "&".join(pieces)


def _name(piece: str) -> str:
    return unquote_plus(piece.partition("=")[0])


def _in_a_query(name: str) -> bool:
    return is_sensitive(name) or is_query_key(name)
