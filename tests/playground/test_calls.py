"""With the token: photos, UserInfo, introspection, revocation, refresh, any resource."""

import json
from base64 import b64decode, urlsafe_b64encode
from html import unescape

import pytest

from playground.mask import mask
from tests.playground.walking import choose_grant, open_form, to_code, to_token, value
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


@pytest.mark.parametrize("kind", ["access token", "refresh token"])
def test_the_page_of_a_revoked_token_says_so(
    http: Browser, playground: Playground, kind: str
) -> None:
    """Revoked and shown again, a token is called dead; the one that a refresh brings is not."""
    page = to_token(http, playground)
    assert "was revoked" not in page.words
    page.submit("Revoke", token=kind.replace(" ", "_"))
    page = http.get(page.url)
    assert f"This {kind} was revoked." in page.words
    if kind == "access token":
        assert "was revoked" not in page.submit("Refresh").words


@pytest.mark.parametrize("endpoint", ["introspection_endpoint", "userinfo_endpoint"])
def test_a_revocation_counts_without_its_proof(
    http: Browser, playground: Playground, rogue: Rogue, endpoint: str
) -> None:
    """Where nobody can be asked whether the token is dead, it is revoked all the same."""
    rogue.answer("/revoke")
    rogue.hang_up("/ask")
    proof = {"introspection_endpoint": "", endpoint: f"{rogue.url}/ask"}
    page = with_api(http, playground, rogue, revocation_endpoint=f"{rogue.url}/revoke", **proof)
    revoked = page.submit("Revoke", token="access_token")
    assert revoked.heading == "The token is revoked"
    assert f"none could be had: What localhost:{rogue.port} sent back" in revoked.words
    assert "This access token was revoked." in http.get(page.url).words


