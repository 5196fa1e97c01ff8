"""How many requests may be on their way at once: a slow server fills its own room and no more."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playground.errors import ServerBusy

SLOW = 2.0
PATIENCE = 5.0


@dataclass(frozen=True, kw_only=True)
class Room:
    """Requests of this process at once: to one server, and in all; the rest are for pages."""

    per_server: int
    total: int

    @classmethod
    def among(cls, threads: int) -> Room:
        """Half of the threads for any one server, three quarters for all of them."""
        return cls(per_server=max(1, threads // 2), total=max(1, threads * 3 // 4))


class Gate:
    """Lets requests through while there is room, and makes them wait for a fast server only.

    A server is slow when one request has been on its way to it for SLOW seconds; nobody waits
    longer than PATIENCE seconds for any.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._changed = threading.Condition()
        self._busy: dict[str, dict[int, float]] = {}
        self._count = 0

    @contextmanager
    def passing(self, server: str) -> Iterator[None]:
        """Hold a place on the way to this server. Raises ServerBusy when there is none."""
        place = self._enter(server)
        try:
            yield
        finally:
            self._leave(server, place)

    def _enter(self, server: str) -> int:
        arrived = time.monotonic()
        with self._changed:
            while self._is_full(server):
                oldest = min(self._busy.get(server, {}).values(), default=arrived)
                until = min(arrived + PATIENCE, oldest + SLOW)
                patience = until - time.monotonic()
                if patience <= 0 or not self._changed.wait(patience):
                    raise self._refusal(server)
            self._count += 1
            self._busy.setdefault(server, {})[self._count] = time.monotonic()
            return self._count

    def _leave(self, server: str, place: int) -> None:
        with self._changed:
            mine = self._busy[server]
            del mine[place]
            if not mine:
                del self._busy[server]
            self._changed.notify_all()

    def _is_full(self, server: str) -> bool:
        mine = len(self._busy.get(server, ()))
        total = sum(len(places) for places in self._busy.values())
        return mine >= self._room.per_server or total >= self._room.total

    def _refusal(self, server: str) -> ServerBusy:
        waiting = len(self._busy.get(server, ()))
        return ServerBusy(
            sentence=f"Too many requests are waiting for {server} already; yours was not sent.",
            evidence=(("Waiting for it now", str(waiting)),),
            advice=(
                "The server answers slowly. Try again in a moment; nothing was lost.",
                "Whoever runs the playground can raise PLAYGROUND_THREADS.",
            ),
            status=503,
        )
