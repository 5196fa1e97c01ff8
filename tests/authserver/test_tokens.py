"""What tokens look like, and introspection, revocation, UserInfo and the photo API."""

import time
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import KeySet

from tests.authserver.conftest import (
    CLIENT_ID,
    CLIENT_SECRET,
    Browser,
    NewApplication,
    RunningServer,
    wait_until_expired,
)
from tests.authserver.test_code_grant import exchange
from tests.authserver.test_other_grants import PASSWORD

AUTH = (CLIENT_ID, CLIENT_SECRET)


def decode(server: RunningServer, token: str) -> Any:
    """Header and claims of a JWT whose signature the server's JWKS verifies."""
    keys = KeySet.import_key_set(server.get("/oauth2/jwks").json())
    return jwt.decode(token, keys, algorithms=["RS256"])


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def test_id_token(server: RunningServer, browser: Browser) -> None:
    """Every claim of the code flow's id token."""
    code = browser.code(nonce="n-0S6", scope="openid email", acr_values="1 2")
    token = exchange(server, code).json()
    decoded = decode(server, token["id_token"])
    assert decoded.header["kid"].endswith("_RS256")
    claims = decoded.claims
    assert claims["iss"] == server.issuer
    assert claims["sub"] == "admin"
    assert claims["aud"] == [CLIENT_ID]
    assert claims["azp"] == CLIENT_ID
    assert claims["nonce"] == "n-0S6"
    assert claims["amr"] == ["BasicAuthenticator"]
    assert claims["acr"] == "1"
    assert claims["exp"] == claims["iat"] + 3600
    assert claims["auth_time"] <= claims["iat"] <= time.time() + 1
    assert claims["email"] == "admin@wso2is.local"
    assert {"at_hash", "sid", "jti", "nbf"} <= claims.keys()


def test_access_token_is_a_jwt(server: RunningServer) -> None:
    """An RS256 JWT with the claims of RFC 9068 and API Manager's."""
    token = server.token(**PASSWORD, scope="a b").json()["access_token"]
    decoded = decode(server, token)
    assert decoded.header["typ"] == "at+jwt"
    claims = decoded.claims
    assert claims["iss"] == server.issuer
    assert claims["sub"] == "admin"
    assert claims["aud"] == claims["azp"] == claims["client_id"] == CLIENT_ID
    assert claims["scope"] == "a b"
    assert claims["aut"] == "APPLICATION_USER"
    assert claims["exp"] == claims["iat"] + 3600


def test_jwks_holds_no_private_part(server: RunningServer) -> None:
    """The published key is the public half."""
    (key,) = server.get("/oauth2/jwks").json()["keys"]
    assert key["kty"] == "RSA"
    assert not {"d", "p", "q", "dp", "dq", "qi"} & key.keys()


def test_own_expiry_times(server: RunningServer, new_application: NewApplication) -> None:
    """An application's own expiry times win over the server's."""
    made = new_application(
        grant_types=["password", "client_credentials"],
        user_access_token_expiry="77",
        application_access_token_expiry="55",
    )
    assert server.token(auth=made.auth, **PASSWORD).json()["expires_in"] == 77
    token = server.token(auth=made.auth, grant_type="client_credentials").json()
    assert token["expires_in"] == 55


@pytest.mark.parametrize("auth", [AUTH, ("admin", "admin")])
def test_introspection(server: RunningServer, auth: tuple[str, str]) -> None:
    """A client's credentials and an admin's both open introspection."""
    token = server.token(**PASSWORD, scope="a b").json()
    response = server.post("/oauth2/introspect", {"token": token["access_token"]}, auth=auth)
    told = response.json()
    assert response.headers["Cache-Control"] == "no-store"
    assert told["active"] is True
    assert told["scope"] == "a b"
    assert told["client_id"] == CLIENT_ID
    assert told["username"] == told["sub"] == "admin"
    assert told["token_type"] == "Bearer"
    assert told["aut"] == "APPLICATION_USER"
    assert {"exp", "iat", "nbf", "aud", "iss", "jti"} <= told.keys()
    refresh = server.post("/oauth2/introspect", {"token": token["refresh_token"]}, auth=auth)
    assert refresh.json()["active"] is True


