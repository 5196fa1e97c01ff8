"""A server that misbehaves on demand: slow, silent, endless, lying, or with a bad certificate."""

import gzip
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.support.processes import free_port, wait_until

Behaviour = Callable[["Handler"], None]
Body = bytes | str | Mapping[str, Any] | list[Any]


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request as it arrived."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The body read as a form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


class Rogue:
    """A threaded server on a free port whose answer for every path is set by the test."""

    def __init__(self, context: ssl.SSLContext | None = None, certificate: bytes = b"") -> None:
        self.port = free_port()
        self.certificate = certificate  # PEM, when this is a TLS server
        self.url = f"{'https' if context else 'http'}://localhost:{self.port}"
        self.requests: list[Received] = []
        self.closing = threading.Event()
        self._behaviours: dict[str, Behaviour] = {}
        rogue = self

        class Bound(Handler):
            owner = rogue

        self._server = _Server(("127.0.0.1", self.port), Bound, context)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self) -> None:
        """Release everybody who waits, and close."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def behave(self, path: str, behaviour: Behaviour) -> None:
        """Answer a path with any function of the handler."""
        self._behaviours[path] = behaviour

    def answer(
        self,
        path: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        body: Body = b"",
    ) -> None:
        """Answer a path normally; a mapping or list becomes JSON."""
        content, kind = _encoded(body)
        sent = {"Content-Type": kind, **(headers or {})}
        self.behave(path, lambda handler: handler.reply(status, sent, content))

    def redirect(self, path: str, to: str, status: int = 302) -> None:
        """Answer with a redirect."""
        self.answer(path, status, {"Location": to})

    def html(self, path: str, status: int = 200) -> None:
        """Answer with a web page where an API was expected."""
        page = "<!doctype html><title>Welcome</title><h1>It works <script>alert(1)</script></h1>"
        self.answer(path, status, {"Content-Type": "text/html; charset=utf-8"}, page)

    def broken_json(self, path: str) -> None:
        """Answer with JSON that ends too early."""
        self.answer(path, 200, {"Content-Type": "application/json"}, '{"access_token": "abc", ')

    def slow(self, path: str, seconds: float, body: Body = b"{}") -> None:
        """Answer well, but only after that many seconds (or when the server stops)."""
        content, kind = _encoded(body)

        def behaviour(handler: Handler) -> None:
            self.closing.wait(seconds)
            handler.reply(200, {"Content-Type": kind}, content)

        self.behave(path, behaviour)

    def drip(self, path: str, body: bytes = b" " * 100_000, pause: float = 0.1) -> None:
        """Promise a body and send one byte of it at a time."""

        def behaviour(handler: Handler) -> None:
            handler.head(
                200, {"Content-Type": "application/json", "Content-Length": str(len(body))}
            )
            for at in range(len(body)):
                handler.wfile.write(body[at : at + 1])
                handler.wfile.flush()
                if self.closing.wait(pause):
                    return

        self.behave(path, behaviour)

    def huge(self, path: str, size: int = 10_000_000) -> None:
        """Answer with a JSON string of that many bytes."""
        self.answer(path, 200, {"Content-Type": "application/json"}, b'"' + b"x" * size + b'"')

    def endless(self, path: str) -> None:
        """Send chunks until the other side has had enough."""

        def behaviour(handler: Handler) -> None:
            handler.head(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
            while not self.closing.is_set():
                handler.wfile.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")

        self.behave(path, behaviour)

    def gzip_bomb(self, path: str, size: int = 100_000_000) -> None:
        """Answer with a small body that grows to *size* bytes when decompressed."""
        bomb = gzip.compress(b"0" * size, 9)
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        self.answer(path, 200, headers, bomb)

    def reset(self, path: str) -> None:
        """Reset the connection instead of answering."""

        def behaviour(handler: Handler) -> None:
            linger = struct.pack("ii", 1, 0)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            handler.connection.close()

        self.behave(path, behaviour)

    def hang_up(self, path: str) -> None:
        """Close the connection without a word."""
        self.behave(path, lambda _handler: None)

    def truncate(self, path: str, body: bytes = b'{"a": 1}') -> None:
        """Promise more bytes than are sent."""

        def behaviour(handler: Handler) -> None:
            length = str(len(body) + 100)
            handler.head(200, {"Content-Type": "application/json", "Content-Length": length})
            handler.wfile.write(body)

        self.behave(path, behaviour)

    def received(self, path: str) -> list[Received]:
        """The requests that came to a path."""
        return [request for request in self.requests if request.path == path]

    def wait_for(self, path: str, count: int = 1) -> list[Received]:
        """Wait until that many requests came to a path."""
        wait_until(lambda: len(self.received(path)) >= count, f"{count} requests came to {path}")
        return self.received(path)

    def respond(self, handler: "Handler", received: Received) -> None:
        """Record the request, then do what was set for its path."""
        self.requests.append(received)
        not_found = {"error": f"nothing at {received.path}"}
        content, kind = _encoded(not_found)
        behaviour = self._behaviours.get(received.path)
        if behaviour:
            behaviour(handler)
        else:
            handler.reply(404, {"Content-Type": kind}, content)


def _encoded(body: Body) -> tuple[bytes, str]:
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    if isinstance(body, str):
        return body.encode(), "text/plain; charset=utf-8"
    return json.dumps(body).encode(), "application/json"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(
        self, address: tuple[str, int], handler: type["Handler"], context: ssl.SSLContext | None
    ) -> None:
        super().__init__(address, handler)
        if context:  # the handshake happens in the request's thread, at its first read
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away, or refuse our certificate, are what these tests are about."""


class Handler(BaseHTTPRequestHandler):
    """Reads one request and lets its owner decide."""

    owner: Rogue
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Read the request, with its body if any, and answer as programmed."""
        length = int(self.headers.get("Content-Length") or 0)
        parts = urlsplit(self.path)
        received = Received(
            method=self.command,
            path=parts.path,
            query=parts.query,
            headers=self.headers,
            body=self.rfile.read(length),
        )
        self.close_connection = True  # unless a complete answer is sent
        self.owner.respond(self, received)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = do_GET  # noqa: N815

    def reply(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        """Send a complete answer and keep the connection."""
        self.head(status, {"Content-Length": str(len(content)), **headers})
        if self.command != "HEAD":
            self.wfile.write(content)
        self.close_connection = False

    def head(self, status: int, headers: Mapping[str, str]) -> None:
        """Send the status line and headers."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test output quiet."""
