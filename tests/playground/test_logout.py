"""Logout: from here, by back channel, by front channel; only exactly what is meant."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from playwright.sync_api import Page as Window

from tests.playground.issuer import (
    CLIENT,
    SECRET,
    Issuer,
    begin,
    come_back_in_front,
    encrypted,
    finish,
    published_key,
)
from tests.playground.walking import choose_grant, leave, open_form, to_token, value
from tests.support.apps import Playground
from tests.support.browser import Browser, Page
from tests.support.chromium import hand_over
from tests.support.rogue import Handler, Rogue

EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def issuer(rogue: Rogue) -> Issuer:
    """A server whose tokens the test makes."""
    return Issuer(rogue)


def signed_in(http: Browser, playground: Playground, issuer: Issuer, **claims: Any) -> Page:
    """Sign somebody in at the issuer; the token page."""
    sent = begin(http, playground, issuer, end_session_endpoint=f"{issuer.url}/logout")
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"], **claims)))
    page = finish(http, playground, sent)
    assert is_signed_in(page)
    return page


def is_signed_in(page: Page) -> bool:
    """Whether the header names a person."""
    return "Sign out" in page.buttons


def logout_token(
    issuer: Issuer, *, key: OctKey | None = None, alg: str = "RS256", **changed: Any
) -> str:
    """A logout token, some claims changed; None takes one out."""
    now = int(time.time())
    claims = {
        "iss": issuer.url,
        "aud": CLIENT,
        "iat": now,
        "exp": now + 120,
        "jti": f"jti-{time.time_ns()}",
        "sub": "ada",
        "sid": "session-1",
        "events": {EVENT: {}},
        **changed,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    return issuer.sign(kept, key=key, alg=alg, typ=kept.pop("typ", "logout+jwt"))


def notify(http: Browser, playground: Playground, token: str) -> Page:
    """POST a logout token as a server does, without any cookie."""
    return http.post(
        f"{playground.url}/playground2/bclogout", {"logout_token": token}, cross_site=True
    )


def test_back_channel_ends_exactly_the_named_session(
    new_browser: Any, playground: Playground, issuer: Issuer
) -> None:
    """With sid that session ends wherever it is held, and no other of the same person."""
    one, two = new_browser(), new_browser()
    first = signed_in(one, playground, issuer, sid="session-1")
    second = signed_in(two, playground, issuer, sid="session-2")
    answer = notify(new_browser(), playground, logout_token(issuer))
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    assert not is_signed_in(one.get(first.url))
    assert is_signed_in(two.get(second.url))


def test_back_channel_with_sub_ends_all_of_that_person(
    new_browser: Any, playground: Playground, issuer: Issuer
) -> None:
    """Without sid every session of the subject ends, and nobody else's."""
    one, two = new_browser(), new_browser()
    ada = signed_in(one, playground, issuer, sid="a")
    bob = signed_in(two, playground, issuer, sub="bob", sid="b")
    assert notify(two, playground, logout_token(issuer, sid=None)).status == 200
    assert not is_signed_in(one.get(ada.url))
    assert is_signed_in(two.get(bob.url))


def test_back_channel_after_many_clients_of_the_same_session(
    new_browser: Any, playground: Playground, issuer: Issuer
) -> None:
    """However many clients one session at the server has, each one's message ends its own."""
    http = new_browser()
    for number in range(11):
        sign_in_as(http, playground, issuer, client_id=f"client-{number}")
    last = sign_in_as(other := new_browser(), playground, issuer, client_id="client-last")
    assert notify(http, playground, logout_token(issuer, aud="client-last")).status == 200
    assert not is_signed_in(other.get(last.url))
    assert is_signed_in(open_form(http, playground))


def test_back_channel_after_many_key_sets(
    new_browser: Any, playground: Playground, issuer: Issuer
) -> None:
    """Key sets that are kept are not counted: the session behind eleven others ends too."""
    http = new_browser()
    for number in range(11):
        issuer.publish(issuer.key, path=f"/jwks-{number}")
        sign_in_as(http, playground, issuer, jwks_uri=f"{issuer.url}/jwks-{number}")
    last = sign_in_as(other := new_browser(), playground, issuer)
    assert notify(http, playground, logout_token(issuer)).status == 200
    assert not is_signed_in(other.get(last.url))


