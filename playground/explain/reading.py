"""One exchange laid open for reading: every name explained, every secret masked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from werkzeug.datastructures import WWWAuthenticate

from playground.explain.curl import FORM
from playground.explain.glossary import NEVER, explain, secrecy
from playground.explain.kinds import Kind, kind_of
from playground.explain.redact import Redactor, basic_pair
from playground.foreign_json import parsed_document
from playground.mask import mask
from playground.protocol.jwt_view import open_jwt
from playground.wire.exchange import Exchange

LONGEST = 20_000  # characters of a body that a page shows
_VALUE = 4_000
_MOMENTS = ("exp", "iat", "nbf", "auth_time", "updated_at")
_JWT_NAMES = ("access_token", "id_token", "id_token_hint", "client_assertion", "logout_token")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One name with what it means. `value` is empty where no page may hold it."""

    name: str
    shown: str
    explanation: str
    section: str
    value: str = ""
    secret: bool = False


@dataclass(frozen=True, kw_only=True)
class Part:
    """Rows that belong together, under one title."""

    title: str
    rows: tuple[Row, ...]


class Reader:
    """Reads exchanges of one flow; `known` are the flow's secrets that no page may show."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.redactor = Redactor(known)

    def url(self, exchange: Exchange) -> str:
        """The URL with its secrets masked."""
        return self.redactor.clean(exchange.url)

    def request(self, exchange: Exchange) -> tuple[Part, ...]:
        """The parameters of the URL and of the body, and whom the Authorization header names."""
        kind = kind_of(exchange)
        parts = urlsplit(exchange.url)
        return _filled(
            self._part("In the URL", _pairs(parts.query), kind.request, query=True),
            self._part("In the fragment", _pairs(parts.fragment), kind.request),
            self._part("In the body", _body_pairs(exchange), kind.request),
            self._basic(exchange),
        )

    def response(self, exchange: Exchange) -> tuple[Part, ...]:
        """What the answer's body and challenge say, and every JWT in it opened."""
        kind = kind_of(exchange)
        data = parsed_document(exchange.response_body)
        members = _members(data)
        challenge = exchange.response_header("WWW-Authenticate")
        parts = [self._part("In the answer", members, kind.response), *self._keys(data, kind)]
        if challenge:
            parts.append(self._part("In the challenge", _challenge(challenge), ("challenge",)))
        return _filled(*parts)

    def tokens(self, exchange: Exchange) -> tuple[Part, ...]:
        """Header and claims of every JWT that the exchange carried; read, not verified."""
        sent = [*_pairs(urlsplit(exchange.url).query), *_body_pairs(exchange)]
        found = [*sent, *_members(parsed_document(exchange.response_body))]
        return _filled(*(part for n, v in found if n in _JWT_NAMES for part in self._opened(n, v)))

    def headers(self, pairs: Iterable[tuple[str, str]]) -> tuple[Row, ...]:
        """Headers with their secrets masked; none of them can be revealed."""
        return tuple(self._header(name, value) for name, value in pairs)

    def body(self, body: bytes) -> str:
        """A body as text: JSON indented, secrets masked, cut where it is very long."""
        if not _is_text(body):
            return f"{len(body):,} bytes that are no text."
        text = body.decode()
        data = parsed_document(body)
        if isinstance(data, dict | list):
            text = json.dumps(data, indent=2, ensure_ascii=False)
        return _cut(self.redactor.clean(text))

    def raw(self, exchange: Exchange) -> str:
        """Both messages as they went over the wire, secrets masked."""
        version = exchange.http_version or "HTTP/1.1"
        answer = f"{version} {exchange.status} {exchange.reason}".rstrip()
        sent, _, _ = exchange.request_head.decode("latin-1").partition("\r\n")
        asked = self._message(sent, exchange.request_headers, exchange.request_body)
        came = self._message(answer, exchange.response_headers, exchange.response_body)
        return "\n\n".join([asked] * bool(sent) + [came] * bool(exchange.status))

    def _message(self, first: str, headers: Iterable[tuple[str, str]], body: bytes) -> str:
        lines = [f"{name}: {self.redactor.header(name, value)}" for name, value in headers]
        text = body.decode() if _is_text(body) else self.body(body)
        tail = ["", _cut(self.redactor.clean(text))] if body else []
        return "\n".join([self.redactor.clean(first), *lines, *tail])

    def _header(self, name: str, value: str) -> Row:
        entry = explain(name.lower(), "header")
        return Row(
            name=name,
            shown=self.redactor.header(name, value),
            explanation=entry.text if entry.section else "",
            section=entry.section,
        )

    def _part(
        self,
        title: str,
        pairs: Iterable[tuple[str, str]],
        groups: tuple[str, ...],
        *,
        query: bool = False,
    ) -> Part:
        return Part(title=title, rows=tuple(self._row(n, v, groups, query) for n, v in pairs))

    def _row(self, name: str, value: str, groups: tuple[str, ...], query: bool) -> Row:
        entry = explain(name, *groups)
        kept = entry.secrecy or secrecy(name, query=query)
        shown = mask(value) if kept else self.redactor.echoes(value)
        return Row(
            name=name,
            shown=_short(shown),
            explanation=entry.text + _moment(name, value),
            section=entry.section,
            value="" if kept in (NEVER, "") else self.redactor.echoes(value),
            secret=bool(kept),
        )

    def _basic(self, exchange: Exchange) -> Part:
        headers = {name.lower(): value for name, value in exchange.request_headers}
        pair = basic_pair(headers.get("authorization", ""))
        user, password = pair or ("", "")
        rows = (
            Row(
                name="user",
                shown=self.redactor.echoes(user),
                explanation="Before the colon: who asks, the client id as a rule, form-encoded.",
                section="RFC 6749 §2.3.1",
            ),
            Row(
                name="password",
                shown=mask(password),
                explanation="After the colon: the secret, form-encoded. Base64 hides nothing; "
                "TLS does. It is in no page of the playground.",
                section="RFC 7617 §2",
                secret=True,
            ),
        )
        return Part(title="In the Authorization header, decoded", rows=rows if pair else ())

    def _keys(self, data: object, kind: Kind) -> list[Part]:
        keys = data.get("keys") if isinstance(data, dict) and kind.name == "keys" else None
        if not isinstance(keys, list):
            return []
        return [
            self._part(f"Key {number}", _members(key), ("jwk",))
            for number, key in enumerate(keys[:10], start=1)
        ]

    def _opened(self, name: str, token: str) -> list[Part]:
        view = open_jwt(token)
        if view is None:
            return []
        header = self._part(f"{name}: header", _members(view.header), ("jose",))
        return [header, self._part(f"{name}: claims", _members(view.claims), ("claim",))]


