"""Dynamic client registration and management (RFC 7591, RFC 7592)."""

import json
import re
import secrets
from pathlib import Path
from typing import Any

import pytest
import requests

from authserver.oauth.client_metadata import KNOWN
from authserver.oauth.registration_rules import BOXES, SECONDS
from tests.authserver.conftest import CALLBACK, Browser, RunningServer, answer, run_server
from tests.authserver.test_code_grant import S256, VERIFIER, exchange
from tests.authserver.test_tokens import bearer

PATH = "/client-registration/v0.17/register"


def register(server: RunningServer, **metadata: Any) -> requests.Response:
    """Registers a client."""
    return server.post(PATH, json={"redirect_uris": [CALLBACK], **metadata})


def test_registered_client_works(server: RunningServer, browser: Browser) -> None:
    """A client registers, gets a code and exchanges it."""
    told = server.get("/.well-known/openid-configuration").json()
    assert told["registration_endpoint"] == f"{server.url}{PATH}"
    response = register(server, client_name="Visitor")
    assert response.status_code == 201
    assert response.headers["Cache-Control"] == "no-store"
    made = response.json()
    assert made["redirect_uris"] == [CALLBACK]
    assert made["grant_types"] == ["authorization_code"]
    assert made["token_endpoint_auth_method"] == "client_secret_basic"
    assert made["client_secret_expires_at"] == 0
    browser.authorize(client_id=made["client_id"])
    browser.sign_in()
    assert "Visitor" in browser.page.text
    code = browser.code(client_id=made["client_id"])
    auth = (made["client_id"], made["client_secret"])
    assert exchange(server, code, auth=auth).status_code == 200


@pytest.mark.parametrize("metadata", [{}, {"client_name": ""}, {"client_name": "  "}])
def test_registered_without_a_name(server: RunningServer, metadata: dict[str, str]) -> None:
    """The name that people will see is given, and told (RFC 7591 §3.2.1)."""
    assert register(server, **metadata).json()["client_name"] == "Registered application"


def test_registered_scope_is_the_most(server: RunningServer, browser: Browser) -> None:
    """A client gets no scope beyond those it registered (RFC 7591 §2)."""
    grants = ["authorization_code", "password", "client_credentials"]
    made = register(server, scope="openid view_photos", grant_types=grants).json()
    auth = (made["client_id"], made["client_secret"])
    person = {"username": "admin", "password": "admin"}
    for form in ({"grant_type": "password", **person}, {"grant_type": "client_credentials"}):
        assert server.token(auth=auth, **form, scope="view_photos").json()["scope"] == "view_photos"
        assert "default" in server.token(auth=auth, **form).json()["scope"]
        refused = server.token(auth=auth, **form, scope="view_photos email")
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    refused = answer(browser.authorize(client_id=made["client_id"], scope="openid email"))
    assert refused["error"] == "invalid_scope"
    assert "code" in browser.approve(client_id=made["client_id"], scope="openid view_photos")


@pytest.mark.parametrize("scope", ['a"b', "a\\b", "é"])
def test_registered_scope_that_is_none(server: RunningServer, scope: str) -> None:
    """What is no scope cannot be registered as one (RFC 6749 §3.3)."""
    assert register(server, scope=scope).json()["error"] == "invalid_client_metadata"


def test_registered_method_is_the_only_one(server: RunningServer, browser: Browser) -> None:
    """A client that registered client_secret_post does not get in by Basic."""
    made = register(server, token_endpoint_auth_method="client_secret_post").json()
    code = browser.code(client_id=made["client_id"])
    auth = (made["client_id"], made["client_secret"])
    assert exchange(server, code, auth=auth).status_code == 401
    form = {"client_id": auth[0], "client_secret": auth[1]}
    assert exchange(server, code, auth=None, **form).status_code == 200


def test_registered_public_client(server: RunningServer, browser: Browser) -> None:
    """A public client gets no secret, and PKCE makes up for it."""
    made = register(server, token_endpoint_auth_method="none").json()
    assert "client_secret" not in made
    code = browser.code(client_id=made["client_id"], **S256)
    response = exchange(
        server, code, auth=None, client_id=made["client_id"], code_verifier=VERIFIER
    )
    assert response.status_code == 200


def test_registered_key_needs_no_secret(server: RunningServer) -> None:
    """A client that signs with its own key gets no secret, at registration or later."""
    jwks_uri = "http://localhost:8080/playground2/jwks"
    made = register(server, token_endpoint_auth_method="private_key_jwt", jwks_uri=jwks_uri).json()
    headers = bearer(made["registration_access_token"])
    read = server.get(made["registration_client_uri"], headers=headers).json()
    for told in (made, read):
        assert told["token_endpoint_auth_method"] == "private_key_jwt"
        assert not {"client_secret", "client_secret_expires_at"} & told.keys()


def test_default_grant_that_is_switched_off(tmp_path: Path) -> None:
    """The code grant is the default only where it can be had."""
    deployment = "[oauth.grant_type.authorization_code]\nenable = false\n"
    with run_server(tmp_path, deployment) as server:
        refused = register(server)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client_metadata")
        made = register(server, grant_types=["implicit"], response_types=["token"])
        assert made.json()["grant_types"] == ["implicit"]


