"""Copy as curl: what is copied runs as it stands, with the secrets in shell variables."""

import json
import os
import subprocess
from dataclasses import replace

from playground.explain.curl import as_curl
from playground.explain.redact import Redactor
from tests.explain.looking import CLIENT_SECRET, exchange_page, wire_of
from tests.playground.walking import choose_grant, open_form, to_code, to_token, value
from tests.support.apps import Embedded, Playground
from tests.support.browser import Browser, Page
from tests.support.records import exchange
from tests.support.rogue import Rogue


def run(command: str, **variables: str) -> str:
    """Run the command in a shell, as after a paste; what it printed."""
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **variables}
    done = subprocess.run(
        ["bash", "-c", command + " --silent --show-error"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


def command(page: Page) -> str:
    """The curl command on an exchange's page."""
    found = page.soup.select_one(".block [data-value]")
    assert found is not None
    assert found.get_text().startswith("curl ")
    return found.get_text()


def test_the_token_requests_curl_gets_a_token(
    http: Browser, playground: Playground, embedded: Embedded
) -> None:
    """With CLIENT_SECRET set, the pasted command is answered with a token, TLS verified."""
    page = choose_grant(open_form(http, playground), "client_credentials")
    page = page.submit("Authorize").submit("Get Access Token")
    line = command(exchange_page(page, "Token request"))
    assert CLIENT_SECRET not in line
    assert json.loads(run(line, CLIENT_SECRET=CLIENT_SECRET))["access_token"]


def test_a_used_codes_curl_is_refused_for_the_code_alone(
    http: Browser, playground: Playground, embedded: Embedded
) -> None:
    """Client, callback and verifier are right in the pasted command; only the code is spent."""
    before = to_code(http, playground)
    code = value(before, "code")
    verifier = before.form("Get Access Token").value("code_verifier")
    line = command(exchange_page(before.submit("Get Access Token"), "Token request"))
    answer = json.loads(run(line, CLIENT_SECRET=CLIENT_SECRET, CODE=code, CODE_VERIFIER=verifier))
    assert answer["error"] == "invalid_grant"


def test_the_photo_calls_curl_opens_the_photos(
    http: Browser, playground: Playground, embedded: Embedded
) -> None:
    """With ACCESS_TOKEN set, the pasted command gets the album."""
    page = to_token(http, playground)
    token = value(page, "access token")
    line = command(exchange_page(page.submit("Get Photos"), "Get Photos"))
    assert token not in line
    assert json.loads(run(line, ACCESS_TOKEN=token))["photos"]


def test_the_authorization_requests_curl_reaches_the_login(
    http: Browser, playground: Playground, embedded: Embedded
) -> None:
    """The pasted command gets the server's redirect to its login page."""
    page = to_code(http, playground)
    line = command(exchange_page(page, "Authorization request"))
    answer = run(line, STATE="any")
    assert "302" in answer.splitlines()[0]
    assert "sessionDataKey" in answer


def test_the_callback_has_no_curl(http: Browser, playground: Playground) -> None:
    """Only the browser's cookie makes the callback ours, so no command is offered."""
    page = exchange_page(to_code(http, playground), "Authorization response")
    assert "As curl" not in page.words
    assert "only your browser" in page.words
    assert len(wire_of(page).soup.select("article.exchange")) == 2


def test_signs_of_the_shell_are_only_text() -> None:
    """A parameter that holds quotes, dollars or a semicolon reaches the server unchanged."""
    nasty = 'it\'s $(touch x); `id` "!" \\'
    request = exchange(
        purpose="Protected resource",
        receiver="resource server",
        method="PUT",
        url="http://localhost/x?a=" + "b'$c",
        request_head=f"PUT /x HTTP/1.1\r\nX-Text: {nasty}\r\nX-Api-Key: hidden".encode(),
        request_body=nasty.encode(),
    )
    line = as_curl(request)
    shown = run(f"set -- {line.text}; printf '%s\\n' \"$@\"; true", X_API_KEY="k")
    assert f"X-Text: {nasty}" in shown
    assert f"--data-raw\n{nasty}" in shown
    assert "X-Api-Key: k" in shown
    assert "hidden" not in line.text
    assert "http://localhost/x?a=b'$c" in shown


def test_a_header_name_is_only_text() -> None:
    """A name that a server chose is not run by the shell."""
    request = exchange(
        method="GET", request_head=b"GET /x HTTP/1.1\r\nX-`touch${IFS}x`-Token: hidden"
    )
    line = as_curl(request)
    assert "hidden" not in line.text
    shown = run(
        f"set -- {line.text}; printf '%s\\n' \"$@\"; true", **dict.fromkeys(line.variables, "k")
    )
    assert "X-`touch${IFS}x`-Token: k" in shown


def test_a_body_with_a_secret_is_a_variable() -> None:
    """What a person posts to an API may hold what no page shows."""
    body = b'{"client_secret": "0123456789abcdef", "a": 1}'
    request = exchange(
        method="POST",
        url="http://localhost/x",
        request_head=b"POST /x HTTP/1.1\r\nContent-Type: application/json",
        request_body=body,
    )
    line = as_curl(request)
    assert "0123456789abcdef" not in line.text
    assert line.variables == ("BODY",)
    named = as_curl(
        replace(request, request_body=b"word 0123456789abcdef"),
        redactor=Redactor(["0123456789abcdef"]),
    )
    assert "0123456789abcdef" not in named.text


def test_a_key_in_the_address_is_a_variable() -> None:
    """An endpoint's own key is left to the shell, with a body and without, as the server got it."""
    url = "http://localhost/x?api_key=hidden-1&a=%7Bb%7D&access_token=hidden-2&subscription-key=h3&key=h4"
    known = {"API_KEY": "k1", "ACCESS_TOKEN": "k2", "SUBSCRIPTION_KEY": "k3", "KEY": "k4"}
    asked = as_curl(exchange(method="GET", url=url))
    posted = as_curl(
        exchange(
            method="POST",
            url=url,
            request_head=b"POST /x HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded",
            request_body=b"key=public",
        )
    )
    for line in (asked, posted):
        assert "hidden" not in line.text
        assert set(line.variables) == known.keys()
    shown = run(f"set -- {posted.text}; printf '%s\\n' \"$@\"; true", **known)
    assert (
        "http://localhost/x?api_key=k1&a=%7Bb%7D&access_token=k2&subscription-key=k3&key=k4"
        in shown
    )
    assert "key=public" in shown


def test_braces_and_brackets_are_no_ranges(rogue: Rogue) -> None:
    """curl sends the address as it stands, once; left alone it would make nine of this one."""
    query = "t={a,b,c}&u=[1-3]"
    run(as_curl(exchange(method="GET", url=f"{rogue.url}/{{tenant}}?{query}")).text)
    assert [(r.path, r.query) for r in rogue.requests] == [("/{tenant}", query)]
