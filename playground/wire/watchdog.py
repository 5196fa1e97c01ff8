"""One thread that calls back at a deadline, however slowly a server drips (PROTOCOL 15)."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from contextlib import suppress


class Watchdog:
    """Started at first use, so that it lives in the worker and not in the master process."""

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self._thread: threading.Thread | None = None

    def watch(self, at: float, callback: Callable[[], None]) -> None:
        """Call `callback` once `time.monotonic()` reaches `at`; it must return at once."""
        with self._wake:
            heapq.heappush(self._due, (at, next(self._count), callback))
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                self._thread.start()
            elif self._due[0][0] == at:
                self._wake.notify()

    def _run(self) -> None:
        while True:
            callback = self._next()
            with suppress(OSError):
                callback()

    def _next(self) -> Callable[[], None]:
        with self._wake:
            while not self._due or self._due[0][0] > time.monotonic():
                wait = self._due[0][0] - time.monotonic() if self._due else None
                self._wake.wait(wait)
            return heapq.heappop(self._due)[2]
