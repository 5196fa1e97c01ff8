"""The authorization code grant, from the login page to the photos."""

import hashlib
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.authserver.conftest import (
    CALLBACK,
    CLIENT_ID,
    CLIENT_SECRET,
    Browser,
    NewApplication,
    RunningServer,
    answer,
    run_server,
    wait_until_expired,
)

VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
S256 = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


def exchange(server: RunningServer, code: str, **form: Any) -> requests.Response:
    """A token request for this code."""
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **form}
    kept = {name: value for name, value in sent.items() if value is not None or name == "auth"}
    return server.token(**kept)


def assert_refused(response: requests.Response, error: str, description: str) -> None:
    """The error in WSO2's words, never stored."""
    assert response.json() == {"error": error, "error_description": description}
    assert response.status_code == (401 if error == "invalid_client" else 400)
    assert response.headers["Cache-Control"] == "no-store"
    challenge = response.headers.get("WWW-Authenticate", "")
    assert challenge.startswith("Basic realm=") == (error == "invalid_client")


def test_tutorial_walk_from_login_to_photos(server: RunningServer, browser: Browser) -> None:
    """Sign In, Approve Once, code, token, photos."""
    page = browser.authorize(scope="openid view_photos")
    assert "/authenticationendpoint/login.do?sessionDataKey=" in page.url
    assert "stand-in for WSO2, embedded" in page.text
    page = browser.sign_in()
    assert "/authenticationendpoint/oauth2_consent.do?sessionDataKeyConsent=" in page.url
    assert "See your photos" in page.text
    page = browser.choose("approve")
    assert page.headers["Location"].startswith(f"{CALLBACK}?code=")
    back = answer(page)
    assert back["state"] == "the-state"
    assert back["iss"] == server.issuer
    token = exchange(server, back["code"]).json()
    assert token["token_type"] == "Bearer"
    assert token["expires_in"] == 3600
    assert token["scope"] == "openid view_photos"
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    album = server.get("/photos/v1/photos", headers=headers).json()
    assert album["owner"] == "admin"
    photo = server.get(album["photos"][0]["href"], headers=headers)
    assert photo.headers["Content-Type"] == "image/jpeg"
    assert len(photo.content) == album["photos"][0]["size"]


def test_no_scope_asked_for(server: RunningServer, browser: Browser) -> None:
    """The scope is optional: the token gets API Manager's default, which opens no photos."""
    token = exchange(server, browser.code(scope=None)).json()
    assert token["scope"] == "default"
    assert "id_token" not in token
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    response = server.get("/photos/v1/photos", headers=headers)
    assert response.status_code == 403
    assert 'scope="view_photos"' in response.headers["WWW-Authenticate"]


def test_wrong_code(server: RunningServer) -> None:
    """A code nobody issued is refused."""
    words = "Invalid authorization code received from token request"
    assert_refused(exchange(server, "nonsense"), "invalid_grant", words)


def test_used_code_revokes_its_tokens(server: RunningServer, browser: Browser) -> None:
    """A code works once; its second use ends the tokens of the first."""
    code = browser.code()
    token = exchange(server, code).json()
    words = "Inactive authorization code received from token request"
    assert_refused(exchange(server, code), "invalid_grant", words)
    form = {"token": token["access_token"]}
    told = server.post("/oauth2/introspect", form, auth=(CLIENT_ID, CLIENT_SECRET)).json()
    assert told == {"active": False}
    refreshed = server.token(grant_type="refresh_token", refresh_token=token["refresh_token"])
    assert_refused(refreshed, "invalid_grant", "Persisted access token data not found")


def test_code_used_by_many_at_once(server: RunningServer, browser: Browser) -> None:
    """Of eight requests with one code, at the same moment, at most one gets a token."""
    code = browser.code()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: exchange(server, code), range(8)))
    statuses = sorted(response.status_code for response in answers)
    assert statuses.count(200) <= 1
    assert set(statuses) <= {200, 400}


def test_expired_code(hasty: RunningServer) -> None:
    """A code that has ended is refused, and stays so."""
    code = Browser(hasty).code()
    words = "Expired or Revoked authorization code received from token request"
    longer = hasty.token(grant_type="client_credentials").json()
    wait_until_expired(hasty, longer["access_token"])
    assert_refused(exchange(hasty, code), "invalid_grant", words)


@pytest.mark.parametrize("callback", [None, f"{CALLBACK}/", "http://evil.example/"])
def test_callback_mismatch_burns_the_code(
    server: RunningServer, browser: Browser, callback: str | None
) -> None:
    """Another callback than the request's is refused, and the code is used up."""
    code = browser.code()
    response = exchange(server, code, redirect_uri=callback)
    assert_refused(response, "invalid_grant", "Callback url mismatch")
    words = "Inactive authorization code received from token request"
    assert_refused(exchange(server, code), "invalid_grant", words)


def test_pkce_with_the_right_verifier(server: RunningServer, browser: Browser) -> None:
    """S256 with its verifier gives a token."""
    assert exchange(server, browser.code(**S256), code_verifier=VERIFIER).status_code == 200


