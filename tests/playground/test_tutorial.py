"""The tutorial in a real browser, by the words on the pages, with TLS verified."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.apps import Embedded, Playground
from tests.support.chromium import Pages, axe

HOST = "wso2is.local"


def picture(page: Page, name: str) -> None:
    """Keep a screenshot for the README, where SCREENSHOTS names a folder for them."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def press(page: Page, words: str) -> None:
    """Press the button with these words."""
    page.get_by_role("button", name=words, exact=True).click()


def import_photos(page: Page, playground: Playground, host: str = HOST) -> None:
    """Step 5: open the playground and click Import Photos."""
    page.goto(f"{playground.at(host)}/playground2")
    page.get_by_role("link", name="Import Photos").click()
    expect(page.get_by_label("Authorization Grant Type")).to_be_visible()


def sign_in(page: Page, password: str = "admin") -> None:
    """Step 7: the server's login page."""
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(password)
    press(page, "Sign In")


def to_callback(page: Page, playground: Playground, host: str = HOST) -> None:
    """Steps 5 to 8."""
    import_photos(page, playground, host)
    press(page, "Authorize")
    sign_in(page)
    press(page, "Approve Once")
    expect(page.get_by_role("heading", name="What came back", level=1)).to_be_visible()


def generate_keys(page: Page, embedded: Embedded, callback: str) -> tuple[str, str]:
    """Steps 2 to 4: the Developer Portal; the Consumer Key and Secret."""
    page.goto(f"{embedded.url}/devportal")
    if page.get_by_role("button", name="Sign In", exact=True).count() == 0:
        page.get_by_role("link", name="Sign").first.click()
    sign_in(page)
    page.get_by_text("Add New Application", exact=False).first.click()
    page.get_by_label("Application Name").fill("Photo printer")
    press(page, "SAVE")
    page.get_by_role("link", name="Production Keys").click()
    code = page.get_by_label("Code", exact=True)
    expect(code).to_be_disabled()
    page.get_by_label("Callback URL").fill(callback)
    expect(code).to_be_enabled()
    code.check()
    press(page, "GENERATE KEYS")
    key = page.get_by_label("Consumer Key").input_value()
    secret = page.get_by_label("Consumer Secret").input_value()
    return key, secret


def test_the_whole_tutorial(page: Page, playground: Playground, embedded: Embedded) -> None:
    """Portal, keys, form, login, approval, code, token and photos, as the tutorial prints them."""
    callback = f"{playground.at(HOST)}/playground2/oauth2client"
    key, secret = generate_keys(page, embedded, callback)
    page.context.clear_cookies()
    import_photos(page, playground)
    assert page.get_by_label("Callback URL").input_value() == callback
    page.get_by_label("Client Id").fill(key)
    press(page, "Authorize")
    assert page.url.startswith(f"{embedded.url}/authenticationendpoint/login.do")
    sign_in(page)
    press(page, "Approve Always")
    assert (
        page.get_by_label("Access Token Endpoint").input_value() == f"{embedded.url}/oauth2/token"
    )
    page.get_by_label("Client Secret").fill(secret)
    press(page, "Get Access Token")
    expect(page.get_by_role("heading", name="You received the access token")).to_be_visible()
    assert secret not in page.content()
    picture(page, "token")
    press(page, "Get Photos")
    images = page.locator("ul.gallery img")
    expect(images).to_have_count(6)
    for number in range(6):
        images.nth(number).scroll_into_view_if_needed()
        page.wait_for_function(
            "n => document.querySelectorAll('ul.gallery img')[n].naturalWidth > 0", arg=number
        )
    import_photos(page, playground)
    press(page, "Authorize")
    expect(page.get_by_role("heading", name="What came back", level=1)).to_be_visible()


def test_without_javascript(new_page: Pages, playground: Playground) -> None:
    """The code flow needs no script."""
    page = new_page(javascript=False)
    to_callback(page, playground)
    press(page, "Get Access Token")
    press(page, "Get Photos")
    expect(page.locator("ul.gallery img")).to_have_count(6)


def test_denied(page: Page, playground: Playground) -> None:
    """Deny is explained, and the form is still filled."""
    import_photos(page, playground)
    page.get_by_label("Scope").fill("openid denied")
    press(page, "Authorize")
    sign_in(page)
    press(page, "Deny")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Access was denied")
    page.get_by_role("link", name="Back to the form").click()
    assert page.get_by_label("Scope").input_value() == "openid denied"


def test_wrong_password_at_the_server(page: Page, playground: Playground) -> None:
    """The login page explains a wrong password and lets one try again."""
    import_photos(page, playground)
    press(page, "Authorize")
    sign_in(page, "wrong")
    expect(page.get_by_text("Login failed!", exact=False)).to_be_visible()
    sign_in(page)
    expect(page.get_by_role("button", name="Approve Once", exact=True)).to_be_visible()


def test_wrong_secret_then_right(page: Page, playground: Playground) -> None:
    """A wrong secret is explained on a page where the right one can be typed."""
    to_callback(page, playground)
    page.get_by_label("Client Secret").fill("wrong")
    press(page, "Get Access Token")
    expect(page.get_by_text("Client credentials are invalid.").first).to_be_visible()
    page.get_by_label("Client Secret").fill("Gm0bJ6oWV8fC5OQLLlC6jslACW8a")
    press(page, "Get Access Token")
    expect(page.get_by_role("heading", name="You received the access token")).to_be_visible()


def test_back_and_reload(page: Page, playground: Playground) -> None:
    """Reload repeats nothing, Back shows where the flow stands, the form keeps its values."""
    received = page.get_by_role("heading", name="You received the access token")
    to_callback(page, playground)
    page.reload()
    press(page, "Get Access Token")
    expect(received).to_be_visible()  # a click does not wait for the page it leads to
    token = page.url
    page.reload()
    expect(received).to_be_visible()
    page.go_back()
    page.reload()
    expect(page.get_by_role("link", name="See the token")).to_be_visible()
    page.goto(token)
    expect(received).to_be_visible()


def test_two_tabs(new_page: Pages, playground: Playground) -> None:
    """Two flows in two tabs of one browser finish independently."""
    one = new_page()
    import_photos(one, playground)
    press(one, "Authorize")
    two = new_page.tab(one)
    to_callback(two, playground)
    one.reload()
    if one.get_by_role("button", name="Sign In", exact=True).count():
        sign_in(one)
    press(one, "Approve Once")
    for tab in (one, two):
        press(tab, "Get Access Token")
        expect(tab.get_by_role("heading", name="You received the access token")).to_be_visible()


def test_url_changes_as_one_types(page: Page, playground: Playground) -> None:
    """The authorization URL under the form follows the fields."""
    import_photos(page, playground)
    page.get_by_label("Scope").fill("openid typed_now")
    expect(page.locator("[data-preview]")).to_contain_text("typed_now")
    expect(page.locator("[data-preview]")).to_contain_text("response_type=code")


def choose(page: Page, grant: str, url: str) -> None:
    """Choose a grant by its select alone; its URL shows that its fields have come."""
    page.get_by_label("Authorization Grant Type").select_option(grant)
    expect(page.locator("[data-preview]")).to_contain_text(url)


def test_grant_brings_its_fields_as_one_chooses(page: Page, playground: Playground) -> None:
    """Another grant needs no button; what was typed stays, the focus too, the URL follows."""
    import_photos(page, playground)
    grant = page.get_by_label("Authorization Grant Type")
    page.get_by_label("Scope").fill("openid kept")
    grant.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-preview]")).to_contain_text("response_type=id_token%20token")
    expect(grant).to_be_focused()
    expect(grant).to_be_in_viewport()
    expect(page.get_by_label("Scope")).to_have_value("openid kept")
    page.keyboard.press("End")
    expect(page.get_by_label("User name")).to_be_visible()
    expect(page.locator("[data-preview]")).to_have_count(0)
    expect(grant).to_be_focused()
    choose(page, "hybrid", "response_type=code%20id_token")
    page.get_by_text("Request", exact=True).click()
    page.get_by_label("Response type").select_option("code token")
    expect(page.locator("[data-preview]")).to_contain_text("response_type=code%20token")


def test_url_is_shown_as_it_will_be_sent(page: Page, playground: Playground) -> None:
    """What is typed is encoded as the playground encodes it."""
    import_photos(page, playground)
    page.get_by_label("Scope").fill("openid a'(b)*!~")
    shown = page.locator("[data-preview]").text_content()
    with page.expect_request(lambda request: "/oauth2/authorize?" in request.url) as sent:
        press(page, "Authorize")
    assert shown == re.sub(r"(state|nonce|code_challenge)=[^&]+", r"\1=…", sent.value.url)


def test_fragment_leaves_the_address_bar(page: Page, playground: Playground) -> None:
    """A token in the fragment is taken out of the address at once (RFC 9700 §4.3.2)."""
    import_photos(page, playground)
    choose(page, "implicit", "response_type=id_token%20token")
    press(page, "Authorize")
    sign_in(page)
    press(page, "Approve Once")
    page.wait_for_url("**/playground2/oauth2client/*")
    assert "#" not in page.url
    page.go_back()
    assert "access_token" not in page.url


def test_form_post_over_plain_http(page: Page, playground: Playground) -> None:
    """form_post from the https server to http://localhost brings the flow back to its browser."""
    import_photos(page, playground, "localhost")
    page.get_by_text("Request", exact=True).click()
    page.get_by_label("Response mode").select_option("form_post")
    press(page, "Authorize")
    sign_in(page)
    press(page, "Approve Once")
    expect(page.get_by_role("heading", name="What came back", level=1)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_no_page_has_an_accessibility_violation(
    new_page: Pages, playground: Playground, scheme: str, width: int
) -> None:
    """axe-core finds nothing on any page of the flow; nothing scrolls sideways at 320 px."""
    page = new_page(colour_scheme=scheme, viewport=(width, 900))
    import_photos(page, playground)
    seen(page)
    page.go_back()
    seen(page)
    page.go_forward()
    press(page, "Authorize")
    sign_in(page)
    press(page, "Approve Once")
    seen(page)
    press(page, "Get Access Token")
    seen(page)
    press(page, "Get Photos")
    seen(page)
    page.goto(f"{playground.at(HOST)}/playground2/oauth2client?code=x&state=y")
    seen(page)
    page.goto(f"{playground.at(HOST)}/playground2/session")
    seen(page)


def seen(page: Page) -> None:
    """The page is accessible and fits its width."""
    axe(page)
    overflow = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0, f"{page.url} is {overflow} px too wide"
