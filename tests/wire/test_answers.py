"""Answers that are too large, lie about themselves, or lead elsewhere."""

import gzip
import resource

import pytest

from playground.errors import (
    LimitReached,
    ServerMisbehaved,
    ServerUnreachable,
)
from tests.support.processes import free_port
from tests.support.rogue import Rogue
from tests.wire.conftest import MakeSender, Sender
from tests.wire.raw import raw_server, says


def test_a_gzip_bomb_stops_at_the_limit(rogue: Rogue, sender: Sender) -> None:
    """60 MB in 60 kB are read to the limit, in memory too, and the record says so."""
    rogue.gzip_bomb("/bomb", 60_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    error = sender.fail(f"{rogue.url}/bomb")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert isinstance(error, LimitReached)
    assert "1,000,000 bytes" in str(error)
    assert "PLAYGROUND_MAX_RESPONSE" in " ".join(error.advice)
    assert sender.recorded[-1].truncated
    assert len(sender.recorded[-1].response_body) == 1_000_000
    assert grown < 40_000  # kilobytes


@pytest.mark.parametrize("kind", ["huge", "endless"])
def test_a_large_answer_stops_at_the_limit(
    rogue: Rogue, make_sender: MakeSender, kind: str
) -> None:
    """Ten megabytes, or a stream without an end, are cut."""
    getattr(rogue, kind)("/large")
    error = make_sender(max_response=5000).fail(f"{rogue.url}/large")
    assert isinstance(error, LimitReached)


def test_a_body_that_is_not_what_its_encoding_says(rogue: Rogue, sender: Sender) -> None:
    """Broken compression is the server's mistake, said as such."""
    rogue.answer("/", headers={"Content-Encoding": "gzip"}, body=b"no gzip at all")
    error = sender.fail(f"{rogue.url}/")
    assert isinstance(error, ServerMisbehaved), error
    assert "compressed" in str(error)


def test_gzip_that_fits_is_read(rogue: Rogue, sender: Sender) -> None:
    """An honest compressed answer is shown as the text that it is."""
    rogue.answer("/", headers={"Content-Encoding": "gzip"}, body=gzip.compress(b'{"a": 1}'))
    assert sender.get(f"{rogue.url}/").response_body == b'{"a": 1}'


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_shown_and_not_followed(rogue: Rogue, sender: Sender, status: int) -> None:
    """The answer is the redirect itself; where it leads is never contacted."""
    rogue.redirect("/here", f"{rogue.url}/there", status)
    rogue.answer("/there", body={})
    exchange = sender.get(f"{rogue.url}/here")
    assert exchange.status == status
    assert exchange.response_header("location") == f"{rogue.url}/there"
    assert rogue.received("/there") == []


def test_an_answer_that_is_not_http(sender: Sender) -> None:
    """Another protocol's greeting is no HTTP answer."""
    with raw_server(says(b"SSH-2.0-OpenSSH_9.2\r\n")) as port:
        error = sender.fail(f"http://127.0.0.1:{port}/")
    assert isinstance(error, ServerMisbehaved)
    assert dict(error.evidence)["Reason"] == "the first line of the answer is not HTTP"


@pytest.mark.parametrize(
    "headers",
    [b"".join(b"X-%d: y\r\n" % number for number in range(150)), b"X: " + b"y" * 70_000 + b"\r\n"],
    ids=["many", "long"],
)
def test_an_answer_with_too_many_or_too_long_headers(sender: Sender, headers: bytes) -> None:
    """It is HTTP, and more of it than is read; the sentence names the limits."""
    with raw_server(says(b"HTTP/1.1 200 OK\r\n", headers, b"\r\n")) as port:
        error = sender.fail(f"http://127.0.0.1:{port}/")
    assert isinstance(error, LimitReached)
    assert "100 headers" in str(error)
    assert "64 KB" in str(error)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("reset", "Connection reset by peer"),
        ("hang_up", "it closed the connection without an answer"),
        ("truncate", "the answer stopped in the middle"),
    ],
)
def test_a_connection_that_breaks(rogue: Rogue, sender: Sender, fault: str, reason: str) -> None:
    """No answer, or half of one, is a failure with a sentence and a record."""
    getattr(rogue, fault)("/x")
    error = sender.fail(f"{rogue.url}/x")
    assert isinstance(error, ServerUnreachable | ServerMisbehaved)
    assert error.status == 502
    assert dict(error.evidence)["Reason"] == reason


def test_nobody_listens(sender: Sender) -> None:
    """A refused connection says which host and port."""
    port = free_port()
    error = sender.fail(f"http://localhost:{port}/")
    assert f"localhost:{port}" in str(error)
    assert "refused" in str(error)


def test_an_unknown_name(sender: Sender) -> None:
    """A name that cannot be looked up says so."""
    error = sender.fail("http://no-such-host.invalid:81/")
    assert "The host name no-such-host.invalid is unknown" in str(error) or "in time" in str(error)


def test_the_request_is_recorded_as_sent(rogue: Rogue, sender: Sender) -> None:
    """The record is what arrived there, byte for byte, and not what was meant."""
    rogue.answer("/token", body={"ok": True})
    exchange = sender.get(f"{rogue.url}/token?a=b%20c", method="POST", body=b"x=%C3%A4&y=")
    (received,) = rogue.received("/token")
    assert exchange.request_body == received.body == b"x=%C3%A4&y="
    assert exchange.request_head.startswith(b"POST /token?a=b%20c HTTP/1.1\r\n")
    assert dict(exchange.request_headers) == dict(received.headers.items())
