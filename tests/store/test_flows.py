"""Flow records: changed atomically, recorded within bounds."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from playground.errors import FlowUnknown, LimitReached
from playground.flows import (
    GENEROUS_EXCHANGES,
    KEPT_AT_LEAST,
    KEPT_OF_EACH,
    MAX_EXCHANGES,
    Flows,
)
from playground.store import Store
from tests.store.conftest import Open
from tests.support.records import exchange, flow


def test_updates_on_two_hosts_lose_nothing(opened: Open, key: str) -> None:
    """Forty changes through two hosts are all in the record."""
    hosts = [Flows(opened(), ttl=60), Flows(opened(), ttl=60)]
    hosts[0].create(flow(key))

    def change(number: int) -> None:
        hosts[number % 2].update(key, lambda f: replace(f, attempts=f.attempts + 1))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(change, range(40)))
    found = hosts[0].find(key)
    assert found is not None
    assert found.attempts == 40


def test_a_form_sends_once_however_often_it_is_clicked(opened: Open, key: str) -> None:
    """Of forty clicks at the same moment on two hosts one counts, and an older form no more."""
    hosts = [Flows(opened(), ttl=60), Flows(opened(), ttl=60)]
    hosts[0].create(flow(key))
    start = threading.Barrier(40)

    def click(number: int) -> bool:
        start.wait()
        return hosts[number % 2].attempt(key, 1)

    with ThreadPoolExecutor(40) as pool:
        assert sum(pool.map(click, range(40))) == 1
    assert not hosts[1].attempt(key, 0)
    assert hosts[1].attempt(key, 2)


def test_a_response_counts_once_and_every_arrival_is_recorded(opened: Open, key: str) -> None:
    """Of forty arrivals at the same moment on two hosts one is the first; all are kept."""
    hosts = [Flows(opened(), ttl=60), Flows(opened(), ttl=60)]
    start = threading.Barrier(40)

    def arrive(number: int) -> bool:
        start.wait()
        return hosts[number % 2].receive(key, exchange())

    with ThreadPoolExecutor(40) as pool:
        assert sum(pool.map(arrive, range(40))) == 1
    assert len(hosts[0].exchanges(key)) == 40


def test_a_flow_that_has_ended_is_not_brought_back(store: Store, key: str) -> None:
    """A change that comes after the deletion is refused."""
    flows = Flows(store, ttl=60)
    flows.create(flow(key))
    flows.delete(key)
    with pytest.raises(FlowUnknown):
        flows.update(key, lambda f: f)
    assert flows.find(key) is None


def test_long_exchanges_are_cut_and_say_so(store: Store, key: str) -> None:
    """What is kept of a flow is bounded: much of its first exchanges, less of the others."""
    flows = Flows(store, ttl=60)
    long, short = (("X-Long", "y" * 300_000),), (("X-Long", ""),)
    for _ in range(GENEROUS_EXCHANGES + 1):
        flows.record(key, exchange(response_headers=long, response_body=b"x" * 900_000))
    flows.record(key, exchange(response_headers=short, response_body=b"short"))
    kept = flows.exchanges(key)
    assert [len(x.response_body) for x in kept] == [
        *[KEPT_OF_EACH] * GENEROUS_EXCHANGES,
        KEPT_AT_LEAST,
        5,
    ]
    assert all(x.truncated and x.response_headers == () for x in kept[:-1])
    assert not kept[-1].truncated
    assert kept[-1].response_headers == (("X-Long", ""),)


def test_a_flow_makes_a_bounded_number_of_requests(store: Store, key: str) -> None:
    """Past the limit the next request is refused before it is sent."""
    flows = Flows(store, ttl=60)
    for _ in range(MAX_EXCHANGES - 1):
        flows.record(key, exchange())
    flows.check_room(key)
    flows.record(key, exchange())
    with pytest.raises(LimitReached, match="100 requests"):
        flows.check_room(key)
    flows.create(flow(key))
    with pytest.raises(LimitReached, match="100 requests"):
        flows.attempt(key, 0)
