"""The implicit and hybrid grants: legacy, as tokens pass the browser (RFC 9700 §2.1.2)."""

from typing import Any

from authlib.oauth2.rfc6749.grants import ImplicitGrant
from authlib.oauth2.rfc6749.grants.authorization_code import validate_code_authorization_request
from authlib.oidc.core.grants import OpenIDHybridGrant, OpenIDImplicitGrant

from authserver.oauth.code_grant import AuthorizationResponses
from authserver.oauth.id_tokens import IdTokens, IdTokenSource
from authserver.oauth.messages import Person, ServerRequest
from authserver.store.clients import Client


class FrontChannel(AuthorizationResponses, IdTokenSource):
    """What the grants without a token request share."""

    request: ServerRequest
    server: Any

    @property
    def id_tokens(self) -> IdTokens:  # type: ignore[override]
        """The server's own."""
        tokens: IdTokens = self.server.id_tokens
        return tokens

    def authenticate_token_endpoint_client(self) -> Client:
        """Nobody authenticates here: the exact callback is what ties the answer to the client."""
        client: Client = self.server.query_client(self.request.payload.client_id)
        return client

    def process_implicit_token(
        self, token: dict[str, Any], code: str | None = None
    ) -> dict[str, Any]:
        """The id token, sealed; what describes an access token comes with one only."""
        answer: dict[str, Any] = super().process_implicit_token(token, code)  # type: ignore[misc]
        id_token = self.id_tokens.client_keys.seal(self.request.client, answer["id_token"])
        described = answer if "access_token" in answer else {}
        return {**described, "id_token": id_token}


class TokenGrant(FrontChannel, ImplicitGrant):
    """`response_type=token` (RFC 6749 §4.2)."""

    def create_granted_params(self, grant_user: Person) -> list[tuple[str, Any]]:
        token = self.generate_token(
            user=grant_user, scope=self.request.scope, include_refresh_token=False
        )
        self.save_token(token)
        return list(token.items())


class CodeTokenGrant(TokenGrant):
    """`code token`, with OpenID Connect or without (OAuth Multiple Response Types §5)."""

    RESPONSE_TYPES = frozenset({"code token"})

    def validate_authorization_request(self) -> str:
        redirect_uri: str = validate_code_authorization_request(self)
        return redirect_uri

    def create_granted_params(self, grant_user: Person) -> list[tuple[str, Any]]:
        code = self.generate_authorization_code()
        self.save_authorization_code(code, self.request)
        return [("code", code), *super().create_granted_params(grant_user)]


class IdTokenGrant(FrontChannel, OpenIDImplicitGrant):
    """`id_token` and `id_token token` (OIDC Core §3.2)."""

    def create_granted_params(self, grant_user: Person) -> list[tuple[str, Any]]:
        return list(OpenIDImplicitGrant.create_granted_params(self, grant_user))


class HybridGrant(FrontChannel, OpenIDHybridGrant):
    """`code id_token` and `code id_token token` (OIDC Core §3.3)."""

    RESPONSE_TYPES = frozenset({"code id_token", "code id_token token"})

    def create_granted_params(self, grant_user: Person) -> list[tuple[str, Any]]:
        return list(OpenIDHybridGrant.create_granted_params(self, grant_user))
