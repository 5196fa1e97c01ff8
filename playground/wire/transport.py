"""The seam: sends one request, reads one bounded answer, records the exchange whatever happens.

requests-oauthlib sends; its connections come from one pool per trust setting and worker.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests_oauthlib import OAuth2Session

from playground.errors import LimitReached, PlaygroundError
from playground.wire.certificates import Look, Presented
from playground.wire.connection import TAP, Tap, TappedPool, TappedTLSPool
from playground.wire.exchange import Exchange
from playground.wire.faults import TRANSPORT_FAULTS, explain
from playground.wire.policy import OutboundPolicy
from playground.wire.trust import Pin, Trust, server_of

CONNECT_TIMEOUT = 5.0
POOL_SIZE = 64
_CHUNK = 65_536
Record = Callable[[Exchange], None]

# oauthlib refuses http:// endpoints unless told otherwise. The tutorial has some
# (http://wso2is.local:8080/token); which URLs are acceptable is decided in playground.urls.
# This concerns the scheme alone and has no influence on TLS verification.
os.environ.setdefault("OAUTHLIB_INSECURE_TRANSPORT", "1")

# These libraries log tokens, codes and query strings at DEBUG.
for _talkative in ("requests_oauthlib", "oauthlib", "urllib3"):
    logging.getLogger(_talkative).setLevel(logging.WARNING)


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A request to send. `access_token` is sent as a Bearer header (RFC 6750 §2.1)."""

    purpose: str
    method: str
    url: str
    receiver: str = "authorization server"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    access_token: str = ""


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

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing to add: no per-request bundle, and no way to turn verification off."""


class Transport:
    """Sends requests. `deadline` is in seconds, `max_response` in bytes after decompression."""

    def __init__(
        self, *, policy: OutboundPolicy, trust: Trust, deadline: float, max_response: int
    ) -> None:
        self._policy = policy
        self._trust = trust
        self._deadline = deadline
        self._max_response = max_response
        self._adapters: dict[tuple[object, ...], PooledAdapter] = {}
        self._lock = threading.Lock()

    def send(self, outgoing: Outgoing, *, record: Record, pinned: tuple[Pin, ...] = ()) -> Exchange:
        """Send and read; `record` gets the exchange, also when this raises a PlaygroundError.

        A server with a pin is known by the pinned certificate alone.
        """
        attempt = _Attempt(outgoing, self._policy, self._deadline, self._max_response)
        try:
            self._policy.check_host(urlsplit(outgoing.url).hostname or "")
            attempt.run(self._session(outgoing, pinned))
        except PlaygroundError as error:
            attempt.failure = error
        except TRANSPORT_FAULTS as error:
            attempt.failure = explain(error, outgoing.url, expired=attempt.tap.expired)
        finally:
            exchange = attempt.exchange()
            record(exchange)
        if attempt.failure is not None:
            attempt.failure.exchange = exchange.id
            raise attempt.failure
        return exchange

    def certificate(self, url: str) -> Presented:
        """Who answers there over TLS: looked at, not believed, and nothing is sent."""
        deadline = time.monotonic() + self._deadline
        return Look(url=url, policy=self._policy, trust=self._trust, deadline=deadline).present()

    def _session(self, outgoing: Outgoing, pinned: tuple[Pin, ...]) -> OAuth2Session:
        token = {"access_token": outgoing.access_token, "token_type": "Bearer"}
        session = OAuth2Session(token=token if outgoing.access_token else None)
        session.trust_env = False  # no proxy, no .netrc: what is sent is what the flow says
        session.headers["User-Agent"] = "oauth2-playground"
        server = server_of(outgoing.url)
        adapter = self._adapter(tuple(p.certificate for p in pinned if p.server == server))
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session

    def _adapter(self, pinned: tuple[str, ...]) -> PooledAdapter:
        trust = Trust(ca_file=self._trust.ca_file, pinned=pinned)
        key = trust.stamp()
        with self._lock:
            if key not in self._adapters:
                if len(self._adapters) > POOL_SIZE:
                    self._adapters.clear()
                self._adapters[key] = PooledAdapter(trust)
            return self._adapters[key]


class _Attempt:
    """One request under way; mutable, and gone once it has become an Exchange."""

    def __init__(
        self, outgoing: Outgoing, policy: OutboundPolicy, deadline: float, max_response: int
    ) -> None:
        self.outgoing = outgoing
        self.failure: PlaygroundError | None = None
        self._max_response = max_response
        self._began = time.monotonic()
        self._started_at = time.time()
        self._response: requests.Response | None = None
        self._body = bytearray()
        self._truncated = False
        self.tap = Tap(policy=policy, deadline=self._began + deadline)

    def run(self, session: OAuth2Session) -> None:
        token = TAP.set(self.tap)
        try:
            self._response = session.request(
                self.outgoing.method,
                self.outgoing.url,
                data=self.outgoing.body or None,
                headers=dict(self.outgoing.headers),
                withhold_token=not self.outgoing.access_token,
                allow_redirects=False,
                stream=True,
                timeout=(CONNECT_TIMEOUT, self.tap.deadline - self._began),
            )
            self._read(self._response)
        finally:
            self.tap.release()
            TAP.reset(token)

    def _read(self, response: requests.Response) -> None:
        for chunk in response.raw.stream(_CHUNK, decode_content=True):
            self._body += chunk
            if len(self._body) > self._max_response:
                self._truncated = True
                response.close()
                raise LimitReached(
                    sentence=f"The answer is larger than {self._max_response:,} bytes.",
                    evidence=(("URL", self.outgoing.url.partition("?")[0]),),
                    advice=("Is this the right endpoint? PLAYGROUND_MAX_RESPONSE sets the limit.",),
                    status=502,
                )

    def exchange(self) -> Exchange:
        head, _, body = bytes(self.tap.sent).partition(b"\r\n\r\n")
        raw = self._response.raw if self._response is not None else None
        return Exchange(
            id=secrets.token_hex(6),
            purpose=self.outgoing.purpose,
            channel="back",
            sender="playground",
            receiver=self.outgoing.receiver,
            started_at=self._started_at,
            milliseconds=round((time.monotonic() - self._began) * 1000, 2),
            method=self.outgoing.method,
            url=self.outgoing.url,
            request_head=head,
            request_body=body,
            status=raw.status if raw else 0,
            reason=(raw.reason or "") if raw else "",
            http_version=_version(raw.version) if raw else "",
            response_headers=tuple(raw.headers.iteritems()) if raw else (),
            response_body=bytes(self._body[: self._max_response]),
            truncated=self._truncated,
            address=self.tap.address,
            reused_connection=self.tap.reused and bool(head),
            peer=self.tap.peer,
            error=str(self.failure) if self.failure else "",
            error_kind=type(self.failure).__name__ if self.failure else "",
        )


def _version(number: int) -> str:
    return f"HTTP/{number // 10}.{number % 10}"
