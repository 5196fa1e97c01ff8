"""Why an outgoing request got no usable answer, said as one of our errors."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import requests
import urllib3.exceptions

from playground.errors import (
    CertificateRefused,
    LimitReached,
    OutboundRefused,
    PlaygroundError,
    ServerMisbehaved,
    ServerTooSlow,
    ServerUnreachable,
)
from playground.wire.trust import NOT_THE_PINNED_ONE

Kind = TypeVar("Kind", bound=BaseException)

TRANSPORT_FAULTS = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    OSError,
    http.client.HTTPException,
    ValueError,
)
_TIMEOUTS = (
    TimeoutError,
    requests.Timeout,
    urllib3.exceptions.TimeoutError,
)
_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (http.client.RemoteDisconnected, "it closed the connection without an answer"),
    (http.client.IncompleteRead, "the answer stopped in the middle"),
    (http.client.BadStatusLine, "the first line of the answer is not HTTP"),
    (urllib3.exceptions.DecodeError, "the body is not what its Content-Encoding says"),
)


@dataclass(frozen=True, kw_only=True)
class _Fault:
    """What is said where one of these was raised; `where` and `name` are host:port and host."""

    kinds: tuple[type[BaseException], ...] = ()
    error: type[PlaygroundError] = ServerUnreachable
    sentence: str
    advice: tuple[str, ...]


_FAULTS = (  # the first that fits counts
    _Fault(
        kinds=(ConnectionRefusedError,),
        sentence="Nothing answers at {where}: the connection was refused.",
        advice=("Check the host and the port.", "See that the server is running on {where}."),
    ),
    _Fault(
        kinds=(socket.gaierror,),
        sentence="The host name {name} is unknown on the playground's machine.",
        advice=("Check the spelling; add the name to /etc/hosts if it is a local one.",),
    ),
    _Fault(
        kinds=(urllib3.exceptions.NewConnectionError,),
        sentence="No connection to {where} came about.",
        advice=("See that the playground's machine can reach that address at all.",),
    ),
    _Fault(
        kinds=(ssl.SSLError,),
        sentence="{where} does not speak TLS the way https needs it.",
        advice=("Does this port speak plain http? Then the URL starts with http://.",),
    ),
    _Fault(
        kinds=(urllib3.exceptions.DecodeError,),
        error=ServerMisbehaved,
        sentence="The answer of {where} is compressed in a way that cannot be read.",
        advice=("Its Content-Encoding header does not fit its body.",),
    ),
    _Fault(
        kinds=(http.client.HTTPException, UnicodeError),
        error=ServerMisbehaved,
        sentence="What {where} sent back is not HTTP, or it stopped in the middle.",
        advice=("Does this port speak https? Then the URL starts with https://.",),
    ),
)
_BROKEN = _Fault(
    sentence="The connection to {where} broke before the answer was complete.",
    advice=("Try again; look at the server's own log if it happens twice.",),
)
_CERTIFICATE_SENTENCES = {
    9: "is not valid yet",
    10: "has expired",
    18: "is self-signed and not trusted yet",
    19: "comes from an authority that is not trusted yet",
    20: "comes from an authority that is not trusted yet",
    21: "comes from an authority that is not trusted yet",
    NOT_THE_PINNED_ONE: "is not the one that you chose to trust for it",
    62: "is for another host name",
    64: "is for another address",
}


def explain(error: BaseException, url: str, *, expired: bool) -> PlaygroundError:
    """Turn what the HTTP library raised into a sentence with evidence and a next step."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, OutboundRefused):
            return cause
    where = urlsplit(url).netloc
    reason = "it took too long" if expired else _reason(causes)
    evidence = (("URL", url.partition("?")[0]), ("Reason", reason))
    certificate = _first(causes, ssl.SSLCertVerificationError)
    if certificate is not None:
        return _certificate(certificate, where, url)
    never_connected = _first(causes, urllib3.exceptions.NewConnectionError)
    if never_connected is None and _first(causes, urllib3.exceptions.ConnectTimeoutError):
        return ServerTooSlow(
            sentence=f"No connection to {where} came about in time.",
            evidence=(evidence[0], ("Reason", "connecting took too long")),
            advice=("Check the host and the port; a firewall may swallow what is sent there.",),
            status=504,
        )
    if expired or (not never_connected and any(isinstance(c, _TIMEOUTS) for c in causes)):
        return ServerTooSlow(
            sentence=f"{where} did not answer in time.",
            evidence=evidence,
            advice=("Is the server busy or stuck? Try again in a moment.",),
            status=504,
        )
    if any(_over_header_limits(cause) for cause in causes):
        return LimitReached(
            sentence=f"{where} answers with more than 100 headers, or with one over 64 KB.",
            evidence=evidence,
            advice=("Is this the right endpoint? No setting raises these limits.",),
            status=502,
        )
    return _no_answer(causes, where, evidence)


