"""A recorded request as a curl command that works when pasted, its secrets as shell variables."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote_plus

from playground.explain.glossary import secrecy
from playground.explain.redact import Redactor, basic_pair
from playground.secret_names import is_header
from playground.wire.exchange import Exchange

FORM = "application/x-www-form-urlencoded"
_OWN = ("host", "content-length", "connection", "accept-encoding", "user-agent", "cookie")
_GLOBS = re.compile(r"[{}\[\]]")  # curl would take them for lists and ranges of URLs
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_GAP = " \\\n  "


@dataclass(frozen=True, kw_only=True)
class Curl:
    """`variables` are to be set in the shell first; `encoded`: the secret form-encoded."""

    text: str
    variables: tuple[str, ...]
    encoded: bool = False


class _Command:
    """The words of one command, and the variables they need."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.variables: list[str] = []

    def add(self, option: str, *parts: str) -> None:
        self.words.append(f"{option} {''.join(parts)}" if parts else option)

    def variable(self, name: str) -> str:
        """A reference to the variable, in double quotes; noted once."""
        if name not in self.variables:
            self.variables.append(name)
        return f'"${name}"'

    def header(self, start: str, variable: str, *, gap: str = ": ") -> None:
        """A header that ends in a secret."""
        self.add("--header", shlex.quote(start + gap), self.variable(variable))

    def pair(self, name: str, value: str, *, query: bool = False) -> None:
        """One form or query parameter, encoded by curl."""
        if not secrecy(name, query=query):
            self.add("--data-urlencode", shlex.quote(f"{name}={value}"))
        elif _PLAIN_NAME.fullmatch(name):
            reference = self.variable(_variable(name))
            self.add("--data-urlencode", f'"{name}={reference[1:]}')
        else:
            self.add("--data-urlencode", shlex.quote(f"{name}="), self.variable(_variable(name)))


def _variable(name: str) -> str:
    return re.sub(r"^(?=[0-9])|\W", "_", name, flags=re.ASCII).upper()


def as_curl(
    exchange: Exchange,
    *,
    client_id: str = "",
    authority: Path | None = None,
    redactor: Redactor | None = None,
) -> Curl:
    """The command; `authority` is the certificate file that curl needs to trust this server.

    `redactor` knows the secrets that must not stand in it, wherever they were sent.
    """
    redactor = redactor or Redactor()
    command = _Command()
    if exchange.channel == "front":
        command.add("--include")
    if authority is not None:
        command.add("--cacert", shlex.quote(str(authority)))
    encoded = _headers(command, exchange, client_id)
    body = _body(command, exchange, redactor)
    method = [] if exchange.method == ("POST" if body else "GET") else [exchange.method]
    words = ["curl", *(f"--request {shlex.quote(m)}" for m in method), _target(command, exchange)]
    return Curl(
        text=redactor.echoes(_GAP.join([" ".join(words), *command.words])),
        variables=tuple(command.variables),
        encoded=encoded,
    )


def _target(command: _Command, exchange: Exchange) -> str:
    """The URL; where its query holds secrets, its parameters one by one instead.

    Beside a body they stay in the URL, each secret in its place as it is sent: encoded.
    """
    if _GLOBS.search(exchange.url):
        command.add("--globoff")
    start, _, text = exchange.url.partition("?")
    query = parse_qsl(text, keep_blank_values=True)
    if not any(secrecy(name, query=True) for name, _ in query):
        return shlex.quote(exchange.url)
    if exchange.request_body:
        return shlex.quote(f"{start}?") + "'&'".join(_pieces(command, text))
    command.add("--get")
    for name, value in query:
        command.pair(name, value, query=True)
    return shlex.quote(start)


def _pieces(command: _Command, query: str) -> Iterator[str]:
    """The query's parameters as they stand, as words of the shell, with variables for secrets."""
    for piece in query.split("&"):
        name, _, value = piece.partition("=")
        if value and secrecy(unquote_plus(name), query=True):
            yield shlex.quote(f"{name}=") + command.variable(_variable(unquote_plus(name)))
        else:
            yield shlex.quote(piece)


def _headers(command: _Command, exchange: Exchange, client_id: str) -> bool:
    """Every header that curl would not send by itself; whether a secret is form-encoded."""
    encoded = False
    for name, value in exchange.request_headers:
        if name.lower() in _OWN or (name.lower() == "content-type" and value == FORM):
            continue
        if name.lower() == "authorization":
            encoded = _authorization(command, value, client_id)
        elif is_header(name):
            command.header(name, _variable(name))
        else:
            command.add("--header", shlex.quote(f"{name}: {value}"))
    return encoded


def _authorization(command: _Command, value: str, client_id: str) -> bool:
    if pair := basic_pair(value):
        user, secret = pair
        name = "CLIENT_SECRET" if unquote_plus(user) == client_id else "PASSWORD"
        command.add("--user", shlex.quote(f"{user}:"), command.variable(name))
        return "%" in secret or "+" in secret
    command.header(f"Authorization: {value.partition(' ')[0]}", "ACCESS_TOKEN", gap=" ")
    return False


def _body(command: _Command, exchange: Exchange, redactor: Redactor) -> bool:
    """The body as parameters where it is a form, else whole; whether there is one."""
    text = exchange.request_body.decode("utf-8", "replace")
    headers = {name.lower(): value for name, value in exchange.request_headers}
    if headers.get("content-type", "").partition(";")[0] == FORM:
        for name, value in parse_qsl(text, keep_blank_values=True):
            command.pair(name, value)
    elif text:
        bare = redactor.clean(text) == text
        command.add("--data-raw", shlex.quote(text) if bare else command.variable("BODY"))
    return bool(text)
