"""A small HTTP server in the place of a client: publishes a JWKS, collects what is posted."""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


@dataclass(kw_only=True)
class Receiver:
    """Where it listens, what it publishes, what it got."""

    url: str = ""
    jwks: dict[str, Any] = field(default_factory=dict)
    posts: "queue.Queue[tuple[str, dict[str, str]]]" = field(default_factory=queue.Queue)
    gets: "queue.Queue[str]" = field(default_factory=queue.Queue)

    def next_post(self) -> tuple[str, dict[str, str]]:
        """Path and form of the next POST."""
        return self.posts.get(timeout=30)


@contextmanager
def run_receiver() -> Iterator[Receiver]:
    """Runs a receiver on a free port."""
    receiver = Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receiver))
    receiver.url = f"http://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            receiver.gets.put(self.path)
            if self.path == "/redirect":
                self._answer(302, b"", Location=f"{receiver.url}/jwks")
            elif self.path == "/jwks":
                self._answer(200, json.dumps(receiver.jwks).encode())
            else:
                self._answer(200, b"<!doctype html><title>client</title>")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            receiver.posts.put((self.path, {key: v[0] for key, v in parse_qs(body).items()}))
            self._answer(200, b"<!doctype html><title>client</title>")

        def _answer(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Tests need no log."""

    return Handler
