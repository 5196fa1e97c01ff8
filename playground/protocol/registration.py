"""Dynamic client registration: register, and delete what was registered (RFC 7591, RFC 7592)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from playground.errors import PlaygroundError, ServerMisbehaved, ServerRefused
from playground.fields import BY_NAME, CLIENT_CREDENTIALS, CODE, HYBRID, IMPLICIT
from playground.foreign_json import parsed_object
from playground.form import Form
from playground.protocol.client_auth import basic
from playground.protocol.token import MAX_SECONDS
from playground.urls import url_problem
from playground.wire.exchange import Exchange
from playground.wire.transport import Outgoing

CLIENT_NAME = "OAuth 2.0 Playground"
_JSON = (("Accept", "application/json"), ("Content-Type", "application/json"))
_GRANT_TYPES = {
    CODE: ("authorization_code", "refresh_token"),
    IMPLICIT: ("implicit",),
    HYBRID: ("authorization_code", "implicit", "refresh_token"),
    CLIENT_CREDENTIALS: (CLIENT_CREDENTIALS,),
}
_SENTENCES = {
    "invalid_redirect_uri": "The server does not accept the callback URL.",
    "invalid_client_metadata": "The server does not accept something in the registration.",
    "invalid_software_statement": "The server does not accept the software statement.",
    "unapproved_software_statement": "The server does not know the software statement.",
    "invalid_token": "The server wants a token for registering, and does not accept this one.",
    "access_denied": "The server does not let us register.",
}


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Our own addresses that a server may call: see RFC 7591 §2 and the logout specifications."""

    backchannel_logout_uri: str
    frontchannel_logout_uri: str
    jwks_uri: str


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a protected registration endpoint asks for: a token, or a user name and password."""

    initial_access_token: str = ""
    username: str = ""
    password: str = ""

    def header(self) -> tuple[tuple[str, str], ...]:
        """The Authorization header; none when nothing was given (RFC 7591 §3)."""
        if self.initial_access_token:
            return (("Authorization", f"Bearer {self.initial_access_token}"),)
        if self.username:
            return (("Authorization", basic(self.username, self.password)),)
        return ()


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A client that a server made for us; `metadata` is what it says of it, secrets left out."""

    client_id: str
    issuer: str
    registration_endpoint: str
    client_secret: str = ""
    client_secret_expires_at: float = 0.0
    registration_client_uri: str = ""
    registration_access_token: str = ""
    token_endpoint_auth_method: str = ""
    metadata: tuple[tuple[str, str], ...] = ()

    @property
    def deletable(self) -> bool:
        """Whether the server told us how to manage the registration (RFC 7592 §3)."""
        return bool(self.registration_client_uri and self.registration_access_token)


def client_metadata(form: Form, addresses: Addresses) -> dict[str, object]:
    """What we register: exactly what the form is about to use (RFC 7591 §2)."""
    wanted: dict[str, object] = {
        "client_name": CLIENT_NAME,
        "redirect_uris": [form.redirect_uri] if form.redirecting else [],
        "grant_types": list(_GRANT_TYPES.get(form.grant_type, (form.grant_type,))),
        "response_types": [form.response_type or "code"] if form.redirecting else [],
        "token_endpoint_auth_method": form.token_endpoint_auth_method,
        "scope": form.scope,
        "post_logout_redirect_uris": [u for u in (form.post_logout_redirect_uri,) if u],
        "backchannel_logout_uri": addresses.backchannel_logout_uri,
        "backchannel_logout_session_required": True,
        "frontchannel_logout_uri": addresses.frontchannel_logout_uri,
        "frontchannel_logout_session_required": True,
        "jwks_uri": addresses.jwks_uri,
    }
    kept_empty = () if form.redirecting else ("redirect_uris", "response_types")
    return {name: value for name, value in wanted.items() if value or name in kept_empty}


def request(endpoint: str, metadata: Mapping[str, object], credentials: Credentials) -> Outgoing:
    """The registration request (RFC 7591 §3.1)."""
    return Outgoing(
        purpose="Register the client",
        method="POST",
        url=endpoint,
        headers=(*_JSON, *credentials.header()),
        body=json.dumps(metadata, indent=2).encode(),
    )


