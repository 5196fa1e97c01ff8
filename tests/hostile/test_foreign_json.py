"""Odd JSON: what can be kept of it is, the rest is refused, and nobody's pages break of it."""

import json
import math
from typing import Any

import pytest

from playground.foreign_json import MAX_DEPTH, parse, parsed, parsed_document, parsed_object
from tests.discovery.test_discovery import OPENID, document, look
from tests.playground.issuer import Issuer, begin, finish
from tests.playground.test_calls import with_api
from tests.playground.walking import open_form, to_code
from tests.support.apps import Playground
from tests.support.browser import Browser, Page
from tests.support.rogue import Rogue

OURS = "playground itself made a mistake"
JSON = {"Content-Type": "application/json"}
DEEP = b'{"a": ' * 980 + b"1" + b"}" * 980
ODD = {
    "half a pair": b'{"%s": "a\\ud800b", "b": 1}',
    "a name of half a pair": b'{"%s": "x", "\\udfff": 1}',
    "half a pair in octets": b'{"%s": "\xed\xa0\x80"}',
    "beyond 64 bits": b'{"%s": 1180591620717411303424}',
    "thousands of digits": b'{"%s": ' + b"9" * 5000 + b"}",
    "not a number": b'{"%s": NaN}',
    "deep": b'{"%s": ' + DEEP + b"}",
}
PLACES = ("access_token", "refresh_token", "scope", "expires_in", "error", "error_description")


def sound(http: Browser, playground: Playground, page: Page) -> None:
    """No mistake of ours, here or on the pages that list the flow afterwards."""
    assert OURS not in page.html
    for path in ("", "/oauth2", "/flows"):
        after = http.get(f"{playground.url}/playground2{path}")
        assert after.status == 200, path
    for link in after.soup.select("main a[href*=oauth2client]"):
        assert OURS not in http.get(f"{playground.url}{link['href']}").html


def test_numbers_beyond_64_bits_are_doubles() -> None:
    """RFC 8259 §6 promises no more than that; what fits is exact."""
    assert parse(b"[18446744073709551615, -9223372036854775808]") == [2**64 - 1, -(2**63)]
    assert parse(b"[18446744073709551616]") == [2.0**64]
    assert parse(b"9" * 5000) == math.inf


def test_half_a_pair_becomes_the_replacement_character() -> None:
    """In values and in names; a whole pair stays the character that it is (§8.2)."""
    assert parse(rb'{"\ud800": ["\udc00", "\ud83d\ude00"]}') == {"�": ["�", "😀"]}


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_depth_has_a_limit(opening: bytes) -> None:
    """Deeper documents are none for us; brackets in a text count for nothing."""
    closing = b"]" if opening == b"[" else b"}"

    def nested(depth: int) -> bytes:
        return opening * depth + b"1" + closing * depth

    assert parsed(nested(MAX_DEPTH)) is not None
    assert parsed(nested(MAX_DEPTH + 1)) is None
    assert parsed(nested(100_000)) is None
    assert parsed(json.dumps("[" * 1000)) == "[" * 1000


def test_an_object_is_an_object() -> None:
    """Anything else is none."""
    assert parsed_object(b'{"a": 1}') == {"a": 1}
    assert [parsed_object(text) for text in (b"[]", b"null", b"{", b"\xff", "")] == [None] * 5


def test_a_document_is_an_object_or_an_array() -> None:
    """A lone number or word is none, though JSON."""
    assert [parsed_document(text) for text in (b" {}", b"[1]", " [1]")] == [{}, [1], [1]]
    assert [parsed_document(text) for text in (b"1", '"{}"', b"<p>", b"{", "")] == [None] * 5


@pytest.mark.parametrize("body", ODD.values(), ids=list(ODD))
@pytest.mark.parametrize("name", PLACES)
def test_the_token_endpoint_may_answer_anything(
    http: Browser, playground: Playground, rogue: Rogue, name: str, body: bytes
) -> None:
    """Shown or refused; afterwards everything still opens."""
    sent = body.replace(b"%s", name.encode())
    if name not in ("error", "error_description", "access_token"):
        sent = sent.replace(b"{", b'{"access_token": "t", "token_type": "Bearer", ', 1)
    rogue.answer("/token", 400 if name.startswith("error") else 200, JSON, sent)
    page = to_code(http, playground)
    sound(http, playground, page.submit("Get Access Token", token_endpoint=f"{rogue.url}/token"))