def _no_answer(
    causes: list[BaseException], where: str, evidence: tuple[tuple[str, str], ...]
) -> PlaygroundError:
    fitting = (f for f in _FAULTS if any(isinstance(cause, f.kinds) for cause in causes))
    fault = next(fitting, _BROKEN)
    names = {"where": where, "name": urlsplit(f"//{where}").hostname}
    return fault.error(
        sentence=fault.sentence.format(**names),
        evidence=evidence,
        advice=tuple(line.format(**names) for line in fault.advice),
        status=502,
    )


def _over_header_limits(cause: BaseException) -> bool:
    """Whether it is http.client's word for too many or too long headers; it has no class for it."""
    limits = "headers" if type(cause) is http.client.HTTPException else "header line"
    return isinstance(cause, http.client.HTTPException) and str(cause).endswith(limits)


def certificate_sentence(error: ssl.SSLCertVerificationError) -> str:
    """What is wrong with a certificate, to go on after "The certificate"."""
    return _CERTIFICATE_SENTENCES.get(error.verify_code, "is not acceptable")


def _certificate(error: ssl.SSLCertVerificationError, where: str, url: str) -> CertificateRefused:
    return CertificateRefused(
        sentence=f"The certificate that {where} presents {certificate_sentence(error)}.",
        evidence=(
            ("URL", url.partition("?")[0]),
            ("Verification", f"{error.verify_message} (code {error.verify_code})"),
        ),
        advice=(
            "Nothing was sent: the connection ended before the first byte of the request.",
            "See the certificate, and trust exactly that one if it is your server's.",
            "Or add its authority (PLAYGROUND_CA_FILE or SSL_CERT_FILE), and use the host name "
            "that the certificate is for.",
        ),
        status=502,
    )


def _first(causes: list[BaseException], kind: type[Kind]) -> Kind | None:
    return next((cause for cause in causes if isinstance(cause, kind)), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything it wraps, however the libraries chained it."""
    pending, seen = [error], set[int]()
    while pending:
        current = pending.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        linked = [current.__cause__, current.__context__, getattr(current, "reason", None)]
        pending += [e for e in (*linked, *current.args) if isinstance(e, BaseException)]


def _reason(causes: list[BaseException]) -> str:
    """The fact in words: ours, else the innermost message, which does not name the library."""
    if known := next((words for kind, words in _REASONS if _first(causes, kind)), ""):
        return known
    tls = _first(causes, ssl.SSLError)
    if named := getattr(tls, "reason", None):  # one that we raised has none
        return str(named).replace("_", " ").lower()
    innermost = next((c for c in causes if isinstance(c, OSError) and c.strerror), causes[-1])
    if isinstance(innermost, _TIMEOUTS) and not getattr(innermost, "strerror", None):
        return "it took too long"
    text = getattr(innermost, "strerror", None) or str(innermost) or type(innermost).__name__
    return str(text)[:300]