def test_introspection_of_nonsense(server: RunningServer) -> None:
    """A token that is none is inactive; no token at all is 400."""
    response = server.post("/oauth2/introspect", {"token": "nonsense"}, auth=AUTH)
    assert (response.status_code, response.json()) == (200, {"active": False})
    assert server.post("/oauth2/introspect", {}, auth=AUTH).status_code == 400


@pytest.mark.parametrize("auth", [None, ("admin", "wrong"), (CLIENT_ID, "wrong")])
def test_introspection_needs_credentials(server: RunningServer, auth: Any) -> None:
    """Nobody scans for tokens (RFC 7662 §4)."""
    response = server.post("/oauth2/introspect", {"token": "x"}, auth=auth)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Basic")


def test_revoked_access_token(server: RunningServer) -> None:
    """A revoked access token is dead; its refresh token lives on."""
    token = server.token(**PASSWORD).json()
    response = server.post("/oauth2/revoke", {"token": token["access_token"]}, auth=AUTH)
    assert (response.status_code, response.text) == (200, "")
    told = server.post("/oauth2/introspect", {"token": token["access_token"]}, auth=AUTH).json()
    assert told == {"active": False}
    refresh = server.token(grant_type="refresh_token", refresh_token=token["refresh_token"])
    assert refresh.status_code == 200


def test_revoked_refresh_token(server: RunningServer) -> None:
    """A revoked refresh token takes its access token along (RFC 7009 §2.1)."""
    token = server.token(**PASSWORD).json()
    server.post("/oauth2/revoke", {"token": token["refresh_token"]}, auth=AUTH)
    told = server.post("/oauth2/introspect", {"token": token["access_token"]}, auth=AUTH).json()
    assert told == {"active": False}
    refresh = server.token(grant_type="refresh_token", refresh_token=token["refresh_token"])
    assert refresh.json()["error_description"] == "Persisted access token data not found"


def test_revocation_errors(server: RunningServer, new_application: NewApplication) -> None:
    """No token is 400, an unknown one 200, another client's refused, a wrong secret 401."""
    assert server.post("/oauth2/revoke", {}, auth=AUTH).status_code == 400
    assert server.post("/oauth2/revoke", {"token": "unknown"}, auth=AUTH).status_code == 200
    token = server.token(**PASSWORD).json()["access_token"]
    theirs = server.post("/oauth2/revoke", {"token": token}, auth=new_application().auth)
    assert (theirs.status_code, theirs.json()["error"]) == (400, "unauthorized_client")
    wrong = server.post("/oauth2/revoke", {"token": token}, auth=(CLIENT_ID, "wrong"))
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")


def test_userinfo(server: RunningServer) -> None:
    """The claims of the scopes, by GET and POST."""
    token = server.token(**PASSWORD, scope="openid profile phone").json()["access_token"]
    for send in (server.get, server.post):
        told = send("/oauth2/userinfo", headers=bearer(token)).json()
        assert told["sub"] == "admin"
        assert told["name"] == "Ada Admin"
        assert told["phone_number"]
        assert "email" not in told
        assert "address" not in told


def test_userinfo_as_signed_jwt(server: RunningServer, new_application: NewApplication) -> None:
    """An application may ask for UserInfo as a signed JWT (OIDC Core §5.3.2)."""
    made = new_application(grant_types=["password"], userinfo_signed_response_alg="RS256")
    token = server.token(auth=made.auth, **PASSWORD, scope="openid email").json()["access_token"]
    response = server.get("/oauth2/userinfo", headers=bearer(token))
    assert response.headers["Content-Type"].startswith("application/jwt")
    claims = decode(server, response.text).claims
    assert (claims["iss"], claims["aud"]) == (server.issuer, made.client_id)
    assert claims["email"] == "admin@wso2is.local"


