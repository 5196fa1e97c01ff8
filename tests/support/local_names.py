"""The tutorial's host names lead to this machine, also without lines in /etc/hosts."""

from __future__ import annotations

import socket
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

LOOPBACK_NAMES = ("wso2is.local", "localhost.com")


class _Local(HTTPConnection):
    """A connection that finds the tutorial's host names without /etc/hosts."""

    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        if self.host in LOOPBACK_NAMES:
            self._dns_host = "127.0.0.1"
        try:
            return super()._new_conn()
        finally:
            self._dns_host = name  # the next request's Host header is made from it


class _LocalTLS(_Local, HTTPSConnection):
    pass


class _LocalPool(HTTPConnectionPool):
    ConnectionCls = _Local


class _LocalTLSPool(HTTPSConnectionPool):
    ConnectionCls = _LocalTLS


class LocalAdapter(HTTPAdapter):
    """Sends the tutorial's host names to this machine; certificates are still checked by name."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Use the connections above."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _LocalPool, "https": _LocalTLSPool}