def test_a_revoked_refresh_token_that_nothing_proves_dead(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """Without introspection nobody is asked about it, and the page says so."""
    rogue.answer("/revoke")
    rogue.answer(
        "/token", 200, {"Content-Type": "application/json"}, {**TOKEN, "refresh_token": "r"}
    )
    page = to_code(
        http,
        playground,
        scope="view_photos",
        revocation_endpoint=f"{rogue.url}/revoke",
        introspection_endpoint="",
        userinfo_endpoint=f"{rogue.url}/userinfo",
    )
    page = page.submit("Get Access Token", token_endpoint=f"{rogue.url}/token")
    revoked = page.submit("Revoke", token="refresh_token")
    assert revoked.heading == "The token is revoked"
    assert "asked again" not in revoked.words
    assert "nobody to ask: no introspection endpoint" in revoked.words
    assert [request.path for request in rogue.requests] == ["/token", "/revoke"]


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


def test_pictures_keep_their_numbers(
    http: Browser, playground: Playground, rogue: Rogue, embedded: Embedded
) -> None:
    """What the API lists elsewhere is left out before the pictures are counted."""
    hrefs = [f"{embedded.url}/x", "a.png", "b.png"]
    photos = {"photos": [{"href": href, "title": href[-5:]} for href in hrefs]}
    rogue.answer("/photos/", 200, {"Content-Type": "application/json"}, photos)
    for name in ("a", "b"):
        rogue.answer(f"/photos/{name}.png", 200, {"Content-Type": "image/png"}, name.encode())
    page = with_api(http, playground, rogue, resource_endpoint=f"{rogue.url}/photos/")
    images = page.submit("Get Photos").soup.select("ul.gallery img")
    bodies = [http.get(f"{playground.url}{image['src']}").response.content for image in images]
    assert bodies == [b"a", b"b"]


def test_an_administrators_password_is_sent_as_it_is(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """Only a client's id and secret are form-encoded (RFC 7617 §2, RFC 6749 §2.3.1)."""
    rogue.answer("/introspect", 200, {"Content-Type": "application/json"}, {"active": True})
    page = with_api(http, playground, rogue, introspection_endpoint=f"{rogue.url}/introspect")
    page.submit("Introspect", username="admin@wso2.com", password="p@ss word+ü")
    sent = rogue.requests[-1].headers["Authorization"].removeprefix("Basic ")
    assert b64decode(sent).decode() == "admin@wso2.com:p@ss word+ü"


@pytest.mark.parametrize("button", ["Introspect", "Revoke"])
def test_a_user_name_with_a_colon(
    http: Browser, playground: Playground, rogue: Rogue, button: str
) -> None:
    """Basic would end the name there, so nothing is sent (RFC 7617 §2)."""
    endpoints = {
        name: f"{rogue.url}/{name}" for name in ("introspection_endpoint", "revocation_endpoint")
    }
    page = with_api(http, playground, rogue, **endpoints)
    page = page.submit(button, username="ad:min", password="x")
    assert page.status == 400
    assert "A user name with a colon cannot be sent" in page.words
    assert [request.path for request in rogue.requests] == ["/token"]


def test_userinfo_that_is_no_object_is_said_to_be_none(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """A list is about nobody, not about somebody else."""
    rogue.answer("/userinfo", 200, {"Content-Type": "application/json"}, [1, 2])
    page = to_token(http, playground, userinfo_endpoint=f"{rogue.url}/userinfo")
    assert "JSON, but no object" in page.submit("Get UserInfo").words


def test_introspection_names_the_challenges_error(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """What WWW-Authenticate says is shown where the body says nothing (RFC 6750 §3)."""
    challenge = {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}
    rogue.answer("/introspect", 401, challenge)
    page = with_api(http, playground, rogue, introspection_endpoint=f"{rogue.url}/introspect")
    assert "insufficient_scope" in page.submit("Introspect").words


def test_an_echoed_secret_is_in_no_page(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """A server may repeat our secret wherever it likes; our pages do not."""
    secret = "a-secret-that-is-echoed-0123456789"
    echo = {"error": secret, "error_uri": f"https://x.example/{secret}", "scope": secret}
    rogue.answer("/userinfo", 200, {"Content-Type": "application/json"}, {"x": secret})
    typed = {"client_secret": secret, "token_endpoint": f"{rogue.url}/token"}
    page = to_code(http, playground, scope="view_photos", userinfo_endpoint=f"{rogue.url}/userinfo")
    for status, body in ((400, echo), (200, {**TOKEN, **echo})):
        rogue.answer("/token", status, {"Content-Type": "application/json"}, body)
        page = page.submit("Get Access Token", **typed)
        assert secret not in page.html
    assert page.heading == "You received the access token"
    assert secret not in page.submit("Get UserInfo").html


def unsigned(claims: dict[str, str]) -> str:
    """A JWT that says this; its signature is nobody's."""
    parts = (json.dumps(part).encode() for part in ({"alg": "RS256"}, claims))
    return ".".join([*(urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "AAAA"])


def test_an_echoed_password_is_in_no_page(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """Neither a person's, which is forgotten once sent, nor one typed for introspection."""
    person, admin = 'a-person\'s-"password"', "an-administrators-password"
    secret = "a-secret-that-is-echoed-0123456789"
    echo = {"person": person, "admin": admin, "secret": secret}
    token = {**TOKEN, "access_token": unsigned(echo), "scope": person, **echo}
    rogue.answer("/token", 200, {"Content-Type": "application/json"}, token)
    rogue.answer("/introspect", 200, {"Content-Type": "application/json"}, {"active": True, **echo})
    page = choose_grant(open_form(http, playground), "password").submit(
        "Authorize",
        username="ada",
        password=person,
        client_secret=secret,
        token_endpoint=f"{rogue.url}/token",
        introspection_endpoint=f"{rogue.url}/introspect",
    )
    page = page.submit("Get Access Token")
    answer = page.submit("Introspect", username="root", password=admin)
    assert answer.heading == "What does the server know of this token?"
    for shown in (http.get(page.url), answer):
        text = unescape(shown.html)
        assert all(mask(known) in text for known in echo.values())
        assert [k for k in echo.values() if k in text or json.dumps(k)[1:-1] in text] == []


def test_an_international_host_breaks_no_page(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """Its ASCII form stands in the policy of the pages that lead there (RFC 5890)."""
    there = "https://例え.jp"
    typed = {"end_session_endpoint": f"{there}/out", "check_session_iframe": f"{there}/frame"}
    page = to_token(http, playground, **typed)
    assert page.heading == "You received the access token"
    framed = http.get(f"{playground.url}/playground2/session")
    assert framed.status == 200
    assert "frame-src https://xn--r8jz45g.jp;" in framed.headers["Content-Security-Policy"]
    assert http.get(f"{playground.url}/playground2/").status == 200
