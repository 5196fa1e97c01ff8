"""The authorization endpoint: sign-in, consent, prompt, and what goes back when it fails."""

from typing import Any

import pytest
from flask.json.tag import TaggedJSONSerializer
from itsdangerous import URLSafeTimedSerializer

from authserver.store import open_store
from authserver.views.errors import compare
from tests.authserver.conftest import (
    CALLBACK,
    CLIENT_ID,
    Browser,
    NewApplication,
    RunningServer,
    answer,
    text_of,
)


def test_wrong_password_is_explained(browser: Browser) -> None:
    """WSO2's sentence, the typed name kept, and another try."""
    browser.authorize()
    page = browser.sign_in(password="wrong")
    assert "authFailure=true&authFailureMsg=login.fail.message" in page.url
    words = "Login failed! Please check your username and password and try again."
    assert words in text_of(page)
    assert 'value="admin"' in page.text
    assert "sessionDataKeyConsent" in browser.sign_in().url


def test_unknown_user_is_told_the_same(browser: Browser) -> None:
    """Nobody learns which names exist."""
    browser.authorize()
    assert "Login failed!" in text_of(browser.sign_in(username="nobody"))


def test_deny(browser: Browser) -> None:
    """Deny is access_denied in WSO2's words."""
    browser.authorize()
    browser.sign_in()
    back = answer(browser.choose("deny"))
    assert back == {
        "error": "access_denied",
        "error_description": "User denied the consent",
        "state": "the-state",
        "iss": browser.server.issuer,
    }


def test_approve_once_asks_again(browser: Browser) -> None:
    """Approve Once is good for once."""
    browser.approve(scope="openid phone")
    assert "sessionDataKeyConsent" in browser.authorize(scope="openid phone").url


def test_approve_always_is_remembered(new_application: NewApplication, signed_in: Browser) -> None:
    """Approve Always is remembered for these scopes in any order, and for no others."""
    made = new_application()
    signed_in.authorize(client_id=made.client_id, scope="openid profile")
    signed_in.choose("approveAlways")
    assert "code" in answer(signed_in.authorize(client_id=made.client_id, scope="profile openid"))
    page = signed_in.authorize(client_id=made.client_id, scope="openid profile email")
    assert "sessionDataKeyConsent" in page.url
    page = signed_in.authorize(client_id=made.client_id, prompt="consent")
    assert "sessionDataKeyConsent" in page.url


def test_prompt_none_without_session(browser: Browser) -> None:
    """Nobody is asked; the answer is login_required."""
    back = answer(browser.authorize(prompt="none"))
    assert back["error"] == "login_required"
    words = "Request with 'prompt=none' but user session does not exist"
    assert back["error_description"] == words


def test_prompt_none_without_consent(signed_in: Browser) -> None:
    """Nobody is asked; the answer is consent_required."""
    back = answer(signed_in.authorize(prompt="none", scope="openid never_approved"))
    assert back["error"] == "consent_required"
    assert back["error_description"] == "Required consent not found"


def test_prompt_none_answers_in_a_frame(
    new_application: NewApplication, signed_in: Browser
) -> None:
    """The cookie that travels in frames is enough for prompt=none, and for nothing else."""
    made = new_application()
    signed_in.authorize(client_id=made.client_id)
    signed_in.choose("approveAlways")
    framed = Browser(signed_in.server)
    framed.http.cookies.update(signed_in.http.cookies)
    framed.http.cookies.set("authserver_session", None)
    for cookie in signed_in.http.cookies:
        if cookie.name == "authserver_silent":
            assert cookie.secure
            framed.http.cookies.set_cookie(cookie)
    assert "code" in answer(framed.authorize(client_id=made.client_id, prompt="none"))
    assert "login.do" in framed.authorize(client_id=made.client_id).url


def test_prompt_login_asks_although_signed_in(signed_in: Browser) -> None:
    """prompt=login asks once, then goes on."""
    assert "login.do" in signed_in.authorize(prompt="login").url
    assert "sessionDataKeyConsent" in signed_in.sign_in().url


def test_max_age_zero_asks_again(signed_in: Browser) -> None:
    """A sign-in older than max_age is not good enough."""
    assert "login.do" in signed_in.authorize(max_age="0").url
    assert "sessionDataKeyConsent" in signed_in.sign_in().url
    assert "sessionDataKeyConsent" in signed_in.authorize(max_age="10000").url


