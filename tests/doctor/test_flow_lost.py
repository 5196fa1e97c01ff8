"""A flow that does not come back, comes back twice, or comes back to somebody else."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.doctor.failing import begin, come_back, difference, evidence, lede, way_back
from tests.playground.walking import leave, open_form, to_code
from tests.support.apps import Embedded, Playground
from tests.support.browser import Browser
from tests.support.chromium import Pages, axe
from tests.support.rogue import Rogue

LINE = "A flow left for the server and has not come back."


def test_callback_that_is_not_registered(http: Browser, playground: Playground) -> None:
    """Nothing returns: the form says so, and what was sent is ready to be registered."""
    wrong = f"{playground.url}/playground2/oauth2client/"
    error = leave(open_form(http, playground), redirect_uri=wrong).follow()
    assert "does not match with the registered" in error.words
    form = open_form(http, playground)
    assert LINE in form.words
    page = form.click("See what was sent")
    assert evidence(page, "Callback URL").startswith(wrong)
    assert difference(page) == ([], ["/"])
    assert "Underlined: only in" in page.words
    assert "Struck out" not in page.words
    for words in (
        "Registered callback does not match with the provided url.",
        "Invalid parameter: redirect_uri",
        "Valid redirect URIs",
        "Developer Portal, your application, Production Keys, Callback URL",
    ):
        assert words in page.words
    assert page.click("Change it in the form").form("Authorize").value("redirect_uri") == wrong


def test_pending_flow_on_the_home_page(http: Browser, playground: Playground) -> None:
    """The line is on the first page, too, and goes when the flow is back."""
    home = f"{playground.url}/playground2"
    leave(open_form(http, playground))
    assert LINE in http.get(home).words
    to_code(http, playground)
    assert http.get(home).click("See what was sent").status == 200


def test_no_line_without_a_pending_flow(http: Browser, playground: Playground) -> None:
    """A flow that came back, well or badly, is not pending."""
    to_code(http, playground)
    assert LINE not in open_form(http, playground).words


def test_flow_that_will_come_back_to_another_host_name(
    http: Browser, playground: Playground
) -> None:
    """Said before it happens: the cookie stays behind on the host name it left from."""
    elsewhere = f"{playground.at('127.0.0.1')}/playground2/oauth2client"
    leave(open_form(http, playground), redirect_uri=elsewhere)
    page = open_form(http, playground).click("See what was sent")
    assert "another host name than it left from" in page.words
    assert "localhost and 127.0.0.1 are two names" in page.words


def test_form_post_from_https_to_http_is_foretold(http: Browser, playground: Playground) -> None:
    """A browser warns before an https page posts to an http callback."""
    leave(open_form(http, playground), response_mode="form_post")
    page = open_form(http, playground).click("See what was sent")
    assert "posts to an http callback" in page.words
    assert "Authorize again with query" in page.buttons


def test_callback_on_another_host_name(http: Browser, playground: Playground) -> None:
    """localhost against wso2is.local, with the difference and both ways out."""
    page = leave(open_form(http, playground))
    state = page.location.partition("&state=")[2].partition("&")[0]
    there = playground.at("wso2is.local")
    page = http.get(f"{there}/playground2/oauth2client?code=c&state={state}")
    assert "left from one host name and came back to another" in lede(page)
    assert "".join(difference(page)[1]) != ""
    way_back(page)


def test_callback_of_another_browser(
    new_browser: Callable[[], Browser], playground: Playground, rogue: Rogue
) -> None:
    """No cookie: lost, or somebody else's link."""
    state = begin(new_browser(), playground, rogue)
    page = come_back(new_browser(), playground, code="c", state=state)
    assert "did not bring the flow's cookie back" in lede(page)
    assert "made in another browser" in page.words


def test_callback_twice(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """The second arrival is refused with both times, and leads on to the first."""
    state = begin(http, playground, rogue)
    come_back(http, playground, code="c", state=state)
    page = come_back(http, playground, code="c", state=state)
    assert "The same callback arrived 2 times" in lede(page)
    assert evidence(page, "Arrival 2")
    assert page.click("Go on with the first one").heading == "What came back"


def test_unknown_and_missing_state(http: Browser, playground: Playground) -> None:
    """An old address and a response without state are two different stories."""
    assert "The flow is over" in lede(come_back(http, playground, code="c", state="old"))
    assert "has no state" in lede(come_back(http, playground, code="c"))


def test_form_of_an_ended_session(http: Browser, playground: Playground) -> None:
    """A form that is older than the session."""
    form = open_form(http, playground).form("Authorize")
    http.session.cookies.clear()
    page = form.submit()
    assert page.status == 400
    assert "older than your session" in lede(page)


def test_again_sends_no_secret_elsewhere(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """The remedy's form changes a few harmless fields only, and needs its CSRF token."""
    begin(http, playground, rogue)
    form = open_form(http, playground).click("See what was sent").forms[-1]
    url = form.page.url + "/again"
    assert http.post(url, {"scope": "x"}, follow=False).status == 400
    token = open_form(http, playground).form("Authorize").value("csrf_token")
    away = http.post(
        url,
        {
            "csrf_token": token,
            "scope": "other",
            "token_endpoint": "http://evil.invalid/token",
            "authorization_endpoint": "http://evil.invalid/authorize",
        },
        follow=False,
    )
    assert away.location.startswith(f"{rogue.url}/authorize?")
    assert "scope=other" in away.location


def test_pages_are_accessible_and_fit(
    new_page: Pages, playground: Playground, embedded: Embedded
) -> None:
    """axe finds nothing on the waiting page and on a failure, on a phone and without scripts."""
    for options in ({"viewport": (390, 844), "colour_scheme": "dark"}, {}):
        page = new_page(**options)
        page.goto(f"{playground.url}/playground2/oauth2")
        page.fill("#f-redirect_uri", f"{playground.url}/playground2/oauth2clients")
        page.get_by_role("button", name="Authorize", exact=True).click()
        page.goto(f"{playground.url}/playground2/oauth2")
        link = page.get_by_role("link", name="See what was sent").get_attribute("href")
        page.goto(f"{playground.url}{link}")
        expect(page.get_by_role("heading", level=1)).to_contain_text("not sent the browser back")
        axe(page)
        page.goto(f"{playground.url}/playground2/oauth2client?code=c&state=x")
        expect(page.get_by_role("heading", level=1)).to_contain_text("belongs to no flow")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
