"""A browser without scripts: cookies, forms, links and redirects over real HTTP.

>>> page = browser.get(playground.url + "/playground2")
>>> page = page.form("Authorize").submit(scope="openid")
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import Cookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

import requests
from bs4 import BeautifulSoup

from tests.support.forms import Form, words_on
from tests.support.local_names import LocalAdapter

TIMEOUT = 60


class Browser:
    """One person's browser: a cookie jar for all hosts; the port plays no role, as in browsers."""

    def __init__(self, ca_file: Path) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(ca_file)
        self.session.headers["Accept"] = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, LocalAdapter(pool_maxsize=32))

    def get(self, url: str, *, follow: bool = True, **options: Any) -> Page:
        """Open a URL; without *follow* a redirect is the result."""
        return self.send("GET", url, follow=follow, **options)

    def post(
        self,
        url: str,
        data: Mapping[str, str] | list[tuple[str, str]] | None = None,
        *,
        follow: bool = True,
        **options: Any,
    ) -> Page:
        """Post a form."""
        return self.send("POST", url, data=data, follow=follow, **options)

    def send(
        self,
        method: str,
        url: str,
        *,
        follow: bool = True,
        cross_site: bool = False,
        **options: Any,
    ) -> Page:
        """Send any request. A *cross_site* one leaves SameSite cookies at home, as browsers do."""
        options.setdefault("timeout", TIMEOUT)
        if not cross_site:
            return Page(self, self.session.request(method, url, allow_redirects=follow, **options))
        held = [cookie for cookie in self.session.cookies if _same_site(cookie) != "none"]
        for cookie in held:
            self.session.cookies.clear(cookie.domain, cookie.path, cookie.name)
        try:
            answer = self.session.request(method, url, allow_redirects=False, **options)
        finally:
            new = {(cookie.domain, cookie.path, cookie.name) for cookie in self.session.cookies}
            for cookie in held:
                if (cookie.domain, cookie.path, cookie.name) not in new:
                    self.session.cookies.set_cookie(cookie)
        page = Page(self, answer)
        return page.follow() if follow and page.location else page

    def cookies(self, host: str) -> dict[str, Cookie]:
        """The cookies kept for one host name, by name."""
        names = (host, f"{host}.local", f".{host}")
        return {cookie.name: cookie for cookie in self.session.cookies if cookie.domain in names}

    def close(self) -> None:
        """Close all connections."""
        self.session.close()


def _same_site(cookie: Cookie) -> str:
    rest: dict[str, str] = getattr(cookie, "_rest", {})
    return next((str(v) for k, v in rest.items() if k.lower() == "samesite"), "lax").lower()


@dataclass
class Page:
    """What a request brought: the response, its text as a person reads it, its forms and links."""

    browser: Browser
    response: requests.Response
    soup: BeautifulSoup = field(init=False, repr=False)

    def __post_init__(self) -> None:
        kind = self.response.headers.get("Content-Type", "")
        self.soup = BeautifulSoup(self.response.text if "html" in kind else "", "html.parser")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status_code

    @property
    def url(self) -> str:
        """Where we are after the redirects that were followed."""
        return self.response.url

    @property
    def path(self) -> str:
        """The path of the URL."""
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, str]:
        """The parameters in the URL's query."""
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def headers(self) -> Mapping[str, str]:
        """The response's headers, in any case."""
        return self.response.headers

    @property
    def html(self) -> str:
        """The body as text."""
        return self.response.text

    @property
    def location(self) -> str:
        """Where an unfollowed redirect leads, absolute; empty when this is none."""
        target = self.headers.get("Location", "")
        return urljoin(self.url, target) if target else ""

    @property
    def hops(self) -> list[str]:
        """The URLs that redirected us here."""
        return [answer.url for answer in self.response.history]

    @property
    def words(self) -> str:
        """The visible text, spaces collapsed."""
        return " ".join(self.soup.get_text(" ").split())

    @property
    def title(self) -> str:
        """The page's title."""
        return self.soup.title.get_text(" ", strip=True) if self.soup.title else ""

    @property
    def heading(self) -> str:
        """The first heading."""
        return self.soup.h1.get_text(" ", strip=True) if self.soup.h1 else ""

    def follow(self) -> Page:
        """Follow the redirect that was left unfollowed."""
        assert self.location, f"{self.status} {self.url} is no redirect"
        return self.browser.get(self.location)

    def link(self, words: str) -> str:
        """The absolute URL of the link with these words."""
        found = {words_on(a): str(a.get("href")) for a in self.soup.find_all("a", href=True)}
        assert words in found, f"No link {words!r} on {self.url}; there are {sorted(found)}."
        return urldefrag(urljoin(self.url, found[words]))[0]

    def click(self, words: str) -> Page:
        """Follow the link with these words."""
        return self.browser.get(self.link(words), headers=self._origin("GET"))

    @property
    def buttons(self) -> list[str]:
        """The words on all submit buttons."""
        return [words_on(button) for form in self.forms for button in form.buttons]

    @property
    def forms(self) -> list[Form]:
        """All forms, in order."""
        return [Form(self, tag) for tag in self.soup.find_all("form")]

    def form(self, button: str | None = None) -> Form:
        """The form with the button of these words, or the page's only form."""
        found = [
            form
            for form in self.forms
            if button is None or button in [words_on(tag) for tag in form.buttons]
        ]
        assert found, f"No form {button or ''} on {self.status} {self.url}: {self.words[:400]}"
        assert len(found) == 1 or button, f"Several forms: {self.buttons}"
        found[0].button = button
        return found[0]

    def submit(self, button: str | None = None, /, *, follow: bool = True, **values: str) -> Page:
        """Fill and submit the form with this button."""
        return self.form(button).submit(follow=follow, **values)

    def _origin(self, method: str) -> dict[str, str]:
        """The Origin and Referer that a browser adds under this page's referrer policy."""
        parts = urlsplit(self.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        silent = self.headers.get("Referrer-Policy", "") == "no-referrer"
        sent = {} if silent else {"Referer": urldefrag(self.url)[0]}
        if method == "POST":
            sent["Origin"] = "null" if silent else origin
        return sent
