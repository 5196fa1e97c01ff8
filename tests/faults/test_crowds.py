"""Many people at once: a slow server stalls nobody else, and nobody gets another's token."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import requests

from bench.load import Job, run
from tests.faults.conftest import TOKEN
from tests.faults.person import Person, words
from tests.support.apps import Playground
from tests.support.processes import Process, free_port, listens, python, stopping, wait_until
from tests.support.rogue import Rogue

NewPerson = Callable[[Playground], Person]


def test_sixty_four_flows_that_wait_stall_nobody(
    start_playground: Callable[..., Playground], rogue: Rogue, new_person: NewPerson
) -> None:
    """While 64 exchanges wait for one server, another person walks a whole flow elsewhere."""
    playground = start_playground(PLAYGROUND_DEADLINE="29")
    waiting = [new_person(playground).ready(f"{rogue.url}/token") for _ in range(64)]
    rogue.behave("/token", _until_released(rogue))
    other = Rogue()
    other.answer("/token", body=TOKEN)
    try:
        with ThreadPoolExecutor(64) as pool:
            futures = [pool.submit(person.exchange) for person in waiting]
            wait_until(lambda: _arrived(rogue, futures) == 64, "64 requests wait for one server")
            page = new_person(playground).ready(f"{other.url}/token").exchange()
            assert "the-access-token" in page.text
            assert not any(future.done() for future in futures)
            rogue.closing.set()
            pages = [future.result() for future in futures]
        assert all("the-access-token" in page.text for page in pages), words(pages[0])
    finally:
        other.stop()


def test_more_than_there_is_room_for_get_a_page(
    start_playground: Callable[..., Playground], rogue: Rogue, new_person: NewPerson
) -> None:
    """Past the room for one server the next person is told at once, and may try again later."""
    playground = start_playground(
        PLAYGROUND_THREADS="8", PLAYGROUND_WORKERS="1", PLAYGROUND_DEADLINE="29"
    )
    waiting = [new_person(playground).ready(f"{rogue.url}/token") for _ in range(4)]
    unlucky = new_person(playground).ready(f"{rogue.url}/token")
    rogue.behave("/token", _until_released(rogue))
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(person.exchange) for person in waiting]
        rogue.wait_for("/token", 4)
        refused = unlucky.exchange()
        assert refused.status_code == 503
        assert "Too many requests are waiting" in words(refused)
        assert not any(future.done() for future in futures)
        rogue.closing.set()
        assert all("the-access-token" in future.result().text for future in futures)
    assert len(rogue.received("/token")) == 4
    assert "the-access-token" in unlucky.exchange(attempt=1).text


def test_a_thousand_flows_get_a_thousand_tokens(
    start_playground: Callable[..., Playground], run_dir: object
) -> None:
    """1,000 whole flows, 100 at a time: each one's page shows its own token."""
    port = free_port()
    command = python("-m", "bench.standin", str(port))
    playground = start_playground(PLAYGROUND_DEADLINE="29")
    with stopping(Process(f"standin-{port}", command, folder=run_dir)) as server:  # type: ignore[arg-type]
        server.start(lambda: listens(port))
        url = f"http://localhost:{port}"
        job = Job(
            journey="playground",
            base=playground.url.replace("localhost", "127.0.0.1"),
            server=url,
            back=url,
            flows=1000,
            at_once=100,
        )
        with ThreadPoolExecutor(1) as beside:  # this thread may have a browser's loop
            outcome = beside.submit(asyncio.run, run(job)).result()
    assert outcome.errors == []
    assert len(outcome.seconds) == 1000


def _arrived(rogue: Rogue, futures: list[Future[requests.Response]]) -> int:
    """How many requests wait there; fails at once when one was answered too early."""
    early = [words(future.result()) for future in futures if future.done()]
    assert not early, early[0]
    return len(rogue.received("/token"))


def _until_released(rogue: Rogue) -> Callable[[object], None]:
    def behaviour(handler: object) -> None:
        rogue.closing.wait()
        body = b'{"access_token": "the-access-token", "token_type": "Bearer"}'
        handler.reply(200, {"Content-Type": "application/json"}, body)  # type: ignore[attr-defined]

    return behaviour
