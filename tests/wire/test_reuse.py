"""What a request costs on a connection that is there already: one piece sent, nothing asked."""

import json
import socket
import ssl
import threading
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from playground.wire.resuming import ResumingContext
from tests.playground.walking import leave, open_form
from tests.support.apps import Playground
from tests.support.browser import Browser
from tests.support.rogue import Handler, Rogue
from tests.support.trust import Trusted
from tests.wire.conftest import Sender
from tests.wire.raw import raw_server

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
TOKEN = json.dumps({"access_token": "opaque-token-0123456789", "token_type": "Bearer"}).encode()


def test_head_and_body_travel_in_one_piece(sender: Sender) -> None:
    """A request is one packet, not a head and then, after a pause, a body."""
    pieces: list[bytes] = []

    def talk(connection: socket.socket, _closing: threading.Event) -> None:
        while piece := connection.recv(65_536):
            pieces.append(piece)
            connection.sendall(ANSWER)

    with raw_server(talk) as port:
        for body in (b"a=1", b"b=2"):
            sender.get(f"http://127.0.0.1:{port}/token", method="POST", body=body)
    assert [piece.rpartition(b"\r\n\r\n")[2] for piece in pieces] == [b"a=1", b"b=2"]
    assert [x.request_head + b"\r\n\r\n" + x.request_body for x in sender.recorded] == pieces


def test_the_session_is_asked_for_once_in_a_connection(
    tls_server: Callable[..., Rogue], sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fetching the TLS session costs half as much as a request, so it is not done after each."""
    kept: list[ssl.SSLSocket] = []
    monkeypatch.setattr(ResumingContext, "keep", lambda _context, sock: kept.append(sock))
    server = tls_server()
    server.answer("/", headers={"Keep-Alive": "timeout=60"}, body={})
    for _ in range(3):
        sender.get(f"{server.url}/")
    assert [x.reused_connection for x in sender.recorded] == [False, True, True]
    assert len(kept) == 1


def test_two_peoples_flows_share_one_tls_connection(
    new_browser: Callable[[], Browser],
    start_playground: Callable[..., Playground],
    tls_server: Callable[..., Rogue],
    trusted: Trusted,
) -> None:
    """Several people's token requests to one server need one handshake in a worker."""
    connections: list[int] = []

    def token(handler: Handler) -> None:
        connections.append(handler.client_address[1])
        handler.reply(200, {"Content-Type": "application/json", "Keep-Alive": "timeout=60"}, TOKEN)

    server = tls_server()
    server.behave("/token", token)
    playground = start_playground(PLAYGROUND_CA_FILE=str(trusted.file), PLAYGROUND_WORKERS="1")
    for _ in range(3):
        _flow(new_browser(), playground, server)
    assert len(connections) == 3
    assert len(set(connections)) == 1


def _flow(http: Browser, playground: Playground, server: Rogue) -> None:
    """A whole flow whose authorization endpoint is never visited: the code is made up."""
    request = leave(
        open_form(http, playground),
        issuer=server.url,
        authorization_endpoint=f"{server.url}/authorize",
        token_endpoint=f"{server.url}/token",
        client_id="me",
        client_secret="secret",
    ).location
    state = parse_qs(urlsplit(request).query)["state"][0]
    response = f"code=abc&state={state}&iss={server.url}"
    page = http.get(f"{playground.url}/playground2/oauth2client?{response}")
    assert page.submit("Get Access Token").status == 200