def check_response(exchange: Exchange, form: Form) -> Registered:
    """Accept a client information response, or say why not (RFC 7591 §3.2).

    Raises ServerRefused for the server's own error, ServerMisbehaved for anything else.
    """
    data = parsed_object(exchange.response_body) or {}
    if exchange.status not in (200, 201):
        raise _refused(exchange, data)
    client_id = data.get("client_id")
    if not isinstance(client_id, str) or not client_id:
        raise _misbehaved(exchange, "The answer has no client_id that is a string.")
    if name := _too_long(data):
        most = BY_NAME[name].maxlength
        raise _misbehaved(exchange, f"The {name} that it gave is longer than {most} characters.")
    uri = _text(data, "registration_client_uri")
    return Registered(
        client_id=client_id,
        issuer=form.issuer,
        registration_endpoint=exchange.url,
        client_secret=_text(data, "client_secret"),
        client_secret_expires_at=_moment(data.get("client_secret_expires_at")),
        registration_client_uri="" if url_problem(uri) else uri,
        registration_access_token=_text(data, "registration_access_token"),
        token_endpoint_auth_method=_text(data, "token_endpoint_auth_method"),
        metadata=tuple(
            (n[:_LONGEST], _shown(v)) for n, v in list(data.items())[:_MOST] if n not in _SECRET
        ),
    )


def _too_long(data: Mapping[str, object]) -> str:
    """The member that the form has no room for; empty when all fit."""
    names = ("client_id", "client_secret")
    return next((n for n in names if len(_text(data, n)) > BY_NAME[n].maxlength), "")


def _moment(value: object) -> float:
    """Seconds since the epoch; 0 means never, as does what no calendar knows (§3.2.1)."""
    return float(value) if isinstance(value, int | float) and 0 < value < MAX_SECONDS else 0.0


_LONGEST, _MOST = 500, 60  # characters of a member, members
_SECRET = ("client_secret", "registration_access_token", "client_secret_expires_at")


def deletion(registered: Registered) -> Outgoing:
    """The request that ends the registration (RFC 7592 §2.3)."""
    return Outgoing(
        purpose="Delete the client",
        method="DELETE",
        url=registered.registration_client_uri,
        headers=(("Accept", "application/json"),),
        access_token=registered.registration_access_token,
    )


def check_deletion(exchange: Exchange) -> None:
    """204 says it is gone; 401 that it already was (RFC 7592 §2.3). Raises ServerRefused."""
    if exchange.status not in (200, 204, 401, 404):
        raise _refused(exchange, parsed_object(exchange.response_body) or {})


def _text(data: Mapping[str, object], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _refused(exchange: Exchange, data: Mapping[str, object]) -> PlaygroundError:
    error = _text(data, "error")
    if 300 <= exchange.status < 400:
        where = exchange.response_header("Location") or "nowhere"
        return _misbehaved(
            exchange,
            f"It answered with status {exchange.status}, a redirect to {where}; none is followed.",
        )
    if not error and exchange.status not in (401, 403):
        return _misbehaved(exchange, f"It answered with status {exchange.status} and no error.")
    said = _SENTENCES.get(error, f"The server refuses to register us: {error or exchange.status}.")
    locked = exchange.status in (401, 403)
    return ServerRefused(
        sentence="The server wants to know who registers." if locked else said,
        evidence=(("Endpoint", exchange.url), ("Status", f"{exchange.status} {exchange.reason}")),
        advice=(
            "Give an initial access token, or a user name and password, as the server asks for.",
        )
        if locked
        else ("Correct it in the form, and register again.",),
        error=error,
        error_description=_text(data, "error_description"),
        server_status=exchange.status,
        exchange=exchange.id,
    )


def _misbehaved(exchange: Exchange, sentence: str) -> ServerMisbehaved:
    kind = exchange.response_header("Content-Type") or "none"
    return ServerMisbehaved(
        sentence=sentence,
        evidence=(
            ("Endpoint", exchange.url),
            ("Status", f"{exchange.status} {exchange.reason}"),
            ("Content-Type", kind),
        ),
        advice=("Is this the registration endpoint of the server's metadata?",),
        status=502,
        server_status=exchange.status,
        exchange=exchange.id,
    )