def test_read_and_delete(server: RunningServer) -> None:
    """The registration access token reads the client and deletes it, once."""
    made = register(server, post_logout_redirect_uris=[CALLBACK]).json()
    uri, headers = made["registration_client_uri"], bearer(made["registration_access_token"])
    read = server.get(uri, headers=headers).json()
    assert read["client_id"] == made["client_id"]
    assert read["post_logout_redirect_uris"] == [CALLBACK]
    options: dict[str, Any] = {"headers": headers, "verify": server.authority, "timeout": 30}
    assert requests.delete(uri, **options).status_code == 204
    assert server.get(uri, headers=headers).status_code == 401
    auth = (made["client_id"], made["client_secret"])
    assert server.token(auth=auth, grant_type="client_credentials").status_code == 401


def update(server: RunningServer, made: dict[str, Any], **metadata: Any) -> requests.Response:
    """Updates a registered client."""
    return requests.put(
        made["registration_client_uri"],
        json=metadata,
        headers=bearer(made["registration_access_token"]),
        verify=server.authority,
        timeout=30,
    )


def test_update(server: RunningServer) -> None:
    """What is sent replaces what was registered; key, secret and token stay (RFC 7592 §2.2)."""
    made = register(server, contacts=["a@b.example"]).json()
    new = {"redirect_uris": [CALLBACK], "grant_types": ["authorization_code", "implicit"]}
    response = update(server, made, client_id=made["client_id"], client_name="Other", **new)
    assert response.status_code == 200
    told = response.json()
    assert told["client_name"] == "Other"
    assert told["grant_types"] == ["authorization_code", "implicit"]
    assert "contacts" not in told
    for name in ("client_id", "client_secret", "registration_access_token"):
        assert told[name] == made[name]
    headers = bearer(made["registration_access_token"])
    assert server.get(made["registration_client_uri"], headers=headers).json() == told


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "other"}, "invalid_request"),
        ({"client_id": 5}, "invalid_client_metadata"),
        ({"client_secret": "other"}, "invalid_request"),
        ({"registration_access_token": "x"}, "invalid_request"),
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"jwks": {"keys": 5}}, "invalid_client_metadata"),
    ],
)
def test_bad_update(server: RunningServer, changes: dict[str, Any], error: str) -> None:
    """An update that cannot be is refused and changes nothing."""
    made = register(server).json()
    sent = {"client_id": made["client_id"], "redirect_uris": [CALLBACK], **changes}
    response = update(server, made, **sent)
    assert (response.status_code, response.json()["error"]) == (400, error)
    headers = bearer(made["registration_access_token"])
    read = server.get(made["registration_client_uri"], headers=headers).json()
    assert read["redirect_uris"] == [CALLBACK]
    stranger = {**made, "registration_access_token": "wrong"}
    assert update(server, stranger, **sent).status_code == 401


def keys_page(browser: Browser, name: str) -> None:
    """Opens the production keys of the application with this name."""
    browser.open("/devportal/applications")
    path = re.findall(rf'href="([^"]+)">{name}<', browser.page.text)[0]
    browser.open(f"{path}/productionkeys")


def test_portal_settings_win(server: RunningServer, signed_in: Browser) -> None:
    """Implicit and Public client, ticked for a registered client, are what holds then."""
    name = f"registered-{secrets.token_hex(4)}"
    made = register(server, client_name=name).json()
    named = {"client_id": made["client_id"], "response_type": "token"}
    assert answer(signed_in.authorize(**named))["error"] == "unauthorized_client"
    keys_page(signed_in, name)
    grants = ["authorization_code", "implicit"]
    form = signed_in.form("redirect_uris")
    signed_in.submit(form, grant_types=grants, public_client="on")
    assert "access_token" in signed_in.approve(**named)
    code = signed_in.code(client_id=made["client_id"], **S256)
    sent = {"client_id": made["client_id"], "code_verifier": VERIFIER}
    assert exchange(server, code, auth=None, **sent).status_code == 200


def test_portal_shows_a_registered_public_client(server: RunningServer, signed_in: Browser) -> None:
    """Its box is ticked, so that saving the page leaves it public."""
    name = f"registered-{secrets.token_hex(4)}"
    made = register(server, client_name=name, token_endpoint_auth_method="none").json()
    keys_page(signed_in, name)
    signed_in.submit(signed_in.form("redirect_uris"))
    code = signed_in.code(client_id=made["client_id"], **S256)
    sent = {"client_id": made["client_id"], "code_verifier": VERIFIER}
    assert exchange(server, code, auth=None, **sent).status_code == 200
    keys_page(signed_in, name)
    signed_in.submit(signed_in.form("redirect_uris"), public_client=None)
    code = signed_in.code(client_id=made["client_id"], **S256)
    assert exchange(server, code, auth=None, **sent).status_code == 401


