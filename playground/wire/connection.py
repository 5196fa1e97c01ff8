"""Connections that tell what they sent, to whom, and that end at their deadline."""

from __future__ import annotations

import socket
import ssl
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from playground.wire.exchange import Peer
from playground.wire.policy import OutboundPolicy
from playground.wire.watchdog import Watchdog

MAX_IDLE = 1.5
_WATCHDOG = Watchdog()


@dataclass(kw_only=True)
class Tap:
    """What one request of this thread did on its connection; `deadline` is monotonic seconds."""

    policy: OutboundPolicy
    deadline: float
    sent: bytearray = field(default_factory=bytearray)
    address: str = ""
    peer: Peer | None = None
    reused: bool = True
    expired: bool = False
    _guard: socket.socket | None = None

    def guard(self, sock: socket.socket | None) -> None:
        """Name the socket to shut down when the deadline passes; the first one starts the watch."""
        if self._guard is None and sock is not None:
            _WATCHDOG.watch(self.deadline, self._expire)
        self._guard = sock

    def release(self) -> None:
        """The request is over: the deadline means nothing any more."""
        self._guard = None

    def _expire(self) -> None:
        guard = self._guard
        if guard is not None:
            self.expired = True
            guard.shutdown(socket.SHUT_RDWR)


TAP: ContextVar[Tap] = ContextVar("tap")


class TappedConnection(HTTPConnection):
    """A plain connection: policy checked on the address, bytes kept, deadline enforced."""

    peer: Peer | None = None
    last_used = 0.0
    _guard: socket.socket | None = None
    _address = ""

    def _new_conn(self) -> socket.socket:
        tap = TAP.get()
        sock = self._connect_checked(tap)
        self._guard = sock.dup()
        self._address = str(sock.getpeername()[0])
        tap.reused = False
        tap.guard(self._guard)
        return sock

    def _connect_checked(self, tap: Tap) -> socket.socket:
        """Connect to the first address that answers, each one checked before it is contacted."""
        failure = OSError("the name has no address")
        for address in self._resolve():
            tap.policy.check_address(self.host, address)
            tap.address = address
            try:
                return create_connection(
                    (address, self.port), self.timeout, socket_options=self.socket_options
                )
            except OSError as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, f"connecting took over {self.timeout} s") from failure
        raise NewConnectionError(self, str(failure)) from failure

    def _resolve(self) -> list[str]:
        try:
            found = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            reason = error if isinstance(error, socket.gaierror) else socket.gaierror(str(error))
            raise NameResolutionError(self.host, self, reason) from error
        return [str(item[4][0]) for item in found]

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        tap = TAP.get()
        tap.address, tap.peer = self._address, self.peer
        tap.guard(self._guard)
        self.last_used = time.monotonic()
        if isinstance(data, bytes | bytearray):
            tap.sent += data
        super().send(data)

    def close(self) -> None:
        super().close()
        if self._guard is not None:
            self._guard.close()
            self._guard = None


class TappedTLSConnection(TappedConnection, HTTPSConnection):
    """The same over TLS; keeps who answered."""

    def connect(self) -> None:
        super().connect()
        if isinstance(self.sock, ssl.SSLSocket):
            self.peer = _peer(self.sock)


def _peer(sock: ssl.SSLSocket) -> Peer:
    certificate = sock.getpeercert() or {}
    cipher = sock.cipher()
    return Peer(
        tls_version=sock.version() or "",
        cipher=cipher[0] if cipher else "",
        subject=_name(certificate.get("subject", ())),
        issuer=_name(certificate.get("issuer", ())),
        names=tuple(str(pair[1]) for pair in certificate.get("subjectAltName", ())),
        not_before=str(certificate.get("notBefore", "")),
        not_after=str(certificate.get("notAfter", "")),
        fingerprint=sha256(sock.getpeercert(binary_form=True) or b"").hexdigest(),
    )


def _name(parts: object) -> str:
    """A distinguished name as `getpeercert` gives it, as one line."""
    pairs = [pair for group in parts for pair in group]  # type: ignore[attr-defined]
    return ", ".join(f"{name}={value}" for name, value in pairs)


class TappedPool(HTTPConnectionPool):
    """Drops connections that idled so long that the server may be closing them right now."""

    ConnectionCls = TappedConnection

    def _get_conn(self, timeout: float | None = None) -> TappedConnection:
        connection = super()._get_conn(timeout)
        assert isinstance(connection, TappedConnection)  # noqa: S101 - ConnectionCls above
        if connection.sock is not None and time.monotonic() - connection.last_used > MAX_IDLE:
            connection.close()
        return connection


class TappedTLSPool(TappedPool, HTTPSConnectionPool):
    """The same for TLS connections."""

    ConnectionCls = TappedTLSConnection
