"""Presenter mode: one step at a time, plain words, nothing to scroll, no secret in the source."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page as Window

from playground.captions import CAPTIONS
from tests.doctor.failing import begin, come_back, exchange_at, lede, refused
from tests.playground.walking import approve, choose_grant, leave, open_form, sign_in
from tests.report.conftest import query, revealed
from tests.report.secrets import leaks
from tests.support.apps import Playground
from tests.support.browser import Browser
from tests.support.chromium import Pages, axe
from tests.support.rogue import Rogue

SCREEN = (1280, 720)
JARGON = ("OAuth", "token", "redirect", "endpoint", "client", "HTTP", "JWT", "URL", "parameter")


def headline(window: Window) -> str:
    """What the room reads first."""
    return window.inner_text(".headline")


def fits(window: Window) -> None:
    """Nothing has to be scrolled, and the caption and the diagram are in view."""
    window.wait_for_load_state("networkidle")
    height, width = window.evaluate(
        "[document.documentElement.scrollHeight, document.documentElement.scrollWidth]"
    )
    assert (height <= SCREEN[1], width <= SCREEN[0]) == (True, True), (window.url, height, width)
    for part in (".headline", ".diagram svg"):
        box = window.locator(part).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= SCREEN[1], (window.url, part)
    clipped = window.evaluate(
        """[...document.querySelectorAll("main > *, main button")]
        .filter((part) => part.checkVisibility() && !part.closest(".walk")
          && part.getBoundingClientRect().bottom > innerHeight)
        .map((part) => part.outerHTML.slice(0, 100))"""
    )
    assert clipped == []


def presented_code(new_page: Pages, playground: Playground, rogue: Rogue) -> Window:
    """The callback's page in front of a room, with a code from a server that the test plays."""
    window = new_page(viewport=SCREEN)
    form = {
        "client_id": "a-client",
        "scope": "view_photos",
        "authorization_endpoint": f"{rogue.url}/authorize",
        "token_endpoint": f"{rogue.url}/token",
        "resource_endpoint": f"{rogue.url}/photos",
        "token_endpoint_auth_method": "none",
    }
    window.goto(f"{playground.url}/playground2/oauth2?{urlencode(form)}")
    window.get_by_role("button", name="Authorize", exact=True).click()
    window.wait_for_url(f"{rogue.url}/authorize**")
    answer = urlencode({"code": "a-code", "state": query(window.url)["state"]})
    window.goto(f"{playground.url}/playground2/oauth2client?{answer}")
    window.keyboard.press("p")
    window.wait_for_selector("body.present")
    return window


def sign_in_there(window: Window) -> None:
    """The server's own pages, where nobody presents."""
    window.fill("input[name=usernameUserInput], input[name=username]", "admin")
    window.fill("input[name=password]", "admin")
    window.get_by_role("button", name="Sign In").click()
    window.get_by_role("button", name="Approve Once").click()


def test_captions_speak_plainly() -> None:
    """No caption needs an engineer."""
    for name, caption in CAPTIONS.items():
        words = f"{caption.headline} {caption.text}"
        assert not [word for word in JARGON if word.lower() in words.lower()], name
        assert len(words) < 240, name


def test_whole_flow_by_keys(new_page: Pages, playground: Playground) -> None:
    """Next and back walk home, form, callback, token and photos; each fits the screen."""
    window = new_page(viewport=SCREEN)
    window.goto(f"{playground.url}/playground2/")
    window.keyboard.press("p")
    window.wait_for_selector("body.present")
    stops = []
    for key, address in (
        ("", "**/playground2/**"),
        ("ArrowRight", "**/oauth2"),
        ("PageDown", "**/oauth2client/*"),
        ("ArrowRight", "**/token"),
        ("ArrowRight", "**/photos"),
    ):
        if key:
            window.keyboard.press(key)
        if "oauth2client" in address:
            sign_in_there(window)
        window.wait_for_url(address)
        fits(window)
        axe(window)
        stops.append((window.url.partition("?")[0], headline(window)))
    assert len({words for _, words in stops}) == 5
    window.keyboard.press("ArrowRight")
    for url, _ in reversed(stops[:-1]):
        window.keyboard.press("ArrowLeft")
        window.wait_for_url(url)
        fits(window)
    window.keyboard.press("Escape")
    window.wait_for_selector("body:not(.present)")


