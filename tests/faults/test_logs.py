"""The log of a whole flow tells what was called, and nothing that grants anything."""

import json
import re
import socket
from collections.abc import Callable

import pytest
import requests

from tests.faults.person import Person
from tests.support.apps import Playground
from tests.support.processes import wait_until
from tests.support.rogue import Rogue

TOKEN = {
    "access_token": "access-7d1f0a51c9",
    "refresh_token": "refresh-93b1c4d8e2",
    "id_token": "",
    "token_type": "Bearer",
}


def _lines(playground: Playground) -> list[dict[str, object]]:
    return [json.loads(line) for line in playground.log().splitlines() if line.startswith("{")]


def test_one_line_per_exchange_and_no_secret(
    start_playground: Callable[..., Playground],
    rogue: Rogue,
    new_person: Callable[[Playground], Person],
) -> None:
    """Purpose, host, path, status, time, size and kind of failure; no code, state or token."""
    rogue.answer("/token", body=TOKEN)
    rogue.answer("/photos", body={"photos": []})
    playground = start_playground()
    person = new_person(playground)
    person.begin(f"{rogue.url}/token?tenant=hidden", resource_endpoint=f"{rogue.url}/photos")
    person.arrive()
    page = person.get(person.here)
    verifier = re.search(r'name="code_verifier" [^>]*>|value="([\w~.-]{64})"', page.text)
    person.exchange()
    person.post(f"{person.here}/photos")
    rogue.reset("/photos")
    person.post(f"{person.here}/photos")
    lines = [line for line in _lines(playground) if line["event"] == "exchange"]
    assert [(line["purpose"], line["path"]) for line in lines] == [
        ("Token request", "/token"),
        ("Get Photos", "/photos"),
        ("Get Photos", "/photos"),
    ]
    assert lines[0]["host"] == f"localhost:{rogue.port}"
    assert (lines[0]["method"], lines[0]["status"], lines[0]["error"]) == ("POST", 200, "")
    assert lines[0]["bytes"] == len(json.dumps(TOKEN))
    assert lines[2]["error"] == "ServerUnreachable"
    secret = [person.code, person.state, person.client_secret, person.csrf, "tenant=hidden"]
    secret += [TOKEN["access_token"], TOKEN["refresh_token"]]
    secret += [str(cookie.value) for cookie in person.session.cookies]
    secret += [found for found in (verifier[1] if verifier else None,) if found]
    log = playground.log()
    assert [text for text in secret if text in log] == []


def test_the_start_is_a_line(start_playground: Callable[..., Playground]) -> None:
    """How it was started can be read in the log, without the store's password."""
    url = "redis://:hunter2@127.0.0.1:1/0"
    playground = start_playground(PLAYGROUND_HOSTS="localhost", REDIS_URL="")
    (line, *_) = (line for line in _lines(playground) if line["event"] == "start")
    assert (line["hosts"], line["store"]) == (["localhost"], "files")
    quiet = Playground(playground.log_file.parent, REDIS_URL=url)
    quiet.start(lambda: '"start"' in quiet.log())
    quiet.stop()
    assert "hunter2" not in quiet.log()


def test_an_address_cannot_forge_a_line(start_playground: Callable[..., Playground]) -> None:
    """A request is one line in the access log: its path quoted, its query left out."""
    playground = start_playground()
    response = requests.get(f"{playground.url}/no%0D%0A%22such%22?code=hidden", timeout=10)
    pattern = rf'127\.0\.0\.1 "GET /no%0D%0A%22such%22 HTTP/1\.1" 404 {len(response.content)} \d+ms'
    wait_until(lambda: re.search(f"^{pattern}$", playground.log(), re.MULTILINE), "the line is in")
    assert "hidden" not in playground.log()


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        (b"GET /cb?code=hidden HTTP/9.9\r\n\r\n", "Invalid HTTP Version"),
        (b"GET /cb?code=hidden state HTTP/1.1\r\n\r\n", "Invalid HTTP Version"),
        (b"GET /cb?code=hidden\r\n\r\n", "Invalid HTTP request line"),
        (b"GET /cb?code=hidden\nHost: localhost\r\n\r\n", "Invalid HTTP request line"),
        (b"GET / HTTP/1.1\r\nCookie hidden=hidden\r\n\r\n", "Invalid HTTP Header"),
        (b"GET / HTTP/1.1\r\nA: b\r\n hidden: hidden\r\n\r\n", "Obsolete line folding"),
        (b"GET / HTTP/1.1\r\nContent-Length: hidden\r\n\r\n", "Invalid HTTP Header"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: hidden\r\n\r\n", "Unsupported transfer coding"),
    ],
)
def test_a_request_that_cannot_be_read_is_not_quoted(
    alone: Playground, sent: bytes, complaint: str
) -> None:
    """What is wrong with it is logged; a code, a cookie or a header in it is not (CWE-532)."""
    before = alone.log_file.stat().st_size
    with socket.create_connection(("127.0.0.1", alone.port), timeout=60) as client:
        client.sendall(sent)
        assert client.recv(1000).startswith((b"HTTP/1.1 4", b"HTTP/1.1 5"))
    wait_until(lambda: complaint in alone.log(before), "it is logged")
    assert "hidden" not in alone.log(before)
