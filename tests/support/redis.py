"""Debian's redis-server for tests: in memory only, and it can fail on demand."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import redis

from tests.support.processes import Process, free_port


class RedisServer(Process):
    """A Redis without persistence: what it held is gone after `stop`."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder)]
        quiet = ["--save", "", "--appendonly", "no", "--loglevel", "warning"]
        name = f"redis-{self.port}"
        super().__init__(name, ["redis-server", *options, *quiet], folder=folder)

    def client(self) -> "redis.Redis":
        """A client of our own; the caller closes it."""
        return redis.Redis.from_url(self.url)

    def start(self, ready: object = None) -> None:
        """Start, or start again on the same port."""
        super().start(self.answers)

    def answers(self) -> bool:
        """Whether it replies to a ping."""
        with contextlib.suppress(redis.RedisError), self.client() as client:
            return bool(client.ping())
        return False

    @contextlib.contextmanager
    def outage(self) -> Iterator[None]:
        """Be down for the length of the block."""
        self.stop()
        try:
            yield
        finally:
            self.start()
