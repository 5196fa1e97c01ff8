"""Client authentication at the token endpoint and its neighbours, in WSO2's words."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from authserver.oauth.errors import (
    NO_AUTHENTICATION,
    UNKNOWN_CLIENT,
    WRONG_SECRET,
    ClientRefused,
    Refused,
)
from authserver.oauth.messages import ServerRequest
from authserver.store.clients import Client

METHODS = (
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
    "none",
)
Query = Callable[[str], Client | None]


def basic_credentials(headers: Mapping[str, str]) -> tuple[str, str] | None:
    """Name and password of an `Authorization: Basic` header, as they were sent (RFC 7617)."""
    scheme, _, blob = (headers.get("Authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = (
            base64.b64decode(blob.strip(), validate=True).decode().partition(":")
        )
    except (binascii.Error, ValueError):
        raise ClientRefused(NO_AUTHENTICATION) from None
    if not colon:
        raise ClientRefused(NO_AUTHENTICATION)
    return name, password


def check_one_method(request: ServerRequest) -> None:
    """Refuses a request that authenticates in more than one way (RFC 6749 §2.3)."""
    form = request.parameters
    ways = [
        bool(basic_credentials(request.headers)),
        "client_secret" in form,
        "client_assertion" in form,
    ]
    if sum(ways) > 1:
        raise Refused("invalid_request", "The request authenticates the client more than once.")


def by_basic(query: Query, request: ServerRequest) -> Client | None:
    """`client_secret_basic`: both halves are form-encoded inside (RFC 6749 §2.3.1)."""
    sent = basic_credentials(request.headers)
    if sent is None:
        return None
    client_id, secret = (unquote_plus(part) for part in sent)
    named = request.parameters.get("client_id")
    if named and named != client_id:
        raise ClientRefused(WRONG_SECRET)
    return _with_secret(query, client_id, secret)


def by_post(query: Query, request: ServerRequest) -> Client | None:
    """`client_secret_post`: both in the form (RFC 6749 §2.3.1)."""
    form = request.parameters
    if "client_id" not in form or "client_secret" not in form:
        return None
    return _with_secret(query, form["client_id"], form["client_secret"])


def by_id_alone(query: Query, request: ServerRequest) -> Client | None:
    """`none`: a public client says who it is and no more (RFC 6749 §3.2.1)."""
    form = request.parameters
    shown = basic_credentials(request.headers) or "client_assertion" in form
    if shown or "client_id" not in form or "client_secret" in form:
        return None
    return known_client(query, form["client_id"])


def known_client(query: Query, client_id: str) -> Client:
    """The client with this id, or WSO2's refusal of an unknown one."""
    client = query(client_id)
    if client is None:
        raise ClientRefused(UNKNOWN_CLIENT.format(client_id))
    return client


def _with_secret(query: Query, client_id: str, secret: str) -> Client:
    client = known_client(query, client_id)
    if not client.check_client_secret(secret):
        raise ClientRefused(WRONG_SECRET)
    return client


def register_methods(server: Any) -> None:
    """Teaches Authlib's server these ways in place of its own."""
    server.register_client_auth_method("client_secret_basic", by_basic)
    server.register_client_auth_method("client_secret_post", by_post)
    server.register_client_auth_method("none", by_id_alone)
