"""Tokens that are refused, and id tokens that are not believed: the clock, the key, the scope."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from email.utils import formatdate

import pytest
import requests

from tests.authserver.conftest import CLIENT_ID, CLIENT_SECRET
from tests.doctor.failing import evidence, lede
from tests.playground.issuer import Issuer, begin, finish
from tests.playground.walking import to_token, value
from tests.support.apps import Embedded, Playground
from tests.support.browser import Browser
from tests.support.rogue import Handler, Rogue


@pytest.fixture
def issuer(rogue: Rogue) -> Issuer:
    """A server whose id tokens the test makes."""
    return Issuer(rogue)


def test_clock_skew_is_measured(
    http: Browser, playground: Playground, issuer: Issuer, rogue: Rogue
) -> None:
    """An id token from the future: the Date header says how far the clocks are apart."""
    ahead = 7200
    sent = begin(http, playground, issuer)
    now = int(time.time()) + ahead
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"], iat=now, exp=now + 300)))
    answer = rogue._behaviours["/token"]

    def behaviour(handler: Handler) -> None:
        handler.date_time_string = lambda *_: formatdate(now, usegmt=True)  # type: ignore[method-assign]
        answer(handler)

    rogue.behave("/token", behaviour)
    page = finish(http, playground, sent)
    assert "The clocks disagree" in lede(page)
    assert "almost certain" in lede(page)
    assert "ahead of ours" in evidence(page, "The server's clock is")
    assert evidence(page, "The server's clock is").startswith(("2:00:0", "1:59:5"))


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"exp": 1_000_000_000}, "exp does not fit our clock"),
        ({"aud": "somebody-else"}, "is for another client"),
        ({"nonce": "another"}, "its nonce is not this flow's"),
        ({"iss": "https://evil.example"}, "calls itself by another name"),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "at_hash differs"),
    ],
    ids=["expired", "audience", "nonce", "issuer", "at_hash"],
)
def test_lies_of_an_id_token(
    http: Browser,
    playground: Playground,
    issuer: Issuer,
    changed: dict[str, object],
    cause: str,
) -> None:
    """Each failed check has a cause and a next step beside the table of checks."""
    sent = begin(http, playground, issuer)
    issuer.answer_token(issuer.sign(issuer.claims(**{"nonce": sent["nonce"], **changed})))
    page = finish(http, playground, sent)
    assert cause in lede(page)
    assert page.soup.select("table.checks tr")


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"exp": None}, "exp is missing"),
        ({"exp": str(int(time.time()) + 3600)}, "exp is a string"),
        ({"iat": int(time.time()) * 1000}, "iat is in milliseconds"),
        ({"nonce": None}, "has no nonce"),
        ({"sub": None}, "has no sub"),
    ],
)
def test_id_token_that_breaks_the_standard(
    http: Browser,
    playground: Playground,
    issuer: Issuer,
    changed: dict[str, object],
    cause: str,
) -> None:
    """What is missing or of the wrong type is the server's doing: no clock, no stranger."""
    sent = begin(http, playground, issuer)
    issuer.answer_token(issuer.sign(issuer.claims(**{"nonce": sent["nonce"], **changed})))
    page = finish(http, playground, sent)
    assert cause in lede(page)
    assert "(almost certain)" in lede(page)
    for other in ("clock", "mixed two answers", "another request"):
        assert other not in page.soup.select_one("main").get_text().replace("Clocks", "")  # type: ignore[union-attr]
    assert "Get Access Token" not in page.buttons


def test_no_date_header(
    http: Browser, playground: Playground, issuer: Issuer, rogue: Rogue
) -> None:
    """Of a server that does not tell the time nothing is said about its clock."""
    sent = begin(http, playground, issuer)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"], exp=1_000_000_000)))
    for path in ("/token", "/jwks"):
        rogue.behave(path, dateless(rogue._behaviours[path]))
    page = finish(http, playground, sent)
    assert "exp does not fit our clock; the server does not tell its own" in lede(page)


def dateless(answer: Callable[[Handler], None]) -> Callable[[Handler], None]:
    """The same answer without its Date header."""

    def behaviour(handler: Handler) -> None:
        send = handler.send_header
        handler.send_header = lambda n, v: None if n == "Date" else send(n, v)  # type: ignore[method-assign]
        answer(handler)

    return behaviour


