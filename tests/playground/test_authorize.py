"""The authorization request: what the browser carries to the server, and the cookies it gets."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.playground.walking import leave, open_form
from tests.support.apps import Playground
from tests.support.browser import Browser, Page


def sent(page: Page) -> dict[str, str]:
    """The parameters of an authorization request, each once."""
    pairs = parse_qsl(urlsplit(page.location).query, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def test_request_has_state_nonce_and_pkce(http: Browser, playground: Playground) -> None:
    """Defaults send a random state, a nonce and an S256 challenge, and nothing empty."""
    page = leave(open_form(http, playground))
    assert page.status == 303
    given = sent(page)
    assert given["response_type"] == "code"
    assert given["code_challenge_method"] == "S256"
    assert len(given["code_challenge"]) == 43
    assert min(len(given["state"]), len(given["nonce"])) >= 43
    assert "" not in given.values()


def test_state_and_challenge_are_fresh_each_time(http: Browser, playground: Playground) -> None:
    """Two requests share neither state nor nonce nor challenge (RFC 9700 §2.1)."""
    first, second = (sent(leave(open_form(http, playground))) for _ in range(2))
    assert all(first[n] != second[n] for n in ("state", "nonce", "code_challenge"))


def test_nonce_is_for_openid_only(http: Browser, playground: Playground) -> None:
    """Without openid no id token can come, so no nonce is sent."""
    assert "nonce" not in sent(leave(open_form(http, playground), scope="view_photos"))


def test_pkce_can_be_plain_or_off(http: Browser, playground: Playground) -> None:
    """plain sends the verifier as challenge (RFC 7636 §4.2); off sends none."""
    plain = sent(leave(open_form(http, playground), code_challenge_method="plain"))
    assert len(plain["code_challenge"]) == 64
    off = sent(leave(open_form(http, playground), code_challenge_method=""))
    assert plain["code_challenge_method"] == "plain"
    assert not {"code_challenge", "code_challenge_method"} & set(off)


def test_endpoint_keeps_its_own_query(http: Browser, playground: Playground) -> None:
    """An endpoint that has a query keeps it, ours is added (RFC 6749 §3.1)."""
    endpoint = "https://server.example/authorize?tenant=a%20b&x="
    page = leave(open_form(http, playground), authorization_endpoint=endpoint)
    assert page.location.startswith(endpoint + "&response_type=code")


def test_optional_and_extra_parameters_are_sent(http: Browser, playground: Playground) -> None:
    """What is typed under More travels under the standard's names."""
    page = leave(
        open_form(http, playground),
        prompt="login",
        login_hint="ada",
        max_age="60",
        acr_values="urn:a",
        response_mode="query",
        extra_name="audience",
        extra_value="https://api.example",
    )
    given = sent(page)
    wanted = {"prompt": "login", "login_hint": "ada", "max_age": "60", "acr_values": "urn:a"}
    assert wanted.items() <= given.items()
    assert given["audience"] == "https://api.example"


def test_cookies_are_private(http: Browser, playground: Playground) -> None:
    """Every cookie is HttpOnly, SameSite=Lax and limited to our path."""
    page = leave(open_form(http, playground))
    raw = page.response.raw.headers.getlist("Set-Cookie")
    assert len(raw) >= 2
    for cookie in raw:
        for part in ("HttpOnly", "SameSite=Lax", "Path=/playground2"):
            assert part in cookie


def test_session_id_changes_where_a_flow_begins(http: Browser, playground: Playground) -> None:
    """A session id that somebody planted is worth nothing once a flow has begun (CWE-384)."""
    page = open_form(http, playground)
    before = http.session.cookies.get("playground_session")
    leave(page)
    after = http.session.cookies.get("playground_session")
    assert before
    assert after
    assert before != after


def test_unknown_session_id_is_not_adopted(http: Browser, playground: Playground) -> None:
    """An id that the store does not know is replaced."""
    planted = {"Cookie": "playground_session=planted"}
    page = http.get(playground.url + "/playground2/oauth2", headers=planted)
    assert "playground_session=planted" not in page.headers["Set-Cookie"]


@pytest.mark.parametrize("path", ["/playground2", "/playground2/oauth2", "/playground2/nowhere"])
def test_security_headers_are_on_every_page(
    http: Browser, playground: Playground, path: str
) -> None:
    """CSP without unsafe-inline, nosniff, no framing, no referrer, no caching."""
    headers = http.get(playground.url + path).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


def test_unknown_host_name_is_refused(http: Browser, playground: Playground) -> None:
    """Nothing is built from a host name that is not configured (CWE-644)."""
    page = http.get(playground.url + "/playground2", headers={"Host": "evil.example"})
    assert page.status == 400
    assert "PLAYGROUND_HOSTS" in page.html


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE"])
def test_other_methods_are_refused(http: Browser, playground: Playground, method: str) -> None:
    """Methods that a page does not take get 405 with Allow."""
    page = http.send(method, playground.url + "/playground2/oauth2")
    assert page.status == 405
    assert "GET" in page.headers["Allow"]
