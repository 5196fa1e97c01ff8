"""However slowly a server answers, every request ends at its deadline, and leaves nothing."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from playground.errors import ServerTooSlow
from playground.wire import resolver
from playground.wire.tap import WATCHDOG
from playground.wire.watchdog import Watchdog
from tests.support.processes import wait_until
from tests.support.rogue import Rogue
from tests.wire.conftest import MakeSender, Sender
from tests.wire.raw import drips, raw_server, silent

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def test_a_silent_server_ends_at_the_deadline(make_sender: MakeSender) -> None:
    """A server that accepts and says nothing is too slow."""
    with raw_server(silent) as port:
        error = make_sender(deadline=0.3).fail(f"http://127.0.0.1:{port}/")
    assert isinstance(error, ServerTooSlow)
    assert error.status == 504


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (HEAD, b"X-More: 1\r\n"),
        (b"", b"H"),
        (HEAD + b"Content-Length: 1000000\r\n\r\n", b" "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (HEAD + b"Connection: close\r\n\r\n", b" "),
        (b"HTTP/1.0 200 OK\r\n\r\n", b" "),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["headers", "status", "body", "chunks", "until-close", "http-1.0", "continues"],
)
def test_dripping_ends_at_the_deadline(make_sender: MakeSender, start: bytes, drop: bytes) -> None:
    """A byte now and then, in any part of the answer, does not prolong a request."""
    with raw_server(drips(start, drop)) as port:
        error = make_sender(deadline=0.4).fail(f"http://127.0.0.1:{port}/")
    assert isinstance(error, ServerTooSlow), error


def test_dripping_inside_the_handshake_ends_at_the_deadline(make_sender: MakeSender) -> None:
    """TLS that arrives byte by byte is cut as well: here the length of a record that never ends."""
    with raw_server(drips(b"\x16\x03\x03\x3f\xff", b"\x00")) as port:
        error = make_sender(deadline=0.4).fail(f"https://127.0.0.1:{port}/")
    assert isinstance(error, ServerTooSlow), error


def test_a_name_server_that_is_silent_ends_at_the_deadline(
    make_sender: MakeSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look-up of a name counts against the deadline too."""
    answered = threading.Event()

    def silent(*_args: object, **_more: object) -> list[object]:
        answered.wait()
        return []

    monkeypatch.setattr(resolver.socket, "getaddrinfo", silent)
    try:
        error = make_sender(deadline=0.3).fail("http://slow.example/")
    finally:
        answered.set()
    assert isinstance(error, ServerTooSlow), error


def test_addresses_that_do_not_answer_share_one_deadline(
    make_sender: MakeSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name with many dead addresses takes no longer than one."""
    tried: list[float] = []

    def never(_address: object, timeout: float, **_options: object) -> None:
        tried.append(timeout)
        threading.Event().wait(timeout)
        raise TimeoutError

    monkeypatch.setattr("playground.wire.connection.create_connection", never)
    monkeypatch.setattr(
        "playground.wire.connection.addresses", lambda *_: [f"192.0.2.{n}" for n in range(1, 200)]
    )
    error = make_sender(deadline=0.3).fail("http://dead.example/")
    assert isinstance(error, ServerTooSlow), error
    assert sum(tried) < 1


def test_a_request_that_ended_is_not_cut_afterwards(rogue: Rogue, make_sender: MakeSender) -> None:
    """A deadline belongs to its request and not to the connection that others use later."""
    rogue.answer("/", body={})
    sender = make_sender(deadline=2)
    first = sender.get(f"{rogue.url}/")
    rogue.slow("/slow", 0.6)
    for _ in range(4):  # together longer than the first one's deadline
        assert sender.get(f"{rogue.url}/slow").reused_connection
    assert not first.reused_connection
    assert len(WATCHDOG) == 0


def test_nothing_stays_open_after_failures(rogue: Rogue, make_sender: MakeSender) -> None:
    """Forty requests that fail in different ways leave no file descriptor behind."""
    rogue.reset("/reset")
    rogue.hang_up("/hang_up")
    rogue.drip("/drip")
    rogue.endless("/endless")
    sender = make_sender(deadline=0.2, max_response=10_000)
    for path in ("reset", "hang_up", "drip", "endless"):
        sender.fail(f"{rogue.url}/{path}")
    before = _descriptors()
    for path in ("reset", "hang_up", "drip", "endless") * 10:
        sender.fail(f"{rogue.url}/{path}")
    wait_until(lambda: _descriptors() <= before + 2, "every socket is closed")
    assert len(WATCHDOG) == 0


def test_idle_connections_are_closed_by_the_next_request(
    rogue: Rogue, make_sender: MakeSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a burst opened does not stay open for ever."""
    monkeypatch.setattr("playground.wire.connection.MAX_IDLE", 0.0)
    monkeypatch.setattr("playground.wire.transport.SWEEP_EVERY", 0.0)
    rogue.slow("/", 0.2)
    sender = make_sender()
    before = _descriptors()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(sender.get, [f"{rogue.url}/"] * 16))
    sender.get(f"{rogue.url}/")
    wait_until(lambda: _descriptors() <= before + 2, "the burst's connections are closed")


def test_the_watchdog_calls_in_time_order_and_forgets_what_is_cancelled() -> None:
    """Of many that wait, each is called at its own time, an earlier one that came later first."""
    dog, called, done = Watchdog(), list[str](), threading.Event()
    late = _soon(0.30)
    dog.watch(late, lambda: (called.append("late"), done.set()))
    numbers = [dog.watch(_soon(0.05), lambda: called.append("cancelled")) for _ in range(100)]
    dog.watch(_soon(0.02), lambda: called.append("early"))
    dog.watch(_soon(0.01), _broken)
    for number in numbers:
        dog.cancel(number)
    assert done.wait(20)
    assert called == ["early", "late"]
    assert len(dog) == 0


def test_connections_are_reused_across_people(rogue: Rogue, sender: Sender) -> None:
    """The second request travels on the first one's connection."""
    rogue.answer("/", body={})
    assert not sender.get(f"{rogue.url}/").reused_connection
    assert sender.get(f"{rogue.url}/").reused_connection


def test_a_connection_is_kept_as_long_as_the_server_says(
    rogue: Rogue, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that announces a minute is believed; one that announces a second is not used up."""
    monkeypatch.setattr("playground.wire.connection.MAX_IDLE", 0.0)
    for announced, reused in (("timeout=60, max=5", True), ("timeout=1", False), ("", False)):
        rogue.answer("/", headers={"Keep-Alive": announced}, body={})
        sender.get(f"{rogue.url}/")
        assert sender.get(f"{rogue.url}/").reused_connection is reused


def _broken() -> None:
    raise OSError("the socket is gone")


def _soon(seconds: float) -> float:
    return time.monotonic() + seconds


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
