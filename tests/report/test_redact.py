"""The redactor: a secret goes, whatever it is wrapped in, and what is public stays."""

import base64
import html
import json
from urllib.parse import quote, quote_plus, urlencode

import pytest

from playground.report.redact import Redactor
from playground.report.secrets import MOST, Secret, collect
from playground.report.told import tell
from tests.report.secrets import leaks
from tests.support.records import exchange, flow

AWKWARD = 'p&ss "wörd"/+<b>\\ % =;'
JPEG = (("Content-Type", "image/jpeg"),)
LONG = "qT7_w-Zk.3Rr~0xYvB9mLh5NcJ2sKdQe"
WRAPPED = {
    "plain": str,
    "percent": lambda s: quote(s, safe=""),
    "form": quote_plus,
    "twice": lambda s: quote(quote(s, safe=""), safe=""),
    "every byte": lambda s: "".join(f"%{byte:02x}" for byte in s.encode()),
    "json": json.dumps,
    "json in json": lambda s: json.dumps(json.dumps(s)),
    "json, as browsers": lambda s: json.dumps(s, ensure_ascii=False).replace("/", "\\/"),
    "html": html.escape,
    "html numbers": lambda s: "".join(f"&#{ord(letter)};" for letter in s),
    "html in a url": lambda s: html.escape(urlencode([("x", s)])),
    "basic": lambda s: base64.b64encode(f"client:{quote_plus(s)}".encode()).decode(),
    "shifted base64": lambda s: base64.b64encode(f"ab:{s}:c".encode()).decode(),
    "base64url": lambda s: base64.urlsafe_b64encode(s.encode()).decode().rstrip("="),
    "base64 twice": lambda s: base64.b64encode(base64.b64encode(s.encode())).decode(),
    "in a jwt": lambda s: (
        "eyJhbGciOiJub25lIn0."
        + base64.urlsafe_b64encode(json.dumps({"nonce": s}).encode()).decode().rstrip("=")
        + ".c2ln"
    ),
}


@pytest.mark.parametrize("secret", [AWKWARD, LONG], ids=["awkward", "long"])
@pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED)
def test_secret_in_another_spelling(wrap, secret: str) -> None:
    """Every usual encoding of a secret is found, and the text around it stays."""
    text = Redactor([Secret("password", secret)]).text(f"before {wrap(secret)} after")
    assert text.startswith("before ")
    assert text.endswith(" after")
    assert "REDACTED-password" in text
    assert leaks([text], [secret]) == []


@pytest.mark.parametrize("start", [0, 5, 20])
def test_piece_of_a_long_secret(start: int) -> None:
    """A body that was cut in the middle of a token does not show the rest of it."""
    text = Redactor([Secret("code", LONG)]).text(f"cut: {LONG[start : start + 12]}")
    assert text == "cut: REDACTED-code"


def test_short_secret_inside_a_word() -> None:
    """A short secret goes as a word; it does not tear holes into other words."""
    redactor = Redactor([Secret("password", "photo")])
    assert redactor.text("photo, photos and photo") == (
        "REDACTED-password, photos and REDACTED-password"
    )


def test_tokens_of_one_name_are_told_apart() -> None:
    """After a refresh the old and the new token have labels of their own."""
    old, new = LONG, LONG[::-1]
    redactor = Redactor([Secret("access_token", old), Secret("access_token", new)])
    assert redactor.message(f'{{"access_token": "{new}"}}') == (
        '{"access_token": "REDACTED-access_token-2"}'
    )


def test_unknown_value_of_a_sensitive_name() -> None:
    """What was never collected is hidden by its name, however short."""
    redactor = Redactor([])
    assert redactor.message("https://a.example/?client_secret=ab&x=1#access_token=zz") == (
        "https://a.example/?client_secret=REDACTED-client_secret&x=1"
        "#access_token=REDACTED-access_token"
    )
    assert redactor.header("Set-Cookie", "sid=7; Path=/") == (
        "Set-Cookie",
        "sid=REDACTED-set-cookie",
    )
    assert redactor.header("Authorization", "Basic YTpi")[1] == "Basic REDACTED-authorization"


