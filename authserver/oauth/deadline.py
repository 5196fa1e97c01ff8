"""A deadline for a whole outgoing call, however slowly the other side drips (CWE-400)."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any

from requests.adapters import HTTPAdapter


class Deadline:
    """Shuts the watched connections when its time is over; their reader meets the end of them."""

    def __init__(self, seconds: float) -> None:
        self._over = False
        self._watched: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> "Deadline":
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        for twin in self._watched:
            twin.close()

    def watch(self, sock: socket.socket) -> None:
        """Watches this connection by a twin, since TLS takes the socket itself away."""
        self._watched.append(sock.dup())

    def check(self) -> None:
        """Raises `TimeoutError` when what was read may have ended by our own doing."""
        if self._over:
            raise TimeoutError

    def _cut(self) -> None:
        self._over = True
        for twin in self._watched:
            with suppress(OSError):
                twin.shutdown(socket.SHUT_RDWR)


class WatchedAdapter(HTTPAdapter):
    """Shows each new connection to somebody who watches it."""

    def __init__(self, watch: Callable[[socket.socket], None]) -> None:
        self._watch = watch
        super().__init__()

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        watch = self._watch

        class Watched(pool.ConnectionCls):
            def _new_conn(self) -> socket.socket:
                sock: socket.socket = super()._new_conn()
                watch(sock)
                return sock

        pool.ConnectionCls = Watched
        return pool
