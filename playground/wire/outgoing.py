"""A request that is to be sent through the seam."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A request to send. `access_token` is sent as a Bearer header (RFC 6750 §2.1)."""

    purpose: str
    method: str
    url: str
    receiver: str = "authorization server"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    access_token: str = ""
