"""What a page may show of a message: by name, by form and by value, no secret is left."""

import base64

import pytest

from playground.explain.redact import Redactor, basic_pair

SECRET = "s3cr3t/with+signs=and space"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZG1pbiJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "text",
    [
        "https://client/cb?code=topsecretvalue&x=1",
        "https://client/cb#access_token=topsecretvalue",
        "grant_type=password&password=topsecretvalue",
        '{"access_token":"topsecretvalue"}',
        '{"nested": [{"refresh_token" : "topsecretvalue"}]}',
        '{"access_token": "topsecretvalue',
        "https://api/x?api_key=topsecretvalue",
        "https://api/x?a=b&subscription-key=topsecretvalue",
        "https://api/x?key=topsecretvalue",
        "GET /x?sig=topsecretvalue HTTP/1.1",
        "Bearer topsecretvalue",
        "Authorization: Basic topsecretvalue",
        '<input name="x" value="y?client_secret=topsecretvalue">',
    ],
)
def test_a_secret_by_its_name_or_form_is_masked(text: str) -> None:
    """Parameters, JSON members (broken JSON too) and credentials lose their value."""
    assert "topsecretvalue" not in Redactor().clean(text)
    assert "••••" in Redactor().clean(text)


@pytest.mark.parametrize(
    "text", [SECRET, "s3cr3t%2Fwith%2Bsigns%3Dand+space", "s3cr3t%2Fwith%2Bsigns%3Dand%20space"]
)
def test_a_known_secret_is_masked_wherever_it_is_echoed(text: str) -> None:
    """An error message that repeats the client secret, in any spelling, does not show it."""
    shown = Redactor([SECRET]).clean(f"unknown client: {text}!")
    assert text not in shown
    assert shown.startswith("unknown client: ")
    assert shown.endswith("!")


def test_a_short_secret_does_not_eat_the_page() -> None:
    """The password "admin" is masked as a parameter, and the user name admin stays readable."""
    shown = Redactor(["admin"]).clean("username=admin&password=admin")
    assert shown == "username=admin&password=••••"


def test_a_jwt_without_a_name_is_masked() -> None:
    """A token in free text is recognised by its form."""
    assert JWT not in Redactor().clean(f"token {JWT} is expired")


def test_a_cookie_keeps_its_name_alone() -> None:
    """The server's session is not shown."""
    shown = Redactor().header("Set-Cookie", "JSESSIONID=ABCDEF0123; Path=/; Secure")
    assert shown == "JSESSIONID=••••; Path=/; Secure"


def test_what_is_no_secret_stays_as_it_is() -> None:
    """Masking does not rewrite the message around the secrets."""
    text = "key=value&x=1 "
    text += '{"token_type":"Bearer","expires_in":3600,"scope":"openid status_code=5"}'
    assert Redactor().clean(text) == text


def test_a_malformed_basic_header_is_no_pair() -> None:
    """Bad base64 or other schemes are not decoded, and nothing breaks."""
    assert basic_pair("Basic ???") is None
    assert basic_pair("Basic " + base64.b64encode(b"\xff\xfe").decode()) is None
    assert basic_pair("Bearer abc") is None
    assert basic_pair("Basic " + base64.b64encode(b"a:b:c").decode()) == ("a", "b:c")
