"""A person's steps through the tutorial, for tests that begin somewhere along the way."""

from __future__ import annotations

from tests.support.apps import Playground
from tests.support.browser import Browser, Page


def open_form(http: Browser, playground: Playground, host: str = "localhost") -> Page:
    """The form, as a newcomer sees it."""
    return http.get(playground.at(host) + "/playground2/oauth2")


def choose_grant(page: Page, grant: str) -> Page:
    """Show the fields of another grant."""
    return page.submit("Show the fields of this grant", grant_type=grant)


def leave(page: Page, **typed: str) -> Page:
    """Fill the form and press Authorize; the redirect to the server, not followed."""
    return page.submit("Authorize", follow=False, **typed)


def sign_in(page: Page, user: str = "admin", password: str = "admin") -> Page:
    """Sign in at the embedded server's login page."""
    form = page.form("Sign In")
    name = "usernameUserInput" if "usernameUserInput" in form.names else "username"
    return form.submit(**{name: user, "password": password})


def approve(page: Page, button: str = "Approve Once", *, follow: bool = True) -> Page:
    """Answer the consent page."""
    return page.submit(button, follow=follow)


def to_code(http: Browser, playground: Playground, host: str = "localhost", **typed: str) -> Page:
    """All steps up to the page that shows the code."""
    page = leave(open_form(http, playground, host), **typed).follow()
    return approve(sign_in(page))


def to_token(http: Browser, playground: Playground, **typed: str) -> Page:
    """All steps up to the page that shows the token."""
    return to_code(http, playground, **typed).submit("Get Access Token")


def value(page: Page, name: str) -> str:
    """The full value of a row of the page's tables, as its Reveal shows it."""
    term = next(tag for tag in page.soup.find_all("dt") if tag.get_text(strip=True) == name)
    row = term.parent
    assert row is not None
    revealed = row.find(attrs={"data-value": True})
    return (revealed or row.find("dd")).get_text(" ", strip=True)  # type: ignore[union-attr]
