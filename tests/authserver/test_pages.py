"""The embedded server's pages in Chromium: readable, usable, and strict about scripts."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from tests.authserver.receiver import Receiver
from tests.support.apps import Embedded
from tests.support.chromium import ARGUMENTS, CHROMIUM, TIMEOUT, Pages, axe


def client_at(embedded: Embedded, receiver: Receiver, **metadata: Any) -> str:
    """A client registered with the receiver's callback."""
    sent = {
        "redirect_uris": [f"{receiver.url}/cb"],
        "grant_types": ["authorization_code", "implicit"],
        **metadata,
    }
    url = f"{embedded.url}/client-registration/v0.17/register"
    answer = requests.post(url, json=sent, verify=str(embedded.ca_file), timeout=30)
    client_id: str = answer.json()["client_id"]
    return client_id


def authorize_url(embedded: Embedded, **parameters: str) -> str:
    """An authorization request."""
    sent = {"response_type": "code", "scope": "openid profile view_photos", **parameters}
    return f"{embedded.url}/oauth2/authorize?{urlencode(sent)}"


def sign_in(page: Page) -> None:
    """By the words on the page."""
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("admin")
    page.get_by_role("button", name="Sign In").click()


def check(page: Page) -> None:
    """Accessible, marked as the stand-in, nothing cut off."""
    axe(page)
    expect(page.get_by_text("stand-in for WSO2, embedded")).to_be_visible()
    expect(page.locator(".step")).to_have_text(re.compile(r"tutorial(?: step [\d–]+ of|'s) 9"))
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], f"{page.url} is wider than its window"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_every_page(
    embedded: Embedded, new_page: Pages, receiver: Receiver, scheme: str, width: int
) -> None:
    """axe-core finds nothing on any page, light and wide or dark and narrow."""
    page = new_page(colour_scheme=scheme, viewport=(width, 800))
    client_id = client_at(embedded, receiver, client_name="Photo importer")
    callback = f"{receiver.url}/cb"
    page.goto(authorize_url(embedded, client_id=client_id, redirect_uri=callback))
    check(page)
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign In").click()
    expect(page.get_by_role("alert")).to_contain_text("Login failed!")
    check(page)
    sign_in(page)
    expect(page.get_by_role("button", name="Approve Once")).to_be_visible()
    choices = page.get_by_role("button", name=re.compile("Approve|Deny")).all()
    rows = {choice.bounding_box()["y"] for choice in choices}
    assert len(rows) == (1 if width > 1000 else 3)
    check(page)
    for bad in ({"redirect_uri": callback + "/"}, {"redirect_uri": callback, "client_id": "x"}):
        page.goto(authorize_url(embedded, **{"client_id": client_id, **bad}))
        expect(page.get_by_role("link", name="Go to the playground")).to_be_visible()
        check(page)
    paths = ["authenticationendpoint/retry.do", "none", "oidc/logout", "oidc/logout?client_id=x"]
    paths += ["oidc/logout?id_token_hint=x", "devportal", "devportal/applications/create"]
    for path in paths:
        page.goto(f"{embedded.url}/{path}")
        check(page)
    page.get_by_label("Application Name").fill("Workshop" * 8)
    page.get_by_role("button", name="SAVE").click()
    expect(page.get_by_role("button", name="GENERATE KEYS")).to_be_visible()
    check(page)
    page.get_by_label("Callback URL").fill("nonsense")
    page.get_by_role("button", name="GENERATE KEYS").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page)
    page.get_by_label("Callback URL").fill(callback)
    page.get_by_role("button", name="GENERATE KEYS").click()
    secret = page.get_by_label("Consumer Secret", exact=True)
    expect(secret).to_be_hidden()
    check(page)
    page.get_by_text("Reveal Consumer Secret").click()
    expect(secret).to_be_visible()
    page.get_by_text("Advanced Configurations").click()
    check(page)
    page.get_by_role("button", name="Logout").click()
    expect(page.get_by_text("You have successfully logged out.")).to_be_visible()
    check(page)


def test_a_long_scope_stays_in_the_window(
    embedded: Embedded, new_page: Pages, receiver: Receiver
) -> None:
    """A scope is one word, however long; the consent page breaks it."""
    page = new_page(viewport=(390, 800))
    sent = {
        "client_id": client_at(embedded, receiver),
        "redirect_uri": f"{receiver.url}/cb",
        "scope": "x" * 1200,
    }
    page.goto(authorize_url(embedded, **sent))
    sign_in(page)
    expect(page.get_by_role("button", name="Approve Once")).to_be_visible()
    check(page)


def test_code_is_selectable_once_a_callback_is_typed(embedded: Embedded, page: Page) -> None:
    """The tutorial's note: no Code and no Implicit before the callback URL."""
    page.goto(f"{embedded.url}/devportal/applications/create")
    sign_in(page)
    page.goto(f"{embedded.url}/devportal/applications/create")
    page.get_by_label("Application Name").fill("Tutorial")
    page.get_by_role("button", name="SAVE").click()
    code, implicit = page.get_by_label("Code", exact=True), page.get_by_label("Implicit")
    expect(code).to_be_disabled()
    expect(implicit).to_be_disabled()
    page.get_by_label("Callback URL").fill("http://localhost:8080/cb")
    expect(implicit).to_be_enabled()
    code.check()
    page.get_by_role("button", name="GENERATE KEYS").click()
    expect(code).to_be_checked()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy Consumer Key").click()
    expect(page.get_by_role("button", name="Copied Consumer Key")).to_be_visible()
    key = page.get_by_label("Consumer Key", exact=True).input_value()
    assert page.evaluate("navigator.clipboard.readText()") == key


