"""What was on the wire: one frozen record per message pair, byte for byte, failures included."""

from __future__ import annotations

from dataclasses import dataclass, replace


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

    @property
    def media_type(self) -> str:
        """The response's media type in small letters, parameters left out (RFC 9110 §8.3.1)."""
        return self.response_header("Content-Type").partition(";")[0].strip().lower()

    @property
    def size(self) -> int:
        """Bytes of the heads and bodies together."""
        headers = sum(len(name) + len(value) for name, value in self.response_headers)
        return len(self.request_head) + len(self.request_body) + len(self.response_body) + headers

    def cut(self, limit: int) -> Exchange:
        """The same with at most `limit` bytes of each part; `truncated` says that some is gone."""
        kept, room = [], limit
        for name, value in self.response_headers:
            room -= len(name) + len(value)
            if room >= 0:
                kept.append((name, value))
        return replace(
            self,
            request_head=self.request_head[:limit],
            request_body=self.request_body[:limit],
            response_headers=tuple(kept),
            response_body=self.response_body[:limit],
            truncated=True,
        )
