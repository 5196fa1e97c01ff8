"""What one outgoing request does on its connection, and the deadline that ends it."""

from __future__ import annotations

import socket
import threading
import time
from contextvars import ContextVar
from dataclasses import dataclass, field

from playground.wire.exchange import Peer
from playground.wire.policy import OutboundPolicy
from playground.wire.watchdog import Watchdog

WATCHDOG = Watchdog()


@dataclass(kw_only=True)
class Tap:
    """Of one request of this thread; `deadline` is monotonic seconds.

    The guard is a handle of the request's own on the socket: the HTTP library closes its own
    when the answer says "Connection: close", long before such an answer has been read.
    """

    policy: OutboundPolicy
    deadline: float
    sent: bytearray = field(default_factory=bytearray)
    address: str = ""
    peer: Peer | None = None
    reused: bool = True
    expired: bool = False
    _guard: socket.socket | None = None
    _watch: int = -1
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def left(self) -> float:
        """Seconds until the deadline. Raises TimeoutError when there are none."""
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            self.expired = True
            raise TimeoutError("the deadline has passed")
        return seconds

    def guard(self, sock: socket.socket) -> None:
        """Shut this socket down when the deadline passes; the request's first socket counts."""
        if self._guard is None:
            self._guard = socket.fromfd(sock.fileno(), sock.family, sock.type)
            self._watch = WATCHDOG.watch(self.deadline, self._expire)

    def release(self) -> None:
        """The request is over: the deadline means nothing any more to its connection."""
        with self._lock:
            guard, self._guard = self._guard, None
        if guard is not None:
            WATCHDOG.cancel(self._watch)
            guard.close()

    def _expire(self) -> None:
        with self._lock:
            if self._guard is not None:
                self.expired = True
                self._guard.shutdown(socket.SHUT_RDWR)


TAP: ContextVar[Tap] = ContextVar("tap")