def sign_in_as(http: Browser, playground: Playground, issuer: Issuer, **typed: str) -> Page:
    """Sign ada's session-1 in once more, with these fields of the form; the token page."""
    begin(http, playground, issuer)
    page = leave(open_form(http, playground), **typed)
    sent = dict(parse_qsl(urlsplit(page.location).query))
    claims = issuer.claims(sent["nonce"], aud=typed.get("client_id", CLIENT), sid="session-1")
    issuer.answer_token(issuer.sign(claims))
    page = finish(http, playground, sent)
    assert is_signed_in(page)
    return page


@pytest.mark.parametrize("claims", [{}, {"sub": None}])
def test_back_channel_after_a_sid_that_came_with_the_exchange(
    new_browser: Any, playground: Playground, issuer: Issuer, claims: dict[str, None]
) -> None:
    """The session that only the second id token of a hybrid flow names is the flow's too."""
    page = come_back_in_front(http := new_browser(), playground, issuer, "code id_token")
    nonce = jwt.decode(value(page, "id_token"), issuer.key).claims["nonce"]
    issuer.answer_token(issuer.sign(issuer.claims(nonce, sid="session-1")))
    page = page.submit("Get Access Token")
    assert is_signed_in(page)
    answer = notify(new_browser(), playground, logout_token(issuer, **claims))
    assert (answer.status, is_signed_in(http.get(page.url))) == (200, False)


