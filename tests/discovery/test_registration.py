"""Registration: what is asked for, what comes of it, and that no secret reaches a page."""

import json
from base64 import b64encode
from typing import Any

import pytest

from playground.flows import MAX_EXCHANGES
from tests.discovery.test_discovery import OPENID, document, form_values, look
from tests.playground.walking import open_form
from tests.support.apps import Embedded, Playground
from tests.support.browser import Browser, Page
from tests.support.chromium import Pages, axe
from tests.support.rogue import Rogue

PAGE = "/playground2/registration"
REGISTER, DELETE = "Register this playground", "Delete this client at the server"
SECRET, TOKEN = "a-secret-from-registration-0123456789", "a-registration-token-0123456789"


def made(rogue: Rogue, **changed: Any) -> dict[str, Any]:
    """A good client information response, some members changed; None takes one out."""
    members = {
        "client_id": "made-here",
        "client_secret": SECRET,
        "client_secret_expires_at": 0,
        "registration_client_uri": f"{rogue.url}/register/made-here",
        "registration_access_token": TOKEN,
        "token_endpoint_auth_method": "client_secret_post",
        **changed,
    }
    return {name: value for name, value in members.items() if value is not None}


@pytest.fixture
def offered(http: Browser, playground: Playground, rogue: Rogue) -> Page:
    """The registration page, once the metadata of a server that registers was taken."""
    rogue.answer(OPENID, body=document(rogue.url, registration_endpoint=f"{rogue.url}/register"))
    rogue.answer("/register", 201, body=made(rogue))
    form = look(http, playground, rogue.url).submit("Take it into the form")
    return form.click("register this playground there")


def test_what_the_form_will_use_is_registered(
    offered: Page, playground: Playground, rogue: Rogue
) -> None:
    """The request holds our addresses, the grant with its refresh token, and the method."""
    offered.submit(REGISTER)
    (sent,) = rogue.received("/register")
    here = f"{playground.url}/playground2"
    asked = json.loads(sent.body)
    assert sent.headers["Content-Type"] == "application/json"
    assert "Authorization" not in sent.headers
    assert asked["redirect_uris"] == [f"{here}/oauth2client"]
    assert asked["grant_types"] == ["authorization_code", "refresh_token"]
    assert asked["response_types"] == ["code"]
    assert asked["post_logout_redirect_uris"] == [f"{here}/logout/callback"]
    assert asked["backchannel_logout_uri"] == f"{here}/bclogout"
    assert asked["frontchannel_logout_uri"] == f"{here}/fclogout"
    assert asked["jwks_uri"] == f"{here}/jwks"
    assert json.loads(offered.soup.find("code", attrs={"data-value": True}).text) == asked


def test_the_addresses_that_are_registered_answer(
    offered: Page, http: Browser, playground: Playground
) -> None:
    """Nothing is promised to a server that is not there."""
    here = f"{playground.url}/playground2"
    assert "keys" in http.get(f"{here}/jwks").response.json()
    assert http.post(f"{here}/bclogout", {}).status == 400
    assert http.get(f"{here}/fclogout").status < 500


