"""Revocation (RFC 7009), introspection (RFC 7662) and the check of bearer tokens (RFC 6750)."""

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from joserfc import jwt
from joserfc.errors import JoseError

from authserver.oauth.client_auth import METHODS, basic_credentials
from authserver.oauth.errors import Refused
from authserver.oauth.messages import ServerRequest
from authserver.oauth.server import Server
from authserver.store.clients import Client
from authserver.store.grant_models import Token

NO_STORE = [
    ("Content-Type", "application/json"),
    ("Cache-Control", "no-store"),
    ("Pragma", "no-cache"),
]


class Revocation(RevocationEndpoint):
    """A refresh token takes everything of its approval along; an access token only itself."""

    CLIENT_AUTH_METHODS = METHODS

    def check_params(self, request: ServerRequest, client: Client) -> None:
        if "token" not in request.parameters:
            raise InvalidRequestError("Invalid revocation request")

    def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:
        grants = self.server.store.grants
        found: Token | None = grants.by_access_token(token_string)
        return found or grants.by_refresh_token(token_string)

    def authenticate_token(self, request: ServerRequest, client: Client) -> Token | None:
        self.check_params(request, client)
        token = self.query_token(request.parameters["token"], None)
        if token and not token.check_client(client):
            raise Refused("unauthorized_client", "Unauthorized Client")
        return token

    def revoke_token(self, token: Token, request: ServerRequest) -> None:
        grants = self.server.store.grants
        if grants.by_access_token(request.parameters["token"]):
            grants.revoke_access(token.id)
        else:
            grants.revoke_grant(token.grant_id)

    def create_endpoint_response(self, request: ServerRequest) -> tuple[int, str, Any]:
        super().create_endpoint_response(request)
        return 200, "", NO_STORE


class Introspection(IntrospectionEndpoint):
    """For any client that proves who it is, and for an admin with name and password."""

    CLIENT_AUTH_METHODS = tuple(method for method in METHODS if method != "none")

    def authenticate_endpoint_client(self, request: ServerRequest) -> Client | None:
        sent = basic_credentials(request.headers)
        if sent and self.server.query_client(sent[0]) is None:
            person = self.server.store.users.authenticate(*sent)
            if person and person.is_admin:
                return None
        client: Client = super().authenticate_endpoint_client(request)
        return client

    def check_params(self, request: ServerRequest, client: Client | None) -> None:
        if "token" not in request.parameters:
            raise InvalidRequestError("Invalid input")

    def check_permission(self, token: Token, client: Client | None, request: Any) -> bool:
        return True

    def query_token(self, token_string: str, token_type_hint: str | None) -> dict[str, Any] | None:
        live = live_access_token(self.server, token_string)
        if live:
            return describe_access_token(*live)
        return describe_refresh_token(self.server.store.grants.by_refresh_token(token_string))

    def create_introspection_payload(self, token: dict[str, Any] | None) -> dict[str, Any]:
        return token or {"active": False}


def live_access_token(server: Server, value: str) -> tuple[Token, dict[str, Any]] | None:
    """The row and the claims of an access token that is genuine, unexpired and not revoked."""
    row = server.store.grants.by_access_token(value)
    if row is None or row.revoked or row.is_expired():
        return None
    try:
        claims = jwt.decode(value, server.parts.keys.private, algorithms=["RS256"]).claims
        jwt.JWTClaimsRegistry(iss={"essential": True, "value": server.issuer}).validate(claims)
    except (JoseError, ValueError):
        return None
    return row, claims


def describe_access_token(row: Token, claims: dict[str, Any]) -> dict[str, Any]:
    """What introspection says of an access token (RFC 7662 §2.2)."""
    names = ("scope", "client_id", "exp", "iat", "nbf", "aud", "iss", "jti", "sub", "aut")
    found = {name: claims[name] for name in names if name in claims}
    person = {"username": row.username} if row.username else {}
    return {"active": True, "token_type": "Bearer", **found, **person}


def describe_refresh_token(row: Token | None) -> dict[str, Any] | None:
    """What it says of a refresh token, while that is good."""
    if row is None or row.refresh_used or row.revoked or row.refresh_is_expired:
        return None
    return {
        "active": True,
        "token_type": "Refresh",
        "scope": row.scope,
        "client_id": row.client_id,
        "username": row.username,
        "iat": row.refresh_issued_at,
        "exp": int(row.refresh_expires_at),
    }


class BearerRefusedError(Exception):
    """Why a protected resource stays closed (RFC 6750 §3)."""

    def __init__(
        self, status: int, error: str | None = None, words: str = "", scope: str | None = None
    ) -> None:
        super().__init__(error or "no token")
        self.status, self.error, self.words, self.scope = status, error, words, scope

    @property
    def challenge(self) -> str:
        """The `WWW-Authenticate` header; bare when no token came (RFC 6750 §3.1)."""
        parts = {"error": self.error, "error_description": self.words, "scope": self.scope}
        told = "".join(f', {name}="{value}"' for name, value in parts.items() if value)
        return f'Bearer realm="localhost"{told}'


def check_bearer(server: Server, authorization: str | None, scope: str) -> dict[str, Any]:
    """The claims of the live token in an `Authorization: Bearer` header that has this scope."""
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() != "bearer":
        raise BearerRefusedError(401)
    if not value.strip() or " " in value.strip():
        raise BearerRefusedError(400, "invalid_request", "The Bearer header is malformed.")
    live = live_access_token(server, value.strip())
    if live is None:
        raise BearerRefusedError(
            401, "invalid_token", "The access token is expired, revoked or not ours."
        )
    _, claims = live
    if scope not in claims["scope"].split():
        words = f"The access token lacks the scope {scope}."
        raise BearerRefusedError(403, "insufficient_scope", words, scope)
    return claims
