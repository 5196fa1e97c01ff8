"""One person's way through each contestant, from the first page to the token."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from bench.client import Answer, Browser
from bench.standin import token_of

SERVER_FIELDS = (
    "issuer jwks_uri userinfo_endpoint introspection_endpoint revocation_endpoint "
    "end_session_endpoint check_session_iframe resource_endpoint post_logout_redirect_uri"
).split()


class WrongAnswer(Exception):
    """A page is not the one that the flow leads to."""


async def playground(browser: Browser, server: str, back: str, delay: str) -> None:
    """Form, authorize, callback, exchange, token page; redirects are followed as browsers do."""
    page = _expect(200, await browser.get("/playground2/oauth2"))
    form = _form(browser.base, server, back, delay) | {"csrf_token": page.csrf_token}
    sent = _expect(303, await browser.post("/playground2/oauth2", form))
    state, arrival = await _authorize(browser, sent.location)
    callback = _expect(303, await browser.get(arrival))
    here = callback.location
    page = _expect(200, await browser.get(here))
    secret = {"csrf_token": page.csrf_token, "client_secret": "secret", "attempt": "0"}
    done = _expect(303, await browser.post(f"{here}/token", secret))
    _expect(200, await browser.get(done.location), token_of(state))


async def sample(browser: Browser, server: str, back: str, delay: str) -> None:
    """The documentation's three pages: away, back, and what came."""
    away = _expect(302, await browser.get(f"/?d={delay}"))
    state, arrival = await _authorize(browser, away.location)
    done = _expect(302, await browser.get(arrival))
    _expect(200, await browser.get(done.location), token_of(state))


async def least(browser: Browser, server: str, back: str, delay: str) -> None:
    """The playground's six requests, to an application that does no more than they need."""
    page = _expect(200, await browser.get("/form"))
    form = _form(browser.base, server, back, delay)
    form |= {"csrf_token": page.csrf_token, "delay": delay}
    away = _expect(303, await browser.post("/form", form))
    state, arrival = await _authorize(browser, away.location)
    callback = _expect(303, await browser.get(arrival))
    page = _expect(200, await browser.get(callback.location))
    secret = {"csrf_token": page.csrf_token, "client_secret": "secret", "attempt": "0"}
    done = _expect(303, await browser.post(callback.location, secret))
    _expect(200, await browser.get(done.location), token_of(state))


async def ceiling(browser: Browser, server: str, back: str, delay: str) -> None:
    """As many requests as the playground's, to a view that returns a word."""
    for _ in range(6):
        _expect(200, await browser.get("/"))


async def _authorize(browser: Browser, location: str) -> tuple[str, str]:
    """The state that left, and the address that the server sends the browser back to."""
    state = parse_qs(urlsplit(location).query)["state"][0]
    return state, _expect(302, await browser.elsewhere(location)).location


def _form(base: str, server: str, back: str, delay: str) -> dict[str, str]:
    return {
        **dict.fromkeys(SERVER_FIELDS, ""),
        "action": "authorize",
        "grant_type": "authorization_code",
        "client_id": "bench",
        "client_secret": "secret",
        "scope": "default",
        "redirect_uri": f"{base}/playground2/oauth2client",
        "authorization_endpoint": f"{server}/authorize",
        "token_endpoint": f"{back}{delay}/token",
        "token_endpoint_auth_method": "client_secret_basic",
        "code_challenge_method": "S256",
    }


def _expect(status: int, answer: Answer, words: str = "") -> Answer:
    if answer.status != status or words.encode() not in answer.body:
        raise WrongAnswer(f"{answer.status} instead of {status}: {answer.body[:300]!r}")
    return answer


JOURNEYS = {
    "playground": playground,
    "sample": sample,
    "authlib": sample,
    "least": least,
    "ceiling": ceiling,
}
