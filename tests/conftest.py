"""Fixtures: real servers on free ports, browsers, and a look at the logs when a test fails."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from tests.support import processes
from tests.support.apps import Embedded, Playground, running_embedded, running_playground
from tests.support.browser import Browser
from tests.support.certificates import certificate
from tests.support.chromium import Pages, running_chromium, trust_database
from tests.support.processes import free_port
from tests.support.redis import RedisServer
from tests.support.rogue import Rogue
from tests.support.trust import Trusted

pytest_plugins = ["tests.servers.fixtures"]
LOG_TAIL = 6_000  # characters


@pytest.fixture(scope="session")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of this test run's servers, logs included."""
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def trusted(run_dir: Path) -> Trusted:
    """The authorities that the test browsers trust, the tests' own one among them."""
    return Trusted(run_dir / "trusted.pem")


@pytest.fixture(scope="session")
def playground_port() -> int:
    """The port of `playground`, known before either server starts since each names the other."""
    return free_port()


@pytest.fixture(scope="session")
def embedded(run_dir: Path, trusted: Trusted, playground_port: int) -> Iterator[Embedded]:
    """The embedded authorization server, running."""
    with running_embedded(run_dir, trusted, playground_port=playground_port) as server:
        yield server


@pytest.fixture(scope="session")
def playground(run_dir: Path, embedded: Embedded, playground_port: int) -> Iterator[Playground]:
    """The playground, running and wired to the embedded server."""
    with running_playground(run_dir, port=playground_port, embedded=embedded) as server:
        yield server


@pytest.fixture
def start_embedded(run_dir: Path, trusted: Trusted) -> Iterator[Callable[..., Embedded]]:
    """Start another embedded server: (deployment_toml=..., playground_port=..., **env)."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(running_embedded(run_dir, trusted, **options))


@pytest.fixture
def start_playground(run_dir: Path) -> Iterator[Callable[..., Playground]]:
    """Start another playground: (embedded=..., port=..., **env)."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(running_playground(run_dir, **options))


@pytest.fixture
def new_browser(trusted: Trusted) -> Iterator[Callable[[], Browser]]:
    """Make browsers without scripts, one for each person."""
    opened: list[Browser] = []

    def make() -> Browser:
        opened.append(Browser(trusted.file))
        return opened[-1]

    yield make
    for browser in opened:
        browser.close()


@pytest.fixture
def http(new_browser: Callable[[], Browser]) -> Browser:
    """One person's browser without scripts."""
    return new_browser()


@pytest.fixture(scope="session")
def redis_server(run_dir: Path) -> Iterator[RedisServer]:
    """A running Redis; a test that stops it starts it again (see `outage`)."""
    server = RedisServer(run_dir)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def rogue() -> Iterator[Rogue]:
    """A server over plain HTTP that misbehaves on demand."""
    server = Rogue()
    yield server
    server.stop()


@pytest.fixture
def tls_server(trusted: Trusted) -> Iterator[Callable[..., Rogue]]:
    """Start such servers over TLS: good, wrong_name, expired, untrusted or self_signed."""
    with ExitStack() as stack:

        def start(kind: str = "good") -> Rogue:
            server = Rogue(*certificate(kind, trusted))
            stack.callback(server.stop)
            return server

        yield start


@pytest.fixture(scope="session")
def chromium(
    run_dir: Path, embedded: Embedded, trusted: Trusted, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chromium]:
    """Chromium, trusting the embedded server's authority and the tests' own, and no other."""
    own = run_dir / "authority.pem"
    own.write_bytes(trusted.authority.cert_pem.bytes())
    home = tmp_path_factory.mktemp("chromium")
    trust_database(home, [embedded.ca_file, own])
    with running_chromium(home) as browser:
        yield browser


@pytest.fixture
def new_page(chromium: Chromium, request: pytest.FixtureRequest) -> Iterator[Pages]:
    """Open pages: (javascript=True, colour_scheme="light", viewport=(1280, 900), ...)."""
    pages = Pages(chromium)
    yield pages
    failed = getattr(request.node, "failed", False)
    if failed:
        print(f"--- open pages\n{pages.state}")
    pages.close()
    assert failed or not pages.complaints, "\n".join(pages.complaints)


@pytest.fixture
def page(new_page: Pages) -> Page:
    """One person's page in Chromium."""
    return new_page()


def pytest_configure() -> None:
    """End by SystemExit on SIGTERM, so that fixtures stop their servers."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Note how long every server's log is before the test."""
    item.stash[LENGTHS] = {
        process: process.log_file.stat().st_size for process in processes.running
    }
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[Any]:
    """Add what the servers wrote during a failed test to its report."""
    report = yield
    if report.failed:
        item.failed = True  # type: ignore[attr-defined]
        before = item.stash.get(LENGTHS, {})
        for process in processes.running:
            if text := process.log(before.get(process, 0)).strip():
                report.sections.append((f"log of {process.name}", text[-LOG_TAIL:]))
    return report


LENGTHS = pytest.StashKey[dict[processes.Process, int]]()
