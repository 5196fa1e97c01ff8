"""Tokens that are refused, and id tokens that are not believed: the clock, the key, the scope."""

import time
from email.utils import formatdate

import pytest

from tests.doctor.failing import evidence, lede
from tests.playground.issuer import Issuer, begin, finish
from tests.playground.walking import to_token
from tests.support.apps import Playground
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
