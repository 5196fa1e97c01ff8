"""Pages that look alike are drawn once: nobody sees what was filled in for somebody else."""

from __future__ import annotations

import re

from bs4 import Tag

from tests.playground.walking import open_form, to_code, to_token
from tests.support.apps import Playground
from tests.support.browser import Browser, Page

_CSRF = re.compile(r'(name="csrf_token" value=")[^"]+')


def without_csrf(page: Page) -> str:
    """The page's source; its CSRF tokens are signed anew each time."""
    return _CSRF.sub(r"\1", page.html)


def hidden_values(page: Page) -> set[str]:
    """What the page can reveal: codes, tokens, states."""
    found = page.soup.find_all(attrs={"data-value": True})
    return {tag.get_text(strip=True) for tag in found if isinstance(tag, Tag)}


def test_drawn_again(new_browser, playground: Playground) -> None:
    """The page that was kept and filled in is the page as it was drawn first."""
    for walk in (open_form, to_code, to_token):
        person = new_browser()
        drawn = walk(person, playground)
        kept = [without_csrf(person.get(drawn.url)) for _ in range(4)]  # of every worker
        assert set(kept) == {without_csrf(drawn)}


def test_anothers_values(new_browser, playground: Playground) -> None:
    """Of two people at the same step, neither gets anything of the other's: id, code, token."""
    for walk in (to_code, to_token):
        first, second = walk(new_browser(), playground), walk(new_browser(), playground)
        identifier = re.search(r"/oauth2client/([0-9a-f]{20})", first.url)
        assert identifier
        assert identifier[1] not in second.html
        secrets = {text for text in hidden_values(first) if len(text) > 30 and "://" not in text}
        assert secrets
        assert not any(text in second.html for text in secrets)


def test_no_hole_left_open(http: Browser, playground: Playground) -> None:
    """Every stand-in has been replaced, in text, attributes and URLs."""
    for page in (open_form(http, playground), to_code(http, playground)):
        assert not re.search(r"hole[0-9a-f]{16}n", page.html)


def test_markup_in_a_hole(http: Browser, playground: Playground) -> None:
    """What was typed is escaped where it is filled in, as everywhere."""
    page = to_code(http, playground)
    typed = '"><b id="mine">&'
    failed = page.submit("Get Access Token", token_endpoint=f"http://localhost/{typed}")
    assert failed.status >= 400
    again = http.get(re.sub(r"/failure$", "", failed.url))
    assert again.soup.find(id="mine") is None
    assert "&lt;b id=" in again.html
