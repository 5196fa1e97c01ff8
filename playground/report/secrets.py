"""Every secret of a flow, with its name: what no export and no projected page may hold."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import islice
from urllib.parse import parse_qsl, unquote_plus

from playground.fields import FIELDS
from playground.flow import Flow
from playground.foreign_json import parsed_document
from playground.form import Form
from playground.secret_names import in_query, is_sensitive
from playground.wire.exchange import Exchange

MOST = 200  # of one exchange: no honest answer has more, and each one is looked for everywhere
_USER = "user name"
_JWK_MEMBERS = ("d", "p", "q", "dp", "dq", "qi", "k")  # RFC 7518 §6.2.2, §6.3.2, §6.4.1
_PEM = re.compile(r"-----[^-]*-----")


@dataclass(frozen=True)
class Secret:
    """`name` is the field, parameter or header that held it."""

    name: str
    value: str


def collect(flow: Flow, exchanges: Iterable[Exchange]) -> list[Secret]:
    """The flow's secrets, each value once, in the order they came up.

    A password that is also a public name (admin, admin) is left to its parameter's name: to take
    the name out everywhere would say what the password is.
    """
    found = list(of_flow(flow))
    for exchange in exchanges:
        found += islice(of_exchange(exchange), MOST)
    public = {"", flow.form.username, flow.form.client_id, flow.form.login_hint}
    public |= {secret.value for secret in found if secret.name == _USER}
    first = {secret.value: secret for secret in reversed(found) if secret.value not in public}
    return list(first.values())[::-1]


def of_flow(flow: Flow) -> Iterator[Secret]:
    """What the record itself holds: typed, made and received."""
    for record in (flow.form, flow, flow.token, flow.previous_token):
        if record is not None:
            names = (item.name for item in fields(record))
            yield from _named((n, getattr(record, n)) for n in names)
    for token in (flow.token, flow.previous_token):
        if token is not None:
            yield from _in_text(token.body)
    for message in (flow.request, flow.response):
        if message is not None:
            yield from _named(message.parameters)
    yield from _named(flow.form.extra)
    yield from of_endpoints(flow.form)


def of_endpoints(form: Form) -> Iterator[Secret]:
    """The keys that stand in the queries of the form's URLs."""
    for name in (item.name for item in FIELDS if item.kind == "url"):
        yield from _in_url(getattr(form, name))


def of_exchange(exchange: Exchange) -> Iterator[Secret]:
    """What one recorded exchange holds in its URL, headers and bodies."""
    yield from _in_url(exchange.url)
    for name, value in (*exchange.request_headers, *exchange.response_headers):
        yield from _in_header(name.lower(), value)
    for body in (exchange.request_body, exchange.response_body):
        yield from _in_text(body.decode("utf-8", "replace"))


def _named(pairs: Iterable[tuple[str, object]]) -> Iterator[Secret]:
    for name, value in pairs:
        if isinstance(value, str) and value and is_sensitive(name):
            parts = _key_parts(value) if name.endswith("key") else [value]
            yield from (Secret(name, part) for part in parts)


def _key_parts(text: str) -> list[str]:
    """The secret parts of a private key, so that what is public in it stays readable."""
    data = parsed_document(text)
    if isinstance(data, dict):
        return [data[m] for m in _JWK_MEMBERS if isinstance(data.get(m), str)]
    return [text, *_PEM.sub("", text).split()]


def _in_url(url: str) -> Iterator[Secret]:
    yield from (Secret(name, value) for name, value in in_query(url))
    yield from _named(parse_qsl(url.partition("#")[2]))


def _in_header(name: str, value: str) -> Iterator[Secret]:
    if name in ("authorization", "proxy-authorization"):
        scheme, _, credentials = value.partition(" ")
        yield from _credentials(scheme.lower(), credentials.strip())
    elif name in ("cookie", "set-cookie"):
        pieces = value.split(";") if name == "cookie" else [value.partition(";")[0]]
        yield from (Secret("cookie", piece.partition("=")[2].strip()) for piece in pieces)
    elif name == "location":
        yield from _in_url(value)


def _credentials(scheme: str, credentials: str) -> Iterator[Secret]:
    if scheme != "basic":
        yield Secret("access_token", credentials)
        return
    try:
        pair = base64.b64decode(credentials).decode("utf-8", "replace")
    except (ValueError, binascii.Error):
        pair = ""
    user, _, password = pair.partition(":")
    yield Secret(_USER, unquote_plus(user))
    yield Secret("client_secret", unquote_plus(password))
    yield Secret("client_secret", password)


def _in_text(text: str) -> Iterator[Secret]:
    data = parsed_document(text)
    if data is not None:
        yield from _in_json(data)
    elif "=" in text[:200] and not text.lstrip().startswith("<"):
        yield from _named(parse_qsl(text[:100_000], max_num_fields=None))


def _in_json(data: object) -> Iterator[Secret]:
    if isinstance(data, dict):
        private = set(_JWK_MEMBERS) if "kty" in data else set()
        for name, value in data.items():
            if isinstance(value, str):
                if is_sensitive(str(name), message=False) or name in private:
                    yield Secret(str(name), value)
            else:
                yield from _in_json(value)
    elif isinstance(data, list):
        for item in data:
            yield from _in_json(item)
