"""Implicit and hybrid responses, and the ways a response travels."""

import hashlib
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.authserver.conftest import (
    CALLBACK,
    Browser,
    NewApplication,
    RunningServer,
    answer,
    text_of,
)
from tests.authserver.test_code_grant import S256, VERIFIER, exchange
from tests.authserver.test_tokens import bearer, decode

HYBRID = ["code id_token", "code token", "code id_token token"]
IMPLICIT = ["token", "id_token", "id_token token"]


def half_hash(value: str) -> str:
    """The left half of a value's SHA-256, as OIDC Core §3.1.3.6 has it."""
    digest = hashlib.sha256(value.encode()).digest()[:16]
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


@pytest.mark.parametrize("response_type", [*IMPLICIT, *HYBRID, "token id_token code"])
def test_front_channel(server: RunningServer, browser: Browser, response_type: str) -> None:
    """Every response type brings exactly its parts, in the fragment, with their hashes."""
    back = browser.approve(response_type=response_type, nonce="n1", scope="openid view_photos")
    assert urlsplit(browser.page.headers["Location"]).query == ""
    parts = set(response_type.split())
    for name in ("access_token", "token_type", "expires_in", "scope"):
        assert (name in back) == ("token" in parts), name
    assert ("id_token" in back) == ("id_token" in parts)
    assert ("code" in back) == ("code" in parts)
    assert "refresh_token" not in back
    assert back["iss"] == server.issuer
    assert back["state"] == "the-state"
    assert back["session_state"].count(".") == 1
    if "id_token" in back:
        claims = decode(server, back["id_token"]).claims
        assert claims["nonce"] == "n1"
        assert claims["sub"] == "admin"
        assert claims.get("at_hash") == hash_of(back.get("access_token"))
        assert claims.get("c_hash") == hash_of(back.get("code"))
    if "access_token" in back:
        headers = bearer(back["access_token"])
        assert server.get("/photos/v1/photos", headers=headers).status_code == 200
    if "code" in back:
        token = exchange(server, back["code"]).json()
        second = decode(server, token["id_token"]).claims
        assert second["nonce"] == "n1"


def hash_of(value: str | None) -> str | None:
    """The half hash, where there is something to hash."""
    return half_hash(value) if value else None


def test_no_scope_asked_for(server: RunningServer, browser: Browser) -> None:
    """The scope is optional; the consent page and the answer name API Manager's default."""
    browser.authorize(response_type="token", scope=None)
    browser.sign_in()
    assert "it gets API Manager's default access" in text_of(browser.page)
    back = answer(browser.choose("approve"))
    assert back["scope"] == "default"
    headers = bearer(back["access_token"])
    assert server.get("/photos/v1/photos", headers=headers).status_code == 403


def test_code_token_without_openid(server: RunningServer, browser: Browser) -> None:
    """Plain OAuth has `code token` too, without nonce or id token, and with PKCE."""
    back = browser.approve(response_type="code token", scope="view_photos", **S256)
    headers = bearer(back["access_token"])
    assert server.get("/photos/v1/photos", headers=headers).status_code == 200
    token = exchange(server, back["code"], code_verifier=VERIFIER).json()
    assert token["scope"] == "view_photos"
    assert "id_token" not in token
    refused = answer(browser.authorize(response_type="code token", code_challenge="short"))
    assert refused["error"] == "invalid_request"


@pytest.mark.parametrize("response_type", ["id_token", "id_token token", *HYBRID[::2]])
def test_missing_nonce(browser: Browser, response_type: str) -> None:
    """An id token through the browser needs a nonce (OIDC Core §3.2.2.1)."""
    browser.authorize(response_type=response_type)
    assert urlsplit(browser.page.headers["Location"]).query == ""
    assert answer(browser.page)["error"] == "invalid_request"


def test_id_token_without_openid(browser: Browser) -> None:
    """An id token needs the scope openid."""
    back = answer(browser.authorize(response_type="id_token", nonce="n", scope="profile"))
    assert back["error"] == "invalid_scope"


def test_implicit_not_ticked(new_application: NewApplication, signed_in: Browser) -> None:
    """An application without Implicit gets no token from the front channel."""
    made = new_application()
    for kind in ("token", "code id_token"):
        page = signed_in.authorize(client_id=made.client_id, response_type=kind, nonce="n")
        assert answer(page)["error"] == "unauthorized_client"


@pytest.mark.parametrize("response_type", ["token", "code id_token"])
def test_no_token_in_a_query(browser: Browser, response_type: str) -> None:
    """No token is ever put in a query (OAuth Multiple Response Types §3)."""
    page = browser.authorize(response_type=response_type, nonce="n", response_mode="query")
    assert answer(page)["error"] == "invalid_request"
    assert urlsplit(page.headers["Location"]).query == ""


def test_code_in_a_fragment(browser: Browser) -> None:
    """A code may travel in the fragment when it is asked for."""
    assert browser.approve(response_mode="fragment")["code"]
    assert urlsplit(browser.page.headers["Location"]).query == ""


@pytest.mark.parametrize("response_type", ["code", "code id_token token"])
def test_form_post(server: RunningServer, browser: Browser, response_type: str) -> None:
    """form_post is a page whose form holds the answer, posted by a script or by Continue."""
    browser.authorize(response_type=response_type, nonce="n", response_mode="form_post")
    browser.sign_in()
    page = browser.choose("approve")
    assert page.status_code == 200
    form = browser.form("code")
    assert form.action == CALLBACK
    assert dict(form.fields)["state"] == "the-state"
    assert dict(form.fields)["iss"] == server.issuer
    assert "Continue" in page.text
    assert "form-action 'self' http://localhost:8080;" in page.headers["Content-Security-Policy"]
    assert exchange(server, dict(form.fields)["code"]).status_code == 200


def test_error_by_form_post(browser: Browser) -> None:
    """An error travels the way the answer would have."""
    browser.authorize(response_mode="form_post", prompt="none")
    assert dict(browser.form("error").fields)["error"] == "login_required"


def test_reused_code_ends_front_channel_tokens(server: RunningServer, browser: Browser) -> None:
    """All that came from one approval ends together."""
    back = browser.approve(response_type="code token", nonce="n", scope="openid view_photos")
    for _ in range(2):
        exchange(server, back["code"])
    headers = bearer(back["access_token"])
    assert server.get("/photos/v1/photos", headers=headers).status_code == 401


def test_session_state_changes_with_the_session(browser: Browser) -> None:
    """session_state is the hash that the frame compares (Session Management §2)."""
    back = browser.approve()
    given, salt = back["session_state"].split(".")
    opbs: Any = browser.http.cookies.get("opbs")
    text = f"IZsIi6HDbB5e8VKdZAnUi_fZ3f8a http://localhost:8080 {opbs} {salt}"
    assert given == hashlib.sha256(text.encode()).hexdigest()