@pytest.mark.parametrize("javascript", [True, False])
def test_form_post(
    embedded: Embedded, new_page: Pages, receiver: Receiver, javascript: bool
) -> None:
    """The answer posts itself, and with scripts off by Continue."""
    page = new_page(javascript=javascript)
    client_id = client_at(embedded, receiver)
    page.goto(
        authorize_url(
            embedded,
            client_id=client_id,
            redirect_uri=f"{receiver.url}/cb",
            response_mode="form_post",
            state="s1",
        )
    )
    sign_in(page)
    page.get_by_role("button", name="Approve Once").click()
    if not javascript:
        check_without_scripts(page)
        page.get_by_role("button", name="Continue").click()
    path, form = receiver.next_post()
    assert path == "/cb"
    assert form["state"] == "s1"
    assert {"code", "iss"} <= form.keys()


def check_without_scripts(page: Page) -> None:
    """axe needs scripts; the words do not."""
    expect(page.get_by_text("stand-in for WSO2, embedded")).to_be_visible()


@pytest.fixture
def everyday(chromium: Chromium, embedded: Embedded, tmp_path: Path) -> Iterator[Page]:
    """A page in a profile that lets frames have their cookies, as Chrome's does by default."""
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text('{"profile": {"cookie_controls_mode": 0}}')
    options: dict[str, Any] = {"executable_path": CHROMIUM, "args": ARGUMENTS}
    context = chromium.browser_type.launch_persistent_context(
        str(tmp_path), ignore_https_errors=True, **options
    )
    context.set_default_timeout(TIMEOUT)
    yield context.pages[0]
    context.close()


ASK = """([frameUrl, message]) => new Promise((done) => {
  const frame = document.createElement("iframe");
  frame.src = frameUrl;
  addEventListener("message", (event) => done(event.data));
  frame.onload = () => frame.contentWindow.postMessage(message, new URL(frameUrl).origin);
  document.body.append(frame);
})"""

OPEN_FRAME = """(url) => {
  const frame = document.createElement("iframe");
  frame.src = url;
  document.body.append(frame);
}"""


def test_check_session_frame(embedded: Embedded, everyday: Page, receiver: Receiver) -> None:
    """An application's frame learns that the session is unchanged, and after a logout changed."""
    page = everyday
    client_id = client_at(embedded, receiver)
    callback = f"{receiver.url}/cb"
    page.goto(
        authorize_url(
            embedded, client_id=client_id, redirect_uri=callback, response_mode="form_post"
        )
    )
    sign_in(page)
    page.get_by_role("button", name="Approve Once").click()
    state = receiver.next_post()[1]["session_state"]
    page.wait_for_url(callback)
    frame = f"{embedded.url}/oidc/checksession"
    page.goto(f"{receiver.url}/")
    assert page.evaluate(ASK, [frame, f"{client_id} {state}"]) == "unchanged"
    assert page.evaluate(ASK, [frame, "nonsense"]) == "error"
    other = page.context.new_page()
    other.goto(f"{embedded.url}/oidc/logout")
    other.get_by_role("button", name="Yes").click()
    expect(other.get_by_text("You have successfully logged out.")).to_be_visible()
    page.goto(f"{receiver.url}/")
    assert page.evaluate(ASK, [frame, f"{client_id} {state}"]) == "changed"


def test_check_session_frame_without_cookies(
    embedded: Embedded, page: Page, receiver: Receiver
) -> None:
    """Where the browser withholds the cookie the frame says error, not changed."""
    page.goto(f"{receiver.url}/")
    message = f"some-client {'0' * 64}.salt"
    assert page.evaluate(ASK, [f"{embedded.url}/oidc/checksession", message]) == "error"


def test_front_channel_logout(embedded: Embedded, page: Page, receiver: Receiver) -> None:
    """The application's frame is loaded, then the browser goes on to its page."""
    client_id = client_at(
        embedded,
        receiver,
        frontchannel_logout_uri=f"{receiver.url}/fclogout",
        post_logout_redirect_uris=[f"{receiver.url}/bye"],
    )
    callback = f"{receiver.url}/cb"
    page.goto(authorize_url(embedded, client_id=client_id, redirect_uri=callback))
    sign_in(page)
    page.get_by_role("button", name="Approve Once").click()
    page.wait_for_url(f"{callback}?**")
    back = {"client_id": client_id, "post_logout_redirect_uri": f"{receiver.url}/bye"}
    page.goto(f"{embedded.url}/oidc/logout?{urlencode(back)}")
    page.get_by_role("button", name="Yes").click()
    page.wait_for_url(f"{receiver.url}/bye")
    paths = [receiver.gets.get(timeout=30) for _ in range(receiver.gets.qsize())]
    assert [path for path in paths if path.startswith("/fclogout?iss=")]


def test_silent_request_in_a_frame(embedded: Embedded, everyday: Page, receiver: Receiver) -> None:
    """A frame on the application's page gets an answer to prompt=none without asking anybody."""
    page = everyday
    client_id = client_at(embedded, receiver)
    callback = f"{receiver.url}/cb"
    url = authorize_url(embedded, client_id=client_id, redirect_uri=callback)
    page.goto(url)
    sign_in(page)
    page.get_by_role("button", name="Approve Always").click()
    page.wait_for_url(f"{callback}?code=**")
    framed = "framenavigated"
    with page.expect_event(framed, lambda frame: frame.url.startswith(callback)) as event:
        page.evaluate(OPEN_FRAME, f"{url}&prompt=none")
    assert event.value.url.startswith(f"{callback}?code=")