def test_login_hint_fills_the_name(browser: Browser) -> None:
    """login_hint is the name on the login page."""
    assert 'value="grace"' in browser.authorize(login_hint="grace").text


@pytest.mark.parametrize(
    ("parameters", "error", "words"),
    [
        ({"response_type": None}, "invalid_request", "Missing response_type parameter value"),
        ({"response_type": "magic"}, "unsupported_response_type", "Invalid response_type"),
        ({"scope": 'a"b'}, "invalid_scope", "Invalid Scope!"),
        ({"scope": ["a", "b"]}, "invalid_request", "more than once"),
        ({"max_age": "soon"}, "invalid_request", "max_age"),
        ({"max_age": "١"}, "invalid_request", "max_age"),
        ({"prompt": "none login"}, "invalid_request", "prompt=none"),
        ({"response_mode": "carrier_pigeon"}, "invalid_request", "response_mode"),
        ({"request": "x.y.z"}, "request_not_supported", "request"),
        ({"request_uri": "https://x.example/"}, "request_uri_not_supported", "request_uri"),
        ({"id_token_hint": "x.y.z"}, "invalid_request", "id_token_hint"),
        ({"code_challenge": "short"}, "invalid_request", "code_challenge"),
        ({"code_challenge_method": "S256"}, "invalid_request", "code_challenge"),
    ],
)
def test_errors_that_go_back_to_the_callback(
    browser: Browser, parameters: dict[str, Any], error: str, words: str
) -> None:
    """Whatever is wrong behind a right callback is told to the application."""
    page = browser.authorize(**parameters)
    assert page.headers["Location"].startswith(f"{CALLBACK}?")
    back = answer(page)
    assert back["error"] == error
    assert words in back["error_description"]
    assert back["iss"] == browser.server.issuer
    assert back["state"] == "the-state"


def test_head_issues_nothing(new_application: NewApplication, signed_in: Browser) -> None:
    """HEAD is safe: it answers no request, not even an approved one (RFC 9110 §9.2.1)."""
    made = new_application()
    sent = {"response_type": "code", "client_id": made.client_id, "redirect_uri": CALLBACK}
    signed_in.authorize(**sent, scope="openid")
    signed_in.choose("approveAlways")
    url = f"{signed_in.server.url}/oauth2/authorize"
    response = signed_in.http.head(url, params={**sent, "scope": "openid"}, allow_redirects=False)
    assert response.status_code == 405
    assert "Location" not in response.headers


def test_unknown_client_stays_here(browser: Browser) -> None:
    """An unknown client is explained on a page of this server."""
    page = browser.authorize(client_id="nobody")
    assert page.status_code == 400
    assert "/authenticationendpoint/oauth2_error.do?oauthErrorCode=invalid_client" in page.url
    words = "Cannot find an application associated with the given consumer key : nobody"
    assert words in text_of(page)


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_repeated_client_or_callback_stays_here(browser: Browser, name: str) -> None:
    """A second client_id or callback is answered to neither."""
    sent = {"client_id": CLIENT_ID, "redirect_uri": CALLBACK}
    page = browser.authorize(**{name: [sent[name], "other"]})
    assert "oauthErrorCode=invalid_request" in page.url


def test_missing_callback_stays_here(browser: Browser) -> None:
    """Without a callback there is nowhere to go."""
    page = browser.authorize(redirect_uri=None)
    assert "Redirect URI is not present" in text_of(page)


def test_callback_mismatch_marks_the_wrong_character(browser: Browser) -> None:
    """The callback sent stands against those registered, the difference marked."""
    page = browser.authorize(redirect_uri=CALLBACK.replace("playground2", "playground3"))
    assert "oauthErrorCode=invalid_callback" in page.url
    assert "Registered callback does not match with the provided url." in text_of(page)
    assert "http://localhost:8080/playground<mark>3</mark>/oauth2client" in page.text
    assert "http://localhost:8080/playground<mark>2</mark>/oauth2client" in page.text


