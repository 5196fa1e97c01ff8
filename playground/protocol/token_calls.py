"""Introspection and revocation: authenticated POSTs about a token (RFC 7662 §2, RFC 7009 §2)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from playground.errors import PlaygroundError, ServerMisbehaved, ServerRefused
from playground.foreign_json import parsed
from playground.protocol.client_auth import Client, authenticate, basic
from playground.protocol.explain import token_error
from playground.protocol.resource import challenge
from playground.wire.exchange import Exchange
from playground.wire.transport import Outgoing

_HEADERS = (
    ("Accept", "application/json"),
    ("Content-Type", "application/x-www-form-urlencoded"),
)


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Who asks: the client by its own method, else a user by Basic, as WSO2 wants an admin."""

    client: Client
    username: str = ""
    password: str = ""

    def applied(self, audience: str) -> tuple[tuple[tuple[str, str], ...], ...]:
        """Headers and parameters that prove it."""
        if self.username:
            return (("Authorization", basic(self.username, self.password)),), ()
        proof = authenticate(self.client, audience)
        return proof.headers, proof.parameters


def about_token(
    url: str, token: str, hint: str, credentials: Credentials, *, purpose: str, audience: str
) -> Outgoing:
    """The request both endpoints take: `token`, `token_type_hint`, and who asks."""
    headers, parameters = credentials.applied(audience or url)
    pairs = (("token", token), ("token_type_hint", hint), *parameters)
    return Outgoing(
        purpose=purpose,
        method="POST",
        url=url,
        headers=(*_HEADERS, *headers),
        body=urlencode(pairs).encode(),
    )


def check_introspection(exchange: Exchange) -> dict[str, object]:
    """A JSON object whose `active` is true or false (RFC 7662 §2.2)."""
    data = parsed(exchange.response_body)
    if exchange.status != 200:
        raise _refused(exchange, data, "introspection")
    if not isinstance(data, dict) or not isinstance(data.get("active"), bool):
        raise ServerMisbehaved(
            sentence="The introspection endpoint did not say whether the token is active.",
            evidence=(("Endpoint", exchange.url), ("Section", "RFC 7662 §2.2")),
            advice=("Is this the introspection endpoint? The exchange shows the whole answer.",),
            status=502,
            exchange=exchange.id,
        )
    return data


def check_revocation(exchange: Exchange) -> None:
    """200 means that the token is invalid now, known or not (RFC 7009 §2.2)."""
    if exchange.status != 200:
        raise _refused(exchange, parsed(exchange.response_body), "revocation")


def _refused(exchange: Exchange, data: object, endpoint: str) -> PlaygroundError:
    said = data if isinstance(data, dict) else {}
    evidence = (("Endpoint", exchange.url), ("Status", f"{exchange.status} {exchange.reason}"))
    if isinstance(error := said.get("error"), str):
        sentence, advice = token_error(error, status=exchange.status)
        return ServerRefused(
            sentence=sentence,
            evidence=evidence,
            advice=advice,
            error=error,
            error_description=str(said.get("error_description", "")),
            server_status=exchange.status,
            exchange=exchange.id,
        )
    return ServerRefused(
        sentence=f"The {endpoint} endpoint answered with status {exchange.status}.",
        evidence=evidence,
        advice=("It may want other credentials: WSO2 asks for an administrator's.",)
        if exchange.status in (401, 403)
        else (f"Compare the address with the {endpoint} endpoint in the server's metadata.",),
        error=challenge(exchange.response_header("WWW-Authenticate")).get("error", ""),
        server_status=exchange.status,
        exchange=exchange.id,
    )
