"""The grants without a browser: refresh token, client credentials, password."""

import time
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidScopeError
from authlib.oauth2.rfc6749.grants import (
    ClientCredentialsGrant,
    RefreshTokenGrant,
    ResourceOwnerPasswordCredentialsGrant,
)
from authlib.oauth2.rfc6749.hooks import hooked

from authserver.oauth.client_auth import METHODS
from authserver.oauth.errors import REFRESH_EXPIRED, REFRESH_UNKNOWN, Refused
from authserver.oauth.messages import Authentication, Person, ServerRequest
from authserver.oauth.scopes import APPLICATION_DEFAULT
from authserver.store.clients import DEFAULT_SCOPE
from authserver.store.grant_models import Token


class Refresh(RefreshTokenGrant):
    """A refresh token for a new pair; the old one is used up (RFC 6749 §6, RFC 9700 §4.14.2)."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Token:
        grants = self.server.store.grants
        row: Token | None = grants.by_refresh_token(refresh_token)
        if row is None or row.client_id != self.request.client.client_id:
            raise Refused("invalid_grant", REFRESH_UNKNOWN)
        if row.refresh_used or row.revoked:
            grants.revoke_grant(row.grant_id)
            raise Refused("invalid_grant", REFRESH_UNKNOWN)
        if row.refresh_is_expired:
            raise Refused("invalid_grant", REFRESH_EXPIRED)
        self.request.grant_id = row.grant_id
        if row.auth_time:
            self.request.authentication = Authentication(
                auth_time=row.auth_time, sid=row.sid, acr=row.acr
            )
        return row

    def authenticate_user(self, refresh_token: Token) -> Person | None:
        person: Person | None = self.server.store.users.get(refresh_token.username or "")
        return person

    def issue_token(self, user: Person, refresh_token: Token) -> dict[str, Any]:
        token: dict[str, Any] = super().issue_token(user, refresh_token)
        if not self.server.renews_refresh_tokens:
            token["refresh_token"] = self.request.form["refresh_token"]
        return token

    def revoke_old_credential(self, refresh_token: Token) -> None:
        """It was used up in the same step that kept the new one."""


def allowed_scope(request: ServerRequest, default: str) -> str:
    """The scope asked for, where this client may have it (RFC 6749 §3.3)."""
    scope: str | None = request.client.get_allowed_scope(request.payload.scope, default)
    if scope is None:
        raise InvalidScopeError
    return scope


class ClientCredentials(ClientCredentialsGrant):
    """A token for the application itself (RFC 6749 §4.4); `openid` means nothing here."""

    TOKEN_ENDPOINT_AUTH_METHODS = tuple(method for method in METHODS if method != "none")

    @hooked
    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        asked = allowed_scope(self.request, APPLICATION_DEFAULT).split()
        scope = " ".join(name for name in asked if name != "openid") or APPLICATION_DEFAULT
        token = self.generate_token(scope=scope, include_refresh_token=False)
        self.save_token(token)
        return 200, token, self.TOKEN_RESPONSE_HEADER


class Password(ResourceOwnerPasswordCredentialsGrant):
    """Name and password of the person (RFC 6749 §4.3): legacy (RFC 9700 §2.4)."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def authenticate_user(self, username: str, password: str) -> Person:
        person: Person | None = self.server.store.users.authenticate(username, password)
        if person is None:
            raise Refused("invalid_grant", f"Authentication failed for {username}")
        self.request.authentication = Authentication(auth_time=int(time.time()))
        return person

    @hooked
    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        token = self.generate_token(
            user=self.request.user,
            scope=allowed_scope(self.request, DEFAULT_SCOPE),
            include_refresh_token=self.client.check_grant_type("refresh_token"),
        )
        self.save_token(token)
        return 200, token, self.TOKEN_RESPONSE_HEADER
