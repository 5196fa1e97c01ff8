"""requests' adapter on tapped connections: one pool for everybody who trusts the same."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from playground.wire.connection import TappedPool, TappedTLSPool
from playground.wire.trust import Trust

POOL_SIZE = 64


class PooledAdapter(HTTPAdapter):
    """requests' adapter on tapped connections that verify with one shared context."""

    def __init__(self, trust: Trust) -> None:
        self._context = trust.context()
        super().__init__(pool_connections=POOL_SIZE, pool_maxsize=POOL_SIZE, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)
        self.poolmanager.pool_classes_by_scheme = {"http": TappedPool, "https": TappedTLSPool}

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        """The host alone: the context set above verifies, whatever `verify` says."""
        parts = urlsplit(str(request.url))
        host = {"scheme": parts.scheme, "host": parts.hostname, "port": parts.port}
        return host, {"ssl_context": self._context, "cert_reqs": "CERT_REQUIRED"}

    def close_idle(self) -> None:
        """Close the connections that nobody would use again."""
        pools = self.poolmanager.pools
        for key in pools.keys():  # noqa: SIM118 - iterating over the container is forbidden
            pool = pools.get(key)
            if isinstance(pool, TappedPool):
                pool.close_idle()

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing to add: no per-request bundle, and no way to turn verification off."""
