"""A slow server fills its own room; requests to others, and pages, have theirs."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from playground.errors import ServerBusy
from playground.wire import gate
from playground.wire.gate import Gate, Room
from tests.support.rogue import Rogue
from tests.wire.conftest import MakeSender


def test_a_slow_server_is_full_for_itself_alone(
    rogue: Rogue, make_sender: MakeSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all its places taken it is busy, and another server is called as ever."""
    monkeypatch.setattr(gate, "SLOW", 0.0)
    rogue.slow("/slow", 600)
    other = Rogue()
    other.answer("/", body={})
    sender = make_sender(threads=8)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(sender.get, f"{rogue.url}/slow") for _ in range(4)]
        rogue.wait_for("/slow", 4)
        error = sender.fail(f"{rogue.url}/slow")
        assert isinstance(error, ServerBusy)
        assert error.status == 503
        assert "PLAYGROUND_THREADS" in " ".join(error.advice)
        assert sender.get(f"{other.url}/").status == 200
        rogue.closing.set()
        assert [one.result().status for one in waiting] == [200] * 4
    other.stop()
    assert sender.get(f"{rogue.url}/slow").status == 200


def test_a_fast_server_is_waited_for() -> None:
    """Who comes while all places are taken gets the next one."""
    found, entered = Gate(Room(per_server=1, total=1)), threading.Event()
    with found.passing("a"):
        thread = threading.Thread(target=_pass, args=(found, "a", entered))
        thread.start()
        assert not entered.is_set()
    assert entered.wait(20)
    thread.join()


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a place longer than the limit, also when others' servers took them all."""
    monkeypatch.setattr(gate, "PATIENCE", 0.05)
    found = Gate(Room(per_server=1, total=1))
    with found.passing("a"), pytest.raises(ServerBusy), found.passing("b"):
        pass


def test_places_are_given_back_after_failures() -> None:
    """A request that raises leaves its place."""
    found = Gate(Room(per_server=1, total=1))
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), found.passing("a"):
            raise ZeroDivisionError


def _pass(found: Gate, server: str, entered: threading.Event) -> None:
    with found.passing(server):
        entered.set()
