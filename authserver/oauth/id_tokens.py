"""Id tokens: claims, signature, and encryption for those who ask (OIDC Core §2)."""

import time
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import OpenIDCode, OpenIDToken, UserInfo
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from authserver.deployment import TokenValidation
from authserver.keys import ALGORITHM, SigningKeys
from authserver.oauth.client_keys import ClientKeys
from authserver.oauth.errors import NOT_OUR_ID_TOKEN, Refused
from authserver.oauth.messages import Authentication, Person, ServerRequest
from authserver.oauth.scopes import claims_for
from authserver.store.clients import Client
from authserver.store.secrets import opaque

PASSWORD_METHOD = ["BasicAuthenticator"]
REQUIRED = {"iss", "sub", "aud", "azp", "exp", "iat"}


@dataclass(frozen=True, kw_only=True)
class IdTokens:
    """What every id token of this server has in common."""

    issuer: str
    keys: SigningKeys
    client_keys: ClientKeys
    lifetimes: TokenValidation

    def claims(self, client: Client, authentication: Authentication) -> dict[str, Any]:
        """The claims that do not depend on the flow; Authlib adds `nonce` and the hashes."""
        now = int(time.time())
        lifetime = client.seconds("id_token_expiry") or self.lifetimes.id_token_validity
        claims = {
            "iss": self.issuer,
            "aud": [client.client_id],
            "azp": client.client_id,
            "iat": now,
            "nbf": now,
            "exp": now + lifetime,
            "jti": opaque(),
            "auth_time": authentication.auth_time,
            "amr": PASSWORD_METHOD,
        }
        optional = {"sid": authentication.sid, "acr": authentication.acr}
        return claims | {name: value for name, value in optional.items() if value}

    def read_hint(self, hint: str) -> dict[str, Any]:
        """The claims of an id token of ours, however old (OIDC Core §3.1.2.1).

        What else we sign, access tokens and UserInfo among it, is no hint: its `typ` says so, or
        it lacks what every id token has (RFC 8725 §3.11–3.12).
        """
        try:
            token = jwt.decode(hint, self.keys.private, algorithms=[ALGORITHM])
        except (JoseError, ValueError, TypeError, AttributeError) as error:
            raise Refused("invalid_request", NOT_OUR_ID_TOKEN) from error
        is_id_token = token.header.get("typ", "JWT") == "JWT" and token.claims.keys() >= REQUIRED
        if not is_id_token or token.claims["iss"] != self.issuer:
            raise Refused("invalid_request", NOT_OUR_ID_TOKEN)
        return dict(token.claims)


class IdTokenSource:
    """Answers what Authlib's OpenID grants ask about keys and claims."""

    id_tokens: IdTokens

    def resolve_client_private_key(self, client: Client) -> KeySet:
        return self.id_tokens.keys.private

    def get_client_algorithm(self, client: Client) -> str:
        return ALGORITHM

    def get_encode_header(self, client: Client) -> dict[str, str]:
        return {"alg": ALGORITHM, "kid": self.id_tokens.keys.kid}

    def get_compatible_claims(self, request: ServerRequest) -> dict[str, Any]:
        return self.id_tokens.claims(request.client, request.proof())

    def generate_user_info(self, user: Person, scope: str) -> UserInfo:
        return UserInfo(sub=user.get_user_id(), **claims_for(scope, user.profile))

    def exists_nonce(self, nonce: str, request: ServerRequest) -> bool:
        return False


class WithIdToken(IdTokenSource, OpenIDToken):
    """Adds an id token to a token response whose scope has `openid`."""

    def __init__(self, id_tokens: IdTokens) -> None:
        super().__init__()
        self.id_tokens = id_tokens

    def encode_id_token(self, token: dict[str, Any], request: ServerRequest) -> str:
        signed = super().encode_id_token(token, request)
        return self.id_tokens.client_keys.seal(request.client, signed)


class WithIdTokenForCode(WithIdToken, OpenIDCode):
    """The same for the code grant, where `nonce` comes out of the code (OIDC Core §3.1.3.6)."""

    def __call__(self, grant: Any) -> None:
        grant.register_hook("after_create_token_response", self.process_token)
