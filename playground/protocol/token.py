"""The token request and the checked token response (RFC 6749 §4.1.3, §5, §6)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from playground.errors import PlaygroundError, ServerMisbehaved, ServerRefused
from playground.foreign_json import parsed_object
from playground.protocol.authorization import AuthorizationResponse
from playground.protocol.client_auth import Client, authenticate
from playground.protocol.explain import token_error
from playground.wire.exchange import Exchange
from playground.wire.transport import Outgoing

TOKEN_STEP = 9
TOKEN_PURPOSE = "Token request"
MAX_SECONDS = 10**10
_B64TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_HEADERS = (
    ("Accept", "application/json"),
    ("Content-Type", "application/x-www-form-urlencoded"),
)


@dataclass(frozen=True, kw_only=True)
class TokenRequest:
    """What is sent to the token endpoint; `parameters` hold the grant, the client its proof."""

    token_endpoint: str
    parameters: tuple[tuple[str, str], ...]
    client: Client
    purpose: str = TOKEN_PURPOSE
    audience: str = ""

    def outgoing(self) -> Outgoing:
        """The request with its one client authentication method applied. Raises InputRefused."""
        proof = authenticate(self.client, self.audience or self.token_endpoint)
        pairs = [(n, v) for n, v in (*self.parameters, *proof.parameters) if v]
        return Outgoing(
            purpose=self.purpose,
            method="POST",
            url=self.token_endpoint,
            headers=(*_HEADERS, *proof.headers),
            body=urlencode(pairs).encode(),
        )


@dataclass(frozen=True, kw_only=True)
class TokenResponse:
    """A response that is a token response; `expires_in` in seconds, None when not usable.

    `notes` says what is odd about it, though tolerated (RFC 6749 §5.1). `received_at` is when the
    request for it began, so that no lifetime is counted too long; in the front channel, when the
    response came.
    """

    access_token: str
    token_type: str
    received_at: float
    body: str
    expires_in: int | None = None
    scope: str | None = None
    refresh_token: str = ""
    id_token: str = ""
    notes: tuple[str, ...] = ()

    @property
    def expires_at(self) -> float | None:
        """When it expires, in seconds since the epoch; None when the server did not say."""
        return None if self.expires_in is None else self.received_at + self.expires_in


def code_grant(
    response: AuthorizationResponse, *, redirect_uri: str, code_verifier: str
) -> Sequence[tuple[str, str]]:
    """The parameters that exchange a validated response's code (RFC 6749 §4.1.3, RFC 7636 §4.5)."""
    return (
        ("grant_type", "authorization_code"),
        ("code", response.code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", code_verifier),
    )


def from_front_channel(
    response: AuthorizationResponse, *, received_at: float
) -> TokenResponse | None:
    """The token that an implicit or hybrid response carries (RFC 6749 §4.2.2); None without one."""
    if not response.access_token:
        return None
    if response.token_type.lower() != "bearer":
        raise ServerMisbehaved(
            sentence=f"The token's type is “{response.token_type}”; only Bearer can be used.",
            evidence=(("Section", "RFC 6749 §7.1"),),
        )
    if problem := _header_problem(response.access_token):
        raise ServerMisbehaved(sentence=problem, evidence=(("Section", "RFC 6750 §2.1"),))
    given = dict(response.parameters)
    expires_in, notes = _expires_in(dict(given))
    return TokenResponse(
        access_token=response.access_token,
        token_type=response.token_type,
        received_at=received_at,
        body=json.dumps(given, indent=2),
        expires_in=expires_in,
        scope=response.scope or None,
        id_token=response.id_token,
        notes=(
            *(note for note in notes if "string" not in note),
            *_token_notes(response.access_token),
        ),
    )


def check_response(exchange: Exchange) -> TokenResponse:
    """Accept a token response, or say why not (RFC 6749 §5.1, §5.2, §7.1).

    Raises ServerRefused for the server's own error, ServerMisbehaved for anything else.
    """
    data = parsed_object(exchange.response_body)
    if exchange.status != 200:
        raise _refused(exchange, data)
    if data is None:
        raise _misbehaved(exchange, "The token endpoint did not answer with a JSON object.")
    if "error" in data and "access_token" not in data:
        raise _refused(exchange, data)
    access_token, token_type = data.get("access_token"), data.get("token_type")
    if not isinstance(access_token, str) or not access_token:
        raise _misbehaved(exchange, "The token response has no access_token that is a string.")
    if not isinstance(token_type, str) or token_type.lower() != "bearer":
        shown = token_type if isinstance(token_type, str) else json.dumps(token_type)
        raise _misbehaved(exchange, f"The token's type is {shown}; only Bearer can be used.")
    if problem := _header_problem(access_token):
        raise _misbehaved(exchange, problem)
    return _token_response(exchange, data, access_token, token_type)


def _token_response(
    exchange: Exchange, data: dict[str, object], access_token: str, token_type: str
) -> TokenResponse:
    expires_in, notes = _expires_in(data)
    notes += [
        f"{name} is not a string; it is ignored."
        for name in ("scope", "refresh_token", "id_token")
        if name in data and not isinstance(data[name], str)
    ]
    scope = data.get("scope")
    return TokenResponse(
        access_token=access_token,
        token_type=token_type,
        received_at=exchange.started_at,
        body=exchange.response_body.decode("utf-8", "replace"),
        expires_in=expires_in,
        scope=scope if isinstance(scope, str) else None,
        refresh_token=_text(data, "refresh_token"),
        id_token=_text(data, "id_token"),
        notes=(*notes, *_token_notes(access_token)),
    )


def _header_problem(access_token: str) -> str:
    """Why no Authorization header can carry it, as a sentence; empty when one can."""
    if _VISIBLE.fullmatch(access_token):
        return ""
    return "The access_token cannot go into a header: it is not all visible ASCII characters."


def _token_notes(access_token: str) -> tuple[str, ...]:
    """A visible token that is no b64token is sent all the same (RFC 6749 A.12, RFC 6750 §2.1)."""
    if _B64TOKEN.fullmatch(access_token):
        return ()
    return ("access_token has signs that a Bearer token may not have; it is sent as it is.",)


def _expires_in(data: dict[str, object]) -> tuple[int | None, list[str]]:
    """Tolerate odd lifetimes and say so (RFC 6749 §5.1 asks for a number of seconds)."""
    value = data.get("expires_in")
    if value is None:
        return None, ["The server does not say when the token expires."]
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None, ["expires_in is no number; it is ignored."]
    try:
        seconds = int(float(value))
    except (ValueError, OverflowError):
        return None, ["expires_in is no number; it is ignored."]
    notes = ["expires_in is a string; a number was expected."] if isinstance(value, str) else []
    if seconds < 0:
        notes.append("expires_in is negative: the token counts as expired.")
    if abs(seconds) > MAX_SECONDS:
        return None, [*notes, "expires_in is beyond any calendar; it is ignored."]
    return seconds, notes


def _text(data: dict[str, object], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _refused(exchange: Exchange, data: dict[str, object] | None) -> PlaygroundError:
    """The server's error in words, or that there is none to be read."""
    if data is None or not isinstance(data.get("error"), str):
        if 300 <= exchange.status < 400:
            return _misbehaved(exchange, "The token endpoint redirects; that is not followed.")
        return _misbehaved(
            exchange,
            f"The token endpoint answered with status {exchange.status} and no OAuth error.",
        )
    error = _text(data, "error")
    sent = dict(parse_qsl(exchange.request_body.decode("utf-8", "replace")))
    sentence, advice = token_error(
        error, status=exchange.status, grant_type=sent.get("grant_type", "")
    )
    return ServerRefused(
        sentence=sentence,
        evidence=(("Endpoint", exchange.url), ("Status", f"{exchange.status} {exchange.reason}")),
        advice=advice,
        error=error,
        error_description=_text(data, "error_description"),
        error_uri=_text(data, "error_uri"),
        server_status=exchange.status,
        step=TOKEN_STEP,
        exchange=exchange.id,
    )


def _misbehaved(exchange: Exchange, sentence: str) -> ServerMisbehaved:
    location = exchange.response_header("Location")
    kind = exchange.response_header("Content-Type") or "none"
    evidence = [
        ("Endpoint", exchange.url),
        ("Status", f"{exchange.status} {exchange.reason}"),
        ("Content-Type", kind),
    ]
    return ServerMisbehaved(
        sentence=sentence,
        evidence=(*evidence, *([("Location", location)] if location else [])),
        advice=("Is this the token endpoint? The exchange shows the whole answer.",),
        server_status=exchange.status,
        step=TOKEN_STEP,
        status=502,
        exchange=exchange.id,
    )
