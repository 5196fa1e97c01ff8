"""Ways to fail on purpose, and what the failure page must then say."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.playground.walking import approve, choose_grant, leave, open_form, sign_in
from tests.support.apps import Playground
from tests.support.browser import Browser, Page
from tests.support.rogue import Rogue

SECRET = "a-client-secret-of-the-tests"


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


def begin(http: Browser, playground: Playground, rogue: Rogue, **typed: str) -> str:
    """Begin a flow at a server without signing in; its state."""
    page = leave(
        open_form(http, playground).submit("Use this server", profile="other"),
        **{
            "client_id": "a-client",
            "client_secret": SECRET,
            "scope": "view_photos",
            "authorization_endpoint": f"{rogue.url}/authorize",
            "token_endpoint": f"{rogue.url}/token",
            **typed,
        },
    )
    return dict(parse_qsl(urlsplit(page.location).query))["state"]


def come_back(http: Browser, playground: Playground, **answer: str) -> Page:
    """Bring an authorization response as the browser would."""
    return http.get(f"{playground.url}/playground2/oauth2client?{urlencode(answer)}")


def refused(
    http: Browser, playground: Playground, rogue: Rogue, error: str, words: str = "", **typed: str
) -> Page:
    """Authorize at a server that sends this error back."""
    state = begin(http, playground, rogue, **typed)
    return come_back(http, playground, error=error, error_description=words, state=state)


def exchange_at(
    http: Browser,
    playground: Playground,
    rogue: Rogue,
    status: int,
    body: Any,
    headers: dict[str, str] | None = None,
    **typed: str,
) -> Page:
    """Exchange a code at a token endpoint that answers so; *typed* goes into the second form."""
    rogue.answer("/token", status, {"Content-Type": "application/json", **(headers or {})}, body)
    page = come_back(http, playground, code="a-code", state=begin(http, playground, rogue))
    return page.submit("Get Access Token", **typed)


def exchange_directly(
    http: Browser,
    playground: Playground,
    rogue: Rogue,
    grant: str,
    status: int,
    body: Any,
    **typed: str,
) -> Page:
    """Ask for a token without a browser step, at a token endpoint that answers so."""
    rogue.answer("/token", status, {"Content-Type": "application/json"}, body)
    page = open_form(http, playground).submit("Use this server", profile="other")
    page = choose_grant(page, grant).submit(
        "Authorize",
        client_id="a-client",
        client_secret=SECRET,
        token_endpoint=f"{rogue.url}/token",
        **typed,
    )
    return page.submit("Get Access Token")


def refresh_at(http: Browser, playground: Playground, rogue: Rogue, status: int, body: Any) -> Page:
    """Get a token with a refresh token, then refresh at a token endpoint that answers so."""
    tokens = {"access_token": "at-0123456789", "token_type": "Bearer", "refresh_token": "rt-0123"}
    page = exchange_at(http, playground, rogue, 200, tokens)
    rogue.answer("/token", status, {"Content-Type": "application/json"}, body)
    return page.submit("Refresh")


def walk(page: Page, **typed: str) -> Page:
    """From the form over the embedded server's pages back to the callback."""
    return approve(sign_in(leave(page, **typed).follow()))
