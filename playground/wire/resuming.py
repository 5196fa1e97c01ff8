"""TLS sessions that are resumed: a new connection to a known server costs a fraction."""

from __future__ import annotations

import socket
import ssl
import time
from typing import Any

KEEP_SECONDS = 300.0
MAX_SERVERS = 256
Place = tuple[str, int]


class ResumingContext(ssl.SSLContext):
    """Resumes the last session of the same host name and port (RFC 8446 §2.2).

    A resumed session is not verified again, so one is kept for minutes only and never leaves
    the context that verified it: other trust is another context. A host name is looked for in
    the certificate's subjectAltName and nowhere else (RFC 9525 §6.3).
    """

    def __init__(self, *args: Any) -> None:
        self.hostname_checks_common_name = False
        self._kept: dict[Place, tuple[float, ssl.SSLSession]] = {}

    def wrap_socket(self, sock: socket.socket, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """Handshake, with the kept session where there is one."""
        place = (str(kwargs.get("server_hostname")), int(sock.getpeername()[1]))
        until, session = self._kept.get(place, (0.0, None))
        if session is not None and until > time.monotonic():
            kwargs["session"] = session
        return super().wrap_socket(sock, *args, **kwargs)

    def keep(self, sock: ssl.SSLSocket) -> None:
        """Remember this connection's session, unless it was itself resumed."""
        session = None if sock.session_reused else sock.session
        if session is None or not session.has_ticket:
            return
        if len(self._kept) >= MAX_SERVERS:
            self._kept.clear()
        place = (str(sock.server_hostname), int(sock.getpeername()[1]))
        self._kept[place] = (time.monotonic() + KEEP_SECONDS, session)
