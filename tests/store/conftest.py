"""Both stores, so that every test of the interface runs on each."""

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from playground.store import Store
from playground.store.files import FileStore
from playground.store.redis import RedisStore
from tests.support.redis import RedisServer

Open = Callable[[], Store]


@pytest.fixture(params=["files", "redis"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Open the same store once more, as another worker would."""
    if request.param == "files":
        return lambda: FileStore(tmp_path / "store.sqlite")
    server: RedisServer = request.getfixturevalue("redis_server")
    database = server.url.rpartition("/")[0] + f"/{secrets.randbelow(15) + 1}"
    return lambda: RedisStore(database)


@pytest.fixture
def store(opened: Open) -> Store:
    """A store."""
    return opened()


@pytest.fixture
def key() -> str:
    """A key that no other test uses."""
    return secrets.token_hex(8)