def test_delete_leaves_the_other_keys(server: RunningServer, signed_in: Browser) -> None:
    """A client deletes itself, not the sandbox keys that a person generated beside it."""
    name = f"registered-{secrets.token_hex(4)}"
    made = register(server, client_name=name).json()
    signed_in.open("/devportal/applications")
    path = re.findall(rf'href="([^"]+)">{name}<', signed_in.page.text)[0]
    signed_in.open(f"{path}/sandboxkeys")
    form = signed_in.form("redirect_uris")
    page = signed_in.submit(form, grant_types=["client_credentials"])
    found = dict(re.findall(r'<input id="(consumer-\w+)" value="([^"]+)"', page.text))
    auth = (found["consumer-key"], found["consumer-secret"])
    headers = bearer(made["registration_access_token"])
    options: dict[str, Any] = {"headers": headers, "verify": server.authority, "timeout": 30}
    assert requests.delete(made["registration_client_uri"], **options).status_code == 204
    assert server.token(auth=auth, grant_type="client_credentials").status_code == 200
    assert name in signed_in.open("/devportal/applications").text


def test_delete_takes_the_empty_application(server: RunningServer, signed_in: Browser) -> None:
    """Without keys nothing is left to be seen in the portal."""
    name = f"registered-{secrets.token_hex(4)}"
    made = register(server, client_name=name).json()
    headers = bearer(made["registration_access_token"])
    assert name in signed_in.open("/devportal/applications").text
    options: dict[str, Any] = {"headers": headers, "verify": server.authority, "timeout": 30}
    requests.delete(made["registration_client_uri"], **options)
    assert name not in signed_in.open("/devportal/applications").text


def test_management_needs_its_own_token(server: RunningServer) -> None:
    """No token, a wrong one or another client's opens nothing."""
    made, other = register(server).json(), register(server).json()
    uri = made["registration_client_uri"]
    assert server.get(uri).status_code == 401
    for value in ("wrong", other["registration_access_token"]):
        response = server.get(uri, headers=bearer(value))
        assert response.status_code == 401
        assert "invalid_token" in response.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["http://x.example/#f"]}, "invalid_redirect_uri"),
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": CALLBACK}, "invalid_client_metadata"),
        ({"redirect_uris": [1]}, "invalid_client_metadata"),
        ({"grant_types": ["magic"]}, "invalid_client_metadata"),
        ({"grant_types": {"a": 1}}, "invalid_client_metadata"),
        ({"response_types": ["code id_token"]}, "invalid_client_metadata"),
        ({"response_types": ["magic"]}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "magic"}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({"jwks": {"keys": "x"}}, "invalid_client_metadata"),
        ({"jwks": []}, "invalid_client_metadata"),
        ({"jwks_uri": "ftp://x/"}, "invalid_client_metadata"),
        ({"client_name": {"a": "b"}}, "invalid_client_metadata"),
        ({"client_name": "n" * 71}, "invalid_client_metadata"),
        ({"id_token_signed_response_alg": "none"}, "invalid_client_metadata"),
        ({"id_token_encrypted_response_alg": "RSA-OAEP"}, "invalid_client_metadata"),
        ({"subject_type": "pairwise"}, "invalid_client_metadata"),
        ({"application_type": "desktop"}, "invalid_client_metadata"),
        ({"jwks": {"keys": 5}}, "invalid_client_metadata"),
        ({"jwks": {"keys": [{"kty": "OKP", "crv": "X", "x": "AA"}]}}, "invalid_client_metadata"),
        ({"jwks": {"keys": [{"kty": ["RSA"]}]}}, "invalid_client_metadata"),
        ({"request_uris": 5}, "invalid_client_metadata"),
        ({"sector_identifier_uri": 5}, "invalid_client_metadata"),
        ({"initiate_login_uri": 5}, "invalid_client_metadata"),
    ],
)
def test_bad_metadata(server: RunningServer, metadata: dict[str, Any], error: str) -> None:
    """Metadata that cannot be honoured is refused with the standard's codes (RFC 7591 §3.2.2)."""
    response = register(server, **metadata)
    assert response.status_code == 400
    assert response.json()["error"] == error


ODD: list[Any] = [None, 5, "", "\ud800", [None], ["x"], {"keys": [{}]}]


@pytest.mark.parametrize("name", [*KNOWN, *SECONDS, *BOXES, "software_statement", "unknown"])
def test_odd_metadata(server: RunningServer, name: str) -> None:
    """Whatever any member holds, it is registered or refused, never a 5xx."""
    for value in ODD:
        response = register(server, **{name: value})
        assert response.status_code in (201, 400), (value, response.text)
        assert response.status_code == 201 or response.json()["error"].startswith("invalid_")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 9000])
def test_body_that_is_no_object(server: RunningServer, body: bytes) -> None:
    """Anything but a JSON object is refused, never a 5xx."""
    response = server.post(PATH, body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_client_metadata"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_body_that_is_not_called_json(server: RunningServer, kind: str) -> None:
    """What a page of any site may post is no registration (RFC 7591 §3.1)."""
    body = json.dumps({"redirect_uris": [CALLBACK]}).encode()
    response = server.post(PATH, body, headers={"Content-Type": kind})
    assert response.status_code == 400
    assert "application/json" in response.json()["error_description"]