def test_the_client_goes_into_the_form_and_its_secret_into_no_page(
    offered: Page, http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """Id and method are filled in; the secret is kept on our side and is really used."""
    page = offered.submit(REGISTER)
    values = form_values(http, playground)
    assert values["client_id"] == "made-here"
    assert values["token_endpoint_auth_method"] == "client_secret_post"
    for shown in (page, open_form(http, playground), http.get(playground.url + PAGE)):
        assert SECRET not in shown.html
        assert TOKEN not in shown.html
    form = open_form(http, playground).submit(
        "Show the fields of this grant", grant_type="client_credentials"
    )
    rogue.answer("/token", body={"access_token": "at", "token_type": "Bearer"})
    form.submit("Authorize").submit("Get Access Token")
    (sent,) = rogue.received("/token")
    assert (sent.form["client_id"], sent.form["client_secret"]) == ("made-here", SECRET)


def test_one_click_deletes(
    offered: Page, http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """DELETE goes to the management address with its token; the form forgets the client."""
    rogue.answer("/register/made-here", 204)
    registered = offered.submit(REGISTER)
    back = registered.soup.select('main a[href="/playground2/oauth2"]')
    assert [link.get_text() for link in back] == ["Use it: back to the form"]
    page = registered.submit(DELETE)
    assert "The client was deleted at the server. made-here" in page.words
    assert "was deleted" not in http.get(page.url).words
    (sent,) = rogue.received("/register/made-here")
    assert (sent.method, sent.headers["Authorization"]) == ("DELETE", f"Bearer {TOKEN}")
    assert "made-here" not in form_values(http, playground).values()
    assert DELETE not in page.buttons
    assert SECRET not in page.html
    assert TOKEN not in page.html


def test_a_client_that_cannot_be_deleted_stays_known(offered: Page, rogue: Rogue) -> None:
    """A refusal is shown; the registration is not forgotten."""
    rogue.answer("/register/made-here", 403, body={"error": "access_denied"})
    page = offered.submit(REGISTER)
    assert page.submit(DELETE).status == 400
    assert DELETE in page.browser.get(page.url).buttons


def test_a_server_without_management(offered: Page, rogue: Rogue) -> None:
    """Where no address came, nothing is offered (RFC 7592 §3)."""
    rogue.answer("/register", 201, body=made(rogue, registration_access_token=None))
    page = offered.submit(REGISTER)
    assert DELETE not in page.buttons
    assert "delete it there" in page.words


def test_a_server_that_asks_who_registers(offered: Page, rogue: Rogue) -> None:
    """401 is explained; a token, or a user and password, are sent once and in no page."""
    rogue.answer("/register", 401, {"WWW-Authenticate": "Bearer"})
    page = offered.submit(REGISTER)
    assert "wants to know who registers" in page.heading
    offered.submit(REGISTER, initial_access_token="an-initial-token")
    offered.submit(REGISTER, username="admin", password="a wonderful word")
    sent = [request.headers.get("Authorization", "") for request in rogue.received("/register")]
    basic = b64encode(b"admin:a wonderful word").decode()
    assert sent == ["", "Bearer an-initial-token", f"Basic {basic}"]
    shown = offered.browser.get(offered.url).html
    assert "an-initial-token" not in shown
    assert basic[:8] not in shown
    assert basic[-8:] not in shown


@pytest.mark.parametrize(
    ("status", "body", "words", "shown"),
    [
        (400, {"error": "invalid_redirect_uri"}, "does not accept the callback URL", 400),
        (400, {"error": "invalid_client_metadata", "error_description": "<b>no"}, "<b>no", 400),
        (201, {"client_secret": "x"}, "no client_id that is a string", 502),
        (201, {"client_id": 5}, "no client_id that is a string", 502),
        (201, [], "no client_id that is a string", 502),
        (200, "<h1>Hi</h1>", "no client_id that is a string", 502),
        (500, "", "status 500", 502),
        (302, "", "status 302", 502),
    ],
)
def test_an_answer_of_no_use_is_explained(
    offered: Page, rogue: Rogue, status: int, body: Any, words: str, shown: int
) -> None:
    """The server's error, or what is wrong with its answer, in words; the form stays."""
    rogue.answer("/register", status, body=body)
    page = offered.submit(REGISTER)
    assert page.status == shown
    assert words in page.words
    assert "<b>no" not in page.html
    assert DELETE not in offered.browser.get(offered.url).buttons


def test_without_an_endpoint_nothing_is_offered(http: Browser, playground: Playground) -> None:
    """The page says where the endpoint comes from; a forced request is refused."""
    page = http.get(playground.url + PAGE)
    assert REGISTER not in page.buttons
    token = open_form(http, playground).form("Authorize").value("csrf_token")
    assert http.post(playground.url + PAGE, {"csrf_token": token}).status == 400


def test_somebody_elses_client_cannot_be_deleted(
    offered: Page, new_browser: Any, playground: Playground, rogue: Rogue
) -> None:
    """Another browser that knows the id has nothing to delete it with."""
    offered.submit(REGISTER)
    other = new_browser()
    token = open_form(other, playground).form("Authorize").value("csrf_token")
    data = {"csrf_token": token, "client_id": "made-here"}
    assert other.post(f"{playground.url}{PAGE}/delete", data).status == 400
    assert rogue.received("/register/made-here") == []


def test_registration_at_the_embedded_server(
    http: Browser, playground: Playground, embedded: Embedded
) -> None:
    """WSO2's way: an administrator registers; the client is deleted again."""
    form = look(http, playground, embedded.url).submit("Take it into the form")
    page = form.click("register this playground there")
    page = page.submit(REGISTER, username="admin", password="admin")
    assert page.status == 200, page.words
    assert "This client is in your form." in page.words
    assert page.submit(DELETE).status == 200


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(
    new_page: Pages, playground: Playground, rogue: Rogue, scheme: str
) -> None:
    """axe-core finds nothing before and after registering, on a phone neither."""
    rogue.answer(OPENID, body=document(rogue.url, registration_endpoint=f"{rogue.url}/register"))
    rogue.answer("/register", 201, body=made(rogue))
    page = new_page(colour_scheme=scheme, viewport=(390, 844))
    page.goto(f"{playground.url}/playground2/discovery")
    page.fill("input[name=issuer]", rogue.url)
    page.click("text=Look it up")
    page.click("text=Take it into the form")
    page.goto(playground.url + PAGE)
    axe(page)
    page.click(f"button:has-text('{REGISTER}')")
    page.wait_for_selector(f"text={DELETE}")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_recorded_has_a_bound(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """A session's requests fill one list after the other; none grows for ever."""
    rogue.answer(OPENID, body=document(rogue.url, registration_endpoint=f"{rogue.url}/register"))
    rogue.answer("/register", 500)
    form = look(http, playground, rogue.url).submit("Take it into the form")
    page = form.click("register this playground there")
    for _ in range(MAX_EXCHANGES):
        page.submit(REGISTER)
    shown = http.get(page.url)
    assert shown.html.count("Register the client") < MAX_EXCHANGES // 2
    assert len(rogue.received("/register")) == MAX_EXCHANGES
