"""What was on the wire: one frozen record per message pair, byte for byte, failures included."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Peer:
    """Who answered a TLS connection: protocol version, cipher and the certificate's facts."""

    tls_version: str
    cipher: str
    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: str
    not_after: str
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and what came of it.

    `channel` is "back" for a request of ours, "front" for a message that the browser carried.
    `request_head` is the request line and headers as sent. Bodies are bytes; a body that is
    longer than the limit is cut and `truncated` says so. Times: `started_at` in seconds since
    the epoch, `milliseconds` until the whole response was read.
    """

    id: str
    purpose: str
    channel: str
    sender: str
    receiver: str
    started_at: float
    milliseconds: float
    method: str
    url: str
    request_head: bytes = b""
    request_body: bytes = b""
    status: int = 0
    reason: str = ""
    http_version: str = ""
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: bytes = b""
    truncated: bool = False
    address: str = ""
    reused_connection: bool = False
    peer: Peer | None = None
    error: str = ""
    error_kind: str = ""

    @property
    def request_headers(self) -> tuple[tuple[str, str], ...]:
        """The request's headers in the order they were sent."""
        lines = self.request_head.decode("latin-1").split("\r\n")[1:]
        pairs = (line.partition(":") for line in lines if line)
        return tuple((name, value.strip()) for name, _, value in pairs)

    def response_header(self, name: str) -> str:
        """The value of a response header, the several ones joined by a comma; empty if absent."""
        return ", ".join(v for n, v in self.response_headers if n.lower() == name.lower())
