"""Profiles: every product that is promised is there, complete, and asks for what it needs."""

import re

import pytest

from playground.fields import FIELDS
from playground.form import open_places
from playground.profiles import NOTES, Profile, load
from playground.urls import url_problem
from tests.playground.walking import leave, open_form
from tests.support.apps import Playground
from tests.support.browser import Browser
from tests.support.chromium import Pages, axe

HOME = "http://localhost:8080/playground2"
PROFILES = load(None, embedded="https://localhost:9443")
PRODUCTS = (
    "wso2-am wso2-is asgardeo keycloak auth0 okta entra google".split()  # as the README names them
)
FIXED = ("wso2-am", "wso2-is", "google")


@pytest.fixture(params=PRODUCTS)
def product(request: pytest.FixtureRequest) -> Profile:
    """Each product in turn."""
    return PROFILES[request.param]


def test_every_product_says_what_to_enter_where(product: Profile) -> None:
    """All notes are there, in sentences."""
    assert set(product.notes) == set(NOTES)
    assert all(len(text) > 15 and text.endswith(".") for text in product.notes.values())
    assert product.note.endswith((".", "…"))


def test_every_product_fills_in_a_usable_form(product: Profile) -> None:
    """With the places filled, every URL is one, and the essential ones are there."""
    form = product.form(callback=f"{HOME}/oauth2client", home=HOME)
    for item in (item for item in FIELDS if item.kind == "url"):
        value = re.sub("«[^»]+»", "https://example.com", getattr(form, item.name))
        value = value.replace("https://https://example.com", "https://example.com")
        assert not value or not url_problem(value), (item.name, value)
    for name in ("authorization_endpoint", "token_endpoint", "issuer", "jwks_uri"):
        assert getattr(form, name), name
    assert form.redirect_uri == f"{HOME}/oauth2client"
    assert bool(open_places(form)) == (product.name not in FIXED)


def test_every_product_keeps_its_secret_in_the_environment(
    product: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No secret stands in the file; its variable is named."""
    assert product.client_secret() == ""
    monkeypatch.setenv(product.client_secret_env, "from the environment")
    assert product.client_secret() == "from the environment"


def test_a_profile_knows_its_own_server(product: Profile) -> None:
    """The issuer with its places filled is the profile's, another server's is not."""
    issuer = product.values["issuer"]
    assert product.fits(re.sub("«[^»]+»", "something", issuer))
    assert not product.fits("https://another.example/issuer")


def test_an_unfilled_place_is_never_sent(http: Browser, playground: Playground) -> None:
    """The form names the place that is still open, and sends nothing."""
    page = open_form(http, playground).submit("Use this server", profile="auth0")
    page = page.submit("Authorize", client_id="me")
    assert page.status == 400
    assert "Put your own value in place of «domain»." in page.words


def test_a_value_goes_wherever_its_place_stands(http: Browser, playground: Playground) -> None:
    """One field fills in every address of the server."""
    page = open_form(http, playground).submit("Use this server", profile="keycloak")
    values = {"place_address": "https://kc.example:8443/", "place_realm": "demo"}
    page = page.submit("Put it in", **values)
    form = dict(page.form("Authorize").values)
    assert form["issuer"] == "https://kc.example:8443/realms/demo"
    assert form["userinfo_endpoint"].startswith("https://kc.example:8443/realms/demo/protocol")
    assert "«" not in "".join(form.values())
    assert "Put it in" not in page.buttons


def test_the_notes_stand_beside_the_form(http: Browser, playground: Playground) -> None:
    """A product's own words for every entry are on the page; the embedded server needs none."""
    page = open_form(http, playground)
    assert "Where it is in" not in page.words
    page = page.submit("Use this server", profile="okta")
    assert all(text in page.words for text in PROFILES["okta"].notes.values())


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_the_form_with_notes_is_accessible(
    new_page: Pages, playground: Playground, scheme: str, width: int
) -> None:
    """axe-core finds nothing on a form with open places and notes."""
    page = new_page(colour_scheme=scheme, viewport=(width, 844))
    page.goto(f"{playground.url}/playground2/oauth2?profile=entra")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_place_takes_a_whole_url(http: Browser, playground: Playground) -> None:
    """Where the scheme stands already, the one that was pasted with the host is left out."""
    page = open_form(http, playground).submit("Use this server", profile="auth0")
    place = "place_" + open_places(PROFILES["auth0"].form(callback="", home=""))[0]
    sent = leave(page, client_id="c", **{place: "https://tenant.example.com/"})
    assert sent.location.startswith("https://tenant.example.com/authorize?")
