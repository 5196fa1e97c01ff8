"""PKCE, as each application has it set (RFC 7636)."""

from typing import Any

from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7636 import CodeChallenge

from authserver.oauth.errors import NO_VERIFIER, PKCE_MANDATORY, PKCE_PLAIN, WRONG_VERIFIER, Refused


class Pkce(CodeChallenge):
    """S256 for everybody; `plain`, which a missing method means, only where it is allowed."""

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        sent, client = grant.request.parameters, grant.request.client
        if not sent.get("code_challenge") and client.option("pkce_mandatory"):
            raise InvalidRequestError(PKCE_MANDATORY)
        super().validate_code_challenge(grant, redirect_uri)
        method = sent.get("code_challenge_method") or self.DEFAULT_CODE_CHALLENGE_METHOD
        plain = sent.get("code_challenge") and method == "plain"
        if plain and not client.option("pkce_support_plain"):
            raise InvalidRequestError(PKCE_PLAIN)

    def validate_code_verifier(self, grant: Any, result: Any) -> None:
        verifier = grant.request.parameters.get("code_verifier")
        try:
            super().validate_code_verifier(grant, result)
        except OAuth2Error as error:
            words = WRONG_VERIFIER if verifier else NO_VERIFIER
            raise Refused("invalid_grant", words) from error
