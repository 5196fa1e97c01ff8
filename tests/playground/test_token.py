"""The token: exchanged once per attempt, shown, explained, and never leaked."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.playground.walking import (
    approve,
    choose_grant,
    leave,
    open_form,
    to_code,
    to_token,
    value,
)
from tests.support.apps import Playground
from tests.support.browser import Browser, Page
from tests.support.rogue import Rogue

SECRET = "Gm0bJ6oWV8fC5OQLLlC6jslACW8a"
GOOD = {"access_token": "opaque-token-0123456789", "token_type": "Bearer", "expires_in": 3600}


def exchanged(
    http: Browser, playground: Playground, rogue: Rogue, body: Any, status: int = 200
) -> Page:
    """Exchange a real code at a token endpoint that answers as the test says."""
    rogue.answer("/token", status, {"Content-Type": "application/json"}, body)
    page = to_code(http, playground, scope="view_photos")
    return page.submit("Get Access Token", token_endpoint=f"{rogue.url}/token")


def test_token_is_shown_with_its_facts(http: Browser, playground: Playground) -> None:
    """Token, type, expiry, scope, refresh token and id token are on the page, JWTs opened."""
    page = to_token(http, playground)
    assert page.heading == "You received the access token"
    assert value(page, "type") == "Bearer"
    assert value(page, "access token").count(".") == 2
    for words in ("refresh token", "id token", "view_photos granted", "Inside the id token"):
        assert words in page.words


@pytest.mark.parametrize("method", ["plain", ""])
def test_weaker_pkce_leads_to_a_token_too(
    http: Browser, playground: Playground, method: str
) -> None:
    """The server lets the demo's application use plain, and do without (RFC 7636 §4.2)."""
    page = to_token(http, playground, code_challenge_method=method)
    assert page.heading == "You received the access token"


def test_id_token_is_checked_line_by_line(http: Browser, playground: Playground) -> None:
    """Every check of the id token stands there with its section and passed."""
    page = to_token(http, playground)
    rows = page.soup.select("table.checks tbody tr")
    titles = {row.th.get_text(" ", strip=True).split()[0] for row in rows}
    assert {"signature", "iss", "aud", "azp", "exp", "iat", "nonce", "at_hash"} <= titles
    assert all("passed" in row.get_text() for row in rows)


def test_wrong_secret_is_explained_and_can_be_corrected(
    http: Browser, playground: Playground
) -> None:
    """The server's error is shown with its status; the same code then works."""
    page = to_code(http, playground).submit("Get Access Token", client_secret="wrong-secret")
    assert page.status == 400
    for words in ("invalid_client", "Client credentials are invalid.", "401"):
        assert words in page.words
    again = page.submit("Get Access Token", client_secret=SECRET)
    assert again.heading == "You received the access token"


def test_corrected_secret_is_kept_for_the_next_flow(http: Browser, playground: Playground) -> None:
    """The secret that the server took replaces the one that it refused."""
    refused = to_code(http, playground, client_secret="wrong-secret").submit("Get Access Token")
    assert refused.status == 400
    refused.submit("Get Access Token", client_secret=SECRET)
    page = approve(leave(open_form(http, playground)).follow())
    assert page.submit("Get Access Token").heading == "You received the access token"


def test_bad_second_form_is_explained(http: Browser, playground: Playground) -> None:
    """A token endpoint that is no URL is refused before anything is sent."""
    page = to_code(http, playground).submit("Get Access Token", token_endpoint="javascript:1")
    assert page.status == 400
    assert "Only http and https" in page.words


def test_wrong_verifier_is_explained(http: Browser, playground: Playground) -> None:
    """Another PKCE verifier than the flow's is refused by the server (RFC 7636 §4.6)."""
    page = to_code(http, playground).submit("Get Access Token", code_verifier="x" * 43)
    assert page.status == 400
    assert "PKCE" in page.words


def test_double_click_sends_the_code_once(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """Two clicks on one form are one token request (RFC 6749 §4.1.2)."""
    rogue.answer("/token", 200, {"Content-Type": "application/json"}, GOOD)
    form = to_code(http, playground, scope="view_photos").form("Get Access Token")
    form.fill(token_endpoint=f"{rogue.url}/token")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: form.submit(), range(2)))
    assert len(rogue.requests) == 1