def test_public_names_stay() -> None:
    """Nothing that only sounds secret is hidden."""
    body = '{"token_type": "Bearer", "token_endpoint": "https://as.example/token", "expires_in": 1}'
    assert Redactor([Secret("code", LONG)]).message(body) == body


def test_password_that_is_the_user_name() -> None:
    """Taking admin out everywhere would say that it is the password."""
    found = collect(flow(grant_type="password", username="admin", password="admin"), [])
    assert "admin" not in {secret.value for secret in found}


def test_key_in_a_form_field() -> None:
    """Of a private key the secret parts go; its public ones stay readable."""
    jwk = json.dumps({"kty": "EC", "crv": "P-256", "x": "public-x", "y": "public-y", "d": LONG})
    found = collect(flow(client_private_key=jwk), [])
    assert {secret.value for secret in found} == {LONG}


@pytest.mark.parametrize(
    "facts",
    [
        {"url": f"https://as.example/a?code={LONG}"},
        {"url": f"https://api.example/a?subscription-key={LONG}"},
        {"url": f"https://api.example/a?key={LONG}"},
        {"url": f"https://api.example/a#access_token={LONG}&x=1"},
        {"request_head": f"GET / HTTP/1.1\r\nAuthorization: Bearer {LONG}".encode()},
        {"request_head": f"GET / HTTP/1.1\r\nCookie: a=1; session={LONG}".encode()},
        {
            "request_head": b"GET / HTTP/1.1\r\nAuthorization: Basic "
            + base64.b64encode(f"admin:{LONG}".encode())
        },
        {"response_headers": (("Set-Cookie", f"session={LONG}; HttpOnly"),)},
        {"response_headers": (("Location", f"https://us.example/?state={LONG}"),)},
        {"request_body": f"grant_type=x&client_assertion={LONG}".encode()},
        {"response_body": json.dumps({"registration_access_token": LONG}).encode()},
        {"response_body": json.dumps({"keys": [{"kty": "oct", "k": LONG}]}).encode()},
        {"response_body": json.dumps({"data": {"deep": [{"client_secret": LONG}]}}).encode()},
    ],
)
def test_secret_that_only_the_wire_shows(facts: dict[str, object]) -> None:
    """Every place of a message that can hold a secret is looked into."""
    assert LONG in {secret.value for secret in collect(flow(), [exchange(**facts)])}


def test_key_outside_an_address() -> None:
    """A parameter called key is a secret in the query of a URL, and nowhere else."""
    body = exchange(request_body=f"key={LONG}".encode())
    assert collect(flow(), [body]) == []
    found = collect(flow(resource_endpoint=f"https://api.example/?key={LONG}"), [])
    assert [secret.value for secret in found] == [LONG]


def test_header_with_a_key() -> None:
    """An API's key in a header goes, whatever its vendor calls it."""
    for name in ("Ocp-Apim-Subscription-Key", "X-Api-Key", "X-Auth-Token"):
        assert LONG not in Redactor([]).header(name, LONG)[1]


def test_picture_with_a_secret_in_it() -> None:
    """Bytes that cannot be rewritten are left out whole when they hold a secret."""
    redactor = Redactor([Secret("code", LONG)])
    picture = b"\xff\xd8\xff" + LONG.encode() + b"\x00"
    told = tell([exchange(response_body=picture, response_headers=JPEG)], redactor)[0]
    assert told.response_body.binary == b""
    assert told.response_body.note == "left out: it holds a secret"
    plain = tell([exchange(response_body=b"\xff\xd8", response_headers=JPEG)], redactor)[0]
    assert plain.response_body.binary == b"\xff\xd8"


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"[" * 3000, b"{", b"%%%=&&&", b"<a b='c'>"])
def test_malformed_bodies_do_no_harm(body: bytes) -> None:
    """Whatever a server sends can be searched."""
    sent = exchange(response_body=body, url="https://as.example/?%ff=%zz")
    assert collect(flow(), [sent]) == []
    Redactor([Secret("code", LONG)]).message(body.decode("latin-1"))


def test_a_server_cannot_name_secrets_without_end() -> None:
    """Of one exchange as many count as an honest one has; each is looked for everywhere."""
    body = json.dumps({f"a{n}_token": f"value-{n}-0123456789" for n in range(3000)})
    found = collect(flow(), [exchange(response_body=body.encode())])
    assert len(found) == MOST