def never_shown(exchange: Exchange) -> list[str]:
    """The secrets of one exchange that no page may hold: Basic's second half, and by name."""
    headers = {name.lower(): value for name, value in exchange.request_headers}
    pair = basic_pair(headers.get("authorization", ""))
    found = [pair[1], unquote_plus(pair[1])] if pair else []
    named = [*_body_pairs(exchange), *_members(parsed_document(exchange.response_body))]
    return found + [value for name, value in named if secrecy(name) == NEVER]


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _filled(*parts: Part) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.rows)


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return []


def _body_pairs(exchange: Exchange) -> list[tuple[str, str]]:
    """The request's form parameters, or its JSON object's members."""
    kinds = [v for n, v in exchange.request_headers if n.lower() == "content-type"]
    if any(kind.startswith(FORM) for kind in kinds):
        return _pairs(exchange.request_body.decode("utf-8", "replace"))
    return _members(parsed_document(exchange.request_body))


def _members(data: object) -> list[tuple[str, str]]:
    if not isinstance(data, Mapping):
        return []
    return [
        (str(name), value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in list(data.items())[:200]
        if name != "keys"
    ]


def _challenge(header: str) -> list[tuple[str, str]]:
    parsed = WWWAuthenticate.from_header(header)
    return [(n, v or "") for n, v in parsed.parameters.items()] if parsed else []


def _cut(text: str) -> str:
    """Cut after masking: half a secret would not be recognised."""
    more = len(text) - LONGEST
    return f"{text[:LONGEST]}\n… {more:,} more characters" if more > 0 else text


def _short(text: str) -> str:
    return text if len(text) <= _VALUE else f"{text[:_VALUE]}… ({len(text):,} characters)"


def _moment(name: str, value: str) -> str:
    """A time claim in words."""
    if name not in _MOMENTS or not value.isdecimal() or len(value) > 10:
        return ""
    return f" That is {datetime.fromtimestamp(int(value), UTC):%Y-%m-%d %H:%M:%S} UTC."
