"""requests' adapter on tapped connections: one pool for everybody who trusts the same."""

from __future__ import annotations

from functools import cached_property
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
        self._trust = trust
        super().__init__(pool_connections=POOL_SIZE, pool_maxsize=POOL_SIZE, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": TappedPool, "https": TappedTLSPool}

    @cached_property
    def _verifying(self) -> dict[str, Any]:
        """What every TLS connection gets; plain http works without a readable authority."""
        return {"ssl_context": self._trust.context(), "cert_reqs": "CERT_REQUIRED"}

    def get_connection_with_tls_context(self, request: Any, *_args: Any, **_kwargs: Any) -> Any:
        """The host's pool: the context set above verifies, whatever anybody passes as `verify`."""
        parts = urlsplit(request.url)
        tls = self._verifying if parts.scheme == "https" else None
        return self.poolmanager.connection_from_host(parts.hostname, parts.port, parts.scheme, tls)

    def request_url(self, request: requests.PreparedRequest, *_args: Any, **_kwargs: Any) -> str:
        """Path and query, as there is no proxy."""
        return request.path_url

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """The answer to be read from `raw`, where nothing is decoded, guessed or kept."""
        response = requests.Response()
        response.status_code, response.raw = resp.status, resp
        return response

    def close_idle(self) -> None:
        """Close the connections that nobody would use again."""
        pools = self.poolmanager.pools
        for key in pools.keys():  # noqa: SIM118 - iterating over the container is forbidden
            pool = pools.get(key)
            if isinstance(pool, TappedPool):
                pool.close_idle()

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing to add: no per-request bundle, and no way to turn verification off."""
