"""Two flows side by side: what was asked, what was sent and came, who, how long."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from urllib.parse import parse_qsl, urlsplit

from playground.flow import Flow
from playground.mask import HIDDEN, mask
from playground.report.redact import Redactor
from playground.report.secrets import collect
from playground.report.story import grant_name, outcome
from playground.secret_names import is_sensitive
from playground.wire.exchange import Exchange

_HEADERS = ("Authorization", "Cookie", "Set-Cookie")
NOTICED_FACTOR, NOTICED_MS = 2, 50


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two flows; `server` is its profile's title."""

    flow: Flow
    exchanges: list[Exchange]
    server: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the comparison; secrets are compared in full and shown masked."""

    name: str
    left: str
    right: str
    differs: bool


@dataclass(frozen=True, kw_only=True)
class Section:
    """The lines of one kind."""

    title: str
    rows: tuple[Row, ...]

    @property
    def differing(self) -> int:
        """How many lines differ."""
        return sum(row.differs for row in self.rows)


Values = Mapping[str, str]


def compare(left: Side, right: Side) -> list[Section]:
    """The sections that at least one of the two flows has something for."""
    redactors = tuple(
        Redactor(collect(side.flow, side.exchanges), replacement=lambda _: HIDDEN)
        for side in (left, right)
    )
    sections = [
        _section(title, values(left), values(right), redactors)
        for title, values in (
            ("Flow", _facts),
            ("Authorization request", _asked),
            ("Authorization response", _answered),
            ("Claims of the id token", _claims),
        )
    ]
    for number, pair in enumerate(zip_longest(_token_exchanges(left), _token_exchanges(right))):
        sections += [
            _section(_numbered(title, number), values(pair[0]), values(pair[1]), redactors)
            for title, values in (
                ("Token request", _sent),
                ("Headers sent to the token endpoint", _request_headers),
                ("Headers of the token response", _response_headers),
            )
        ]
    sections.append(Section(title="Timing", rows=tuple(_timing(left, right))))
    return [section for section in sections if section.rows]


def _section(title: str, left: Values, right: Values, redactors: tuple[Redactor, ...]) -> Section:
    names = list(dict.fromkeys((*left, *right)))
    rows = tuple(
        Row(
            name=name,
            left=_shown(name, left.get(name), redactors[0]),
            right=_shown(name, right.get(name), redactors[1]),
            differs=left.get(name) != right.get(name),
        )
        for name in names
    )
    return Section(title=title, rows=rows)


def _shown(name: str, value: str | None, redactor: Redactor) -> str:
    if value is None:
        return "absent"
    if is_sensitive(name) and name not in _HEADERS:
        return mask(value)
    return redactor.header(name, value)[1]


def _facts(side: Side) -> Values:
    form = side.flow.form
    return {
        "server": side.server,
        "grant": grant_name(side.flow),
        "outcome": outcome(side.flow)[1],
        "client authentication": form.token_endpoint_auth_method,
        "authorization_endpoint": form.authorization_endpoint,
        "token_endpoint": form.token_endpoint,
    }


def _asked(side: Side) -> Values:
    return dict(side.flow.request.parameters) if side.flow.request else {}


def _answered(side: Side) -> Values:
    """What came back, accepted or not; the playground's own CSRF token was no part of it."""
    if side.flow.response:
        return dict(side.flow.response.parameters)
    came = next((x for x in side.exchanges if x.purpose == "Authorization response"), None)
    if came is None:
        return {}
    text = came.request_body.decode("utf-8", "replace") or urlsplit(came.url).query
    pairs = parse_qsl(text, keep_blank_values=True)
    return {name: value for name, value in pairs if name != "csrf_token"}


def _sent(exchange: Exchange | None) -> Values:
    body = exchange.request_body.decode("utf-8", "replace") if exchange else ""
    return dict(parse_qsl(body, keep_blank_values=True))


def _claims(side: Side) -> Values:
    claims = side.flow.claims or {}
    return {name: v if isinstance(v, str) else json.dumps(v) for name, v in claims.items()}


def _request_headers(exchange: Exchange | None) -> Values:
    return _joined(exchange.request_headers) if exchange else {}


def _response_headers(exchange: Exchange | None) -> Values:
    return _joined(exchange.response_headers) if exchange else {}


def _joined(headers: Iterable[tuple[str, str]]) -> Values:
    joined: dict[str, str] = {}
    for name, value in headers:
        known = joined.get(name.title())
        joined[name.title()] = f"{known}, {value}" if known else value
    return joined


def _token_exchanges(side: Side) -> list[Exchange]:
    """Every request for a token; a refresh is one too."""
    return [x for x in side.exchanges if x.purpose in ("Token request", "Refresh")]


def _numbered(title: str, before: int) -> str:
    """A title that came up `before` times already."""
    return f"{title} {before + 1}" if before else title


def _timing(left: Side, right: Side) -> Iterable[Row]:
    ours, theirs = _milliseconds(left), _milliseconds(right)
    for name in dict.fromkeys((*ours, *theirs)):
        a, b = ours.get(name), theirs.get(name)
        yield Row(name=name, left=_time(a), right=_time(b), differs=_noticeable(a, b))


def _milliseconds(side: Side) -> dict[str, float]:
    """Each back-channel request, and how long the person was away at the server."""
    times: dict[str, float] = {}
    if side.flow.request and side.flow.responded_at:
        times["At the server, sign-in included"] = (
            side.flow.responded_at - side.flow.created_at
        ) * 1000
    seen: Counter[str] = Counter()
    for exchange in side.exchanges:
        if exchange.channel == "back":
            times[_numbered(exchange.purpose, seen[exchange.purpose])] = exchange.milliseconds
            seen[exchange.purpose] += 1
    return times


def _time(value: float | None) -> str:
    if value is None:
        return "absent"
    return f"{value / 1000:.1f} s" if value >= 10_000 else f"{value:.1f} ms"


def _noticeable(left: float | None, right: float | None) -> bool:
    """Two runs never take the same time; a factor of two that a person could feel differs."""
    if left is None or right is None:
        return True
    low, high = sorted((left, right))
    return high - low >= NOTICED_MS and high >= NOTICED_FACTOR * low
