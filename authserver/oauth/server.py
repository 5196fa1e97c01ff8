"""Authlib's authorization server with our grants, our store and WSO2's words."""

import time
from dataclasses import dataclass
from typing import Any

from authlib.oauth2 import AuthorizationServer
from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.rfc6749.errors import (
    AccessDeniedError,
    InvalidClientError,
    InvalidScopeError,
    UnauthorizedClientError,
    UnsupportedGrantTypeError,
)

from authserver.deployment import Deployment, TokenValidation
from authserver.keys import SigningKeys
from authserver.oauth import client_auth, errors
from authserver.oauth.access_tokens import AccessTokens
from authserver.oauth.assertions import ClientSecretJwt, PrivateKeyJwt
from authserver.oauth.client_keys import ClientKeys
from authserver.oauth.code_grant import CodeGrant
from authserver.oauth.direct_grants import ClientCredentials, Password, Refresh
from authserver.oauth.front_channel import (
    CodeTokenGrant,
    HybridGrant,
    IdTokenGrant,
    TokenGrant,
)
from authserver.oauth.id_tokens import IdTokens, WithIdToken, WithIdTokenForCode
from authserver.oauth.messages import AuthorizationResponse, Reply, ServerRequest, response_mode
from authserver.oauth.outbound import Outbound
from authserver.oauth.pkce import Pkce
from authserver.oauth.scopes import is_well_formed
from authserver.settings import Settings
from authserver.store import Store
from authserver.store.clients import Client
from authserver.store.grant_models import Token
from authserver.store.grants import GrantRevokedError
from authserver.store.secrets import digest

