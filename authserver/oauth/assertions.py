"""Client authentication by a signed assertion (RFC 7521 §4.2, RFC 7523 §2.2, OIDC Core §9)."""

import time
from typing import Any

from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey

from authserver.oauth.client_keys import ClientKeys
from authserver.oauth.errors import ClientRefused
from authserver.oauth.messages import ServerRequest
from authserver.store.clients import Client
from authserver.store.grants import Grants

MAX_AGE = 24 * 3600  # seconds an assertion may stay valid, which is how long its jti is kept


class ClientAssertion(JWTBearerClientAssertion):
    """What both ways share: audience, times and the `jti` that is good only once."""

    algorithms: tuple[str, ...] = ()

    def __init__(self, *, audiences: list[str], grants: Grants, keys: ClientKeys) -> None:
        super().__init__()
        self.audiences = audiences
        self.grants = grants
        self.keys = keys

    def __call__(self, query_client: Any, request: ServerRequest) -> Client | None:
        assertion = request.parameters.get("client_assertion", "")
        if not assertion.isascii() or self._algorithm(assertion) not in self.algorithms:
            return None
        try:
            client: Client | None = super().__call__(query_client, request)
        except (ValueError, TypeError, KeyError) as error:
            raise ClientRefused("The client assertion cannot be read.") from error
        if client and request.parameters.get("client_id", client.client_id) != client.client_id:
            raise ClientRefused("The client_id is not the client of the assertion.")
        return client

    def _algorithm(self, assertion: str) -> str | None:
        if not assertion:
            return None
        headers, _ = self.extract_assertion(assertion)
        return str(headers.get("alg"))

    def get_audiences(self) -> list[str]:
        return self.audiences

    def process_assertion_claims(self, assertion: str, resolve_key: Any) -> dict[str, Any]:
        try:
            token = jwt.decode(assertion, resolve_key, algorithms=self.algorithms)
        except (JoseError, ValueError, TypeError) as error:
            raise ClientRefused("The client assertion's signature is not valid.") from error
        self.verify_claims(token.claims)
        return dict(token.claims)

    def validate_jti(self, claims: dict[str, Any], jti: Any) -> bool:
        expires_at = int(claims["exp"])
        if expires_at > time.time() + MAX_AGE:
            raise ClientRefused("The client assertion is valid for too long.")
        return self.grants.first_sight(claims["sub"], str(jti), expires_at + self.leeway)


class ClientSecretJwt(ClientAssertion):
    """`client_secret_jwt`: an HMAC with the client's secret."""

    CLIENT_AUTH_METHOD = "client_secret_jwt"
    algorithms = ("HS256", "HS384", "HS512")

    def resolve_client_public_key(self, client: Client) -> OctKey:
        return OctKey.import_key(client.client_secret.encode())


class PrivateKeyJwt(ClientAssertion):
    """`private_key_jwt`: a signature that the client's registered keys verify."""

    CLIENT_AUTH_METHOD = "private_key_jwt"
    algorithms = ("RS256", "PS256", "ES256", "ES384", "RS384", "RS512", "EdDSA")

    def resolve_client_public_key(self, client: Client) -> KeySet:
        return self.keys.of(client)
