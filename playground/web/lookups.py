"""Requests that belong to no flow: discovery and registration, recorded and shown all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from playground.explain.redact import Redactor
from playground.mask import HIDDEN
from playground.web.services import services
from playground.web.trusting import pins_for
from playground.wire.exchange import Exchange
from playground.wire.transport import Outgoing

MAX_SHOWN = 20_000
Send = Callable[[Outgoing], Exchange]


def sender(ticket: str, profile: str) -> Send:
    """Sends with the certificates that count here, and records under the ticket."""
    flows, pins = services().flows, pins_for(profile)

    def send(outgoing: Outgoing) -> Exchange:
        return services().transport.send(
            outgoing, record=lambda x: flows.record(ticket, x), pinned=pins
        )

    return send


def shown_exchanges(ticket: str, secrets: Iterable[str] = ()) -> list[dict[str, object]]:
    """What was on the wire under this ticket, as `_wire.html` shows it, without secrets."""
    redactor = Redactor(secrets)
    recorded = services().flows.exchanges(ticket) if ticket else []
    return [_shown(number, x, redactor) for number, x in enumerate(recorded, start=1)]


def _shown(number: int, x: Exchange, redactor: Redactor) -> dict[str, object]:
    return {
        "number": number,
        "title": x.purpose,
        "channel": x.channel,
        "sender": x.sender,
        "receiver": x.receiver,
        "method": x.method,
        "url_masked": redactor.clean(x.url),
        "status": x.status,
        "reason": x.reason,
        "milliseconds": x.milliseconds,
        "tls": x.peer.tls_version if x.peer else "",
        "peer": x.peer.subject if x.peer else "",
        "error": x.error,
        "request_headers": _headers(x.request_headers, redactor),
        "request_body": _body(x.request_body, redactor),
        "response_headers": _headers(x.response_headers, redactor),
        "response_body": _body(x.response_body, redactor),
    }


def _headers(pairs: Iterable[tuple[str, str]], redactor: Redactor) -> list[tuple[str, str]]:
    """Of credentials only the scheme: a person's password may be among them."""
    return [
        (name, f"{value.partition(' ')[0]} {HIDDEN}")
        if name.lower() == "authorization"
        else (name, redactor.header(name, value))
        for name, value in pairs
    ]


def _body(body: bytes, redactor: Redactor) -> str:
    """Redacted first, cut afterwards: half a secret would not be recognised."""
    text = redactor.clean(body.decode("utf-8", "replace"))
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + " …"
