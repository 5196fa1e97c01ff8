"""The seam: sends one request, reads one bounded answer, records the exchange whatever happens.

requests-oauthlib sends; its connections come from one pool per trust setting and worker.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable

from playground.errors import PlaygroundError
from playground.wire import journal
from playground.wire.adapter import POOL_SIZE, PooledAdapter
from playground.wire.attempt import Attempt
from playground.wire.certificates import Look, Presented
from playground.wire.exchange import Exchange
from playground.wire.faults import TRANSPORT_FAULTS, explain
from playground.wire.gate import Gate, Room
from playground.wire.outgoing import Outgoing
from playground.wire.policy import OutboundPolicy
from playground.wire.session import BareSession
from playground.wire.trust import Pin, Trust, server_of

__all__ = ["Outgoing", "Transport"]
SWEEP_EVERY = 1.0
Record = Callable[[Exchange], None]

# oauthlib refuses http:// endpoints unless told otherwise. The tutorial has some
# (http://wso2is.local:8080/token); which URLs are acceptable is decided in playground.urls.
# This concerns the scheme alone and has no influence on TLS verification.
os.environ.setdefault("OAUTHLIB_INSECURE_TRANSPORT", "1")

# These libraries log tokens, codes and query strings at DEBUG.
for _talkative in ("requests_oauthlib", "oauthlib", "urllib3"):
    logging.getLogger(_talkative).setLevel(logging.ERROR)


class Transport:
    """Sends requests. `deadline` is in seconds, `max_response` in bytes after decompression."""

    def __init__(
        self,
        *,
        policy: OutboundPolicy,
        trust: Trust,
        deadline: float,
        max_response: int,
        threads: int = 128,
    ) -> None:
        self._gate = Gate(Room.among(threads))
        self._policy = policy
        self._trust = trust
        self._deadline = deadline
        self._max_response = max_response
        self._sessions: dict[tuple[object, ...], BareSession] = {}
        self._lock = threading.Lock()
        self._swept = 0.0

    def send(self, outgoing: Outgoing, *, record: Record, pinned: tuple[Pin, ...] = ()) -> Exchange:
        """Send and read; `record` gets the exchange, also when this raises a PlaygroundError.

        A server with a pin is known by the pinned certificate alone.
        """
        attempt = Attempt(outgoing, self._policy, self._deadline, self._max_response)
        try:
            self._policy.check_url(outgoing.url)
            server = server_of(outgoing.url)
            with self._gate.passing(server):
                attempt.run(self._session(outgoing, server, pinned))
        except PlaygroundError as error:
            attempt.failure = error
        except TRANSPORT_FAULTS as error:
            attempt.failure = explain(error, outgoing.url, expired=attempt.tap.expired)
        finally:
            exchange = attempt.exchange()
            journal.write(exchange)
            record(exchange)
            self._sweep()
        if attempt.failure is not None:
            attempt.failure.exchange = exchange.id
            raise attempt.failure
        return exchange

    def certificate(self, url: str) -> Presented:
        """Who answers there over TLS: looked at, not believed, and nothing is sent."""
        deadline = time.monotonic() + self._deadline
        look = Look(url=url, policy=self._policy, trust=self._trust, deadline=deadline)
        with self._gate.passing(server_of(url)):
            return look.present()

    def _session(self, outgoing: Outgoing, server: str, pinned: tuple[Pin, ...]) -> BareSession:
        """Everybody's, or one of its own for a request that bears a token."""
        shared = self._shared(tuple(p.certificate for p in pinned if p.server == server))
        if outgoing.access_token:
            return BareSession(shared.adapter, outgoing.access_token)
        return shared

    def _shared(self, pinned: tuple[str, ...]) -> BareSession:
        trust = Trust(ca_file=self._trust.ca_file, pinned=pinned)
        key = trust.stamp()
        with self._lock:
            if key not in self._sessions:
                if len(self._sessions) > POOL_SIZE:
                    self._sessions.clear()
                self._sessions[key] = BareSession(PooledAdapter(trust))
            return self._sessions[key]

    def _sweep(self) -> None:
        """Close idle connections, at most once a second."""
        now = time.monotonic()
        if now - self._swept > SWEEP_EVERY:
            self._swept = now
            with self._lock:
                sessions = list(self._sessions.values())
            for session in sessions:
                session.adapter.close_idle()
