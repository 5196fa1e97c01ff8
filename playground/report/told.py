"""A recorded exchange as every export tells it: decoded for reading, its secrets taken out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from playground.report.redact import Redactor
from playground.wire.exchange import Exchange, Peer

Pairs = tuple[tuple[str, str], ...]
_TEXT_TYPES = re.compile(r"text/|application/([\w.+-]*(json|xml|jwt|javascript)|x-www-form)", re.I)
_FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True)
class Body:
    """`text` is readable and redacted; what cannot be read is `binary`, or left out with a note."""

    mime: str = ""
    size: int = 0
    text: str = ""
    binary: bytes = b""
    note: str = ""
    parameters: Pairs = ()


@dataclass(frozen=True, kw_only=True)
class Told:
    """One exchange. `status` is 0 where no answer was seen; `error` says why, if it failed."""

    number: int
    id: str
    purpose: str
    channel: str
    sender: str
    receiver: str
    started_at: float
    milliseconds: float
    method: str
    url: str
    query: Pairs
    request_version: str
    request_headers: Pairs
    request_body: Body
    status: int
    reason: str
    response_version: str
    response_headers: Pairs
    response_body: Body
    address: str = ""
    tls: str = ""
    peer: str = ""
    error: str = ""
    error_kind: str = ""

    @property
    def at(self) -> str:
        """When it began, in ISO 8601 with milliseconds."""
        moment = datetime.fromtimestamp(self.started_at, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @property
    def answer(self) -> str:
        """The status line, or why there is none."""
        if self.status:
            return f"{self.status} {self.reason}".strip()
        return self.error or "none recorded: the browser carried this message"


def tell(exchanges: list[Exchange], redactor: Redactor) -> list[Told]:
    """The exchanges in order, numbered from 1."""
    return [_told(number, x, redactor) for number, x in enumerate(exchanges, start=1)]


def _told(number: int, x: Exchange, redactor: Redactor) -> Told:
    request_type = _header(x.request_headers, "content-type")
    return Told(
        number=number,
        id=x.id,
        purpose=x.purpose,
        channel=x.channel,
        sender=x.sender,
        receiver=x.receiver,
        started_at=x.started_at,
        milliseconds=x.milliseconds,
        method=x.method,
        url=redactor.message(x.url),
        query=_parameters(urlsplit(x.url).query, redactor),
        request_version=_version(x.request_head) or x.http_version or "HTTP/1.1",
        request_headers=_headers(x.request_headers, redactor),
        request_body=_body(x.request_body, request_type, redactor),
        status=x.status,
        reason=redactor.text(x.reason),
        response_version=x.http_version or "HTTP/1.1",
        response_headers=_headers(x.response_headers, redactor),
        response_body=_body(x.response_body, x.response_header("content-type"), redactor),
        address=x.address,
        tls=x.peer.tls_version if x.peer else "",
        peer=_certificate_name(x.peer) if x.peer else "",
        error=redactor.message(x.error),
        error_kind=x.error_kind,
    )


def _certificate_name(peer: Peer) -> str:
    """The name that the certificate vouches for, as the wire page says it."""
    return peer.names[0] if peer.names else peer.subject


def _version(head: bytes) -> str:
    words = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
    return words[-1] if words[-1].startswith("HTTP/") else ""


def _header(headers: Pairs, name: str) -> str:
    return next((value for known, value in headers if known.lower() == name), "")


def _headers(headers: Pairs, redactor: Redactor) -> Pairs:
    return tuple(redactor.header(name, value) for name, value in headers)


def _parameters(text: str, redactor: Redactor) -> Pairs:
    return tuple(redactor.pair(n, v) for n, v in parse_qsl(text, keep_blank_values=True))


def _body(raw: bytes, kind: str, redactor: Redactor) -> Body:
    mime = kind or ("application/octet-stream" if raw else "")
    if not raw:
        return Body(mime=mime)
    text = _readable(raw, kind)
    if text is not None:
        form = kind.lower().startswith(_FORM_TYPE)
        parameters = _parameters(text, redactor) if form else ()
        return Body(mime=mime, size=len(raw), text=redactor.message(text), parameters=parameters)
    if redactor.holds(raw):
        return Body(mime=mime, size=len(raw), note="left out: it holds a secret")
    return Body(mime=mime, size=len(raw), binary=raw)


def _readable(raw: bytes, kind: str) -> str | None:
    """The body as text; None for an image and the like."""
    if kind and not _TEXT_TYPES.match(kind):
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1") if kind else None
