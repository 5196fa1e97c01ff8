"""Independent authorization servers, installed from npm and PyPI, as fixtures."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from tests.servers.canaille import CanailleProvider
from tests.servers.mock import MockProvider
from tests.servers.node import NodeProvider, bases
from tests.servers.toolkit import DjangoProvider
from tests.support.trust import Trusted

Provider = TypeVar("Provider", NodeProvider, DjangoProvider, CanailleProvider, MockProvider)


@contextmanager
def running(server: Provider) -> Iterator[Provider]:
    """The server, running for the length of the block."""
    try:
        server.start(server.answers)
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def oidc_provider(run_dir: Path, trusted: Trusted, playground_port: int) -> Iterator[NodeProvider]:
    """npm's oidc-provider over plain HTTP, its clients allowing the playground's callbacks."""
    with running(NodeProvider(run_dir, trusted, bases=bases(playground_port))) as server:
        yield server


@pytest.fixture
def start_oidc_provider(run_dir: Path, trusted: Trusted) -> Iterator[Callable[..., NodeProvider]]:
    """Start another oidc-provider: (playground_port=..., tls=False, **env)."""
    with ExitStack() as stack:

        def start(*, playground_port: int, tls: bool = False, **env: str) -> NodeProvider:
            allowed = bases(playground_port)
            server = NodeProvider(run_dir, trusted, bases=allowed, tls=tls, **env)
            return stack.enter_context(running(server))

        yield start


@pytest.fixture(scope="session")
def django_oauth_toolkit(run_dir: Path, playground_port: int) -> Iterator[DjangoProvider]:
    """PyPI's django-oauth-toolkit, with OpenID Connect and RP-initiated logout."""
    with running(DjangoProvider(run_dir, bases=bases(playground_port))) as server:
        yield server


@pytest.fixture(scope="session")
def canaille(run_dir: Path, playground_port: int) -> Iterator[CanailleProvider]:
    """PyPI's Canaille, an identity manager that insists on PKCE."""
    with running(CanailleProvider(run_dir, bases=bases(playground_port))) as server:
        yield server


@pytest.fixture(scope="session")
def oidc_provider_mock(run_dir: Path) -> Iterator[MockProvider]:
    """PyPI's oidc-provider-mock: takes any client and any callback."""
    with running(MockProvider(run_dir)) as server:
        yield server
