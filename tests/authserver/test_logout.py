"""RP-initiated, back-channel and front-channel logout, and the session check frame."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
import requests

from authserver.oauth.outbound import Outbound, OutboundError
from tests.authserver.conftest import (
    CLIENT_ID,
    Browser,
    NewApplication,
    RunningServer,
    answer,
    text_of,
)
from tests.authserver.receiver import Receiver
from tests.authserver.test_code_grant import exchange
from tests.authserver.test_tokens import bearer, decode
from tests.support.certificates import LOCALHOST, self_signed
from tests.support.rogue import Handler, Rogue

RETURN = "http://localhost:8080/playground2/logout/callback"


def id_token(browser: Browser, **parameters: Any) -> str:
    """The id token of a fresh sign-in."""
    code = browser.code(scope="openid", **parameters)
    token: str = exchange(browser.server, code).json()["id_token"]
    return token


def test_logout_with_return(browser: Browser) -> None:
    """Do you want to logout? Yes; back to the application with its state; signed out."""
    hint = id_token(browser)
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": RETURN, "state": "s1"}
    page = browser.open("/oidc/logout", params=sent)
    assert "Do you want to logout?" in text_of(page)
    assert "form-action 'self' http://localhost:8080" in page.headers["Content-Security-Policy"]
    page = browser.submit(browser.form("sessionDataKey"), consent="approve")
    assert "Continue" in page.text
    assert f'href="{RETURN}?state=s1"' in page.text
    assert answer(browser.authorize(prompt="none"))["error"] == "login_required"
    assert not [cookie for cookie in browser.http.cookies if cookie.name == "opbs"]


def test_logout_without_frames_redirects(
    new_application: NewApplication, signed_in: Browser
) -> None:
    """Where no application has a frame to show, the way back is a redirect."""
    made = new_application(post_logout_redirect_uris=RETURN)
    sent = {"client_id": made.client_id, "post_logout_redirect_uri": RETURN, "state": "s1"}
    signed_in.open("/oidc/logout", params=sent)
    page = signed_in.submit(signed_in.form("sessionDataKey"), consent="approve")
    assert page.headers["Location"] == f"{RETURN}?state=s1"


def test_return_address_keeps_its_query(
    new_application: NewApplication, signed_in: Browser
) -> None:
    """What was registered comes back as it was, `%20`, `/` and a name without a value included."""
    returning, framed = f"{RETURN}?next=/a%20b&flag", "http://localhost:7777/out?next=/a%20b&flag"
    made = new_application(post_logout_redirect_uris=returning, frontchannel_logout_uri=framed)
    signed_in.code(client_id=made.client_id)
    sent = {"client_id": made.client_id, "post_logout_redirect_uri": returning, "state": "s1"}
    signed_in.open("/oidc/logout", params=sent)
    page = signed_in.submit(signed_in.form("sessionDataKey"), consent="approve")
    assert f'href="{escape(returning)}&amp;state=s1"' in page.text
    assert f'src="{escape(framed)}&amp;iss=' in page.text


def test_logout_refused_by_the_person(browser: Browser) -> None:
    """No keeps the session and tells the application in WSO2's words."""
    hint = id_token(browser)
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": RETURN, "state": "s1"}
    browser.open("/oidc/logout", params=sent)
    back = answer(browser.submit(browser.form("sessionDataKey"), consent="deny"))
    assert back == {
        "error": "access_denied",
        "error_description": "End User denied the logout request",
        "state": "s1",
    }
    assert "sessionDataKeyConsent" in browser.authorize().url


def test_logout_by_post(browser: Browser) -> None:
    """A client may post the request from its own site."""
    id_token(browser)
    page = browser._follow("POST", f"{browser.server.url}/oidc/logout", data={"state": "x"})
    assert "Do you want to logout?" in text_of(page)


def test_logout_without_session(browser: Browser) -> None:
    """Who is not signed in is not asked, and goes straight back."""
    sent = {"client_id": CLIENT_ID, "post_logout_redirect_uri": RETURN, "state": "s1"}
    page = browser.open("/oidc/logout", params=sent)
    assert page.headers["Location"] == f"{RETURN}?state=s1"


