"""With the token: photos, UserInfo, introspection, revocation, refresh, any resource."""

import pytest

from tests.playground.walking import to_code, to_token, value
from tests.support.apps import Embedded, Playground
from tests.support.browser import Browser, Page
from tests.support.rogue import Rogue

TOKEN = {"access_token": "opaque-token-0123456789", "token_type": "Bearer", "expires_in": 60}


def with_api(http: Browser, playground: Playground, rogue: Rogue, **endpoints: str) -> Page:
    """The token page of a flow whose token endpoint and APIs are the rogue's."""
    rogue.answer("/token", 200, {"Content-Type": "application/json"}, TOKEN)
    page = to_code(http, playground, scope="view_photos", **endpoints)
    return page.submit("Get Access Token", token_endpoint=f"{rogue.url}/token")


def test_photos_are_shown(http: Browser, playground: Playground) -> None:
    """Get Photos calls the API with the token and shows the pictures."""
    page = to_token(http, playground).submit("Get Photos")
    images = page.soup.select("ul.gallery img")
    assert len(images) >= 3
    for image in images:
        assert image["alt"]
        picture = http.get(f"{playground.url}{image['src']}")
        assert picture.status == 200
        assert picture.headers["Content-Type"].startswith("image/")


def test_missing_scope_is_explained(http: Browser, playground: Playground) -> None:
    """A token without the scope gets 403, explained from WWW-Authenticate (RFC 6750 §3)."""
    page = to_token(http, playground, scope="openid").submit("Get Photos")
    assert page.status == 403
    assert "view_photos" in page.words
    assert "a scope is missing" in page.words


def test_revoked_token_is_dead(http: Browser, playground: Playground) -> None:
    """Revocation shows that the token is dead, and the API then answers 401."""
    page = to_token(http, playground)
    revoked = page.submit("Revoke", token="access_token")
    assert "active is false" in revoked.words
    photos = http.get(page.url).submit("Get Photos")
    assert photos.status == 401
    assert "does not accept this token" in photos.words


def test_userinfo_names_the_person(http: Browser, playground: Playground) -> None:
    """UserInfo is asked with the token and its sub compared (OIDC Core §5.3.2)."""
    page = to_token(http, playground).submit("Get UserInfo")
    assert page.heading == "Who signed in?"
    assert value(page, "sub") == "admin"
    assert "passed" in page.words


def test_userinfo_about_somebody_else_is_refused(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """Another sub than the id token's is refused and not kept (OIDC Core §5.3.2)."""
    rogue.answer("/userinfo", 200, {"Content-Type": "application/json"}, {"sub": "mallory"})
    page = to_token(http, playground, userinfo_endpoint=f"{rogue.url}/userinfo")
    page = page.submit("Get UserInfo")
    assert page.status == 400
    assert "about somebody else" in page.words


@pytest.mark.parametrize("token", ["access_token", "refresh_token"])
def test_introspection_says_active(http: Browser, playground: Playground, token: str) -> None:
    """The server says that a fresh token is alive (RFC 7662 §2.2)."""
    page = to_token(http, playground).submit("Introspect", token=token)
    assert value(page, "active") == "true"


def test_introspection_takes_other_credentials(http: Browser, playground: Playground) -> None:
    """A user name and password replace the client's own, as WSO2 wants an admin's."""
    token_page = to_token(http, playground)
    page = token_page.submit("Introspect", username="admin", password="admin")
    assert value(page, "active") == "true"
    page = token_page.submit("Introspect", username="admin", password="wrong-password")
    assert page.status == 400
    assert "401" in page.words


def test_refresh_replaces_the_tokens(http: Browser, playground: Playground) -> None:
    """Refresh shows old against new, and the new ones take their place (RFC 6749 §6)."""
    page = to_token(http, playground)
    fresh = page.submit("Refresh")
    assert fresh.heading == "You received the access token"
    assert "What the refresh changed" in fresh.words
    for name in ("access token", "refresh token"):
        assert value(fresh, name) != value(page, name)
    assert fresh.submit("Refresh").heading == "You received the access token"


def test_any_resource_is_called(
    http: Browser, playground: Playground, embedded: Embedded, rogue: Rogue
) -> None:
    """A request of one's own goes out with method, headers, body and the token."""
    rogue.answer("/things", 418, {"Content-Type": "application/json"}, {"short": "stout"})
    page = with_api(http, playground, rogue).click("Call any protected resource")
    page = page.submit(
        "Send", method="PATCH", url=f"{rogue.url}/things", headers="X-Mine: 1", body="{}"
    )
    received = rogue.requests[-1]
    assert (received.method, received.body) == ("PATCH", b"{}")
    assert received.headers["Authorization"] == f"Bearer {TOKEN['access_token']}"
    assert received.headers["X-Mine"] == "1"
    assert value(page, "short") == "stout"


@pytest.mark.parametrize("line", ["Host: evil", "Authorization: Basic x", "no colon", "A: b\x00"])
def test_bad_header_line_is_refused(
    http: Browser, playground: Playground, rogue: Rogue, line: str
) -> None:
    """Headers that are ours or malformed are refused before anything is sent (CWE-93)."""
    page = with_api(http, playground, rogue).click("Call any protected resource")
    before = len(rogue.requests)
    assert page.submit("Send", url=f"{rogue.url}/x", headers=line).status == 400
    assert len(rogue.requests) == before


def test_token_is_sent_to_the_apis_own_origin_only(
    http: Browser, playground: Playground, rogue: Rogue, embedded: Embedded
) -> None:
    """A picture that the API lists on another host is not fetched with the token."""
    photos = {"photos": [{"href": f"{embedded.url}/x", "title": "away"}]}
    rogue.answer("/photos", 200, {"Content-Type": "application/json"}, photos)
    page = with_api(http, playground, rogue, resource_endpoint=f"{rogue.url}/photos")
    page = page.submit("Get Photos")
    assert not page.soup.select("ul.gallery img")


def test_only_pictures_are_passed_on(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """What the API serves as a picture but is none is not served under our name."""
    rogue.answer("/photos", 200, {"Content-Type": "application/json"}, {"photos": [{"href": "p"}]})
    rogue.html("/p")
    page = with_api(http, playground, rogue, resource_endpoint=f"{rogue.url}/photos")
    page = page.submit("Get Photos")
    image = page.soup.select("ul.gallery img")[0]
    assert http.get(f"{playground.url}{image['src']}").status == 404


def test_endpoint_that_is_empty_is_not_offered(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """What has no endpoint has no button."""
    empty = ("userinfo_endpoint", "introspection_endpoint", "revocation_endpoint")
    page = with_api(http, playground, rogue, **dict.fromkeys(empty, ""))
    assert not {"Get UserInfo", "Introspect", "Revoke", "Refresh"} & set(page.buttons)