def test_typ_of_another_kind_of_token(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """An access token where the id token belongs."""
    sent = begin(http, playground, issuer)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"]), typ="at+jwt"))
    page = finish(http, playground, sent)
    assert "is no id token: it says that it is of the type at+jwt" in lede(page)


def test_id_token_without_a_signature(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """alg none: another key set would not help."""
    sent = begin(http, playground, issuer)
    header, claims = ({"alg": "none"}, issuer.claims(sent["nonce"]))
    parts = [urlsafe_b64encode(json.dumps(part).encode()).decode() for part in (header, claims)]
    issuer.answer_token(f"{parts[0].rstrip('=')}.{parts[1].rstrip('=')}.")
    page = finish(http, playground, sent)
    assert "is not signed: its alg is none" in lede(page)
    assert "Compare the key set's URL" not in page.words


def test_id_token_that_is_no_jwt(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """No key was ever tried."""
    sent = begin(http, playground, issuer)
    issuer.answer_token("not-a-jwt")
    assert "is no signed JWT" in lede(finish(http, playground, sent))


def test_token_revoked_elsewhere(http: Browser, playground: Playground, embedded: Embedded) -> None:
    """A young token that the server calls dead has hardly expired, and its audience is right."""
    page = to_token(http, playground)
    token = value(page, "access token")
    revoke(embedded, token)
    page = page.submit("Get Photos")
    assert page.status == 401
    assert "The token was revoked" in lede(page)
    assert "audience is another" not in page.words


def revoke(embedded: Embedded, token: str) -> None:
    """Revoke it behind the playground's back."""
    answer = requests.post(
        f"{embedded.url}/oauth2/revoke",
        data={"token": token},
        auth=(CLIENT_ID, CLIENT_SECRET),
        verify=str(embedded.ca_file),
        timeout=10,
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("status", "headers", "cause"),
    [
        (400, {}, "does not like the request itself"),
        (405, {"Allow": "POST"}, "does not take a GET"),
        (429, {"Retry-After": "30"}, "counts too many requests"),
        (403, {}, "refuses and does not say why"),
        (401, {"WWW-Authenticate": 'Basic realm="x"'}, "asks for Basic, and not for a token"),
        (404, {}, "is not the address of the resource"),
    ],
)
def test_answer_of_a_resource(
    http: Browser,
    playground: Playground,
    rogue: Rogue,
    status: int,
    headers: dict[str, str],
    cause: str,
) -> None:
    """Each status is told for what it is."""
    rogue.answer("/photos", status, headers, "")
    page = to_token(http, playground, resource_endpoint=f"{rogue.url}/photos")
    assert cause in lede(page.submit("Get Photos"))


@pytest.mark.parametrize("button", ["Introspect", "Revoke"])
def test_endpoint_of_a_token_call_that_is_not_there(
    http: Browser, playground: Playground, rogue: Rogue, button: str
) -> None:
    """404 at introspection or revocation is no matter of credentials."""
    endpoints = ("introspection_endpoint", "revocation_endpoint")
    page = to_token(http, playground, **dict.fromkeys(endpoints, f"{rogue.url}/nowhere"))
    page = page.submit(button, token="access_token")
    assert "There is nothing at this address" in lede(page)
    assert "administrator" not in lede(page)


def test_key_that_is_not_published(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """An unknown kid: the key set's address, and where products keep their keys."""
    sent = begin(http, playground, issuer)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"]), kid="another"))
    page = finish(http, playground, sent)
    assert "None of the server's published keys made this signature" in lede(page)
    assert evidence(page, "jwks_uri") == f"{issuer.url}/jwks"
    assert "Realm settings, Keys" in page.words


def test_photos_without_their_scope(http: Browser, playground: Playground) -> None:
    """403 insufficient_scope: asked, granted and wanted; the button asks for what is missing."""
    page = to_token(http, playground, scope="openid").submit("Get Photos")
    assert page.status == 403
    assert "lacks a scope that the resource wants" in lede(page)
    assert evidence(page, "The resource wants") == "view_photos"
    assert evidence(page, "Granted") == "openid"
    again = page.submit("Authorize again with view_photos", follow=False)
    assert "scope=openid%20view_photos" in again.location


def test_userinfo_without_openid(http: Browser, playground: Playground) -> None:
    """UserInfo wants the scope openid."""
    page = to_token(http, playground, scope="view_photos").submit("Get UserInfo")
    assert "UserInfo wants a token with the scope openid" in lede(page)
    again = page.submit("Authorize again with openid", follow=False)
    assert "scope=openid%20view_photos" in again.location


def test_revoked_token(http: Browser, playground: Playground) -> None:
    """A token that this flow revoked is dead for that reason, whatever the API's words are."""
    page = to_token(http, playground)
    page.submit("Revoke", token="access_token")
    page = page.submit("Get Photos")
    assert page.status == 401
    assert lede(page) == "You revoked this token, in this flow. (almost certain)"
    assert evidence(page, "Revocation").endswith("UTC, answered 200 OK")
    assert evidence(page, "Lifetime (expires_in)") == "3600 s"
    assert page.submit("Authorize again", follow=False).status == 303


def test_revoked_refresh_token(http: Browser, playground: Playground) -> None:
    """Servers may end the access token with its refresh token (RFC 7009 §2.1)."""
    page = to_token(http, playground)
    page.submit("Revoke", token="refresh_token")
    page = page.submit("Get Photos")
    assert "You revoked the refresh token" in lede(page)
    assert "(likely)" in lede(page)


def test_another_token_was_revoked(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """The revocation of a token that is not the refused one explains nothing."""
    rogue.answer("/photos", 401, {}, "")
    page = to_token(http, playground, resource_endpoint=f"{rogue.url}/photos")
    page.submit("Revoke", token="access_token")
    page = page.submit("Refresh").submit("Get Photos")
    assert page.status == 401
    assert "You revoked" not in page.words
