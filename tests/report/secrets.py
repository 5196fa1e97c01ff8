"""What a leak looks like: every spelling of a secret, and every piece of it."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote

PIECE = 8
_RUN = re.compile(r"[A-Za-z0-9+/_-]{12,}")


def spellings(secret: str) -> set[str]:
    """The secret as URLs, forms, JSON, HTML and Base64 at each of its three alignments write it."""
    escaped = "".join(f"%{byte:02x}" for byte in secret.encode())
    found = {secret, quote(secret, safe=""), quote_plus(secret), escaped, escaped.upper()}
    found |= {json.dumps(secret)[1:-1], html.escape(secret), quote(quote(secret, safe=""), safe="")}
    for start in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            whole = encode(b"-" * start + secret.encode()).decode().rstrip("=")
            found.add(whole[4 if start else 0 : -2])
    return found


def pieces(secret: str) -> set[str]:
    """Every run of `PIECE` characters in it."""
    return {secret[i : i + PIECE] for i in range(len(secret) - PIECE + 1)} or {secret}


def leaks(texts: Iterable[str], secrets: Iterable[str]) -> list[str]:
    """The pieces of secrets that these texts hold, encoded or not, as readable lines."""
    blob = "\n".join(reading for text in texts for reading in _readings(text))
    return [
        f"{spelling!r} of {secret!r} in …{blob[max(0, at - 60) : at + 60]!r}…"
        for secret in secrets
        for spelling in spellings(secret) | pieces(secret)
        if (at := blob.find(spelling)) >= 0
    ]


def _readings(text: str) -> Iterator[str]:
    """The text as it stands, unescaped, and whatever Base64 in it says."""
    for reading in {text, unquote(text), unquote(unquote(text)), html.unescape(text)}:
        yield reading
        for run in _RUN.findall(reading):
            for offset in range(4):
                part = run[offset : offset + (len(run) - offset) // 4 * 4]
                yield base64.urlsafe_b64decode(part.replace("+", "-").replace("/", "_")).decode(
                    "latin-1"
                )
