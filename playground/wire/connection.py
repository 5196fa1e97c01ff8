"""Connections that tell what they sent, to whom, and that end at their deadline."""

from __future__ import annotations

import re
import socket
import ssl
import time
from hashlib import sha256
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.response import HTTPResponse
from urllib3.util.connection import create_connection

from playground.wire.exchange import Peer
from playground.wire.resolver import addresses
from playground.wire.resuming import ResumingContext
from playground.wire.tap import TAP, Tap

__all__ = ["TAP", "Tap", "TappedConnection", "TappedPool", "TappedTLSPool"]
MAX_IDLE = 1.5  # seconds; where a server announces more, that counts
LONGEST_IDLE = 60.0
_KEEP_ALIVE = re.compile(r"\btimeout=(\d{1,4})\b", re.IGNORECASE)


class TappedConnection(HTTPConnection):
    """A plain connection: policy checked on the address, bytes kept, deadline enforced."""

    peer: Peer | None = None
    last_used = 0.0
    max_idle: float | None = None
    _address = ""
    _whole: bytearray

    def _new_conn(self) -> socket.socket:
        tap = TAP.get()
        sock = self._connect_checked(tap)
        self._address = str(sock.getpeername()[0])
        tap.reused = False
        tap.guard(sock)
        return sock

    def _connect_checked(self, tap: Tap) -> socket.socket:
        """Connect to the first address that answers, each one checked before it is contacted."""
        failure = OSError("the name has no address")
        for address in self._resolve(tap):
            tap.policy.check_address(self.host, address)
            tap.address = address
            try:
                return create_connection(
                    (address, self.port),
                    min(float(self.timeout or tap.left()), tap.left()),
                    socket_options=self.socket_options,
                )
            except OSError as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, f"connecting took over {self.timeout} s") from failure
        raise NewConnectionError(self, str(failure)) from failure

    def _resolve(self, tap: Tap) -> list[str]:
        try:
            return addresses(self._dns_host, self.port, tap.left())
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send head and body in one piece: one packet, one TLS record, one call."""
        self._whole = bytearray()
        super().request(*args, **kwargs)
        self._send_whole()

    def send(self, data: Any) -> None:
        """A part of the request; all its parts are sent together."""
        self._whole += data

    def _send_whole(self) -> None:
        if self.sock is None:
            self.connect()
        tap = TAP.get()
        tap.address, tap.peer = self._address, self.peer
        tap.guard(self.sock)
        self.last_used = time.monotonic()
        tap.sent += self._whole
        super().send(self._whole)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        """The answer; how long the server keeps the connection is noted (RFC 9112 §9.3)."""
        response = super().getresponse()
        announced = _KEEP_ALIVE.search(response.headers.get("Keep-Alive", ""))
        self.max_idle = min(float(announced[1]) - 1, LONGEST_IDLE) if announced else None
        return response


class TappedTLSConnection(TappedConnection, HTTPSConnection):
    """The same over TLS; keeps who answered, and the session for the next connection."""

    _session_kept = False

    def connect(self) -> None:
        super().connect()
        self._session_kept = False
        if isinstance(self.sock, ssl.SSLSocket):
            self.peer = _peer(self.sock)

    def keep_session(self) -> None:
        """To be called when an answer was read: TLS 1.3 sends its tickets with the first one."""
        if self._session_kept:  # asking for the session is as costly as half a request
            return
        self._session_kept = True
        if isinstance(self.sock, ssl.SSLSocket) and isinstance(self.ssl_context, ResumingContext):
            self.ssl_context.keep(self.sock)


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
        if _is_stale(connection):
            connection.close()
        return connection

    def close_idle(self) -> None:
        """Close the connections that nobody would use again."""
        if self.pool is None:
            return
        with self.pool.mutex:
            waiting = self.pool.queue
            stale = [c for c in waiting if isinstance(c, TappedConnection) and _is_stale(c)]
            for connection in stale:
                waiting[waiting.index(connection)] = None
        for connection in stale:
            connection.close()


def _is_stale(connection: TappedConnection) -> bool:
    idle = time.monotonic() - connection.last_used
    most = MAX_IDLE if connection.max_idle is None else connection.max_idle
    return connection.sock is not None and idle > most


class TappedTLSPool(TappedPool, HTTPSConnectionPool):
    """The same for TLS connections."""

    ConnectionCls = TappedTLSConnection

    def _put_conn(self, conn: Any) -> None:
        if isinstance(conn, TappedTLSConnection):
            conn.keep_session()
        super()._put_conn(conn)
