"""Access tokens: RS256 JWTs, as API Manager 4 issues them (RFC 9068)."""

import time
from typing import Any

from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from joserfc.jwk import KeySet

from authserver.deployment import TokenValidation
from authserver.keys import ALGORITHM
from authserver.oauth.messages import Person
from authserver.store.clients import Client
from authserver.store.secrets import opaque


class AccessTokens(JWTBearerTokenGenerator):
    """Makes access tokens, and opaque refresh tokens beside them."""

    def __init__(self, *, issuer: str, keys: KeySet, lifetimes: TokenValidation) -> None:
        super().__init__(
            issuer,
            alg=ALGORITHM,
            refresh_token_generator=lambda **_: opaque(),
            expires_generator=self.lifetime,
        )
        self.keys = keys
        self.lifetimes = lifetimes

    def lifetime(self, client: Client, grant_type: str) -> int:
        """Seconds an access token lives: the application's own setting, else the server's."""
        if grant_type == "client_credentials":
            own = client.seconds("application_access_token_expiry")
            return own or self.lifetimes.app_access_token_validity
        own = client.seconds("user_access_token_expiry")
        return own or self.lifetimes.user_access_token_validity

    def get_jwks(self) -> KeySet:
        return self.keys

    def get_allowed_scope(self, client: Client, scope: str) -> str:
        """It was allowed when it was granted; the default need not be registered."""
        return scope

    def get_jti(self, client: Client, grant_type: str, user: Person | None, scope: str) -> str:
        return opaque()

    def get_extra_claims(
        self, client: Client, grant_type: str, user: Person | None, scope: str
    ) -> dict[str, Any]:
        return {
            "azp": client.client_id,
            "nbf": int(time.time()),
            "aut": "APPLICATION_USER" if user else "APPLICATION",
        }