WORDS = {
    UnauthorizedClientError: errors.GRANT_NOT_TICKED,
    InvalidScopeError: errors.INVALID_SCOPE,
    AccessDeniedError: errors.DENIED,
}


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What the server is made of."""

    settings: Settings
    deployment: Deployment
    store: Store
    keys: SigningKeys
    outbound: Outbound


class Server(AuthorizationServer):
    """Validates and answers protocol requests; knows no web framework."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.parts = parts
        self.store = parts.store
        self.client_keys = ClientKeys(outbound=parts.outbound)
        self.id_tokens = IdTokens(
            issuer=self.issuer,
            keys=parts.keys,
            client_keys=self.client_keys,
            lifetimes=self.lifetimes,
        )
        generator = AccessTokens(
            issuer=self.issuer, keys=parts.keys.private, lifetimes=self.lifetimes
        )
        self.register_token_generator("default", generator)
        self._register_client_authentication()
        self._register_grants()

    @property
    def issuer(self) -> str:
        """The issuer of everything that leaves this server."""
        return self.parts.settings.issuer

    @property
    def lifetimes(self) -> TokenValidation:
        """Lifetimes in seconds, from `deployment.toml`."""
        return self.parts.deployment.token_validation

    @property
    def renews_refresh_tokens(self) -> bool:
        """Whether a refresh token is replaced when it is used."""
        return self.parts.deployment.token_renewal.renew_refresh_token

    def _register_client_authentication(self) -> None:
        client_auth.register_methods(self)
        base = self.parts.settings.base_url
        for kind in (ClientSecretJwt, PrivateKeyJwt):
            method = kind(
                audiences=[self.issuer, f"{base}/oauth2/token"],
                grants=self.store.grants,
                keys=self.client_keys,
            )
            self.register_client_auth_method(kind.CLIENT_AUTH_METHOD, method)

    def _register_grants(self) -> None:
        allows = self.parts.deployment.allows
        id_token = WithIdToken(self.id_tokens)
        self.register_grant(CodeGrant, [Pkce(), WithIdTokenForCode(self.id_tokens)])
        self.register_grant(TokenGrant)
        self.register_grant(IdTokenGrant)
        self.register_grant(CodeTokenGrant, [Pkce()])
        self.register_grant(HybridGrant, [Pkce()])
        self.register_grant(Refresh, [id_token])
        self.register_grant(ClientCredentials)
        self.register_grant(Password, [id_token])
        self._token_grants: list[Any] = [
            entry for entry in self._token_grants if allows(entry[0].GRANT_TYPE)
        ]

    def query_client(self, client_id: str) -> Client | None:
        return self.store.clients.get(client_id)

    def authenticate_client(
        self, request: ServerRequest, methods: Any, endpoint: str = "token"
    ) -> Client:
        client_auth.check_one_method(request)
        try:
            client: Client = super().authenticate_client(request, methods, endpoint)
        except errors.Refused:
            raise
        except InvalidClientError as error:
            told = error.description if "client_assertion" in request.parameters else ""
            words = errors.NO_AUTHENTICATION if "methods:" in (told or "methods:") else told
            raise errors.ClientRefused(str(words)) from error
        return client

    def validate_requested_scope(self, scope: str | None) -> None:
        """Any well-formed scope may be had, as in API Manager."""
        if scope and not is_well_formed(scope):
            raise InvalidScopeError

    def generate_token(
        self, *args: Any, include_refresh_token: bool = True, **kwargs: Any
    ) -> dict[str, Any]:
        """A refresh token comes along only where the server takes one back."""
        wanted = include_refresh_token and self.parts.deployment.allows("refresh_token")
        token: dict[str, Any] = super().generate_token(
            *args, include_refresh_token=wanted, **kwargs
        )
        return token

    def save_token(self, token: dict[str, Any], request: ServerRequest) -> None:
        row = self._token_row(token, request)
        try:
            if request.refresh_token:
                self.store.grants.replace_token(request.refresh_token.refresh_digest, row)
            else:
                self.store.grants.save_token(row)
        except GrantRevokedError as error:
            words = errors.REFRESH_UNKNOWN if request.refresh_token else errors.USED_CODE
            raise errors.Refused("invalid_grant", words) from error

    def _token_row(self, token: dict[str, Any], request: ServerRequest) -> Token:
        now, refresh = int(time.time()), token.get("refresh_token")
        authentication, old = request.authentication, request.refresh_token
        kept = old and not self.renews_refresh_tokens
        client: Client = request.client
        lifetime = client.seconds("refresh_token_expiry") or self.lifetimes.refresh_token_validity
        return Token(
            access_digest=digest(token["access_token"]),
            refresh_digest=digest(refresh) if refresh else None,
            grant_id=request.grant_id,
            client_id=client.client_id,
            username=request.user.username if request.user else None,
            scope=old.scope if old else token["scope"],
            sid=authentication.sid if authentication else None,
            auth_time=authentication.auth_time if authentication else None,
            acr=authentication.acr if authentication else None,
            issued_at=now,
            expires_at=now + token["expires_in"],
            refresh_issued_at=old.refresh_issued_at if kept else now,
            refresh_expires_at=old.refresh_expires_at if kept else now + lifetime if refresh else 0,
        )

    def create_oauth2_request(self, request: ServerRequest) -> ServerRequest:
        return request

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def answer_token_request(self, request: ServerRequest) -> Reply:
        """The token endpoint (RFC 6749 §3.2)."""
        repeated = request.payload.repeated
        if repeated:
            error = errors.Refused("invalid_request", f"The request repeats {repeated[0]}.")
            return self.reply_to_error(error)
        if not request.payload.grant_type:
            error = errors.Refused("invalid_request", "Missing grant_type parameter value")
            return self.reply_to_error(error)
        reply: Reply = self.create_token_response(request)
        return reply

    def reply_to_error(self, error: OAuth2Error) -> Reply:
        """The error as JSON (RFC 6749 §5.2)."""
        status, body, headers = in_our_words(error)()
        return Reply(status=status, body=body, headers=tuple(headers))

    def handle_response(
        self, status: int, body: Any, headers: list[tuple[str, str]]
    ) -> Reply | AuthorizationResponse:
        if isinstance(body, AuthorizationResponse):
            return body
        return Reply(status=status, body=body, headers=tuple(headers))

    def handle_error_response(
        self, request: ServerRequest, error: OAuth2Error
    ) -> Reply | AuthorizationResponse:
        if error.redirect_uri:
            return self.error_response(request, error)
        return self.reply_to_error(error)

    def error_response(self, request: ServerRequest, error: OAuth2Error) -> AuthorizationResponse:
        """The error for the callback (RFC 6749 §4.1.2.1)."""
        told = in_our_words(error)
        sent = [("error", told.error), ("error_description", told.description)]
        return AuthorizationResponse(
            redirect_uri=error.redirect_uri,
            mode=response_mode(request),
            parameters=tuple((name, str(value)) for name, value in sent if value),
        )


def in_our_words(error: OAuth2Error) -> OAuth2Error:
    """The error with WSO2's sentence where Authlib has one of its own."""
    if isinstance(error, UnsupportedGrantTypeError):
        return errors.Refused(error.error, errors.GRANT_UNKNOWN)
    error.description = WORDS.get(type(error), error.description)
    return error
