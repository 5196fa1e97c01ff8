"""Fixtures: a flow that has gone all the way, and everything in it that is secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.playground.walking import approve, sign_in
from tests.support.apps import Playground
from tests.support.browser import Browser, Page
from tests.support.trust import Trusted

SECRET = "Gm0bJ6oWV8fC5OQLLlC6jslACW8a"  # the demo application's, as the tutorial prints it


@dataclass(frozen=True)
class Walked:
    """A flow: whose it is, its page, its id, and the secrets that passed by on the way."""

    http: Browser
    page: Page
    id: str
    secrets: dict[str, str]

    @property
    def base(self) -> str:
        """The address that the flow's pages begin with."""
        return self.page.url.partition(self.id)[0] + self.id

    def export(self, name: str) -> Page:
        """One of the exports."""
        return self.http.get(f"{self.base}/export/{name}")


def revealed(page: Page) -> dict[str, str]:
    """What the page's Reveal buttons show, by the row's name."""
    return {
        row.find("dt").get_text(strip=True): row.find(attrs={"data-value": True}).get_text()
        for row in page.soup.select("dl.kv > div")
        if row.find("dt") and row.find(attrs={"data-value": True})
    }


def walk(http: Browser, playground: Playground, **typed: str) -> Walked:
    """Import Photos with a refresh, all parameters noted where the browser sees them."""
    form = http.get(playground.url + "/playground2/oauth2")
    left = form.submit("Authorize", follow=False, **typed)
    sent = http.get(left.location)
    secrets = {"nonce": query(left.location)["nonce"], "state": query(left.location)["state"]}
    back = approve(sign_in(sent)) if "Sign In" in sent.buttons else approve(sent)
    secrets["code"] = revealed(back)["code"]
    secrets["code_verifier"] = back.form("Get Access Token").value("code_verifier")
    token = back.submit("Get Access Token")
    secrets |= {f"old {name}": value for name, value in revealed(token).items() if " token" in name}
    token = token.submit("Refresh")
    secrets |= {name: value for name, value in revealed(token).items() if " token" in name}
    token.submit("Get Photos")
    secrets["client secret"] = SECRET
    for name, cookie in http.cookies("localhost").items():
        secrets[name] = (cookie.value or "").rpartition(".")[2]
    found = re.search(r"oauth2client/(\w+)/", token.url)
    assert found
    return Walked(http=http, page=token, id=found[1], secrets=secrets)


def query(url: str) -> dict[str, str]:
    """The parameters of a URL."""
    return dict(parse_qsl(urlsplit(url).query))


@pytest.fixture(scope="session")
def walked(trusted: Trusted, playground: Playground) -> Iterator[Walked]:
    """One person's flow from the form to the photos, refreshed once; tests only look at it."""
    http = Browser(trusted.file)
    yield walk(http, playground)
    http.close()