def test_front_channel_after_a_sid_that_came_with_a_refresh(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """The session that a refreshed id token names is the flow's too."""
    sent = begin(http, playground, issuer)
    claims = issuer.claims(sent["nonce"])
    issuer.answer_token(issuer.sign(claims), refresh_token="again")
    page = finish(http, playground, sent)
    issuer.answer_token(issuer.sign({**claims, "sid": "session-1"}))
    for _ in range(2):
        page = page.submit("Refresh")
    http.get(f"{playground.url}/playground2/fclogout?iss={issuer.url}&sid=session-1")
    assert not is_signed_in(http.get(page.url))
    wire = http.get(page.url.removesuffix("/token") + "/wire")
    assert wire.words.count("/playground2/fclogout") == 1


LIES = {
    "wrong-issuer": {"iss": "https://evil.example"},
    "other-audience": {"aud": "somebody"},
    "additional-audience": {"aud": [CLIENT, "somebody"]},
    "missing-iat": {"iat": None},
    "old": {"iat": int(time.time()) - 86_400},
    "expired": {"exp": int(time.time()) - 3600},
    "missing-exp": {"exp": None},
    "missing-jti": {"jti": None},
    "missing-events": {"events": None},
    "other-event": {"events": {"https://other": {}}},
    "with-nonce": {"nonce": "n"},
    "neither-sid-nor-sub": {"sid": None, "sub": None},
    "subject-that-is-no-string": {"sub": 7},
    "session-that-is-no-string": {"sid": ["session-1"]},
    "wrong-typ": {"typ": "at+jwt"},
    "other-subject-of-this-session": {"sub": "bob"},
    "other-session-of-this-subject": {"sid": "session-2"},
}


@pytest.mark.parametrize("lie", LIES)
def test_logout_token_that_lies(
    http: Browser, playground: Playground, issuer: Issuer, lie: str
) -> None:
    """A logout token that fails a check is 400, no-store, and ends nothing (§2.6)."""
    page = signed_in(http, playground, issuer, sid="session-1")
    answer = notify(http, playground, logout_token(issuer, **LIES[lie]))
    assert answer.status == 400
    assert answer.headers["Cache-Control"] == "no-store"
    assert is_signed_in(http.get(page.url))


def test_logout_token_signed_by_somebody_else(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """A signature by another key ends nothing."""
    page = signed_in(http, playground, issuer, sid="session-1")
    issuer.key = RSAKey.generate_key(2048, {"kid": "one"})
    assert notify(http, playground, logout_token(issuer)).status == 400
    assert is_signed_in(http.get(page.url))


def test_logout_token_signed_with_the_client_secret(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """HS256 with the client secret counts as for an id token; another secret does not."""
    page = signed_in(http, playground, issuer, sid="session-1")
    for secret, status in ((SECRET[::-1], 400), (SECRET, 200)):
        token = logout_token(issuer, key=OctKey.import_key(secret), alg="HS256")
        assert notify(http, playground, token).status == status
        assert is_signed_in(http.get(page.url)) is (status == 400)


@pytest.mark.parametrize("pasted", [None, RSAKey.generate_key(2048)], ids=["ours", "pasted"])
def test_encrypted_logout_token(
    new_browser: Any, playground: Playground, issuer: Issuer, pasted: RSAKey | None
) -> None:
    """It is opened with the key that the id tokens are encrypted for, and no other (§2.6 (1))."""
    http, notifier = new_browser(), new_browser()
    typed = json.dumps(pasted.as_dict(private=True)) if pasted else ""
    sent = begin(http, playground, issuer, id_token_decryption_key=typed)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"], sid="session-1")))
    page = finish(http, playground, sent)
    key = pasted or published_key(http, playground)
    stranger = encrypted(logout_token(issuer), RSAKey.generate_key(2048))
    assert notify(notifier, playground, stranger).status == 400
    unsigned = encrypted("no signed token", key)
    assert notify(notifier, playground, unsigned).status == 400
    assert is_signed_in(http.get(page.url))
    assert notify(notifier, playground, encrypted(logout_token(issuer), key)).status == 200
    assert not is_signed_in(http.get(page.url))


def test_replayed_logout_token(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """A jti counts once (§2.6)."""
    signed_in(http, playground, issuer, sid="session-1")
    token = logout_token(issuer)
    assert notify(http, playground, token).status == 200
    page = signed_in(http, playground, issuer, sid="session-1")
    assert notify(http, playground, token).status == 400
    assert is_signed_in(http.get(page.url))


def test_logout_token_of_an_unknown_issuer_fetches_nothing(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """Keys of a server that nobody signed in with are not fetched (CWE-918)."""
    assert notify(http, playground, logout_token(issuer)).status == 400
    assert issuer.rogue.requests == []


@pytest.mark.parametrize("body", [{}, {"logout_token": "x"}, {"logout_token": "a.b.c"}])
def test_malformed_back_channel_request(
    http: Browser, playground: Playground, body: dict[str, str]
) -> None:
    """Whatever is no logout token is 400, never a 5xx; GET is not allowed."""
    url = f"{playground.url}/playground2/bclogout"
    assert http.post(url, body).status == 400
    assert http.get(url).status == 405


def test_front_channel_needs_iss_and_sid(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """Only both together end the session (Front-Channel Logout §2)."""
    page = signed_in(http, playground, issuer, sid="session-1")
    url = f"{playground.url}/playground2/fclogout"
    for query in ("", f"?iss={issuer.url}", "?sid=session-1", f"?iss={issuer.url}&sid=other"):
        assert http.get(url + query).status == 200
        assert is_signed_in(http.get(page.url))
    frame = http.get(f"{url}?iss={issuer.url}&sid=session-1")
    assert f"frame-ancestors {issuer.url}" in frame.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in frame.headers
    assert not is_signed_in(http.get(page.url))


def test_looking_with_head_ends_nothing(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """HEAD is safe, at the front channel and on the way back (RFC 9110 §9.2.1)."""
    page = signed_in(http, playground, issuer, sid="session-1")
    frame = f"{playground.url}/playground2/fclogout?iss={issuer.url}&sid=session-1"
    assert http.send("HEAD", frame).status == 200
    assert is_signed_in(http.get(page.url))
    back = leave_for_logout(http, playground, issuer)
    assert http.send("HEAD", back).status == 200
    assert "sent you back here" in http.get(back).words


def test_rp_initiated_logout(http: Browser, playground: Playground) -> None:
    """Sign out goes to the server with the hint and comes back with the state (§2–3)."""
    page = to_token(http, playground)
    leaving = page.submit("Sign out", follow=False)
    assert leaving.status == 303
    for name in ("id_token_hint=", "post_logout_redirect_uri=", "state=", "client_id="):
        assert name in leaving.location
    assert not is_signed_in(http.get(page.url))
    asked = leaving.follow()
    back = asked.submit("Yes").click("Continue")
    assert back.heading == "You are signed out"
    assert back.soup.select_one(".where") is None  # no step of the tutorial
    assert "sent you back here" in back.words


def test_sign_out_ends_the_earlier_flows_of_the_session(
    new_browser: Any, playground: Playground, issuer: Issuer
) -> None:
    """What this session opened in this browser ends; another person and browser go on."""
    http, other = new_browser(), new_browser()
    bob = signed_in(http, playground, issuer, sub="bob", sid="session-2")
    first = signed_in(http, playground, issuer, sid="session-1")
    renewed = signed_in(http, playground, issuer, sid="session-3")
    elsewhere = signed_in(other, playground, issuer, sid="session-1")
    signed_in(http, playground, issuer, sid="session-1").submit("Sign out", follow=False)
    assert "at-0123456789" in http.get(bob.url).html
    for ended in (first, renewed):
        assert "You signed out." in http.get(ended.url).words
    assert is_signed_in(other.get(elsewhere.url))


def hint_of(page: Page) -> str:
    """The id_token_hint that Sign out sends along."""
    left = page.submit("Sign out", follow=False).location
    return dict(parse_qsl(urlsplit(left).query)).get("id_token_hint", "")


def test_the_hint_is_taken_out_of_its_encryption(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """An encrypted id token is decrypted before it is the hint (OIDC Core §3.1.2.1)."""
    sent = begin(http, playground, issuer, end_session_endpoint=f"{issuer.url}/logout")
    signed = issuer.sign(issuer.claims(sent["nonce"]))
    issuer.answer_token(encrypted(signed, published_key(http, playground)))
    assert hint_of(finish(http, playground, sent)) == signed


@pytest.mark.parametrize("response_type", ["id_token", "code id_token"])
def test_the_hint_after_the_front_channel(
    http: Browser, playground: Playground, issuer: Issuer, response_type: str
) -> None:
    """An id token that came through the browser alone is the hint too."""
    page = come_back_in_front(http, playground, issuer, response_type)
    assert hint_of(page) == value(page, "id_token")


def test_the_flow_of_a_sign_out_says_so_and_leads_on(http: Browser, playground: Playground) -> None:
    """The token's address tells what became of the token, and how to get another."""
    page = to_token(http, playground)
    page.submit("Sign out", follow=False)
    page = http.get(page.url)
    assert page.heading == "What came back"
    assert "You signed out. The playground dropped this flow's tokens" in page.words
    again = page.submit("Authorize again", follow=False)
    assert "/oauth2/authorize?" in again.location


@pytest.mark.parametrize("query", ["", "?state=unknown"])
def test_return_from_a_logout_that_did_not_begin_here(
    http: Browser, playground: Playground, query: str
) -> None:
    """A return without a state of ours is refused."""
    page = http.get(f"{playground.url}/playground2/logout/callback{query}")
    assert page.status == 400
    assert "belongs to none that began here" in page.words


def test_local_logout_where_the_server_has_no_endpoint(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """Without end_session_endpoint the session here ends, and the page says what that means."""
    sent = begin(http, playground, issuer)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"])))
    page = finish(http, playground, sent).submit("Sign out")
    assert page.heading == "You are signed out"
    assert "its own session may still be alive" in page.words


def test_bare_get_signs_nobody_out(http: Browser, playground: Playground) -> None:
    """A link cannot sign a person out, nor say that somebody was (CWE-352)."""
    page = to_token(http, playground)
    for query in ("", "?everywhere=1", "?stayed=1"):
        shown = http.get(f"{playground.url}/playground2/logout{query}")
        assert shown.path == "/playground2/oauth2"
    assert is_signed_in(http.get(page.url))


def leave_for_logout(http: Browser, playground: Playground, issuer: Issuer) -> str:
    """Sign in and press Sign out; where the server is to send the browser back to."""
    left = signed_in(http, playground, issuer).submit("Sign out", follow=False).location
    sent = dict(parse_qsl(urlsplit(left).query))
    return f"{playground.url}/playground2/logout/callback?state={sent['state']}"


def test_return_from_another_browsers_logout(
    new_browser: Any, playground: Playground, issuer: Issuer
) -> None:
    """The state counts in the browser that it began in alone (RP-Initiated Logout §3)."""
    back = leave_for_logout(one := new_browser(), playground, issuer)
    page = new_browser().get(back)
    assert page.status == 400
    assert "belongs to none that began here" in page.words
    assert "sent you back here" in one.get(back).words


def test_returns_from_two_logouts(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """Two tabs that left for the server's logout one after the other both come back."""
    for back in [leave_for_logout(http, playground, issuer) for _ in range(2)]:
        page = http.get(back)
        assert page.path == "/playground2/logout"
        assert "sent you back here" in page.words


def test_return_from_a_logout_after_signing_in_again(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """Who signed in again meanwhile is not told to be signed out."""
    back = leave_for_logout(http, playground, issuer)
    signed_in(http, playground, issuer)
    assert is_signed_in(http.get(back))
    assert is_signed_in(http.get(f"{playground.url}/playground2/logout"))


def test_choosing_to_stay_at_the_server(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """A return with access_denied says that the server's session goes on."""
    back = leave_for_logout(http, playground, issuer)
    assert http.get(f"{back}&error=access_denied").heading == "You stayed signed in at the server"


def test_session_id_dies_with_the_logout(http: Browser, playground: Playground) -> None:
    """The session id from before the logout opens nothing any more (CWE-613)."""
    page = to_token(http, playground)
    old = dict(http.session.cookies)
    page.submit("Sign out", follow=False)
    stale = http.get(page.url, headers={"Cookie": "; ".join(f"{k}={v}" for k, v in old.items())})
    assert not is_signed_in(stale)


def test_session_id_changes_at_sign_in(http: Browser, playground: Playground) -> None:
    """A person who signs in gets a new session id (CWE-384)."""
    from tests.playground.walking import to_code

    page = to_code(http, playground)
    before = http.session.cookies.get("playground_session")
    page.submit("Get Access Token")
    assert http.session.cookies.get("playground_session") != before


def test_session_page_watches_the_server(http: Browser, playground: Playground) -> None:
    """Signed in, the page frames the server's session iframe; it may be framed from nowhere."""
    to_token(http, playground)
    page = http.get(f"{playground.url}/playground2/session")
    assert page.soup.select_one("iframe[data-session-frame]") is not None
    (address,) = (t["src"] for t in page.soup.select("script[src]") if "session" in str(t["src"]))
    script = http.get(f"{playground.url}{address}").html
    for words in (page.words, script):
        assert "cannot be checked in this browser" in words
    again = page.submit("Ask again with prompt=none")
    assert again.status in (200, 400)


def test_asking_again_leads_a_browser_to_the_server(
    http: Browser, page: Window, playground: Playground, issuer: Issuer
) -> None:
    """The policy of the session's page lets its form lead to a server of any origin."""
    for path in ("/authorize", "/frame"):
        issuer.rogue.html(path)
    sent = begin(http, playground, issuer, check_session_iframe=f"{issuer.url}/frame")
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"])))
    came_back = f"{playground.url}/playground2/oauth2client?code=c&state={sent['state']}"
    http.get(f"{came_back}&session_state=a.b").submit("Get Access Token")
    hand_over(http.session, page)
    page.goto(f"{playground.url}/playground2/session")
    page.get_by_role("button", name="Ask again with prompt=none").click()
    page.wait_for_url(f"{issuer.url}/authorize?**prompt=none**")


def test_sign_out_leads_a_browser_wherever_the_server_sends_it(
    http: Browser, page: Window, playground: Playground, issuer: Issuer, rogue: Rogue
) -> None:
    """A logout endpoint may redirect to another origin; no page's policy stops it there."""
    rogue.html("/bye")
    elsewhere = rogue.url.replace("localhost", "127.0.0.1") + "/bye"
    rogue.redirect("/logout", elsewhere)
    shown = signed_in(http, playground, issuer)
    hand_over(http.session, page)
    page.goto(shown.url)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(elsewhere)


def test_asking_again_where_the_endpoint_has_a_prompt_of_its_own(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """The new request is checked as the first one was: prompt is not sent twice."""
    begin(http, playground, issuer, check_session_iframe=f"{issuer.url}/frame")
    endpoint = f"{issuer.url}/authorize?prompt=login"
    left = leave(open_form(http, playground), authorization_endpoint=endpoint)
    sent = dict(parse_qsl(urlsplit(left.location).query))
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"])))
    came_back = f"{playground.url}/playground2/oauth2client?code=c&state={sent['state']}"
    http.get(f"{came_back}&session_state=a.b").submit("Get Access Token")
    page = http.get(f"{playground.url}/playground2/session").submit("Ask again with prompt=none")
    assert page.status == 400
    assert "has prompt" in page.words


def test_nobody_signed_in_has_an_empty_session_page(http: Browser, playground: Playground) -> None:
    """The empty state says what will appear and how."""
    open_form(http, playground)
    assert "Nobody is signed in" in http.get(f"{playground.url}/playground2/session").words


def test_logout_messages_are_on_the_wire_view(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """The request that leaves, and the server's notice, are recorded with the flow."""
    page = signed_in(http, playground, issuer, sid="session-1")
    wire = page.url.removesuffix("/token") + "/wire"
    assert notify(http, playground, logout_token(issuer)).status == 200
    assert "/playground2/bclogout" in http.get(wire).words
    page = signed_in(http, playground, issuer, sid="session-2")
    page.submit("Sign out", follow=False)
    assert f"{issuer.url}/logout" in http.get(page.url.removesuffix("/token") + "/wire").words


def test_keys_of_another_server_under_the_same_name(
    new_browser: Any, playground: Playground, issuer: Issuer
) -> None:
    """Who signs in with keys of their own under a server's name ends only their own session."""
    ada = signed_in(one := new_browser(), playground, issuer, sid="session-1")
    own_key = RSAKey.generate_key(2048, {"kid": "mallory"})
    keys = {"keys": [own_key.as_dict(private=False)]}
    issuer.rogue.answer("/mallory", 200, {"Content-Type": "application/json"}, keys)
    two = new_browser()
    sent = begin(two, playground, issuer)
    open_form(two, playground).submit(
        "Authorize", follow=False, jwks_uri=f"{issuer.url}/mallory", **{"issuer": issuer.url}
    )
    page = open_form(two, playground).submit("Authorize", follow=False)
    from urllib.parse import parse_qsl, urlsplit

    sent = dict(parse_qsl(urlsplit(page.location).query))
    claims = issuer.claims(sent["nonce"], sid="session-1")
    issuer.answer_token(issuer.sign(claims, key=own_key))
    mallory = finish(two, playground, sent)
    assert is_signed_in(mallory)
    issuer.key = own_key
    assert notify(two, playground, logout_token(issuer)).status == 200
    assert is_signed_in(one.get(ada.url))
    assert not is_signed_in(two.get(mallory.url))


def test_a_token_that_comes_after_the_logout_is_not_kept(
    http: Browser, playground: Playground, issuer: Issuer, new_browser
) -> None:
    """A refresh is on its way when the server ends the session: dead stays dead."""
    sent = begin(http, playground, issuer)
    claims = issuer.claims(sent["nonce"], sid="session-1")
    issuer.answer_token(issuer.sign(claims), refresh_token="again")
    page, go = finish(http, playground, sent), threading.Event()

    def late(handler: Handler) -> None:
        go.wait(60)
        body = b'{"access_token": "after-the-logout", "token_type": "Bearer"}'
        handler.reply(200, {"Content-Type": "application/json"}, body)

    asked = len(issuer.rogue.received("/token"))
    issuer.rogue.behave("/token", late)
    with ThreadPoolExecutor() as pool:
        try:
            refreshed = pool.submit(page.submit, "Refresh")
            issuer.rogue.wait_for("/token", asked + 1)
            assert notify(new_browser(), playground, logout_token(issuer)).status == 200
        finally:
            go.set()
        assert "The session has ended" in refreshed.result(60).words
    assert "after-the-logout" not in http.get(page.url).html


def test_no_code_is_sent_after_the_logout(
    new_browser: Any, playground: Playground, issuer: Issuer
) -> None:
    """Signed out between the id token and the exchange: the code stays here, and a page says so."""
    page = come_back_in_front(
        http := new_browser(), playground, issuer, "code id_token", sid="session-1"
    )
    assert notify(new_browser(), playground, logout_token(issuer)).status == 200
    assert "The session has ended" in page.submit("Get Access Token").words
    page = http.get(page.url)
    assert "Get Access Token" not in page.buttons
    assert "sends no code of it any more" in page.words
    assert issuer.rogue.received("/token") == []


def test_a_grant_without_a_browser_step_is_over_after_the_logout(
    http: Browser, playground: Playground
) -> None:
    """Its page offers no new token for the session that ended, and says that it did."""
    page = leave(
        choose_grant(open_form(http, playground), "password"), username="admin", password="admin"
    )
    page = page.follow().submit("Get Access Token")
    page.submit("Sign out", follow=False)
    page = http.get(page.url)
    assert "You signed out." in page.words
    assert "Get Access Token" not in page.buttons


def watched(http: Browser, playground: Playground, issuer: Issuer) -> tuple[str, str]:
    """Sign ada in at a server that has a session frame; the token's address, the id token."""
    sent = begin(http, playground, issuer, check_session_iframe=f"{issuer.url}/frame")
    id_token = issuer.sign(issuer.claims(sent["nonce"], sid="session-1"))
    issuer.answer_token(id_token)
    page = bring(http, playground, sent, code="c").submit("Get Access Token")
    return page.url, id_token


def ask_again(http: Browser, playground: Playground) -> dict[str, str]:
    """Ask after the session with prompt=none; the parameters of the request."""
    page = http.get(f"{playground.url}/playground2/session")
    left = page.submit("Ask again with prompt=none", follow=False).location
    return dict(parse_qsl(urlsplit(left).query))


def bring(http: Browser, playground: Playground, sent: dict[str, str], **answer: str) -> Page:
    """Come back from the server with this answer and a session state."""
    query = urlencode({**answer, "state": sent["state"], "session_state": "abc.def"})
    return http.get(f"{playground.url}/playground2/oauth2client?{query}")


@pytest.mark.parametrize("error", ["login_required", "interaction_required", "consent_required"])
def test_asking_again_without_an_id_token_is_a_logout(
    http: Browser, playground: Playground, issuer: Issuer, error: str
) -> None:
    """Whom the server no longer names is signed out here (OIDC Session Management §3)."""
    address, id_token = watched(http, playground, issuer)
    sent = ask_again(http, playground)
    assert (sent["prompt"], sent["id_token_hint"]) == ("none", id_token)
    page = bring(http, playground, sent, error=error)
    assert "The session here has ended with it" in page.words
    assert not is_signed_in(page)
    assert f"the server said “{error}”" in http.get(address).words


def test_asking_again_of_a_server_that_is_too_busy(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """An error that says nothing of the person signs nobody out."""
    address, _ = watched(http, playground, issuer)
    bring(http, playground, ask_again(http, playground), error="temporarily_unavailable")
    assert is_signed_in(http.get(address))
    assert "at-0123456789" in http.get(address).html


def test_asking_again_finds_somebody_else(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """Another person's id token is a logout of the first one (OIDC Session Management §3)."""
    address, _ = watched(http, playground, issuer)
    sent = ask_again(http, playground)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"], sub="bob")))
    page = bring(http, playground, sent, code="c")
    assert is_signed_in(http.get(address))
    assert "bob" in page.submit("Get Access Token").words
    assert "the server named somebody else" in http.get(address).words


def test_asking_again_finds_the_same_person(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """The session goes on, and so do the tokens of before."""
    address, _ = watched(http, playground, issuer)
    sent = ask_again(http, playground)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"], sid="session-1")))
    assert is_signed_in(bring(http, playground, sent, code="c").submit("Get Access Token"))
    assert "at-0123456789" in http.get(address).html
