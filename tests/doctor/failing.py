"""Ways to fail on purpose, and what the failure page must then say."""

from __future__ import annotations

from typing import Any

from tests.playground.walking import approve, leave, open_form, sign_in, to_code
from tests.support.apps import Playground
from tests.support.browser import Browser, Page
from tests.support.rogue import Rogue

TOKEN = {"access_token": "opaque-token-0123456789", "token_type": "Bearer", "expires_in": 3600}


def lede(page: Page) -> str:
    """The likeliest cause, with its likelihood in words."""
    found = page.soup.select_one("p.lede")
    assert found is not None, f"No diagnosis on {page.status} {page.url}: {page.words[:800]}"
    return " ".join(found.get_text(" ").split())


def causes(page: Page) -> str:
    """The likeliest cause and those folded below it."""
    folded = [tag.get_text(" ", strip=True) for tag in page.soup.select("summary")]
    return "\n".join([lede(page), *folded])


def evidence(page: Page, name: str) -> str:
    """The value of a row of evidence."""
    for term in page.soup.find_all("dt"):
        if term.get_text(" ", strip=True) == name and term.parent is not None:
            value = term.parent.find("dd")
            return " ".join(value.get_text(" ").split()) if value else ""
    raise AssertionError(f"No evidence {name!r}: {page.words[:1500]}")


def difference(page: Page) -> tuple[list[str], list[str]]:
    """What the first character diff strikes out, and what it underlines."""
    diff = page.soup.select_one("code.diff")
    assert diff is not None, f"No diff: {page.words[:1500]}"
    return (
        [tag.get_text() for tag in diff.find_all("del")],
        [tag.get_text() for tag in diff.find_all("ins")],
    )


def way_back(page: Page) -> None:
    """It is never a dead end: the form is one click away and still filled in."""
    form = page.click("Back to the form").form("Authorize")
    assert form.value("client_id")


def come_back_with(http: Browser, playground: Playground, rogue: Rogue, **answer: str) -> Page:
    """Authorize at a server that answers at once with these parameters."""
    page = leave(open_form(http, playground), authorization_endpoint=f"{rogue.url}/authorize")
    state = page.location.rpartition("state=")[2].partition("&")[0]
    callback = f"{playground.url}/playground2/oauth2client"
    pairs = "&".join(f"{name}={value}" for name, value in (*answer.items(), ("state", state)))
    rogue.redirect("/authorize", f"{callback}?{pairs}")
    return page.follow()


def exchange_at(
    http: Browser,
    playground: Playground,
    rogue: Rogue,
    status: int,
    body: Any,
    headers: dict[str, str] | None = None,
    **typed: str,
) -> Page:
    """Exchange a real code at a token endpoint that answers so; *typed* goes into its form."""
    rogue.answer("/token", status, {"Content-Type": "application/json", **(headers or {})}, body)
    page = to_code(http, playground, scope="view_photos")
    return page.submit("Get Access Token", token_endpoint=f"{rogue.url}/token", **typed)


def walk(page: Page, **typed: str) -> Page:
    """From the form over the embedded server's pages back to the callback."""
    return approve(sign_in(leave(page, **typed).follow()))
