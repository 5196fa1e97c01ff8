"""How a client proves who it is: exactly one method per request (RFC 6749 §2.3)."""

from __future__ import annotations

import base64
import secrets
import time
from dataclasses import dataclass
from urllib.parse import quote_plus

from joserfc import jwt
from joserfc.jwk import OctKey

from playground.errors import InputRefused
from playground.protocol.keys import ClientKey

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60
HMAC_KEY_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Client:
    """A client as the server knows it."""

    client_id: str
    client_secret: str = ""
    method: str = "client_secret_basic"
    private_key: ClientKey | None = None


@dataclass(frozen=True, kw_only=True)
class Authentication:
    """What a method adds to a request."""

    headers: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()


def authenticate(client: Client, audience: str) -> Authentication:
    """Apply the client's method; `audience` is who an assertion is for. Raises InputRefused."""
    if client.method == "none":
        return Authentication(parameters=(("client_id", client.client_id),))
    if client.method == "private_key_jwt":
        return _signed(client, audience)
    if not client.client_secret:
        raise InputRefused(
            sentence=f"{client.method} needs the client secret, and none is known.",
            evidence=(("Method", client.method), ("Client secret", "none given")),
            advice=("Type the Client Secret, or choose “none” for a public client.",),
        )
    if client.method == "client_secret_jwt":
        return _hmac(client, audience)
    if client.method == "client_secret_post":
        return Authentication(
            parameters=(("client_id", client.client_id), ("client_secret", client.client_secret))
        )
    return Authentication(
        headers=(("Authorization", client_basic(client.client_id, client.client_secret)),)
    )


def basic(user: str, password: str) -> str:
    """A Basic header for a person, in UTF-8 (RFC 7617 §2.1). Raises InputRefused."""
    if ":" in user:
        raise InputRefused(
            sentence="A user name with a colon cannot be sent: Basic ends the name at the first.",
            evidence=(("Section", "RFC 7617 §2"),),
            advice=("Type a user name without a colon.",),
        )
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def client_basic(client_id: str, client_secret: str) -> str:
    """A Basic header for a client; both parts are form-encoded first (RFC 6749 §2.3.1)."""
    return basic(quote_plus(client_id), quote_plus(client_secret))


def _hmac(client: Client, audience: str) -> Authentication:
    """client_secret_jwt (OIDC Core §9)."""
    if len(client.client_secret.encode()) < HMAC_KEY_BYTES:
        raise InputRefused(
            sentence=f"client_secret_jwt needs a secret of {HMAC_KEY_BYTES} bytes or more.",
            evidence=(("Length", f"{len(client.client_secret.encode())} bytes"),),
            advice=("Use a longer secret or another method (RFC 7518 §3.2).",),
        )
    key = OctKey.import_key(client.client_secret)
    return _assertion(client, jwt.encode({"alg": "HS256"}, _claims(client, audience), key))


def _signed(client: Client, audience: str) -> Authentication:
    """private_key_jwt (OIDC Core §9, RFC 7523 §2.2)."""
    if client.private_key is None:
        raise InputRefused(sentence="private_key_jwt needs a private key.")
    key = client.private_key
    header = {"alg": key.algorithm, "kid": key.kid}
    token = jwt.encode(header, _claims(client, audience), key.key, algorithms=[key.algorithm])
    return _assertion(client, token)


def _claims(client: Client, audience: str) -> dict[str, object]:
    now = int(time.time())
    return {
        "iss": client.client_id,
        "sub": client.client_id,
        "aud": audience,
        "jti": secrets.token_urlsafe(24),
        "iat": now,
        "exp": now + ASSERTION_SECONDS,
    }


def _assertion(client: Client, assertion: str) -> Authentication:
    return Authentication(
        parameters=(
            ("client_id", client.client_id),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion),
        )
    )
