"""Workers killed, processes restarted, Redis gone, the disk full: a clear page, and on it goes."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.faults.conftest import TOKEN
from tests.faults.person import Person, words
from tests.support.apps import Playground
from tests.support.processes import wait_until
from tests.support.redis import RedisServer
from tests.support.rogue import Rogue

NewPerson = Callable[[Playground], Person]
Start = Callable[..., Playground]


def test_a_worker_killed_in_mid_flow_loses_no_flow(
    start_playground: Start, token_server: Rogue, new_person: NewPerson
) -> None:
    """After SIGKILL to every worker the callback, and after another the exchange, go through."""
    playground = start_playground()
    person = new_person(playground)
    person.begin(f"{token_server.url}/token")
    _kill_workers(playground)
    assert person.arrive().status_code == 303
    assert person.get(person.here).status_code == 200
    _kill_workers(playground)
    assert "the-access-token" in person.exchange().text


def test_a_worker_killed_during_the_exchange_can_be_retried(
    start_playground: Start, rogue: Rogue, new_person: NewPerson
) -> None:
    """The request that died counts as an attempt; the page offers the next one."""
    playground = start_playground()
    rogue.slow("/token", 600)
    person = new_person(playground).ready(f"{rogue.url}/token")
    thread = threading.Thread(target=_ignoring_a_broken_connection, args=(person.exchange,))
    thread.start()
    rogue.wait_for("/token")
    _kill_workers(playground)
    thread.join()
    rogue.answer("/token", body=TOKEN)
    page = person.get(person.here)
    assert 'name="attempt" value="1"' in page.text
    assert "the-access-token" in person.exchange(attempt=1).text


def test_a_graceful_restart_loses_no_flow(
    start_playground: Start, rogue: Rogue, new_person: NewPerson
) -> None:
    """SIGHUP replaces the workers; who waits for a server gets the answer all the same."""
    playground = start_playground()
    rogue.slow("/token", 3.0, TOKEN)
    person = new_person(playground).ready(f"{rogue.url}/token")
    pages: list[requests.Response] = []
    thread = threading.Thread(target=lambda: pages.append(person.exchange()))
    thread.start()
    rogue.wait_for("/token")
    before = _workers(playground)
    os.kill(playground.pid, signal.SIGHUP)
    thread.join()
    assert "the-access-token" in pages[0].text
    wait_until(lambda: before.isdisjoint(_workers(playground)), "the old workers have gone")
    assert "the-access-token" in person.get(f"{person.here}/token").text


@pytest.mark.parametrize("broken", ["broken", None])
def test_a_setting_gone_wrong_keeps_the_old_workers(
    start_playground: Start, tmp_path: Path, broken: str | None
) -> None:
    """SIGHUP then says what is wrong and replaces nobody; once it is mended, it does."""
    profiles = tmp_path / "profiles.toml"
    profiles.write_text("[x]\n")
    playground = start_playground(PLAYGROUND_PROFILES=str(profiles))
    before = _workers(playground)
    profiles.unlink() if broken is None else profiles.write_text(broken)
    os.kill(playground.pid, signal.SIGHUP)
    wait_until(lambda: "Not reloaded" in playground.log(), "the reload is refused")
    assert "PLAYGROUND_PROFILES" in playground.log()
    assert _workers(playground) == before
    assert playground.answers()
    profiles.write_text("[x]\n")
    os.kill(playground.pid, signal.SIGHUP)
    wait_until(lambda: before.isdisjoint(_workers(playground)), "the old workers have gone")
    assert playground.answers()


def test_a_stop_and_start_loses_no_flow(
    start_playground: Start, token_server: Rogue, new_person: NewPerson
) -> None:
    """SIGTERM and a new start on the same data: sessions, form tokens and flows are still good."""
    playground = start_playground()
    person = new_person(playground).ready(f"{token_server.url}/token")
    playground.stop()
    playground.start(playground.answers)
    assert "the-access-token" in person.exchange().text


def test_redis_stopped_and_started_again(
    start_playground: Start, redis_server: RedisServer, token_server: Rogue, new_person: NewPerson
) -> None:
    """While it is down every page says so with 503, quickly; afterwards flows work again."""
    playground = start_playground(REDIS_URL=redis_server.url)
    person = new_person(playground).ready(f"{token_server.url}/token")
    with redis_server.outage():
        for path in ("/playground2/", "/playground2/oauth2", person.here, "/readyz"):
            page = person.get(path)
            assert page.status_code == 503, path
            assert "cannot reach Redis" in words(page)
        assert person.exchange().status_code == 503
        stranger = new_person(playground).get("/playground2/oauth2")
        assert stranger.status_code == 503
        assert "Set-Cookie" not in stranger.headers
        assert person.get("/healthz").status_code == 200
        assert person.get("/playground2/static/style.css").status_code == 200
    assert token_server.requests == []
    again = new_person(playground).ready(f"{token_server.url}/token")
    assert "the-access-token" in again.exchange().text


def test_the_process_answers_for_itself_alone(
    start_playground: Start, redis_server: RedisServer, new_person: NewPerson
) -> None:
    """`/healthz` asks the store nothing, not even for the session of the cookie that came along."""
    playground = start_playground(REDIS_URL=redis_server.url)
    person = new_person(playground)
    person.get("/playground2/oauth2")
    with redis_server.client() as client:
        before = client.info("commandstats")["cmdstat_get"]["calls"]
        assert person.get("/healthz").status_code == 200
        assert client.info("commandstats")["cmdstat_get"]["calls"] == before
        person.get("/playground2/oauth2")
        assert client.info("commandstats")["cmdstat_get"]["calls"] > before


def test_a_start_while_redis_is_down(
    start_playground: Start, redis_server: RedisServer, token_server: Rogue, new_person: NewPerson
) -> None:
    """The playground waits for Redis with a page, not with an exit, and works once it is there."""
    with redis_server.outage():
        playground = Playground(redis_server.log_file.parent, REDIS_URL=redis_server.url)
        playground.start(lambda: _status(playground, "/healthz") == 200)
        assert _status(playground, "/playground2/oauth2") == 503
    try:
        person = new_person(playground).ready(f"{token_server.url}/token")
        assert "the-access-token" in person.exchange().text
    finally:
        playground.stop()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB, where we may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=False)


def test_a_full_disk_is_said_and_survived(
    start_playground: Start, token_server: Rogue, new_person: NewPerson, small_disk: Path
) -> None:
    """While nothing can be written pages say so; with room again flows go on."""
    playground = start_playground(PLAYGROUND_DATA_DIR=str(small_disk / "data"))
    person = new_person(playground).ready(f"{token_server.url}/token")
    filler = small_disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    (failed,) = wait_until(lambda: _refused(new_person(playground)), "the disk is full for us too")
    assert "disk is not full" in words(failed)
    assert _status(playground, "/healthz") == 200
    filler.unlink()
    assert person.get(person.here).status_code == 200
    page = person.exchange()
    if page.status_code != 200:  # the first form met the full disk
        page = person.exchange(attempt=1)
    assert "the-access-token" in page.text


def _refused(person: Person) -> list[requests.Response]:
    """The 503 page of somebody who comes while the disk is full."""
    answer = person.begin("http://localhost:1/token")
    return [answer] if answer.status_code == 503 else []


def _status(playground: Playground, path: str) -> int:
    with contextlib.suppress(requests.RequestException):
        return requests.get(playground.url + path, timeout=60).status_code
    return 0


def _workers(playground: Playground) -> set[int]:
    children = Path(f"/proc/{playground.pid}/task/{playground.pid}/children").read_text()
    return {int(pid) for pid in children.split()}


def _kill_workers(playground: Playground) -> None:
    """SIGKILL to every worker; returns when others answer."""
    old = _workers(playground)
    for pid in old:
        os.kill(pid, signal.SIGKILL)
    wait_until(
        lambda: old.isdisjoint(now := _workers(playground)) and len(now) == len(old),
        "there are new workers",
    )
    wait_until(lambda: _status(playground, "/healthz") == 200, "new workers answer")


def _ignoring_a_broken_connection(run: Callable[[], object]) -> None:
    with contextlib.suppress(requests.ConnectionError):
        run()