@pytest.mark.parametrize("body", ODD.values(), ids=list(ODD))
@pytest.mark.parametrize(
    ("endpoint", "button"),
    [
        ("userinfo_endpoint", "Get UserInfo"),
        ("introspection_endpoint", "Introspect"),
        ("resource_endpoint", "Get Photos"),
    ],
)
def test_apis_may_answer_anything(
    http: Browser, playground: Playground, rogue: Rogue, endpoint: str, button: str, body: bytes
) -> None:
    """UserInfo, introspection and the photo API: shown or refused, and nothing breaks later."""
    rogue.answer("/api", 200, JSON, body.replace(b"%s", b"sub"))
    page = with_api(http, playground, rogue, **{endpoint: f"{rogue.url}/api"})
    sound(http, playground, page.submit(button))


def test_a_resource_that_is_deep_does_not_shut_this_browser_out(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """What is too deep to be read back is shown as text."""
    rogue.answer("/deep", 200, JSON, DEEP)
    page = with_api(http, playground, rogue).click("Call any protected resource")
    page = page.submit("Send", url=f"{rogue.url}/deep")
    assert page.status == 200
    sound(http, playground, page)


@pytest.mark.parametrize("claim", ["sub", "name", "exp", "auth_time", "azp"])
@pytest.mark.parametrize("odd", ["\ud800", 2**70, 10**30])
def test_an_id_token_may_claim_anything(
    http: Browser, playground: Playground, rogue: Rogue, claim: str, odd: Any
) -> None:
    """Signed well, and odd: checked as always."""
    issuer = Issuer(rogue)
    sent = begin(http, playground, issuer)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"], **{claim: odd})))
    sound(http, playground, finish(http, playground, sent))


@pytest.mark.parametrize("claim", ["iss", "sid", "sub", "jti", "aud"])
def test_a_logout_token_may_claim_anything(
    http: Browser, playground: Playground, rogue: Rogue, claim: str
) -> None:
    """Without any session or key: a 400 (OIDC Back-Channel Logout §2.8)."""
    issuer = Issuer(rogue)
    token = issuer.sign(issuer.claims("", **{"sub": "ada", "sid": "s", claim: "\ud800"}))
    answer = http.post(
        f"{playground.url}/playground2/bclogout", {"logout_token": token}, cross_site=True
    )
    assert answer.status == 400


@pytest.mark.parametrize("name", ["issuer", "token_endpoint", "userinfo_endpoint"])
def test_metadata_may_say_anything(
    http: Browser, playground: Playground, rogue: Rogue, name: str
) -> None:
    """Refused, or the member is not used."""
    odd = document(rogue.url) | {name: f"{rogue.url}/\ud800"}
    rogue.answer(OPENID, 200, JSON, json.dumps(odd).encode())
    sound(http, playground, look(http, playground, rogue.url))


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "\ud800"},
        {"client_secret": "\ud800"},
        {"client_secret_expires_at": 10**400},
        {"client_id": "c" * 5000},
        {"client_secret": "s" * 100_000},
        {"more": "m" * 900_000},
    ],
    ids=["id", "secret", "expiry", "long id", "long secret", "large"],
)
def test_a_registration_may_answer_anything(
    http: Browser, playground: Playground, rogue: Rogue, changed: dict[str, Any]
) -> None:
    """What fits is kept, what does not is refused; the page stays small."""
    metadata = document(rogue.url, registration_endpoint=f"{rogue.url}/register")
    rogue.answer(OPENID, body=metadata)
    body = json.dumps({"client_id": "made", **changed}).encode()
    rogue.answer("/register", 201, JSON, body)
    form = look(http, playground, rogue.url).submit("Take it into the form")
    page = form.click("register this playground there").submit("Register this playground")
    sound(http, playground, page)
    assert len(page.html) < 100_000


def test_the_clock_of_a_server_may_be_nonsense(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """A Date that no calendar has is none."""
    date = "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"
    rogue.answer("/token", 400, {**JSON, "Date": date}, {"error": "invalid_grant"})
    page = to_code(http, playground).submit("Get Access Token", token_endpoint=f"{rogue.url}/token")
    assert page.status == 400
    sound(http, playground, page)


def test_a_private_key_may_be_anything(http: Browser, playground: Playground) -> None:
    """A deeply nested one is none."""
    page = open_form(http, playground).submit(
        "Authorize",
        token_endpoint_auth_method="private_key_jwt",
        client_private_key='{"a":' * 1500,
        follow=False,
    )
    assert OURS not in page.html