def test_keys_do_nothing_while_typing(new_page: Pages, playground: Playground) -> None:
    """A p in a field is a letter."""
    window = new_page()
    window.goto(f"{playground.url}/playground2/oauth2")
    window.focus("#f-scope")
    window.keyboard.press("End")
    window.keyboard.press("p")
    assert window.input_value("#f-scope").endswith("p")
    assert not window.locator("body.present").count()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_failure_fits_too(new_page: Pages, playground: Playground, colours: str) -> None:
    """A failure is told in plain words, on one screen."""
    window = new_page(viewport=SCREEN, colour_scheme=colours)
    window.goto(f"{playground.url}/playground2/?present=1")
    window.goto(f"{playground.url}/playground2/oauth2client?error=access_denied&state=unknown")
    assert headline(window) == CAPTIONS["failure"].headline
    fits(window)
    axe(window)


def test_linked_form_fits_and_warns(new_page: Pages, playground: Playground) -> None:
    """The warning about a link's servers is in view in front of a room, too."""
    window = new_page(viewport=SCREEN)
    window.goto(
        f"{playground.url}/playground2/oauth2?present=1&client_id=c&redirect_uri=https://x.example/"
        "&authorization_endpoint=https://a.example/&token_endpoint=https://b.example/"
    )
    assert window.locator(".notice .hosts b").all_inner_texts() == [
        "https://x.example",
        "https://a.example",
        "https://b.example",
    ]
    fits(window)
    axe(window)


def test_no_secret_in_the_source(http: Browser, playground: Playground) -> None:
    """Through a whole flow, refresh included, no page's source holds a secret; all of it works."""
    http.get(f"{playground.url}/playground2/?present=1")
    left = open_form(http, playground).submit("Authorize", follow=False)
    pages = [back := approve(sign_in(left.follow()))]
    pages.append(token := back.submit("Get Access Token"))
    pages.append(token.submit("Get UserInfo"))
    pages.append(refreshed := token.submit("Refresh"))
    pages.append(photos := refreshed.submit("Get Photos"))
    pages += [http.get(back.url), http.get(token.url)]
    wire = next(str(a["href"]) for a in photos.soup.select(".wire-link a"))
    pages.append(every := http.get(playground.url + wire))
    pages += [
        http.get(playground.url + str(a["href"])) for a in every.soup.select("main a[href*=wire]")
    ]
    assert all("present" in page.soup.body["class"] and page.status == 200 for page in pages)
    assert all(not revealed(page) or "oauth2client" in page.url for page in pages)
    http.get(f"{playground.url}/playground2/?present=0")
    secrets = revealed(http.get(refreshed.url)) | query(left.location)
    known = {"access token", "refresh token", "id token", "state", "nonce"}
    known_values = [secrets[name] for name in known]
    assert leaks([page.html for page in pages], known_values) == []


def test_mode_survives_the_server_and_a_new_session(http: Browser, playground: Playground) -> None:
    """The jump to the server and back, with a new session id on the way, stays presented."""
    http.get(f"{playground.url}/playground2/?present=1")
    before = http.cookies("localhost")["playground_session"].value
    back = approve(sign_in(open_form(http, playground).submit("Authorize", follow=False).follow()))
    assert http.cookies("localhost")["playground_session"].value != before
    assert "present" in back.soup.body["class"]
    assert CAPTIONS["code"].headline in back.words


def test_verifier_is_not_on_a_presented_page(http: Browser, playground: Playground) -> None:
    """The second form has no verifier in front of a room, and the exchange uses the kept one."""
    http.get(f"{playground.url}/playground2/?present=1")
    back = approve(sign_in(open_form(http, playground).submit("Authorize", follow=False).follow()))
    assert "code_verifier" not in back.form("Get Access Token").names
    assert back.submit("Get Access Token").path.endswith("/token")


def test_walking_needs_no_script(http: Browser, playground: Playground) -> None:
    """Next and Back are links, and each step's button is there."""
    page = http.get(f"{playground.url}/playground2/?present=1")
    page = page.click("Next")
    assert page.path == "/playground2/oauth2"
    assert "Authorize" in page.buttons
    assert page.click("Back").path.rstrip("/") == "/playground2"
    assert http.get(page.url).click("Leave presenter").soup.select_one(".headline") is None


