"""The tutorial's checklist: ticked by what was observed, and by nothing else."""

import pytest

from tests.explain.looking import ticked
from tests.playground.walking import (
    approve,
    choose_grant,
    leave,
    open_form,
    sign_in,
    to_code,
    to_token,
)
from tests.support.apps import Playground
from tests.support.browser import Browser
from tests.support.rogue import Rogue


def test_nothing_is_ticked_before_anything_happened(http: Browser, playground: Playground) -> None:
    """On the start page under another host name no step counts as done."""
    assert ticked(http.get(playground.url + "/playground2")) == {}


def test_the_host_name_is_seen_in_the_address(http: Browser, playground: Playground) -> None:
    """Step 1 is done when the page was reached under the tutorial's host name."""
    page = http.get(playground.at("wso2is.local") + "/playground2")
    assert ticked(page) == {1: "Your browser found this page as wso2is.local."}


def test_the_open_form_ticks_its_click_alone(http: Browser, playground: Playground) -> None:
    """The form shows that Import Photos was clicked; of the portal nothing is known."""
    assert set(ticked(open_form(http, playground))) == {5}


def test_a_page_that_is_not_there_ticks_nothing(http: Browser, playground: Playground) -> None:
    """An error page is no sign that the form was opened."""
    assert ticked(http.get(playground.url + "/playground2/nowhere")) == {}


def test_while_the_browser_is_away_sign_in_is_open(http: Browser, playground: Playground) -> None:
    """A flow that left ticks 5 and 6; whether the portal's steps were done is not known yet."""
    leave(open_form(http, playground))
    (name,) = (n for n in http.cookies("localhost") if n.startswith("playground_flow_"))
    identifier = name.removeprefix("playground_flow_")
    page = http.get(f"{playground.url}/playground2/oauth2client/{identifier}")
    assert set(ticked(page)) == {5, 6}


def test_a_code_proves_everything_up_to_the_approval(http: Browser, playground: Playground) -> None:
    """The server answered to the callback with a code: keys, callback, sign-in and approval."""
    page = to_code(http, playground)
    assert set(ticked(page)) == {2, 3, 4, 5, 6, 7, 8}
    current = page.soup.select_one(".steps [aria-current=step]")
    assert current is not None
    assert "Get Access Token" in current.get_text()


def test_the_token_ticks_the_last_step(http: Browser, playground: Playground) -> None:
    """All nine are done under the tutorial's host name; the id token tells when one signed in."""
    page = to_code(http, playground, host="wso2is.local").submit("Get Access Token")
    done = ticked(page)
    assert set(done) == set(range(1, 10))
    assert done[7].startswith("The id token says: at ")


def test_a_denial_proves_the_portal_but_no_approval(http: Browser, playground: Playground) -> None:
    """access_denied comes to the registered callback; step 8 says that the answer was no."""
    page = approve(sign_in(leave(open_form(http, playground)).follow()), "Deny")
    assert set(ticked(page)) == {2, 3, 4, 5, 6}
    assert "the answer was no" in page.words
    assert "step 8 of 9" in page.words


def test_an_unknown_client_ticks_no_portal_step(http: Browser, playground: Playground) -> None:
    """The server keeps the browser, so nothing came back that would prove the application."""
    leave(open_form(http, playground), client_id="nobody").follow()
    (name,) = (n for n in http.cookies("localhost") if n.startswith("playground_flow_"))
    identifier = name.removeprefix("playground_flow_")
    page = http.get(f"{playground.url}/playground2/oauth2client/{identifier}")
    assert set(ticked(page)) == {5, 6}


def test_a_failed_exchange_keeps_what_was_proved(http: Browser, playground: Playground) -> None:
    """A wrong secret takes nothing back: the code had come."""
    page = to_code(http, playground).submit("Get Access Token", client_secret="wrong")
    assert set(ticked(page)) == {2, 3, 4, 5, 6, 7, 8}


def test_a_grant_without_the_browser_says_what_is_not_part(
    http: Browser, playground: Playground
) -> None:
    """Client credentials prove the keys and the token; callback, sign-in, approval do not apply."""
    page = choose_grant(open_form(http, playground), "client_credentials")
    page = page.submit("Authorize").submit("Get Access Token")
    assert set(ticked(page)) == {2, 3, 5, 6, 9}
    assert page.words.count("Not part of this grant") == 3


def test_signing_out_takes_nothing_back(http: Browser, playground: Playground) -> None:
    """The token is gone, that it had come stays true."""
    page = to_token(http, playground)
    address = page.click("Every message of this flow").url
    page.submit("Sign out", follow=False)
    assert 9 in ticked(http.get(address))


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("client_secret_post", "The server accepted client id and secret."),
        ("private_key_jwt", "The server accepted the client's signed JWT."),
        ("none", "The server accepted the client id; this client has no secret."),
    ],
)
def test_a_direct_grant_ticks_what_was_sent(
    http: Browser, playground: Playground, rogue: Rogue, method: str, said: str
) -> None:
    """Steps 2 and 3 name the proof that the client really gave."""
    answer = {"access_token": "an-access-token", "token_type": "Bearer"}
    rogue.answer("/token", 200, {"Content-Type": "application/json"}, answer)
    page = open_form(http, playground).submit("Use this server", profile="other")
    page = choose_grant(page, "client_credentials").submit(
        "Authorize",
        client_id="a-client",
        client_secret="a-secret-of-the-tests",
        token_endpoint=f"{rogue.url}/token",
        token_endpoint_auth_method=method,
    )
    done = ticked(page.submit("Get Access Token"))
    assert (done[2], done[3]) == (said, said)