@pytest.mark.parametrize(
    "sent",
    [
        {"id_token_hint": "x.y.z"},
        {"id_token_hint": "a.b.c.d.e"},
        {"client_id": CLIENT_ID, "post_logout_redirect_uri": "http://evil.example/"},
        {"client_id": "nobody", "post_logout_redirect_uri": RETURN},
        {"post_logout_redirect_uri": RETURN},
    ],
)
def test_bad_logout_request(browser: Browser, sent: dict[str, str]) -> None:
    """A foreign hint or an unregistered address is explained, and nobody is signed out."""
    id_token(browser)
    page = browser.open("/oidc/logout", params=sent)
    assert page.status_code == 400
    assert "Location" not in page.headers
    assert "sessionDataKeyConsent" in browser.authorize().url


def other_tokens(server: RunningServer) -> list[str]:
    """What this server signs and what is no id token."""
    person = {"username": "admin", "password": "admin", "scope": "openid"}
    signing = {"redirect_uris": [RETURN], "userinfo_signed_response_alg": "RS256"}
    grants = {"grant_types": ["password"], "response_types": []}
    made = server.post("/client-registration/v0.17/register", json={**signing, **grants}).json()
    auth = (made["client_id"], made["client_secret"])
    token = server.token(auth=auth, grant_type="password", **person).json()["access_token"]
    userinfo = server.get("/oauth2/userinfo", headers=bearer(token)).text
    own = server.token(grant_type="client_credentials").json()["access_token"]
    return [token, userinfo, own]


def test_hint_that_is_no_id_token(server: RunningServer, browser: Browser) -> None:
    """An access token and a UserInfo response are signed by the same key; neither is a hint."""
    assert "sessionDataKeyConsent" in browser.authorize(id_token_hint=id_token(browser)).url
    for other in other_tokens(server):
        assert other.count(".") == 2
        assert browser.open("/oidc/logout", params={"id_token_hint": other}).status_code == 400
        back = answer(browser.authorize(id_token_hint=other))
        assert back["error"] == "invalid_request"


def test_hint_of_another_client(new_application: NewApplication, signed_in: Browser) -> None:
    """client_id and hint must belong together (RP-Initiated §2)."""
    hint, made = id_token(signed_in), new_application()
    sent = {"id_token_hint": hint, "client_id": made.client_id}
    assert signed_in.open("/oidc/logout", params=sent).status_code == 400


def test_logout_needs_its_csrf_token(browser: Browser) -> None:
    """Nobody is signed out by a form of another site."""
    id_token(browser)
    browser.open("/oidc/logout")
    form = browser.form("sessionDataKey")
    assert "retry.do" in browser.submit(form, csrf_token=None, consent="approve").url
    assert "sessionDataKeyConsent" in browser.authorize().url


def test_back_channel_logout(
    server: RunningServer, new_application: NewApplication, signed_in: Browser, receiver: Receiver
) -> None:
    """Every client of the session gets a logout token with the sid of its id token."""
    made = new_application(backchannel_logout_uri=f"{receiver.url}/bclogout")
    code = signed_in.code(client_id=made.client_id)
    claims = decode(server, exchange(server, code, auth=made.auth).json()["id_token"]).claims
    signed_in.open("/oidc/logout")
    signed_in.submit(signed_in.form("sessionDataKey"), consent="approve")
    path, form = receiver.next_post()
    assert path == "/bclogout"
    told = decode(server, form["logout_token"])
    assert told.header["typ"] == "logout+jwt"
    assert told.claims["iss"] == server.issuer
    assert told.claims["aud"] == [made.client_id]
    assert told.claims["sid"] == claims["sid"]
    assert told.claims["sub"] == "admin"
    assert told.claims["exp"] == told.claims["iat"] + 120
    assert told.claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert told.claims["jti"]
    assert "nonce" not in told.claims