def test_switching_keeps_a_refusal(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """A refusal reads the same in both modes and after Reload, with nothing in its address."""
    page = refused(http, playground, rogue, "invalid_scope", "No such scope.")
    assert page.path.endswith("/failure")
    assert page.query == {}
    shown = http.get(page.link("Present"))
    assert shown.soup.select_one(".headline") is not None
    for same in (shown, shown.click("Leave presenter"), http.get(page.url)):
        assert (same.status, same.heading, lede(same)) == (400, page.heading, lede(page))


@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
def test_switching_keeps_a_strange_answer(http: Browser, playground: Playground, mode: str) -> None:
    """An answer to no flow of ours is refused alike in both modes, its code in no link."""
    callback = f"{playground.url}/playground2/oauth2client"
    answer = {"code": "a-code-of-a-stranger", "state": "unknown"}
    if mode == "query":
        page = come_back(http, playground, **answer)
    elif mode == "fragment":
        token = str(http.get(callback).soup.select_one("[name=csrf_token]")["value"])
        page = http.post(f"{callback}/fragment", {**answer, "csrf_token": token})
    else:
        page = http.post(callback, answer, cross_site=True)
    assert "a-code" not in page.link("Present")
    shown = page.click("Present")
    assert (shown.status, shown.heading) == (page.status, page.heading)
    assert "present, but unknown" in shown.words


def test_switching_keeps_another_host(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """A flow that began under another host name is still named so in presenter mode."""
    state = begin(http, playground, rogue)
    callback = f"{playground.at('127.0.0.1')}/playground2/oauth2client"
    page = http.get(f"{callback}?code=a-code&state={state}")
    shown = page.click("Present")
    assert "a-code" not in shown.url
    assert shown.heading == page.heading
    assert playground.url in shown.words


def test_switching_leads_from_a_used_answer_to_its_flow(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """A response that comes again says so; Present shows the page that the first one led to."""
    state = begin(http, playground, rogue)
    first = come_back(http, playground, code="a-code", state=state)
    again = come_back(http, playground, code="a-code", state=state)
    assert again.heading != first.heading
    assert again.click("Present").url.startswith(first.url)


def test_switching_keeps_a_linked_form(http: Browser, playground: Playground) -> None:
    """What a link filled in is there in presenter mode, too."""
    page = http.get(f"{playground.url}/playground2/oauth2?client_id=a-linked-client&scope=a+b")
    form = page.click("Present").form("Authorize")
    assert (form.value("client_id"), form.value("scope")) == ("a-linked-client", "a b")


def test_keys_of_endpoints_are_not_presented(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """A key in an endpoint's address is in no presented page, and is sent all the same."""
    answer = {"access_token": "an-access-token", "token_type": "Bearer"}
    rogue.answer("/token", 200, {"Content-Type": "application/json"}, answer)
    key = "a-key-of-the-endpoint"
    state = begin(http, playground, rogue, token_endpoint=f"{rogue.url}/token?key={key}&x=1")
    form = http.get(f"{playground.url}/playground2/oauth2?present=1")
    left = form.submit("Authorize", follow=False)
    back = come_back(http, playground, code="a-code", state=state)
    pages = [form, back, back.submit("Get Access Token")]
    back = come_back(http, playground, code="a-code", state=query(left.location)["state"])
    pages += [back, back.submit("Get Access Token")]
    assert all("present" in page.soup.body["class"] and page.status == 200 for page in pages)
    assert leaks([page.html for page in pages], [key]) == []
    assert [r.query for r in rogue.received("/token")] == [f"key={key}&x=1"] * 2


@pytest.mark.parametrize(
    ("grant", "form", "direct", "token"),
    [
        ("client_credentials", "form_direct", "direct", "token_own"),
        ("password", "form_direct", "direct_password", "token_password"),
    ],
)
def test_captions_follow_the_grant(
    http: Browser, playground: Playground, grant: str, form: str, direct: str, token: str
) -> None:
    """Where no ticket was traded and a password was told, no caption says otherwise."""
    http.get(f"{playground.url}/playground2/?present=1")
    page = choose_grant(open_form(http, playground), grant)
    assert CAPTIONS[form].headline in page.words
    person = {"username": "admin", "password": "admin"} if grant == "password" else {}
    page = page.submit("Authorize", **person)
    assert CAPTIONS[direct].headline in page.words
    page = page.submit("Get Access Token")
    assert CAPTIONS[token].headline in page.words


def test_caption_of_a_key_through_the_browser(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """A key that came with the answer was nobody's ticket before."""
    page = open_form(http, playground).submit("Use this server", profile="other")
    left = leave(
        choose_grant(page, "implicit"),
        client_id="a-client",
        scope="view_photos",
        response_type="token",
        authorization_endpoint=f"{rogue.url}/authorize",
    )
    callback = http.get(f"{playground.url}/playground2/oauth2client?present=1")
    back = http.post(
        f"{playground.url}/playground2/oauth2client/fragment",
        {
            "access_token": "an-access-token",
            "token_type": "Bearer",
            "state": query(left.location)["state"],
            "csrf_token": str(callback.soup.select_one("[name=csrf_token]")["value"]),
        },
    )
    page = http.get(f"{back.url}/token")
    assert CAPTIONS["token_front"].headline in page.words


def test_late_failure_does_not_claim_that_nothing_went_out(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """After code and secret were sent, the caption says that the picture shows it."""
    http.get(f"{playground.url}/playground2/?present=1")
    early = refused(http, playground, rogue, "invalid_scope")
    assert CAPTIONS["failure"].text in early.words
    late = exchange_at(http, playground, rogue, 400, {"error": "invalid_grant"})
    assert CAPTIONS["failure_late"].text in late.words


@pytest.mark.parametrize("count", [4, 15])
def test_many_scopes_fit(new_page: Pages, playground: Playground, rogue: Rogue, count: int) -> None:
    """The token's page shows its button, however many scopes were granted."""
    answer = {
        "access_token": "an-access-token",
        "token_type": "Bearer",
        "refresh_token": "a-refresh-token",
        "scope": " ".join(f"a_scope_of_the_api_{n}" for n in range(count)),
        "expires_in": 3600,
    }
    rogue.answer("/token", 200, {"Content-Type": "application/json"}, answer)
    window = presented_code(new_page, playground, rogue)
    window.get_by_role("button", name="Get Access Token").click()
    window.wait_for_url("**/token")
    assert window.get_by_role("button", name="Get Photos").is_visible()
    fits(window)


def test_failed_exchange_is_corrected_in_front_of_the_room(
    new_page: Pages, playground: Playground, rogue: Rogue
) -> None:
    """The form that the words speak of is there and fits, and the arrow key sends it."""
    answer = {"error": "invalid_client"}
    rogue.answer("/token", 401, {"Content-Type": "application/json"}, answer)
    window = presented_code(new_page, playground, rogue)
    window.get_by_role("button", name="Get Access Token").click()
    window.wait_for_url("**/failure")
    fits(window)
    assert window.get_by_label("Client Secret").is_visible()
    rogue.answer(
        "/token",
        200,
        {"Content-Type": "application/json"},
        {"access_token": "an-access-token", "token_type": "Bearer"},
    )
    window.get_by_label("Client Secret").fill("a-secret-of-the-tests")
    window.evaluate("document.activeElement.blur()")
    window.keyboard.press("ArrowRight")
    window.wait_for_url("**/token")


def test_what_was_typed_survives_the_switch(new_page: Pages, playground: Playground) -> None:
    """p takes along what the form holds, unsent as it is, both ways; Caps Lock does not matter."""
    window = new_page(viewport=SCREEN)
    window.goto(f"{playground.url}/playground2/oauth2")
    window.fill("#f-client_id", "typed-before-p")
    window.focus("body")
    window.evaluate("document.activeElement.blur()")
    window.keyboard.press("P")
    window.wait_for_selector("body.present")
    assert window.input_value("#f-client_id") == "typed-before-p"
    window.fill("#f-client_id", "")
    window.evaluate("document.activeElement.blur()")
    window.keyboard.press("Escape")
    window.wait_for_selector("body:not(.present)")
    assert window.input_value("#f-client_id") == ""