def test_pkce_plain_is_the_default_method(server: RunningServer, browser: Browser) -> None:
    """A challenge without a method is plain, which the demo application allows."""
    code = browser.code(code_challenge=VERIFIER)
    assert exchange(server, code, code_verifier=VERIFIER).status_code == 200


def test_pkce_without_verifier_burns_the_code(server: RunningServer, browser: Browser) -> None:
    """No verifier for a code with a challenge: refused, and the code is used up."""
    code = browser.code(**S256)
    words = (
        "Empty PKCE code_verifier sent. This authorization code requires a PKCE verification "
        "to obtain an access token."
    )
    assert_refused(exchange(server, code), "invalid_grant", words)
    used = "Inactive authorization code received from token request"
    assert_refused(exchange(server, code, code_verifier=VERIFIER), "invalid_grant", used)


@pytest.mark.parametrize("verifier", ["w" * 43, "short", "ü" * 43])
def test_pkce_with_wrong_verifier(server: RunningServer, browser: Browser, verifier: str) -> None:
    """A wrong or malformed verifier is refused."""
    response = exchange(server, browser.code(**S256), code_verifier=verifier)
    assert_refused(response, "invalid_grant", "PKCE validation failed")


def test_verifier_without_challenge(server: RunningServer, browser: Browser) -> None:
    """A verifier for a request that had no challenge is refused (RFC 9700 §2.1.1)."""
    response = exchange(server, browser.code(), code_verifier=VERIFIER)
    assert_refused(response, "invalid_grant", "PKCE validation failed")


def test_mandatory_pkce(new_application: NewApplication, signed_in: Browser) -> None:
    """An application that demands PKCE gets WSO2's error at its callback."""
    made = new_application(pkce_mandatory="on")
    back = answer(signed_in.authorize(client_id=made.client_id))
    assert back["error"] == "invalid_request"
    assert back["error_description"] == (
        "PKCE is mandatory for this application. PKCE Challenge is not provided or is not upto "
        "RFC 7636 specification."
    )
    assert back["iss"] == signed_in.server.issuer
    assert back["state"] == "the-state"


def test_plain_pkce_where_it_is_not_allowed(
    new_application: NewApplication, signed_in: Browser
) -> None:
    """An application without Support PKCE Plain text refuses plain, also by default."""
    made = new_application()
    back = answer(signed_in.authorize(client_id=made.client_id, code_challenge=VERIFIER))
    assert back["error"] == "invalid_request"


def test_public_client_needs_pkce(
    server: RunningServer, new_application: NewApplication, signed_in: Browser
) -> None:
    """A public client exchanges without its secret, but not without a verifier."""
    made = new_application(public_client="on")
    code = signed_in.code(client_id=made.client_id, **S256)
    response = exchange(server, code, auth=None, client_id=made.client_id, code_verifier=VERIFIER)
    assert response.status_code == 200
    code = signed_in.code(client_id=made.client_id)
    response = exchange(server, code, auth=None, client_id=made.client_id)
    assert response.json()["error"] == "invalid_grant"


def test_code_of_another_client(
    server: RunningServer, new_application: NewApplication, signed_in: Browser
) -> None:
    """A code is good for the client it was issued to only."""
    made = new_application()
    response = exchange(server, signed_in.code(), auth=made.auth)
    words = "Invalid authorization code received from token request"
    assert_refused(response, "invalid_grant", words)


def test_grant_not_ticked(
    server: RunningServer, new_application: NewApplication, signed_in: Browser
) -> None:
    """An application without Code is refused at both endpoints."""
    made = new_application(grant_types=["password"])
    words = "The authenticated client is not authorized to use this authorization grant type"
    back = answer(signed_in.authorize(client_id=made.client_id))
    assert (back["error"], back["error_description"]) == ("unauthorized_client", words)
    assert_refused(exchange(server, "any", auth=made.auth), "unauthorized_client", words)


def test_refresh_switched_off(tmp_path: Path) -> None:
    """Where deployment.toml forbids refreshing, no grant gives a refresh token."""
    with run_server(tmp_path, "[oauth.grant_type.refresh_token]\nenable = false\n") as server:
        person = {"username": "admin", "password": "admin"}
        tokens = [
            exchange(server, Browser(server).code()).json(),
            server.token(grant_type="password", **person).json(),
        ]
        for token in tokens:
            assert "access_token" in token
            assert "refresh_token" not in token


def test_code_grant_switched_off(tmp_path: Any) -> None:
    """`enable = false` in deployment.toml ends the grant at both endpoints and in the metadata."""
    deployment = "[oauth.grant_type.authorization_code]\nenable = false\n"
    with run_server(tmp_path, deployment) as off:
        back = answer(Browser(off).authorize())
        assert back["error"] == "unauthorized_client"
        words = "Unsupported grant_type value"
        assert_refused(exchange(off, "any"), "unsupported_grant_type", words)
        told = off.get("/.well-known/openid-configuration").json()
        assert "authorization_code" not in told["grant_types_supported"]
        assert not [kind for kind in told["response_types_supported"] if "code" in kind]
