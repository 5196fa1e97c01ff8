"""Whether a server's certificate comes from the local authority, which curl must be told about."""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path

from playground.wire.exchange import Peer


def issued_by(file: Path, peer: Peer) -> bool:
    """Whether the authority in `file` (PEM) is named as the issuer of the peer's certificate."""
    try:
        return peer.issuer in _subjects(file, file.stat().st_mtime_ns)
    except OSError:
        return False


@lru_cache(maxsize=8)
def _subjects(file: Path, changed: int) -> tuple[str, ...]:
    """The authorities' names, written as `Peer` writes them; ssl.SSLError is an OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(file)
    return tuple(_name(found["subject"]) for found in context.get_ca_certs())


def _name(parts: object) -> str:
    pairs = [pair for group in parts for pair in group]  # type: ignore[attr-defined]
    return ", ".join(f"{name}={value}" for name, value in pairs)