def test_long_callbacks_are_compared_at_their_ends() -> None:
    """Where too much differs to be aligned in a moment, what lies between is marked as one."""
    ours, sent = "ab" * 900, "ba" * 900
    compared = compare(f"http://x.example/{sent}/end", f"http://x.example/{ours}/end")
    for text, which in ((sent, "sent"), (ours, "registered")):
        pieces = [("http://x.example/", False), (text, True), ("/end", False)]
        assert compared[which] == pieces


@pytest.mark.parametrize("addition", ["/", "?a=b", "#x", "%20", "\n"])
def test_callback_matches_exactly(browser: Browser, addition: str) -> None:
    """One character more is another callback."""
    page = browser.authorize(redirect_uri=CALLBACK + addition)
    assert page.status_code == 400
    assert "oauthErrorCode=invalid_callback" in page.url


def test_error_page_says_only_what_the_server_says(server: RunningServer) -> None:
    """Words in the URL are not shown, so a link cannot put words into our mouth."""
    query = "oauthErrorCode=<b>&oauthErrorMsg=Call+0800-EVIL"
    page = server.get(f"/authenticationendpoint/oauth2_error.do?{query}")
    assert page.status_code == 400
    assert "EVIL" not in page.text


def test_unknown_session_data_key(browser: Browser) -> None:
    """A key nobody gave out leads to WSO2's retry page."""
    page = browser.open("/authenticationendpoint/login.do?sessionDataKey=unknown")
    assert page.status_code == 400
    assert "Authentication Error!" in text_of(page)
    assert "Please try signing in again." in text_of(page)


def test_keys_are_good_for_one_answer(browser: Browser) -> None:
    """A consent form or a login page from before an answer cannot be used again."""
    browser.authorize()
    login = browser.form("usernameUserInput")
    browser.sign_in()
    consent = browser.form("sessionDataKeyConsent")
    assert "code" in answer(browser.choose("approve"))
    browser.page.url = browser.server.url
    assert "retry.do" in browser.submit(consent, consent="approve").url
    key = dict(login.fields)["sessionDataKey"]
    page = browser.open(f"/authenticationendpoint/login.do?sessionDataKey={key}")
    assert "retry.do" in page.url


def test_consent_of_another_browser(browser: Browser, server: RunningServer) -> None:
    """A consent form works in the browser it was made for only."""
    browser.authorize()
    browser.sign_in()
    stranger = Browser(server)
    stranger.authorize()
    stranger.sign_in()
    theirs = dict(stranger.form("sessionDataKeyConsent").fields)
    form = browser.form("sessionDataKeyConsent")
    page = browser.submit(
        form, sessionDataKeyConsent=theirs["sessionDataKeyConsent"], consent="approve"
    )
    assert "retry.do" in page.url


def test_forms_need_their_csrf_token(browser: Browser) -> None:
    """Login and consent without the token are refused."""
    browser.authorize()
    form = browser.form("usernameUserInput")
    page = browser.submit(form, csrf_token=None, usernameUserInput="admin", password="admin")
    assert page.status_code == 400
    browser.authorize()
    browser.sign_in()
    form = browser.form("sessionDataKeyConsent")
    assert "retry.do" in browser.submit(form, csrf_token="wrong", consent="approve").url


def test_two_tabs_at_the_login_page(browser: Browser) -> None:
    """Signed in in one tab, the other's login goes on without asking for anything again."""
    browser.authorize(state="one")
    first = browser.form("usernameUserInput")
    browser.authorize(state="two")
    browser.sign_in()
    second = browser.form("sessionDataKeyConsent")
    page = browser.submit(first, usernameUserInput="admin", password="admin")
    assert "sessionDataKeyConsent" in page.url
    assert answer(browser.choose("approve"))["state"] == "one"
    browser.page.url = browser.server.url
    assert answer(browser.submit(second, consent="approve"))["state"] == "two"


def test_login_page_opened_after_a_sign_in_in_another_tab(browser: Browser) -> None:
    """It leads on, unless the request asks for a sign-in of its own."""
    browser.authorize()
    waiting = browser.page.url
    browser.authorize()
    browser.sign_in()
    assert "sessionDataKeyConsent" in browser.open(waiting).url
    browser.authorize(prompt="login")
    assert "login.do" in browser.open(browser.page.url.replace("&forceAuth=true", "")).url


