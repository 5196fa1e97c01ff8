"""What can go wrong, as one tree. One handler renders what a view has no answer of its own to.

PlaygroundError
├── InputRefused            400  something typed or sent is not acceptable
├── FlowUnknown             404  no such flow in this browser
├── ResponseRefused         400  an authorization response that must not be used
├── AuthorizationFailed     400  the server answered the authorization request with an error
├── ServerRefused           400  the server answered a request of ours with an error
├── ServerMisbehaved        502  the server's answer is not what the protocol says
├── ServerUnreachable       502  no answer: refused, unknown name, reset
│   ├── ServerTooSlow       504  no complete answer within the deadline
│   ├── ServerBusy          503  too many requests of ours wait for it already
│   ├── CertificateRefused  502  the server's certificate is not trusted
│   └── OutboundRefused     400  our own policy does not allow this address
├── CheckFailed             400  a token is not genuine, or not for us
├── LimitReached            413  more than we accept
├── TrustUnreadable         503  the certificates that we are to trust cannot be read
└── StoreUnavailable        503  sessions and flows cannot be read or written
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from playground.protocol.checks import Check


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A failure as data, kept in the flow: the sentence, the evidence, what to do, the step."""

    kind: str
    sentence: str
    evidence: tuple[tuple[str, str], ...] = ()
    advice: tuple[str, ...] = ()
    status: int = 400
    step: int = 6
    error: str = ""
    error_description: str = ""
    error_uri: str = ""
    server_status: int = 0
    at: float = 0.0
    exchange: str = ""
    checks: tuple[Check, ...] = ()


@dataclass(kw_only=True, eq=False)
class PlaygroundError(Exception):
    """Says what happened, how we know, and what to do next.

    `flow_id` ties it to the flow that it ended; `step` is the tutorial's step it happened at;
    `passing` is what says nothing about how the flow stands, and is shown but not kept with it.
    """

    sentence: str
    evidence: Sequence[tuple[str, str]] = ()
    advice: Sequence[str] = ()
    flow_id: str = ""
    step: int = 6
    status: int = 400
    error: str = ""
    error_description: str = ""
    error_uri: str = ""
    server_status: int = 0
    exchange: str = ""
    checks: tuple[Check, ...] = ()
    passing: bool = False

    def __str__(self) -> str:
        return self.sentence

    def as_failure(self, *, at: float) -> Failure:
        """The same as plain data. `at` is in seconds since the epoch."""
        return Failure(
            kind=type(self).__name__,
            sentence=self.sentence,
            evidence=tuple(self.evidence),
            advice=tuple(self.advice),
            status=self.status,
            step=self.step,
            error=self.error,
            error_description=self.error_description,
            error_uri=self.error_uri,
            server_status=self.server_status,
            at=at,
            exchange=self.exchange,
            checks=self.checks,
        )


@dataclass(kw_only=True, eq=False)
class InputRefused(PlaygroundError):
    """Something typed is not acceptable; `fields` maps a field's name to its sentence."""

    sentence: str = "Please correct the marked fields."
    fields: dict[str, str] = field(default_factory=dict)


class FlowUnknown(PlaygroundError):
    """There is no such flow, or it is another browser's."""


class ResponseRefused(PlaygroundError):
    """An authorization response that fails a check and must not be used (RFC 9700 §2.1)."""


class AuthorizationFailed(PlaygroundError):
    """The authorization server answered with `error` (RFC 6749 §4.1.2.1)."""


class ServerRefused(PlaygroundError):
    """The server answered one of our requests with an error (RFC 6749 §5.2, RFC 6750 §3)."""


class ServerMisbehaved(PlaygroundError):
    """The server's answer is not what the protocol asks for (RFC 6749 §5.1)."""


class ServerUnreachable(PlaygroundError):
    """No answer at all: connection refused, reset, or the name is unknown."""


class ServerTooSlow(ServerUnreachable):
    """No complete answer within the deadline."""


class ServerBusy(ServerUnreachable):
    """Too many requests of ours are waiting for this server already; this one was not sent."""


class CertificateRefused(ServerUnreachable):
    """The server's certificate is untrusted, expired or for another name (RFC 9525)."""


class OutboundRefused(ServerUnreachable):
    """The outbound policy does not allow this address (CWE-918)."""


class CheckFailed(PlaygroundError):
    """A token failed a check: it is not genuine, or not meant for us."""


class LimitReached(PlaygroundError):
    """More than we accept: a field, a body, a response."""


class TrustUnreadable(PlaygroundError):
    """The configured authorities cannot be read, so that no https server can be verified."""


class StoreUnavailable(PlaygroundError):
    """The store of sessions and flows cannot be reached or written."""
