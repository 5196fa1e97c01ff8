"""The one interface, on files and on Redis."""

import contextlib
import sqlite3
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from playground.errors import StoreUnavailable
from playground.store import Store
from playground.store.files import FileStore
from playground.store.redis import RedisStore
from tests.store.conftest import Open
from tests.support.processes import free_port, stopping, wait_until
from tests.support.redis import RedisServer

TTL = 60.0


def test_what_is_put_is_there_for_every_worker(opened: Open, key: str) -> None:
    """A second worker reads what the first one wrote."""
    opened().put(key, b"\x00value", TTL)
    assert opened().get(key) == b"\x00value"


def test_what_expired_is_gone(store: Store, key: str) -> None:
    """Expired values are neither read, swapped nor taken, and may be added again."""
    store.put(key, b"old", 0.05)
    store.append(key + "list", b"old", 0.05)
    wait_until(lambda: store.get(key) is None, "it expires")
    assert not store.swap(key, b"old", b"new", TTL)
    assert store.take(key) is None
    wait_until(lambda: not store.items(key + "list"), "the list expires")
    assert store.add(key, b"new", TTL)
    store.append(key + "list", b"new", TTL)
    assert store.items(key + "list") == [b"new"]


def test_add_is_for_the_first_alone(opened: Open, key: str) -> None:
    """Of forty that add at the same moment through four workers, one did."""
    workers = [opened() for _ in range(4)]
    start = threading.Barrier(40)

    def attempt(number: int) -> bool:
        start.wait()
        return workers[number % 4].add(key, str(number).encode(), TTL)

    with ThreadPoolExecutor(40) as pool:
        won = list(pool.map(attempt, range(40)))
    assert sum(won) == 1
    assert workers[0].get(key) == str(won.index(True)).encode()


def test_take_is_for_one_alone(opened: Open, key: str) -> None:
    """Of forty that take at the same moment, one gets the value."""
    workers = [opened() for _ in range(4)]
    workers[0].put(key, b"once", TTL)
    start = threading.Barrier(40)

    def attempt(number: int) -> bytes | None:
        start.wait()
        return workers[number % 4].take(key)

    with ThreadPoolExecutor(40) as pool:
        got = [value for value in pool.map(attempt, range(40)) if value is not None]
    assert got == [b"once"]


def test_swaps_lose_no_update(opened: Open, key: str) -> None:
    """Sixteen threads that count by swapping count right."""
    workers = [opened() for _ in range(4)]
    workers[0].put(key, b"0", TTL)

    def count(number: int) -> None:
        mine = workers[number % 4]
        for _ in range(20):
            while True:
                raw = mine.get(key) or b""
                if mine.swap(key, raw, str(int(raw) + 1).encode(), TTL):
                    break

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(count, range(16)))
    assert workers[0].get(key) == b"320"