def test_same_person_signs_in_again_in_another_tab(signed_in: Browser) -> None:
    """A consent that is shown stays good; the handle of the session changes all the same."""
    signed_in.authorize()
    consent = signed_in.form("sessionDataKeyConsent")
    before = signed_in.http.cookies.get("authserver_session")
    signed_in.authorize(prompt="login")
    signed_in.sign_in()
    handles = [_handle(cookie) for cookie in (before, signed_in.http.cookies["authserver_session"])]
    assert handles[0] != handles[1]
    signed_in.page.url = signed_in.server.url
    assert "code" in answer(signed_in.submit(consent, consent="approve"))


def _handle(cookie: str | None) -> str:
    """The handle in a session cookie, which is signed and not encrypted."""
    signed = URLSafeTimedSerializer("", salt="cookie-session", serializer=TaggedJSONSerializer())
    return str(signed.loads_unsafe(cookie or "")[1]["handle"])


def test_another_person_signs_in_in_another_tab(signed_in: Browser, server: RunningServer) -> None:
    """The consent shown to the first person is worth nothing any more, and the page says why."""
    users = open_store(server.data_dir / "authserver.sqlite3").users
    users.add("second", "second", profile={}, is_admin=False)
    signed_in.authorize()
    consent = signed_in.form("sessionDataKeyConsent")
    signed_in.authorize(prompt="login")
    late = signed_in.form("usernameUserInput")
    signed_in.sign_in("second", "second")
    signed_in.page.url = server.url
    page = signed_in.submit(consent, consent="approve")
    assert "retry.do" in page.url
    assert "You signed in in another tab meanwhile" in text_of(page)
    assert "cookies" not in text_of(page)
    page = signed_in.submit(late, usernameUserInput="admin", password="admin")
    assert "Another person signed in in another tab meanwhile" in text_of(page)
    assert "sessionDataKeyConsent" in signed_in.sign_in().url


def test_form_without_its_cookie_names_the_cause(browser: Browser) -> None:
    """Without a session the cookie is the cause, and one advice follows from it."""
    browser.authorize()
    form = browser.form("usernameUserInput")
    browser.http.cookies.clear()
    page = browser.submit(form, usernameUserInput="admin", password="admin")
    assert page.status_code == 400
    assert "keeps no cookies" in text_of(page)
    assert "begin again" not in text_of(page)


def test_no_cookie_before_the_login_page(server: RunningServer) -> None:
    """The request itself needs and sets no cookie: whoever redirects here may lack them."""
    sent = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": CALLBACK}
    response = server.get("/oauth2/authorize", params=sent)
    assert response.status_code == 302
    assert "Set-Cookie" not in response.headers


def test_session_changes_at_sign_in(browser: Browser) -> None:
    """The cookie after the sign-in is another, HttpOnly, Secure and Lax."""
    browser.authorize()
    before = browser.http.cookies.get("authserver_session")
    browser.http.hooks["response"].append(lambda reply, **_: replies.append(reply))
    replies: list[Any] = []
    browser.sign_in()
    assert browser.http.cookies.get("authserver_session") != before
    cookie = next(
        part
        for part in replies[0].raw.headers.getlist("Set-Cookie")
        if part.startswith("authserver_session=")
    )
    for attribute in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"):
        assert attribute in cookie


def test_authorization_request_by_post(browser: Browser) -> None:
    """OpenID Connect lets a client post its request, without any token of ours."""
    sent = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "scope": "openid",
    }
    page = browser._follow("POST", f"{browser.server.url}/oauth2/authorize", data=sent)
    assert "login.do" in page.url


def test_form_may_end_at_the_callback(browser: Browser) -> None:
    """The policy of login and consent names the callback's origin, since browsers check it."""
    browser.authorize()
    assert "form-action 'self' http://localhost:8080;" in policy(browser)
    browser.sign_in()
    assert "form-action 'self' http://localhost:8080;" in policy(browser)


def policy(browser: Browser) -> str:
    """The Content-Security-Policy of the page."""
    return browser.page.headers["Content-Security-Policy"]


def test_answered_request_leads_back_to_the_playground(browser: Browser) -> None:
    """Back from the callback: the page that cannot go on says where to begin again."""
    browser.authorize()
    login = browser.page.url
    browser.sign_in()
    browser.choose("approve")
    page = browser.open(login)
    assert "Authentication Error!" in text_of(page)
    assert '<a href="http://localhost:8080/playground2">Go to the playground</a>' in page.text
