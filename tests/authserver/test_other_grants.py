"""Refresh token, client credentials, password, and how clients prove who they are."""

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.authserver.conftest import (
    CLIENT_ID,
    CLIENT_SECRET,
    NewApplication,
    RunningServer,
    wait_until_expired,
)
from tests.authserver.test_code_grant import assert_refused

PASSWORD = {"grant_type": "password", "username": "admin", "password": "admin"}


def test_client_credentials(server: RunningServer) -> None:
    """A token for the application, with API Manager's scope and no refresh token."""
    token = server.token(grant_type="client_credentials").json()
    assert token["scope"] == "am_application_scope default"
    assert "refresh_token" not in token
    assert "id_token" not in token


def test_client_credentials_grants_unknown_scopes(server: RunningServer) -> None:
    """Scopes nobody knows are granted as in API Manager; openid makes no sense here."""
    token = server.token(grant_type="client_credentials", scope="openid made_up").json()
    assert token["scope"] == "made_up"


def test_password(server: RunningServer) -> None:
    """Name and password give both tokens, and an id token when openid is asked for."""
    token = server.token(**PASSWORD, scope="openid view_photos").json()
    assert token["scope"] == "openid view_photos"
    assert {"access_token", "refresh_token", "id_token"} <= token.keys()


def test_wrong_password(server: RunningServer) -> None:
    """A wrong password is invalid_grant."""
    response = server.token(**{**PASSWORD, "password": "wrong"})
    assert_refused(response, "invalid_grant", "Authentication failed for admin")


def test_refresh_rotates(server: RunningServer) -> None:
    """A refresh gives a new pair and ends the old one."""
    old = server.token(**PASSWORD, scope="openid profile").json()
    new = server.token(grant_type="refresh_token", refresh_token=old["refresh_token"]).json()
    assert new["scope"] == "openid profile"
    assert new["refresh_token"] != old["refresh_token"]
    assert "id_token" in new
    auth = (CLIENT_ID, CLIENT_SECRET)
    told = server.post("/oauth2/introspect", {"token": old["access_token"]}, auth=auth).json()
    assert told == {"active": False}


def test_refresh_twice_ends_the_family(server: RunningServer) -> None:
    """A refresh token used twice was stolen: all its descendants end (RFC 9700 §4.14.2)."""
    old = server.token(**PASSWORD).json()
    new = server.token(grant_type="refresh_token", refresh_token=old["refresh_token"]).json()
    words = "Persisted access token data not found"
    for stolen in (old, new):
        response = server.token(grant_type="refresh_token", refresh_token=stolen["refresh_token"])
        assert_refused(response, "invalid_grant", words)


def test_refresh_by_many_at_once(server: RunningServer) -> None:
    """Of many refreshes at the same moment at most one gives a token."""
    token = server.token(**PASSWORD).json()
    form = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: server.token(**form).status_code, range(8)))
    assert statuses.count(200) <= 1
    assert set(statuses) <= {200, 400}


def test_refresh_for_less_scope(server: RunningServer) -> None:
    """A refresh may ask for less, never for more (RFC 6749 §6)."""
    token = server.token(**PASSWORD, scope="a b").json()
    less = server.token(grant_type="refresh_token", refresh_token=token["refresh_token"], scope="a")
    assert less.json()["scope"] == "a"
    form = {"grant_type": "refresh_token", "refresh_token": less.json()["refresh_token"]}
    assert_refused(server.token(**form, scope="a c"), "invalid_scope", "Invalid Scope!")


def test_refresh_for_less_scope_is_for_once(server: RunningServer) -> None:
    """The new refresh token is worth what the old one was (RFC 6749 §6)."""
    old = server.token(**PASSWORD, scope="openid email view_photos").json()
    form = {"grant_type": "refresh_token", "refresh_token": old["refresh_token"]}
    less = server.token(**form, scope="openid").json()
    headers = {"Authorization": f"Bearer {less['access_token']}"}
    assert server.get("/photos/v1/photos", headers=headers).status_code == 403
    assert "email" not in server.get("/oauth2/userinfo", headers=headers).json()
    auth = (CLIENT_ID, CLIENT_SECRET)
    told = server.post("/oauth2/introspect", {"token": less["refresh_token"]}, auth=auth).json()
    assert told["scope"] == "openid email view_photos"
    again = server.token(grant_type="refresh_token", refresh_token=less["refresh_token"]).json()
    assert again["scope"] == "openid email view_photos"