def test_lists_keep_order_and_tell_their_length(opened: Open, key: str) -> None:
    """Appending from many threads keeps every value, once."""
    workers = [opened() for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        lengths = list(
            pool.map(lambda n: workers[n % 2].append(key, str(n).encode(), TTL), range(50))
        )
    assert sorted(lengths) == list(range(1, 51))
    items = workers[1].items(key)
    assert sorted(items) == sorted(str(n).encode() for n in range(50))
    assert workers[0].count(key) == 50
    workers[0].delete(key, key + "absent")
    assert workers[1].items(key) == []
    assert workers[1].count(key) == 0


def test_a_batch_answers_each_operation_in_order(store: Store, key: str) -> None:
    """Later operations see what earlier ones of the same batch did."""
    with store.batch() as batch:
        absent = batch.get(key)
        batch.put(key, b"first", TTL)
        added = batch.add(key, b"other", TTL)
        swapped = batch.swap(key, b"first", b"second", TTL)
        lengths = [batch.append(key + "list", value, TTL) for value in (b"a", b"b")]
        counted, listed = batch.count(key + "list"), batch.items(key + "list")
        taken = batch.take(key)
        batch.delete(key + "list")
    assert (absent.value, added.value, swapped.value) == (None, False, True)
    assert ([length.value for length in lengths], counted.value) == ([1, 2], 2)
    assert (listed.value, taken.value) == ([b"a", b"b"], b"second")
    assert store.count(key + "list") == 0


def test_a_batch_that_is_given_up_does_nothing(store: Store, key: str) -> None:
    """What raises inside the block leaves the store as it was."""
    with suppress(LookupError), store.batch() as batch:
        batch.put(key, b"value", TTL)
        raise LookupError
    with store.batch():
        pass
    assert store.get(key) is None


def test_a_redis_that_is_down_says_so_at_once() -> None:
    """No operation hangs or retries while Redis is away."""
    store = RedisStore(f"redis://127.0.0.1:{free_port()}/0")
    for operation in (lambda: store.get("a"), lambda: store.add("a", b"", TTL), store.ping):
        with pytest.raises(StoreUnavailable, match="Redis") as caught:
            operation()
        assert caught.value.status == 503


def test_a_redis_that_was_down_for_long_is_reached_again(tmp_path: Path) -> None:
    """However often it was asked in vain, the store works once Redis is there."""
    server = RedisServer(tmp_path)
    store = RedisStore(server.url)
    for _ in range(120):
        with pytest.raises(StoreUnavailable):
            store.ping()
    with stopping(server):
        server.start()
        store.ping()


def test_a_redis_that_refuses_writes_is_not_ready(redis_server: RedisServer) -> None:
    """One whose memory is full answers; that it refuses is said, and that it is down is not."""
    store = RedisStore(redis_server.url)
    with redis_server.client() as client, contextlib.ExitStack() as stack:
        client.config_set("maxmemory", "1")
        stack.callback(client.config_set, "maxmemory", "0")
        for operation in (store.ping, lambda: store.append("a", b"", TTL)):
            with pytest.raises(StoreUnavailable, match="answers but refuses") as caught:
                operation()
            assert "maxmemory" in str(caught.value.evidence)
        assert store.get("nothing") is None
    store.ping()


def test_a_redis_that_was_away_for_a_moment_costs_nothing(redis_server: RedisServer) -> None:
    """None of the connections that it closed is used again, however fresh they are."""
    store = RedisStore(redis_server.url)
    start = threading.Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: (start.wait(), store.put(f"moment{n}", b"", TTL)), range(4)))
    with redis_server.client() as client:
        client.client_kill_filter(_type="normal", skipme=True)
    assert [store.get("nothing") for _ in range(4)] == [None] * 4


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    """A folder in the database's place is a sentence and no traceback."""
    (tmp_path / "store.sqlite").mkdir()
    with pytest.raises(StoreUnavailable) as caught:
        FileStore(tmp_path / "store.sqlite")
    assert "store.sqlite" in str(caught.value.evidence)


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    """Garbage in the file is said as such."""
    (tmp_path / "store.sqlite").write_bytes(b"garbage" * 1000)
    with pytest.raises(StoreUnavailable, match="own files"):
        FileStore(tmp_path / "store.sqlite")


def test_files_are_private(tmp_path: Path) -> None:
    """Nobody else on the machine reads sessions and tokens."""
    FileStore(tmp_path / "data" / "store.sqlite").put("a", b"b", TTL)
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    for file in (tmp_path / "data").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_what_expired_is_deleted_by_and_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file does not keep the flows of yesterday."""
    monkeypatch.setattr("playground.store.files.SWEEP_EVERY", 0.0)
    store = FileStore(tmp_path / "store.sqlite")
    for number in range(20):
        store.put(f"k{number}", b"x", 0.01)
    wait_until(lambda: store.get("k19") is None, "the last one expires")
    store.put("alive", b"x", TTL)
    with sqlite3.connect(tmp_path / "store.sqlite") as db:
        assert db.execute("SELECT count(*) FROM entry").fetchone() == (1,)
    db.close()


def test_many_threads_use_few_connections(tmp_path: Path) -> None:
    """A hundred threads do not hold a hundred connections to the file."""
    store = FileStore(tmp_path / "store.sqlite")
    with ThreadPoolExecutor(100) as pool:
        list(pool.map(lambda n: store.put(f"k{n}", b"x", TTL), range(400)))
    assert len(store._idle) <= 8
