"""One request under way: sent, its bounded answer read, everything kept for the record."""

from __future__ import annotations

import secrets
import time

import requests
from requests_oauthlib import OAuth2Session

from playground.errors import LimitReached, PlaygroundError
from playground.wire.exchange import Exchange
from playground.wire.outgoing import Outgoing
from playground.wire.policy import OutboundPolicy
from playground.wire.tap import TAP, Tap

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 15.0
CHUNK = 65_536


class Attempt:
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
                timeout=(CONNECT_TIMEOUT, min(READ_TIMEOUT, self.tap.left())),
            )
            self._read(self._response)
            if self.tap.expired:  # a body without a length ends where the deadline cut it
                raise TimeoutError("the deadline has passed")
        finally:
            self.tap.release()
            TAP.reset(token)

    def _read(self, response: requests.Response) -> None:
        for chunk in response.raw.stream(CHUNK, decode_content=True):
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
