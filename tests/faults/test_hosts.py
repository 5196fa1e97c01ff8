"""Two hosts that share Redis: one person's flow lives on both, and nothing counts twice."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
import requests

from tests.faults.person import Person, words
from tests.support.apps import Playground, running_playground
from tests.support.processes import wait_until
from tests.support.redis import RedisServer
from tests.support.rogue import Rogue

NewPerson = Callable[[Playground], Person]
ROUND_TRIPS = 13  # of the six requests of a flow; it took 24 with one for every key


@pytest.fixture(scope="module")
def hosts(request: pytest.FixtureRequest) -> Iterator[list[Playground]]:
    """Two playgrounds, as on two machines behind one name."""
    folder = request.getfixturevalue("run_dir")
    server: RedisServer = request.getfixturevalue("redis_server")
    with (
        running_playground(folder, REDIS_URL=server.url) as first,
        running_playground(folder, REDIS_URL=server.url) as second,
    ):
        yield [first, second]


def test_every_step_may_happen_on_another_host(
    hosts: list[Playground], token_server: Rogue, new_person: NewPerson
) -> None:
    """Form here, callback there, exchange here, token there: session, form token and flow hold."""
    first, second = hosts
    person = new_person(first)
    assert person.begin(f"{token_server.url}/token").status_code == 303
    person.base = second.url
    assert person.arrive().status_code == 303
    assert person.get(person.here).status_code == 200
    person.base = first.url
    sent = person.post(f"{person.here}/token", {"attempt": "0"})
    assert sent.status_code == 303, words(sent)
    person.base = second.url
    assert "the-access-token" in person.get(sent.headers["Location"]).text


def test_of_two_callbacks_at_the_same_moment_one_succeeds(
    hosts: list[Playground], token_server: Rogue, new_person: NewPerson
) -> None:
    """The same state on two hosts at once: one goes on, the other one is told why not."""
    for _ in range(12):
        person = new_person(hosts[0])
        person.begin(f"{token_server.url}/token")
        jar, start = person.session.cookies, threading.Barrier(2)

        def arrive(
            host: Playground, person: Person = person, jar: object = jar, start: object = start
        ) -> requests.Response:
            url = f"{host.url}/playground2/oauth2client?code={person.code}&state={person.state}"
            start.wait()  # type: ignore[attr-defined]
            return requests.get(url, cookies=jar, allow_redirects=False, timeout=120)  # type: ignore[arg-type]

        with ThreadPoolExecutor(2) as pool:
            answers = sorted(pool.map(arrive, hosts), key=lambda answer: answer.status_code)
        assert [answer.status_code for answer in answers] == [303, 400]
        assert "already used" in words(answers[1])
        person.here = answers[0].headers["Location"]
        assert "Get Access Token" in words(person.get(person.here))


def test_of_many_exchanges_at_the_same_moment_one_is_sent(
    hosts: list[Playground], token_server: Rogue, new_person: NewPerson
) -> None:
    """A code is sent to the server once, also when both hosts get the form at once."""
    person = new_person(hosts[0]).ready(f"{token_server.url}/token")
    form, jar = {"csrf_token": person.csrf, "attempt": "0"}, person.session.cookies
    start = threading.Barrier(8)

    def send(number: int) -> int:
        start.wait()
        url = f"{hosts[number % 2].url}{person.here}/token"
        return requests.post(url, form, cookies=jar, allow_redirects=False, timeout=120).status_code

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(send, range(8))) == [303] * 8
    assert len(token_server.received("/token")) == 1


def test_a_form_post_response_may_resume_on_another_host(
    hosts: list[Playground], token_server: Rogue, new_person: NewPerson
) -> None:
    """What was parked on one host is picked up on the other, once."""
    person = new_person(hosts[0])
    person.begin(f"{token_server.url}/token", response_mode="form_post")
    parked = requests.post(
        f"{hosts[0].url}/playground2/oauth2client",
        {"code": person.code, "state": person.state},
        allow_redirects=False,
        timeout=120,
    )
    person.base = hosts[1].url
    assert person.get(parked.headers["Location"]).status_code == 303
    assert person.get(parked.headers["Location"]).status_code == 404


def test_ready_and_healthy(hosts: list[Playground]) -> None:
    """A balancer can ask whether the process lives and whether its store does."""
    for host in hosts:
        for path in ("healthz", "readyz"):
            assert requests.get(f"{host.url}/{path}", timeout=60).status_code == 200


def test_a_flow_seldom_asks_redis(
    hosts: list[Playground], redis_server: RedisServer, token_server: Rogue, new_person: NewPerson
) -> None:
    """What a step reads goes in one round trip, and so does what it writes together."""
    with redis_server.client() as client:
        trips = [_round_trips(client, new_person(hosts[0]), token_server) for _ in range(6)]
    assert min(trips) <= ROUND_TRIPS, trips  # the fewest: new connections ask Redis for more


def _round_trips(client: redis.Redis, person: Person, server: Rogue) -> int:
    """How often Redis read from a connection while somebody walked a flow, form to token."""
    before = client.info("stats")["total_reads_processed"]
    person.ready(f"{server.url}/token")
    assert "the-access-token" in person.exchange().text
    return int(client.info("stats")["total_reads_processed"] - before - 1)


def test_an_emptied_redis_is_given_the_key_again(
    hosts: list[Playground], redis_server: RedisServer, new_person: NewPerson
) -> None:
    """It restarted so fast that nobody noticed: a later host gets the key that forms bear."""
    person = new_person(hosts[0])
    assert person.get("/playground2/").status_code == 200
    with redis_server.client() as client:
        key = client.get("playground:secret_key")
        assert key
        client.flushall()
        client.client_kill_filter(_type="normal", skipme=True)

        def is_back() -> bool:
            assert person.get("/playground2/").status_code == 200
            return client.get("playground:secret_key") == key

        wait_until(is_back, "the key is there again")
