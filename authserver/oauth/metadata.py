"""What the server says of itself (RFC 8414 §2, OIDC Discovery §3)."""

from typing import Any

from authserver.deployment import GRANT_TYPES
from authserver.oauth.assertions import ClientSecretJwt, PrivateKeyJwt
from authserver.oauth.authorization import PASSWORD_LEVEL, RESPONSE_TYPES
from authserver.oauth.client_auth import METHODS
from authserver.oauth.client_keys import ENCRYPTION_ALGORITHMS, ENCRYPTION_METHODS
from authserver.oauth.messages import RESPONSE_MODES
from authserver.oauth.scopes import CLAIMS, WORDS
from authserver.oauth.server import Server
from authserver.store.clients import grants_behind

REGISTRATION_PATH = "/client-registration/v0.17/register"
ENDPOINTS = {
    "authorization_endpoint": "/oauth2/authorize",
    "token_endpoint": "/oauth2/token",
    "revocation_endpoint": "/oauth2/revoke",
    "introspection_endpoint": "/oauth2/introspect",
    "userinfo_endpoint": "/oauth2/userinfo",
    "jwks_uri": "/oauth2/jwks",
    "registration_endpoint": REGISTRATION_PATH,
    "end_session_endpoint": "/oidc/logout",
    "check_session_iframe": "/oidc/checksession",
}
TOKEN_CLAIMS = "iss sub aud azp exp iat nbf jti auth_time nonce amr acr sid at_hash c_hash".split()


def describe(server: Server) -> dict[str, Any]:
    """The metadata document, true to what is switched on."""
    base, allows = server.parts.settings.base_url, server.parts.deployment.allows
    urls = {name: f"{base}{path}" for name, path in ENDPOINTS.items()}
    response_types = [
        kind for kind in RESPONSE_TYPES if all(allows(grant) for grant in grants_behind(kind))
    ]
    return {
        "issuer": server.issuer,
        **urls,
        "response_types_supported": response_types,
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": [grant for grant in GRANT_TYPES if allows(grant)],
        "scopes_supported": list(WORDS),
        "code_challenge_methods_supported": ["S256", "plain"],
        "authorization_response_iss_parameter_supported": True,
        **_authentication(),
        **_openid(),
    }


def _authentication() -> dict[str, Any]:
    proven = [method for method in METHODS if method != "none"]
    algorithms = [*ClientSecretJwt.algorithms, *PrivateKeyJwt.algorithms]
    return {
        "token_endpoint_auth_methods_supported": list(METHODS),
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": list(METHODS),
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_methods_supported": proven,
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
    }


def _openid() -> dict[str, Any]:
    claims = [*TOKEN_CLAIMS, *(name for names in CLAIMS.values() for name in names)]
    return {
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "id_token_encryption_alg_values_supported": list(ENCRYPTION_ALGORITHMS),
        "id_token_encryption_enc_values_supported": list(ENCRYPTION_METHODS),
        "userinfo_signing_alg_values_supported": ["RS256"],
        "acr_values_supported": [PASSWORD_LEVEL],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claim_types_supported": ["normal"],
        "claims_supported": claims,
        "claims_parameter_supported": False,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }
