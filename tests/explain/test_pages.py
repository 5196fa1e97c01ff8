"""The wire, diagram and checklist as pages: small, accessible, readable on every screen."""

import re

import pytest
from playwright.sync_api import Page

from tests.explain.looking import exchange_page, wire_of
from tests.playground.walking import open_form, to_token
from tests.support.apps import Playground
from tests.support.browser import Browser
from tests.support.browser import Page as Fetched
from tests.support.chromium import Pages, axe

FIRST_VIEW = 60_000  # bytes, before compression


def weight(page: Fetched) -> int:
    """Bytes of the page with everything that it loads."""
    own = [str(t.get("src") or t.get("href")) for t in page.soup.select("script, link, img")]
    base = page.url.partition("/playground2")[0]
    loaded = [page.browser.get(base + address).response.content for address in own]
    return len(page.response.content) + sum(map(len, loaded))


def test_the_first_view_is_small(http: Browser, playground: Playground) -> None:
    """Home and form with styles and scripts are under 60 kB, and load from nowhere else."""
    for page in (http.get(playground.url + "/playground2"), open_form(http, playground)):
        assert weight(page) < FIRST_VIEW, page.url
        outside = re.findall(r'<(?!a )[^>]*(?:src|href)="(https?://[^"]+)"', page.html)
        assert outside == []


def walk(page: Page, playground: Playground) -> str:
    """The tutorial in Chromium, up to the photos; the address of the flow's wire view."""
    page.goto(playground.at("wso2is.local") + "/playground2/oauth2")
    page.get_by_role("button", name="Authorize").click()
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("admin")
    page.get_by_role("button", name="Sign In").click()
    page.get_by_role("button", name="Approve Once").click()
    page.get_by_role("button", name="Get Access Token").click()
    page.get_by_role("button", name="Get Photos").click()
    return str(page.get_by_role("link", name="Every message of this flow").get_attribute("href"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(new_page: Pages, playground: Playground, scheme: str) -> None:
    """Wire view, every kind of exchange and the open list pass axe-core, on a phone as well."""
    page = new_page(colour_scheme=scheme)
    address = playground.at("wso2is.local") + walk(page, playground)
    page.goto(address)
    links = page.locator("main h2 a")
    addresses = [str(links.nth(n).get_attribute("href")) for n in range(links.count())]
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        for path in [address, *(playground.at("wso2is.local") + a for a in addresses[:4])]:
            page.goto(path)
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_checks_use_the_width_of_a_phone(new_page: Pages, playground: Playground) -> None:
    """Where a check's values stand under each other, each has the whole line."""
    page = new_page(viewport=(390, 800))
    walk(page, playground)
    page.go_back()
    width = "e => e.getBoundingClientRect().width"
    values, lines = page.locator(".checks td[data-label]"), page.locator(".checks tbody tr")
    assert values.count() >= 10
    assert values.first.evaluate(width) == lines.first.evaluate(width)


def test_a_citation_is_no_larger_than_its_sentence(page: Page, playground: Playground) -> None:
    """In front of a room as well, the note's section stands behind the note."""
    address = playground.at("wso2is.local") + walk(page, playground)
    page.goto(address + "?present=1")
    page.goto(address)
    page.locator("main h2 a", has_text="Token request").click()
    page.locator("body.present .note small").first.wait_for()
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    note = page.locator(".note:has(small)").first
    assert note.locator("small").evaluate(size) <= note.evaluate(size)


def test_a_heading_keeps_its_distance(page: Page, playground: Playground) -> None:
    """Where a failure has no lead sentence, "How we know" does not stick to the page's title."""
    page.goto(playground.at("wso2is.local") + "/playground2/logout/callback")
    page.evaluate("document.querySelectorAll('.lede').forEach(e => e.remove())")
    margin = page.locator("main > h1 + h2").evaluate("e => getComputedStyle(e).marginTop")
    assert margin == "44px"


def test_a_link_that_acts_is_as_wide_as_a_button_on_a_phone(
    new_page: Pages, playground: Playground
) -> None:
    """Import Photos fills the line, as the buttons of forms do."""
    page = new_page(viewport=(390, 800))
    page.goto(f"{playground.at('wso2is.local')}/playground2")
    width = "e => e.getBoundingClientRect().width"
    link = page.get_by_role("link", name="Import Photos")
    assert link.evaluate(width) == page.locator("h1").evaluate(width)


def test_an_arrow_is_reached_by_keyboard(page: Page, playground: Playground) -> None:
    """Enter on a focused arrow opens its exchange."""
    walk(page, playground)
    page.locator("svg[role=group] a").nth(2).focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Token request", level=1).wait_for()


def test_a_secret_is_revealed_one_by_one(page: Page, playground: Playground) -> None:
    """Reveal opens one value and leaves the others masked, and works without scripts."""
    page.goto(playground.at("wso2is.local") + walk(page, playground))
    page.locator("main h2 a", has_text="Token request").click()
    hidden = page.locator(".secret details:not([open])").count()
    page.locator(".secret summary").first.click()
    assert page.locator(".secret details:not([open])").count() == hidden - 1


def test_the_pages_work_without_scripts(http: Browser, playground: Playground) -> None:
    """Links, folds and reveals are plain HTML."""
    page = to_token(http, playground)
    assert wire_of(page).status == 200
    shown = exchange_page(page, "Token request")
    assert shown.soup.select("details > summary")
    assert shown.click("Every message").status == 200
