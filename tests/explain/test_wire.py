"""The wire view: every message is there, the failed ones too, and no secret in any source."""

import base64
from collections.abc import Callable

import pytest

from tests.explain.looking import CLIENT_SECRET, exchange_page, wire_of
from tests.playground.walking import (
    approve,
    choose_grant,
    leave,
    open_form,
    sign_in,
    to_code,
    to_token,
)
from tests.support.apps import Embedded, Playground
from tests.support.browser import Browser, Page
from tests.support.rogue import Rogue

BASIC = base64.b64encode(f"IZsIi6HDbB5e8VKdZAnUi_fZ3f8a:{CLIENT_SECRET}".encode()).decode()


def titles(page: Page) -> list[str]:
    """The headings of the list."""
    return [a.get_text(strip=True) for a in page.soup.select("article.exchange h2 a")]


def every_page(page: Page) -> list[Page]:
    """The wire view and the page of every exchange in it."""
    listed = wire_of(page)
    base = listed.url.partition("/playground2")[0]
    links = [str(a["href"]) for a in listed.soup.select("article.exchange h2 a")]
    return [listed, *(listed.browser.get(base + link) for link in links)]


def test_every_message_is_listed_in_order(http: Browser, playground: Playground) -> None:
    """Front and back channel stand in the order in which they happened."""
    page = to_token(http, playground).submit("Get Photos")
    found = [t for t in titles(wire_of(page)) if t != "Fetch the server's keys"]
    assert found == [
        "Authorization request",
        "Authorization response",
        "Token request",
        "Get Photos",
    ]


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_the_secret_is_in_no_source(http: Browser, playground: Playground, method: str) -> None:
    """Neither in Basic, nor in a body, nor decoded: the client secret never leaves the server."""
    page = to_code(http, playground, token_endpoint_auth_method=method)
    for shown in every_page(page.submit("Get Access Token")):
        assert shown.status == 200
        assert CLIENT_SECRET not in shown.html, shown.url
        assert BASIC not in shown.html, shown.url


def test_a_mistyped_secret_and_a_password_are_in_no_source(
    http: Browser, playground: Playground
) -> None:
    """What was typed wrong is a secret as well, and so is a person's password."""
    page = to_code(http, playground)
    page = page.submit("Get Access Token", client_secret="another-secret")
    pages = every_page(page)
    page = choose_grant(open_form(http, playground), "password")
    page = page.submit("Authorize", username="admin", password="not-the-password")
    pages += every_page(page.submit("Get Access Token"))
    for shown in pages:
        assert "another-secret" not in shown.html
        assert "not-the-password" not in shown.html
        assert base64.b64encode(b"another-secret").decode()[:-4] not in shown.html


def test_parameters_come_with_their_meaning(http: Browser, playground: Playground) -> None:
    """Each one has a sentence and a section; Basic is decoded with its secret masked."""
    page = exchange_page(to_token(http, playground), "Token request")
    for words in ("RFC 7636 §4.5", "It works once.", "In the Authorization header, decoded"):
        assert words in page.words
    assert "IZsIi6HDbB5e8VKdZAnUi_fZ3f8a" in page.words
    assert "TLSv1.3, certificate of localhost" in page.words
    assert "id_token: claims" in page.words


def test_every_name_of_the_tutorials_flow_is_known(http: Browser, playground: Playground) -> None:
    """Nothing that the embedded server sends or is sent is without explanation."""
    page = to_token(http, playground)
    for shown in every_page(page):
        assert "Not in the standards" not in shown.words, shown.url


def test_presenter_mode_has_no_token_to_reveal(http: Browser, playground: Playground) -> None:
    """In front of a room the values are not in the source at all."""
    page = to_token(http, playground)
    shown = exchange_page(page, "Token request")
    token = shown.soup.find(attrs={"data-value": True}, string=lambda t: bool(t and "eyJ" in t))
    assert token is not None
    presented = http.get(shown.url + "?present=1")
    assert token.get_text() not in presented.html
    assert "••••" in presented.html


def test_a_refused_connection_is_a_message_too(http: Browser, playground: Playground) -> None:
    """What never reached a server is listed with its reason, and its page opens."""
    page = to_code(http, playground)
    page = page.submit("Get Access Token", token_endpoint="https://localhost:1/oauth2/token")
    shown = exchange_page(page, "Token request")
    assert shown.status == 200
    assert "the connection was refused" in shown.words
    assert "localhost:1" in shown.words
    assert page.click("What exactly was on the wire").url == shown.url


def test_an_untrusted_certificate_is_a_message_too(
    http: Browser, playground: Playground, tls_server: Callable[..., Rogue]
) -> None:
    """Nothing was sent, and the page says why."""
    server = tls_server("untrusted")
    page = to_code(http, playground).submit("Get Access Token", token_endpoint=server.url + "/t")
    shown = exchange_page(page, "Token request")
    assert "certificate" in shown.words
    assert "not trusted" in shown.words
    assert server.requests == []


def test_a_timeout_is_a_message_too(
    http: Browser, start_playground: Callable[..., Playground], embedded: Embedded, rogue: Rogue
) -> None:
    """A server that stays silent is listed with the time it was given."""
    rogue.slow("/token", 600)
    impatient = start_playground(embedded=embedded, PLAYGROUND_DEADLINE="1")
    page = choose_grant(open_form(http, impatient), "client_credentials")
    page = page.submit("Authorize", token_endpoint=f"{rogue.url}/token")
    shown = exchange_page(page.submit("Get Access Token"), "Token request")
    assert "did not answer in time" in shown.words


def test_an_answer_that_echoes_the_secret_does_not_show_it(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """A careless server repeats the secret in its error; the page masks it."""
    rogue.answer("/token", 400, body={"error": "x", "error_description": f"bad {CLIENT_SECRET}"})
    page = to_code(http, playground).submit("Get Access Token", token_endpoint=rogue.url + "/token")
    for shown in every_page(page):
        assert CLIENT_SECRET not in shown.html, shown.url


def test_an_answer_that_is_a_page_stays_text(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """HTML where JSON was expected is shown as it is, and does nothing."""
    rogue.html("/token")
    page = to_code(http, playground).submit("Get Access Token", token_endpoint=rogue.url + "/token")
    shown = exchange_page(page, "Token request")
    assert "<script>alert" not in shown.html
    assert "<script>alert(1)</script>" in shown.words


def test_a_form_post_is_recorded_as_the_post_it_was(http: Browser, playground: Playground) -> None:
    """With response_mode=form_post the message is the server's POST with its body."""
    page = leave(open_form(http, playground), response_mode="form_post").follow()
    page = approve(sign_in(page))
    page = page.form().submit()
    shown = exchange_page(page, "Authorization response")
    assert "POST" in shown.words
    assert "In the body" in shown.words
    assert "Request body" in shown.words
    assert "resume" not in shown.words


def test_the_redirect_is_shown_as_sent(http: Browser, playground: Playground) -> None:
    """The authorization request is our 303 with the Location that the browser got."""
    page = leave(open_form(http, playground))
    sent = page.location
    page = approve(sign_in(page.follow()))
    shown = exchange_page(page, "Authorization request")
    assert "303 See Other" in shown.words
    challenge = sent.partition("code_challenge=")[2].partition("&")[0]
    assert challenge in shown.words


def test_another_browser_sees_nothing(
    http: Browser, new_browser: Callable[[], Browser], playground: Playground
) -> None:
    """The wire is the flow's own browser's."""
    listed = wire_of(to_code(http, playground))
    assert new_browser().get(listed.url).status == 404
    assert http.get(listed.url + "/ffffffffffff").status == 404
