"""What the doctor looks at: a failure, the flow it ended, what was on the wire, a few facts."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from playground.doctor.words import members, of_error
from playground.errors import Failure
from playground.flow import Flow
from playground.foreign_json import parsed_object
from playground.form import Form
from playground.protocol.token import TOKEN_PURPOSE
from playground.wire.exchange import Exchange

_MISSING = re.compile(r"missing|required|absent|not (?:present|provided|specified|given)")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What neither flow nor wire knows: the time, the origin in the address bar, our host names."""

    now: float
    here: str = ""
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One failure with everything that is known about it."""

    failure: Failure
    flow: Flow | None
    exchanges: tuple[Exchange, ...]
    facts: Facts

    @cached_property
    def form(self) -> Form:
        """The form of the flow; an empty one where no flow is known."""
        return self.flow.form if self.flow else Form()

    @cached_property
    def exchange(self) -> Exchange | None:
        """The exchange that failed."""
        return next((x for x in self.exchanges if x.id == self.failure.exchange), None)

    @property
    def url(self) -> str:
        """Where the failed request went; the failure's own word where no exchange is known."""
        return self.exchange.url if self.exchange else dict(self.failure.evidence).get("URL", "")

    @property
    def under_way(self) -> bool:
        """Whether no complete answer came: the transport gave up."""
        if self.exchange is None:
            return "Reason" in dict(self.failure.evidence)
        return bool(self.exchange.error_kind)

    @cached_property
    def last_answer(self) -> Exchange | None:
        """The newest answer of a server to one of our requests, the failed one first."""
        if self.exchange and self.exchange.status:
            return self.exchange
        answered = (x for x in reversed(self.exchanges) if x.channel == "back" and x.status)
        return next(answered, None)

    @cached_property
    def sent(self) -> dict[str, str]:
        """The parameters in the body of the failed request."""
        return _parameters(self.exchange) if self.exchange else {}

    @cached_property
    def text(self) -> str:
        """What the server said about the failure, in lower case.

        A server that broke speaks of itself, not of the request: only its code counts.
        """
        if self.failure.server_status >= 500:
            return self.failure.error.lower()
        said = of_error(self.exchange) if self.exchange else ""
        return " ".join((self.failure.error, self.failure.error_description, said)).lower()

    @cached_property
    def unread(self) -> tuple[str, ...]:
        """The parameters of the token request that the server calls missing, though they came."""
        told = self.failure.error in ("", "invalid_request", "unsupported_grant_type")
        if not self.at_token or not told or not _MISSING.search(self.text):
            return ()
        return tuple(name for name in self.sent if "_" in name and name in self.text)

    @cached_property
    def asked(self) -> Mapping[str, str]:
        """The parameters of the authorization request."""
        return dict(self.flow.request.parameters) if self.flow and self.flow.request else {}

    @property
    def in_front(self) -> bool:
        """Whether the answer came through the browser."""
        return self.failure.kind == "AuthorizationFailed"

    @property
    def at_token(self) -> bool:
        """Whether a token request failed."""
        return "grant_type" in self.sent

    @property
    def at_token_calls(self) -> bool:
        """Whether an introspection or revocation failed."""
        return "token" in self.sent and not self.at_token

    @property
    def with_code(self) -> bool:
        """Whether the exchange of an authorization code failed."""
        return self.sent.get("grant_type") == "authorization_code"

    @property
    def at_resource(self) -> bool:
        """Whether a request with the token failed."""
        return self.authorization.startswith("Bearer ")

    @cached_property
    def authorization(self) -> str:
        """The Authorization header of the failed request."""
        headers = self.exchange.request_headers if self.exchange else ()
        return next((value for name, value in headers if name.lower() == "authorization"), "")

    @cached_property
    def method(self) -> str:
        """The client authentication method of the failed request, read off the wire."""
        if self.authorization.startswith("Basic "):
            return "client_secret_basic"
        if "client_assertion" in self.sent:
            known = self.form.token_endpoint_auth_method
            return known if known.endswith("_jwt") else "private_key_jwt"
        return "client_secret_post" if "client_secret" in self.sent else "none"

    @cached_property
    def credentials(self) -> tuple[str, str]:
        """The client id and secret of the failed request. For comparing, never for showing."""
        if self.method != "client_secret_basic":
            return self.sent.get("client_id", ""), self.sent.get("client_secret", "")
        try:
            pair = base64.b64decode(self.authorization.removeprefix("Basic ")).decode()
        except ValueError:
            return "", ""
        name, _, secret = pair.partition(":")
        return unquote_plus(name), unquote_plus(secret)

    @property
    def typed(self) -> dict[str, str]:
        """What was typed into the second form, read off the wire; no secret."""
        if self.exchange is None or self.exchange.purpose != TOKEN_PURPOSE:
            return {}
        if not self.with_code:  # nothing was sent: no connection came about
            return {"token_endpoint": self.exchange.url}
        return {
            "token_endpoint": self.exchange.url,
            "redirect_uri": self.sent.get("redirect_uri", ""),
            "token_endpoint_auth_method": self.method,
        }

    @cached_property
    def metadata(self) -> Mapping[str, object]:
        """What the form's issuer says of itself, where this flow has read it (RFC 8414 §3.3)."""
        found = (_document(x) for x in reversed(self.exchanges) if "/.well-known/" in x.url)
        ours = (document for document in found if document.get("issuer") == self.form.issuer)
        return next(ours, {})

    def announced(self, name: str) -> tuple[str, ...]:
        """A list in the server's metadata; empty where it is not known."""
        values = self.metadata.get(name)
        return tuple(str(v) for v in values) if isinstance(values, list) else ()

    def announced_or_why(self, name: str, default: str) -> str:
        """The list in words; where there is none, what that means, or that nobody asked."""
        if values := self.announced(name):
            return ", ".join(values)
        if self.metadata:
            return f"its metadata has no {name}: {default}"
        return "not known: its metadata was not read in this flow"

    def says(self, *words: str) -> bool:
        """Whether the server's words contain one of these; given in lower case, matched loosely."""
        return any(word in self.text for word in words)

    def failed(self, *titles: str) -> bool:
        """Whether a check of one of these names failed."""
        return any(c.verdict == "fail" and c.title in titles for c in self.failure.checks)

    @property
    def spent(self) -> bool:
        """Whether the server has answered the exchange of the code with success."""
        return any(
            x.purpose == TOKEN_PURPOSE and x.status == 200 and _is_success(members(x))
            for x in self.exchanges
        )

    def revocations(self) -> Mapping[str, Exchange]:
        """The tokens that this flow revoked before the failure, each with the accepted request."""
        accepted = (x for x in self._before() if x.purpose == "Revocation" and x.status == 200)
        return {token: x for x in accepted if (token := _parameters(x).get("token"))}

    def earlier(self) -> tuple[Exchange, ...]:
        """Token requests with the same code before the failed one."""
        code = self.sent.get("code")
        return tuple(x for x in self._before() if code and _parameters(x).get("code") == code)

    def _before(self) -> tuple[Exchange, ...]:
        return self.exchanges[: self.exchanges.index(self.exchange)] if self.exchange else ()


def place(url: str) -> str:
    """Host and port of a URL."""
    return urlsplit(url).netloc


def _parameters(exchange: Exchange) -> dict[str, str]:
    if exchange.channel != "back" or exchange.method != "POST":
        return {}
    return dict(parse_qsl(exchange.request_body.decode("utf-8", "replace")))


def _is_success(names: tuple[str, ...]) -> bool:
    return bool(names) and "error" not in names


def _document(exchange: Exchange) -> Mapping[str, object]:
    return (parsed_object(exchange.response_body) or {}) if exchange.status == 200 else {}
