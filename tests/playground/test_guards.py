"""What guards every page: its headers, each said once, and the token of its forms."""

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from tests.playground.walking import open_form
from tests.support.apps import Playground, answers
from tests.support.browser import Browser, Page
from tests.support.processes import stopping

GUARDS = {
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "permissions-policy",
    "cache-control",
}


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [
        ("/playground2/oauth2", "", 200),
        ("/playground2/static/style.css", "", 200),
        ("/", "", 302),
        ("/playground2/nowhere", "", 404),
        ("/playground2", "evil.example", 400),
        ("/healthz", "", 200),
    ],
)
def test_each_answer_says_each_guard_once(
    playground: Playground, path: str, host: str, status: int
) -> None:
    """A page, a style, a redirect, a refusal: no header is missing, none comes twice."""
    answer = requests.get(
        playground.url + path,
        headers={"Host": host} if host else {},
        allow_redirects=False,
        timeout=10,
    )
    names = [name.lower() for name, _ in answer.raw.headers.iteritems()]  # one for each line
    assert answer.status_code == status
    assert set(names) >= GUARDS
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "host", ["10.0.0.5:8080", "playground.internal", "[fd00::5]", "no host", ""]
)
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/healthz", 200),
        ("/readyz", 200),
        ("/healthz/", 400),
        ("/", 400),
        ("/playground2/jwks", 400),
    ],
)
def test_only_the_health_is_told_under_any_host_name(
    playground: Playground, path: str, status: int, host: str
) -> None:
    """Kubelets and balancers ask by address; every other address of ours stays strict."""
    answer = requests.get(playground.url + path, headers={"Host": host}, timeout=10)
    assert answer.status_code == status
    assert not host or host not in answer.text


def test_a_host_name_is_one_of_those_that_are_set(
    start_playground: Callable[..., Playground],
) -> None:
    """In any case (RFC 9110 §4.2.3), with any port; IPv6 addresses too."""
    playground = start_playground(PLAYGROUND_HOSTS="LOCALHOST ::1 .play.example")
    ours = ("LocalHost:8080", "[::1]", "[::1]:8080", "a.play.example", "play.example")
    others = ("notplay.example", "[::2]", "localhost:0", "localhost.", "::1")
    for host, status in {**dict.fromkeys(ours, 200), **dict.fromkeys(others, 400)}.items():
        answer = requests.get(playground.url + "/playground2", headers={"Host": host}, timeout=10)
        assert answer.status_code == status, host


def test_bound_to_the_ipv6_loopback_it_answers_by_that_address(tmp_path: Path) -> None:
    """No setting is needed for it; the callback URL is that address too."""
    playground = Playground(tmp_path, PLAYGROUND_BIND="[::1]")
    url = f"http://[::1]:{playground.port}"
    with stopping(playground):
        playground.start(lambda: answers(f"{url}/playground2"))
        page = requests.get(f"{url}/playground2/oauth2", timeout=10)
    assert page.status_code == 200
    assert f"{url}/playground2/oauth2client" in page.text


def test_a_callback_that_is_too_long_is_explained(playground: Playground) -> None:
    """The page names the limit and the way for long responses; the log does not repeat it."""
    path, before = "/playground2/oauth2client?code=", playground.log_file.stat().st_size
    answer = requests.get(f"{playground.url}{path}{'long' * 4000}", timeout=10)
    assert answer.status_code == 414
    assert "8,190 bytes" in answer.text
    assert "response_mode=form_post" in answer.text
    fits = requests.get(f"{playground.url}{path}{'x' * (8190 - len(path))}", timeout=10)
    assert fits.status_code == 400
    assert "longlong" not in playground.log(before)


def test_an_address_without_an_end_is_not_awaited(playground: Playground) -> None:
    """What is far beyond the limit is not collected: the connection ends."""
    address = ("127.0.0.1", playground.port)
    with socket.create_connection(address, timeout=60) as client, suppress(ConnectionError):
        client.sendall(b"GET /" + b"x" * 200_000)
        while client.recv(65_536):
            pass


def test_another_sessions_form_token_is_refused(
    new_browser: Callable[[], Browser], playground: Playground
) -> None:
    """A token is good in its own session alone (CWE-352)."""
    mine, other = open_form(new_browser(), playground), open_form(new_browser(), playground)
    assert _submit(mine, _token(other)).status == 400
    assert _submit(mine, _token(mine)).status != 400


def test_a_changed_form_token_is_refused(http: Browser, playground: Playground) -> None:
    """A token with another letter, another start, none at all or strange letters is none."""
    page = open_form(http, playground)
    token = _token(page)
    other = "A" if token[-5] != "A" else "B"  # not the last letter: some of its bits say nothing
    for wrong in (token[:-5] + other + token[-4:], "x" + token, token[:20], "", "é\N{SNOWMAN}"):
        assert _submit(page, wrong).status == 400


def test_a_form_token_lives_as_long_as_its_session(http: Browser, playground: Playground) -> None:
    """A form opened before another one was sent can still be sent; after Reset it cannot."""
    page = open_form(http, playground)
    open_form(http, playground).submit("Use this server", profile="wso2-is")
    assert _submit(page, _token(page)).status != 400
    open_form(http, playground).submit("Reset")
    assert _submit(page, _token(page)).status == 400


def _token(page: Page) -> str:
    return page.form("Authorize").value("csrf_token")


def _submit(page: Page, token: str) -> Page:
    data = {"action": "show", "csrf_token": token}
    return page.browser.post(page.url, data, follow=False)


def test_a_body_in_broken_pieces_is_refused_in_silence(playground: Playground) -> None:
    """400, and what stood where a size belongs is in no log (CWE-532)."""
    request = (
        "POST /playground2/oauth2client HTTP/1.1\r\n"
        f"Host: localhost:{playground.port}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        "code=a-code-in-the-wrong-place\r\n"
    )
    with socket.create_connection(("127.0.0.1", playground.port), timeout=60) as sock:
        sock.sendall(request.encode())
        answer = sock.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert "a-code-in-the-wrong-place" not in playground.log()
