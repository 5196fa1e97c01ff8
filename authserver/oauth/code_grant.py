"""The authorization code grant (RFC 6749 §4.1)."""

import time
from typing import Any

from authlib.oauth2.rfc6749.errors import AccessDeniedError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant

from authserver.oauth.client_auth import METHODS
from authserver.oauth.errors import CALLBACK_MISMATCH, EXPIRED_CODE, USED_CODE, WRONG_CODE, Refused
from authserver.oauth.messages import (
    Authentication,
    AuthorizationResponse,
    Person,
    ServerRequest,
    response_mode,
)
from authserver.store.grant_models import AuthorizationCode
from authserver.store.grants import CodeState
from authserver.store.secrets import digest, opaque

REFUSALS = {
    CodeState.UNKNOWN: WRONG_CODE,
    CodeState.USED: USED_CODE,
    CodeState.EXPIRED: EXPIRED_CODE,
}


class AuthorizationResponses:
    """Answers an approved request with parameters for the callback, whatever their mode."""

    request: ServerRequest
    server: Any

    def create_authorization_response(
        self, redirect_uri: str, grant_user: Person | None
    ) -> tuple[int, AuthorizationResponse, list[tuple[str, str]]]:
        if grant_user is None:
            raise AccessDeniedError(redirect_uri=redirect_uri)
        self.request.user = grant_user
        granted = self.create_granted_params(grant_user)
        answer = AuthorizationResponse(
            redirect_uri=redirect_uri,
            mode=response_mode(self.request),
            parameters=tuple((name, str(value)) for name, value in granted),
        )
        return 302, answer, []

    def create_granted_params(self, grant_user: Person) -> list[tuple[str, Any]]:
        """The parameters that the approval is worth."""
        raise NotImplementedError

    def generate_authorization_code(self) -> str:
        return opaque()

    def save_authorization_code(self, code: str, request: ServerRequest) -> None:
        sent, authentication = request.parameters, request.proof()
        challenge = sent.get("code_challenge")
        row = AuthorizationCode(
            code_digest=digest(code),
            grant_id=request.grant_id,
            client_id=request.client.client_id,
            username=request.user.username,
            redirect_uri=sent["redirect_uri"],
            scope=request.scope,
            nonce=sent.get("nonce"),
            code_challenge=challenge,
            code_challenge_method=sent.get("code_challenge_method") if challenge else None,
            sid=authentication.sid,
            auth_time=authentication.auth_time,
            acr=authentication.acr,
            expires_at=time.time() + self.server.lifetimes.authorization_code_validity,
        )
        self.server.store.grants.save_code(row)


class CodeGrant(AuthorizationResponses, AuthorizationCodeGrant):
    """Codes good for one use; a wrong callback or verifier uses them up as well."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def create_granted_params(self, grant_user: Person) -> list[tuple[str, Any]]:
        code = self.generate_authorization_code()
        self.save_authorization_code(code, self.request)
        return [("code", code)]

    def query_authorization_code(self, code: str, client: Any) -> AuthorizationCode:
        state, row = self.server.store.grants.use_code(code, client.client_id)
        if state is not CodeState.FRESH:
            raise Refused("invalid_grant", REFUSALS[state])
        found: AuthorizationCode = row
        if self.request.payload.redirect_uri != found.redirect_uri:
            raise Refused("invalid_grant", CALLBACK_MISMATCH)
        self.request.grant_id = found.grant_id
        self.request.authentication = Authentication(
            auth_time=found.auth_time, sid=found.sid, acr=found.acr
        )
        return found

    def delete_authorization_code(self, authorization_code: AuthorizationCode) -> None:
        """It was used up when it was looked up."""

    def authenticate_user(self, authorization_code: AuthorizationCode) -> Person | None:
        person: Person | None = self.server.store.users.get(authorization_code.username)
        return person
