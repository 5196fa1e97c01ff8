"""URLs: which server one leads to is decided as the request that is sent decides it."""

from urllib.parse import urlsplit

import pytest
import requests

from playground.form import Form
from playground.profiles import Profile
from playground.report.link import hosts, may_have_secret
from playground.urls import accepted_origin, origin, url_problem
from tests.playground.walking import leave, open_form
from tests.support.apps import Playground
from tests.support.browser import Browser

NAMES = [
    "localhost",
    "MÜNCHEN.de",
    "münchen.de:8443",
    "großbank.de",
    "GROẞBANK.de",
    "βόλος.com",
    "نامه‌ای.com",
    "a_b.müller.de.",
    "İ.example",
    "xn--grobank-2va.de",
    "[::1]:8080",
]
NO_NAMES = ["login。evil.de", "１２７.0.0.1", "ﬁ.example", "a\u200db.example", "\u0308a.de"]


@pytest.mark.parametrize("name", NAMES)
def test_an_origin_is_where_the_request_goes(name: str) -> None:
    """Names outside ASCII become the name that is looked up, and no other."""
    url = f"http://{name}/token"
    sent = requests.Request("GET", url).prepare().url
    assert not url_problem(url)
    assert origin(url) == f"http://{urlsplit(str(sent)).netloc}"


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_name_that_nothing_can_be_sent_to_is_refused(name: str) -> None:
    """What older rules would have mapped to another name is none here."""
    url = f"http://{name}/token"
    assert "no valid host name" in url_problem(url)
    assert accepted_origin(url) == ""
    with pytest.raises(requests.exceptions.InvalidURL):
        requests.Request("GET", url).prepare()


def test_a_look_alike_host_does_not_get_a_profiles_secret() -> None:
    """ß is a letter of its own: the name with it may be anybody's (CWE-1007)."""
    values = {"token_endpoint": "https://login.grossbank.de/token"}
    bank = Profile(name="bank", title="Bank", values=values)
    alike = Form(token_endpoint="https://login.großbank.de/token")
    assert may_have_secret(Form(**values), bank, ours=set())
    assert not may_have_secret(alike, bank, ours=set())
    (host,) = hosts(alike, [bank], home="http://localhost")
    assert (host.origin, host.known) == ("https://login.xn--grobank-2va.de", False)


def test_the_browser_is_sent_to_the_same_host(http: Browser, playground: Playground) -> None:
    """The redirect names the host as our own requests would look it up."""
    form = open_form(http, playground)
    sent = leave(form, authorization_endpoint="https://login.großbank.de/authorize?ü=1")
    assert sent.location.startswith("https://login.xn--grobank-2va.de/authorize?%C3%BC=1&")
