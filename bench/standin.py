"""A fast authorization server for measuring: `python -m bench.standin PORT [CERTIFICATE]`.

/authorize sends the browser straight back; /token answers after as many milliseconds as its
path says (/token, /200/token). A code and its token both name the state they belong to, so
that whoever gets a token can tell whose it is.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from urllib.parse import parse_qs, quote, urlsplit

Answer = tuple[str, str, bytes]


def token_of(state: str) -> str:
    """The access token that the flow with this state must get, and nobody else."""
    return f"token-of-{state}"


class Server(asyncio.Protocol):
    """One connection; requests come one after the other and are whole in a few packets."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].decode("latin-1")
            length = _content_length(head)
            if len(self._buffer) < end + 4 + length:
                return
            body = bytes(self._buffer[end + 4 : end + 4 + length])
            del self._buffer[: end + 4 + length]
            self._respond(head.split(" ", 2)[1], body)

    def _respond(self, target: str, body: bytes) -> None:
        parts = urlsplit(target)
        if parts.path == "/authorize":
            self._send(*_back(parts.query))
            return
        delay = parts.path.split("/")[1]
        answer = _token(body)
        if delay.isdecimal():
            loop = asyncio.get_running_loop()
            loop.call_later(int(delay) / 1000, lambda: self._send(*answer))
        else:
            self._send(*answer)

    def _send(self, status: str, headers: str, body: bytes) -> None:
        if not self._transport.is_closing():
            headers += f"Keep-Alive: timeout=60\r\nContent-Length: {len(body)}\r\n"
            head = f"HTTP/1.1 {status}\r\n{headers}\r\n"
            self._transport.write(head.encode() + body)


def _content_length(head: str) -> int:
    _, found, rest = head.lower().partition("\r\ncontent-length:")
    return int(rest.split("\r\n", 1)[0]) if found else 0


def _back(query: str) -> Answer:
    asked = parse_qs(query)
    state, target = asked["state"][0], asked["redirect_uri"][0]
    location = f"{target}?code=code-of-{quote(state)}&state={quote(state)}"
    return "302 Found", f"Location: {location}\r\n", b""


def _token(body: bytes) -> Answer:
    code = parse_qs(body.decode())["code"][0]
    token = {
        "access_token": token_of(code.removeprefix("code-of-")),
        "token_type": "Bearer",
        "expires_in": 3600,
        "refresh_token": f"refresh-{code}",
        "scope": "default",
    }
    headers = "Content-Type: application/json\r\nCache-Control: no-store\r\n"
    return "200 OK", headers, json.dumps(token).encode()


async def serve(port: int, certificate: str) -> None:
    """Serve for ever; over TLS where a file with certificate and key is named."""
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Server, "127.0.0.1", port, ssl=context, backlog=2048)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""))