@pytest.mark.parametrize("path", ["/cut", "/gzip"])
def test_answer_to_a_logout_token_that_cannot_be_read(
    rogue: Rogue, tmp_path: Path, path: str
) -> None:
    """It is an error that the courier logs, whatever the HTTP library calls it."""
    rogue.truncate("/cut")
    rogue.answer("/gzip", headers={"Content-Encoding": "gzip"}, body=b"no gzip")
    with pytest.raises(OutboundError, match="could not be reached"):
        Outbound(authority=tmp_path / "ca.pem").post_form(rogue.url + path, {"logout_token": "x"})


def drip_a_header(handler: Handler) -> None:
    """Answers well, with one header that comes byte by byte."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(100):
        handler.wfile.write(b"x")
        handler.owner.closing.wait(0.1)
    handler.wfile.write(b"\r\nContent-Length: 2\r\n\r\n{}")


@pytest.fixture
def rogue_tls() -> Iterator[Rogue]:
    """The same over TLS, with a certificate of its own."""
    server = Rogue(*self_signed(LOCALHOST))
    yield server
    server.stop()


def test_call_has_a_deadline(rogue: Rogue, rogue_tls: Rogue, tmp_path: Path) -> None:
    """Whoever drips, in head or body, plainly or over TLS, is left at the deadline (CWE-400)."""
    authority = tmp_path / "authority.pem"
    authority.write_bytes(rogue_tls.certificate)
    outbound = Outbound(authority=authority, deadline=1.0)
    for server in (rogue, rogue_tls):
        server.answer("/well", body={"a": 1})
        server.behave("/head", drip_a_header)
        server.drip("/body", body=b'{"a": 1}' + b" " * 100)
        assert outbound.get_json(f"{server.url}/well") == {"a": 1}
        for path in ("/head", "/body"):
            with pytest.raises(OutboundError, match="could not be reached"):
                outbound.get_json(server.url + path)


def test_front_channel_logout(
    server: RunningServer, new_application: NewApplication, signed_in: Browser
) -> None:
    """Every client of the session gets a frame with issuer and sid."""
    made = new_application(frontchannel_logout_uri="http://localhost:7777/fclogout?a=b")
    signed_in.code(client_id=made.client_id)
    signed_in.open("/oidc/logout")
    page = signed_in.submit(signed_in.form("sessionDataKey"), consent="approve")
    assert '<iframe class="unseen" src="http://localhost:7777/fclogout?a=b&amp;iss=' in page.text
    assert "&amp;sid=" in page.text
    assert "frame-src http://localhost:7777" in page.headers["Content-Security-Policy"]


def test_signing_in_again_keeps_the_session(
    server: RunningServer, new_application: NewApplication, signed_in: Browser, receiver: Receiver
) -> None:
    """Signing in again as the same person keeps the sid that clients know."""
    made = new_application(backchannel_logout_uri=f"{receiver.url}/bclogout")
    first = signed_in.code(client_id=made.client_id)
    before = decode(server, exchange(server, first, auth=made.auth).json()["id_token"]).claims
    signed_in.authorize(client_id=made.client_id, prompt="login")
    signed_in.sign_in()
    second = answer(signed_in.choose("approve"))["code"]
    after = decode(server, exchange(server, second, auth=made.auth).json()["id_token"]).claims
    assert before["sid"] == after["sid"]
    assert receiver.posts.empty()


def test_check_session_frame(server: RunningServer) -> None:
    """The one page that others may frame; its script is a file of ours."""
    page = server.get("/oidc/checksession")
    assert "X-Frame-Options" not in page.headers
    assert "frame-ancestors http: https:" in page.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    script = requests.get(
        f"{server.url}/static/checksession.js", verify=server.authority, timeout=30
    )
    assert "postMessage" in script.text


@pytest.mark.parametrize("remembered", [True, False])
def test_remembered_cookies(browser: Browser, remembered: bool) -> None:
    """What watches the session outlives the browser's end exactly as the session does."""
    browser.open("/devportal")
    fields = {"usernameUserInput": "admin", "password": "admin"}
    box = {"chkRemember": "on"} if remembered else {}
    browser.submit(browser.form("usernameUserInput"), **fields, **box)
    kept = {cookie.name for cookie in browser.http.cookies if not cookie.discard}
    names = {"authserver_session", "authserver_silent", "opbs"}
    assert kept == (names if remembered else set())