@pytest.mark.parametrize("path", ["/oauth2/userinfo", "/photos/v1/photos", "/photos/v1/photos/x"])
def test_protected_without_token(server: RunningServer, path: str) -> None:
    """No token: 401 and a bare challenge (RFC 6750 §3.1)."""
    response = server.get(path)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="localhost"'


@pytest.mark.parametrize("path", ["/oauth2/userinfo", "/photos/v1/photos"])
def test_protected_with_bad_token(server: RunningServer, path: str) -> None:
    """A token that is none: 401 invalid_token."""
    for value in ("nonsense", forged(server)):
        response = server.get(path, headers=bearer(value))
        assert response.status_code == 401
        assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]
        assert response.json()["error"] == "invalid_token"


def forged(server: RunningServer) -> str:
    """A real token with another signature."""
    token: str = server.token(**PASSWORD, scope="openid view_photos").json()["access_token"]
    head, claims, _ = token.split(".")
    jws.extract_compact(token.encode())
    return f"{head}.{claims}.{'A' * 342}"


@pytest.mark.parametrize(
    ("path", "scope"), [("/oauth2/userinfo", "openid"), ("/photos/v1/photos", "view_photos")]
)
def test_protected_with_too_little_scope(server: RunningServer, path: str, scope: str) -> None:
    """A token without the scope: 403, and the scope that is missing."""
    token = server.token(**PASSWORD, scope="other").json()["access_token"]
    response = server.get(path, headers=bearer(token))
    assert response.status_code == 403
    challenge = response.headers["WWW-Authenticate"]
    assert 'error="insufficient_scope"' in challenge
    assert f'scope="{scope}"' in challenge


def test_photos_with_revoked_token(server: RunningServer) -> None:
    """A revoked token opens nothing."""
    token = server.token(**PASSWORD, scope="view_photos").json()["access_token"]
    assert server.get("/photos/v1/photos", headers=bearer(token)).status_code == 200
    server.post("/oauth2/revoke", {"token": token}, auth=AUTH)
    assert server.get("/photos/v1/photos", headers=bearer(token)).status_code == 401


def test_photos_with_expired_token(hasty: RunningServer) -> None:
    """An expired token opens nothing."""
    token = hasty.token(**PASSWORD, scope="view_photos").json()["access_token"]
    wait_until_expired(hasty, token)
    assert hasty.get("/photos/v1/photos", headers=bearer(token)).status_code == 401


def test_token_in_query_does_not_count(server: RunningServer) -> None:
    """The header is the only place for a token (RFC 9700 §4.3.2)."""
    token = server.token(**PASSWORD, scope="view_photos").json()["access_token"]
    assert server.get(f"/photos/v1/photos?access_token={token}").status_code == 401


def test_unknown_photo(server: RunningServer) -> None:
    """A photo that is not there is 404, for those who may look."""
    token = server.token(**PASSWORD, scope="view_photos").json()["access_token"]
    assert server.get("/photos/v1/photos/../x", headers=bearer(token)).status_code == 404
    response = server.get("/photos/v1/photos/none", headers=bearer(token))
    assert response.status_code == 404
    assert response.json()["error"] == "not_found"
    assert server.post("/photos/v1/photos").json()["error"] == "method_not_allowed"


def test_range_beyond_the_photo(server: RunningServer) -> None:
    """A range that is not there is 416, with the length that is (RFC 9110 §15.5.17)."""
    token = server.token(**PASSWORD, scope="view_photos").json()["access_token"]
    path = "/photos/v1/photos/dawn-ridges"
    length = len(server.get(path, headers=bearer(token)).content)
    response = server.get(path, headers={**bearer(token), "Range": "bytes=999999999-"})
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{length}"
    assert response.json()["error"] == "requested_range_not_satisfiable"