def test_reload_of_the_token_page_sends_nothing(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """The token page is a GET: Reload shows it again, Back does not exchange again."""
    page = exchanged(http, playground, rogue, GOOD)
    assert http.get(page.url).heading == page.heading
    back = http.get(page.url.removesuffix("/token"))
    assert "See the token" in back.words
    assert len(rogue.requests) == 1


def test_client_id_and_secret_are_form_encoded_in_basic(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """Reserved characters survive the Basic header (RFC 6749 §2.3.1)."""
    rogue.answer("/token", 200, {"Content-Type": "application/json"}, GOOD)
    page = to_code(http, playground, scope="view_photos")
    page.submit("Get Access Token", token_endpoint=f"{rogue.url}/token", client_secret="a:b %+é")
    received = rogue.requests[0]
    assert received.headers["Authorization"] == (
        "Basic SVpzSWk2SERiQjVlOFZLZFpBblVpX2ZaM2Y4YTphJTNBYislMjUlMkIlQzMlQTk="
    )
    assert not {"client_id", "client_secret"} & set(received.form)


def test_secret_in_the_body_is_not_in_the_header(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """client_secret_post uses the body alone: one method per request (RFC 6749 §2.3)."""
    rogue.answer("/token", 200, {"Content-Type": "application/json"}, GOOD)
    page = to_code(http, playground, scope="view_photos")
    page.submit(
        "Get Access Token",
        token_endpoint=f"{rogue.url}/token",
        token_endpoint_auth_method="client_secret_post",
    )
    received = rogue.requests[0]
    assert received.form["client_secret"] == SECRET
    assert "Authorization" not in received.headers


@pytest.mark.parametrize("form", ["first", "second"])
def test_spaces_of_a_secret_are_sent(
    http: Browser, playground: Playground, rogue: Rogue, form: str
) -> None:
    """They are part of it (RFC 6749 A.2)."""
    rogue.answer("/token", 200, {"Content-Type": "application/json"}, GOOD)
    secret = {"client_secret": " a secret "}
    first, second = (secret, {}) if form == "first" else ({}, secret)
    method = "client_secret_post"
    page = to_code(http, playground, token_endpoint_auth_method=method, **first)
    page.submit("Get Access Token", token_endpoint=f"{rogue.url}/token", **second)
    assert rogue.requests[0].form["client_secret"] == " a secret "


def test_spaces_of_a_password_are_sent(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """They are part of it (RFC 6749 A.16); those around the name are not meant."""
    rogue.answer("/token", 200, {"Content-Type": "application/json"}, GOOD)
    page = choose_grant(open_form(http, playground), "password")
    typed = {"username": " ada ", "password": " pass word ", "token_endpoint": f"{rogue.url}/token"}
    page.submit("Authorize", **typed).submit("Get Access Token")
    sent = rogue.requests[0].form
    assert (sent["username"], sent["password"]) == ("ada", " pass word ")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\t"])
def test_a_line_break_after_a_secret_is_refused(
    http: Browser, playground: Playground, rogue: Rogue, end: str
) -> None:
    """Pasted along, it is neither cut off nor sent, in either form."""
    typed = {"client_secret": f"a-pasted-secret{end}", "token_endpoint": f"{rogue.url}/token"}
    second = to_code(http, playground).submit("Get Access Token", **typed)
    first = leave(open_form(http, playground), **typed)
    for page in (first, second):
        assert page.status == 400
        assert "This contains a control character or a line break." in page.words
        assert "a-pasted-secret" not in page.html
    assert rogue.requests == []


def test_public_client_sends_only_its_id(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """With the method none no secret travels (RFC 6749 §3.2.1)."""
    rogue.answer("/token", 200, {"Content-Type": "application/json"}, GOOD)
    page = to_code(http, playground, scope="view_photos")
    page.submit(
        "Get Access Token",
        token_endpoint=f"{rogue.url}/token",
        token_endpoint_auth_method="none",
    )
    received = rogue.requests[0]
    assert "client_id" in received.form
    assert SECRET not in received.body.decode() + str(received.headers)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ("<h1>hello</h1>", 200, "did not answer with a JSON object"),
        ([], 200, "did not answer with a JSON object"),
        ('{"access_token": "abc", ', 200, "did not answer with a JSON object"),
        ({"token_type": "Bearer"}, 200, "no access_token"),
        ({"access_token": 5, "token_type": "Bearer"}, 200, "no access_token"),
        *(
            ({**GOOD, "access_token": f"opaque-token{odd}"}, 200, "cannot go into a header")
            for odd in ("\r\nX-Evil: y", "\u2192k", "\x00", " ", "\n")
        ),
        ({"access_token": "a"}, 200, "only Bearer can be used"),
        ({"access_token": "a", "token_type": "mac"}, 200, "only Bearer can be used"),
        (GOOD, 201, "status 201"),
        (GOOD, 500, "status 500"),
        ("", 204, "status 204"),
    ],
)
def test_answer_that_is_no_token_response(
    http: Browser, playground: Playground, rogue: Rogue, body: Any, status: int, words: str
) -> None:
    """Anything but RFC 6749 §5.1 is refused with a reason, and no token is shown."""
    page = exchanged(http, playground, rogue, body, status)
    assert page.status in (400, 502)
    assert words in page.words
    assert "opaque-token" not in page.html


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        ({"expires_in": "3600"}, "expires_in is a string"),
        ({"expires_in": -5}, "negative"),
        ({"expires_in": 10**30}, "beyond any calendar"),
        ({"expires_in": "soon"}, "no number"),
        ({"expires_in": None}, "does not say when"),
        ({"scope": ["a"]}, "scope is not a string"),
        ({"token_type": "bEaReR"}, "bEaReR"),
        ({"refresh_token": 7}, "refresh_token is not a string"),
        ({"access_token": "1234|abc"}, "access_token has signs"),
    ],
)
def test_odd_fields_are_tolerated_and_shown(
    http: Browser, playground: Playground, rogue: Rogue, odd: dict[str, Any], words: str
) -> None:
    """Optional fields of the wrong kind are pointed out; the token is still usable."""
    page = exchanged(http, playground, rogue, {**GOOD, **odd})
    assert page.heading == "You received the access token"
    assert words in page.words


def test_scope_that_differs_is_shown(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """What was asked and what was granted stand side by side (RFC 6749 §5.1)."""
    page = exchanged(http, playground, rogue, {**GOOD, "scope": "other"})
    assert "view_photos not granted" in page.words
    assert "other added by the server" in page.words


def test_redirect_from_the_token_endpoint_is_not_followed(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """A redirected POST would hand the secret to somebody else (RFC 9700 §4.11)."""
    rogue.redirect("/token", f"{rogue.url}/elsewhere", 307)
    page = to_code(http, playground, scope="view_photos")
    page = page.submit("Get Access Token", token_endpoint=f"{rogue.url}/token")
    assert page.status == 502
    assert "redirects" in page.words
    assert [request.path for request in rogue.requests] == ["/token"]


def test_exchange_at_once_skips_the_second_form(http: Browser, playground: Playground) -> None:
    """With the choice on the first form the callback fetches the token itself."""
    page = to_code(http, playground, exchange_at_once="1")
    assert page.heading == "You received the access token"


def test_secret_code_and_token_are_in_no_log(http: Browser, playground: Playground) -> None:
    """Neither secret, code, state nor token is logged (RFC 9700 §4.2)."""
    page = to_code(http, playground)
    code = value(page, "code")
    page = page.submit("Get Access Token")
    log = playground.log()
    for secret in (SECRET, code, value(page, "access token"), value(page, "refresh token")):
        assert len(secret) > 20
        assert secret not in log
    assert "state=" not in log


def test_another_browser_cannot_see_the_flow(new_browser: Any, playground: Playground) -> None:
    """A flow's pages answer only the browser that holds its cookie."""
    page = to_token(new_browser(), playground)
    stranger = new_browser().get(page.url)
    assert stranger.status == 404
    assert "no such flow in this browser" in stranger.words
    causes, _, advice = stranger.words.partition("What to do")
    assert "belongs to another browser" in causes
    assert advice.strip().startswith("Start again with Import Photos")


@pytest.mark.parametrize("grant", ["client_credentials", "password"])
def test_grant_without_a_browser_step(http: Browser, playground: Playground, grant: str) -> None:
    """Client credentials and password go straight to the token endpoint (RFC 6749 §4.3–4.4)."""
    page = choose_grant(open_form(http, playground), grant)
    typed = {"username": "admin", "password": "admin"} if grant == "password" else {}
    page = leave(page, **typed).follow()
    assert ("Legacy" in page.words) == (grant == "password")
    assert page.submit("Get Access Token").heading == "You received the access token"


@pytest.mark.parametrize(
    "response_type",
    ["token", "id_token", "id_token token", "code id_token", "code token", "code id_token token"],
)
@pytest.mark.parametrize("response_mode", ["form_post", "fragment"])
def test_implicit_and_hybrid(
    http: Browser, playground: Playground, response_type: str, response_mode: str
) -> None:
    """Every front-channel response type is taken, checked and shown (OIDC Core §3.2–3.3)."""
    from tests.playground.walking import approve, sign_in

    grant = "hybrid" if "code" in response_type else "implicit"
    page = choose_grant(open_form(http, playground), grant)
    page = leave(page, response_type=response_type, response_mode=response_mode).follow()
    page = approve(sign_in(page), follow=response_mode == "form_post")
    posted = response_mode == "form_post"
    page = page.forms[0].submit() if posted else _read_fragment(http, page)
    assert page.status == 200
    said = str(page.soup.select_one("main h1 + p"))
    names = {"code": "an authorization code", "token": "an access token", "id_token": "an id token"}
    assert [n for n, words in names.items() if words in said] == [
        n for n in names if n in response_type.split()
    ]
    if "code" in response_type:
        assert page.submit("Get Access Token").heading == "You received the access token"


def _read_fragment(http: Browser, page: Page) -> Page:
    """Do what static/fragment.js does: post the fragment's parameters with the page's form."""
    from urllib.parse import parse_qsl, urldefrag

    address, fragment = urldefrag(page.location)
    landing = http.get(address)
    form = next(f for f in landing.forms if f.tag.has_attr("data-fragment"))
    form.values += parse_qsl(fragment)
    return form.submit()


def test_fetched_token_survives_json_of_any_shape(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """Deeply nested JSON neither breaks us nor is believed."""
    deep = "[" * 5000 + "]" * 5000
    page = exchanged(http, playground, rogue, '{"x": ' + deep + "}")
    assert page.status == 502
    assert json.dumps(GOOD) not in page.html


@pytest.mark.parametrize("method", ["client_secret_post", "private_key_jwt"])
def test_demo_application_takes_other_authentication(
    http: Browser, playground: Playground, method: str
) -> None:
    """The embedded server knows the playground's published key (OIDC Core §9)."""
    page = to_code(http, playground, token_endpoint_auth_method=method)
    page = page.submit("Get Access Token")
    assert page.heading == "You received the access token", page.words


def test_short_secret_cannot_sign_an_assertion(http: Browser, playground: Playground) -> None:
    """client_secret_jwt with a secret that is too short is refused here (RFC 7518 §3.2)."""
    page = to_code(http, playground, token_endpoint_auth_method="client_secret_jwt")
    page = page.submit("Get Access Token")
    assert page.status == 400
    assert "32 bytes or more" in page.words


def test_bad_second_form_keeps_what_was_typed(http: Browser, playground: Playground) -> None:
    """A refusal before anything is sent loses nothing of the second form."""
    page = to_code(http, playground)
    wrong = "https://localhost:99999/token"
    page = page.submit("Get Access Token", token_endpoint=wrong, code_verifier="y" * 50)
    form = page.form("Get Access Token")
    assert form.value("token_endpoint") == wrong
    assert form.value("code_verifier") == "y" * 50