def test_refresh_unknown(server: RunningServer, new_application: NewApplication) -> None:
    """An unknown refresh token and another client's are the same to us."""
    words = "Persisted access token data not found"
    response = server.token(grant_type="refresh_token", refresh_token="unknown")
    assert_refused(response, "invalid_grant", words)
    token = server.token(**PASSWORD).json()
    form = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
    assert_refused(server.token(auth=new_application().auth, **form), "invalid_grant", words)


def test_refresh_expired(hasty: RunningServer) -> None:
    """A refresh token that has ended says so."""
    token = hasty.token(**PASSWORD).json()
    wait_until_expired(hasty, token["access_token"])
    response = hasty.token(grant_type="refresh_token", refresh_token=token["refresh_token"])
    assert_refused(response, "invalid_grant", "Refresh token is expired.")


def test_unknown_grant(server: RunningServer) -> None:
    """A grant nobody knows: WSO2's words under the standard's code (RFC 6749 §5.2)."""
    response = server.token(grant_type="magic")
    assert_refused(response, "unsupported_grant_type", "Unsupported grant_type value")


def test_missing_grant(server: RunningServer) -> None:
    """No grant_type at all is an invalid request."""
    assert_refused(server.token(), "invalid_request", "Missing grant_type parameter value")


def test_repeated_parameter(server: RunningServer) -> None:
    """No parameter may come twice (RFC 6749 §3.2)."""
    response = server.token(grant_type=["password", "client_credentials"])
    assert response.json()["error"] == "invalid_request"


def test_parameters_in_the_query_do_not_count(server: RunningServer) -> None:
    """The token endpoint reads the body only, so no secret ends in a log."""
    response = server.post(
        "/oauth2/token?grant_type=client_credentials", {}, auth=(CLIENT_ID, CLIENT_SECRET)
    )
    assert response.json()["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("auth", "form", "words"),
    [
        ((CLIENT_ID, "wrong"), {}, "Client credentials are invalid."),
        (("who", "x"), {}, "A valid OAuth client could not be found for client_id: who"),
        (None, {}, "Unsupported client authentication mechanism"),
        (None, {"client_id": CLIENT_ID}, "Unsupported client authentication mechanism"),
        (
            None,
            {"client_id": CLIENT_ID, "client_secret": "wrong"},
            "Client credentials are invalid.",
        ),
        ((CLIENT_ID, ""), {}, "Client credentials are invalid."),
    ],
)
def test_client_refused(server: RunningServer, auth: Any, form: dict[str, str], words: str) -> None:
    """Every failed client authentication is 401 with a Basic challenge and WSO2's words."""
    response = server.token(auth=auth, grant_type="client_credentials", **form)
    assert_refused(response, "invalid_client", words)


def test_client_secret_post(server: RunningServer) -> None:
    """Id and secret in the form."""
    form = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    response = server.token(auth=None, grant_type="client_credentials", **form)
    assert response.status_code == 200


def test_basic_is_form_decoded(server: RunningServer) -> None:
    """Both halves of Basic are form-encoded inside (RFC 6749 §2.3.1)."""
    encoded = "".join(f"%{ord(letter):02X}" for letter in CLIENT_SECRET)
    blob = b64encode(f"{CLIENT_ID}:{encoded}".encode()).decode()
    response = server.token(
        auth=lambda request: _with_header(request, f"Basic {blob}"),
        grant_type="client_credentials",
    )
    assert response.status_code == 200


def test_two_ways_at_once(server: RunningServer) -> None:
    """A client authenticates in one way per request (RFC 6749 §2.3)."""
    response = server.token(grant_type="client_credentials", client_secret=CLIENT_SECRET)
    assert response.json()["error"] == "invalid_request"


@pytest.mark.parametrize("header", ["Basic", "Basic ???", "Basic gP8=", "Basic YQ==", "Digest x"])
def test_malformed_authorization_header(server: RunningServer, header: str) -> None:
    """A header that cannot be read is a refusal, never a 5xx."""
    response = server.token(
        auth=lambda request: _with_header(request, header), grant_type="client_credentials"
    )
    words = "Unsupported client authentication mechanism"
    assert_refused(response, "invalid_client", words)


def _with_header(request: Any, value: str) -> Any:
    request.headers["Authorization"] = value
    return request
