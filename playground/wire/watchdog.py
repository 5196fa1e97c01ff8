"""One thread that calls back at a deadline, however slowly a server drips (CWE-400)."""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress


class Watchdog:
    """Started at first use, so that it lives in the worker and not in the master process.

    It holds what is under way and nothing else: a request that ends is cancelled.
    """

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._watched: dict[int, tuple[float, Callable[[], None]]] = {}
        self._count = itertools.count()
        self._sleeps_until = math.inf
        self._thread: threading.Thread | None = None

    def watch(self, at: float, callback: Callable[[], None]) -> int:
        """Call `callback` once `time.monotonic()` reaches `at`; a number to cancel it by.

        The callback runs in the watchdog's thread and must return at once.
        """
        with self._wake:
            number = next(self._count)
            self._watched[number] = (at, callback)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                self._thread.start()
            elif at < self._sleeps_until:
                self._wake.notify()
            return number

    def cancel(self, number: int) -> None:
        """Forget a callback; one that is running already is not awaited."""
        with self._wake:
            self._watched.pop(number, None)

    def __len__(self) -> int:
        return len(self._watched)

    def _run(self) -> None:
        while True:
            for callback in self._due():
                with suppress(OSError):
                    callback()

    def _due(self) -> list[Callable[[], None]]:
        """Sleep until something is due, and hand it out."""
        with self._wake:
            while True:
                now = time.monotonic()
                due = [number for number, (at, _) in self._watched.items() if at <= now]
                if due:
                    return [self._watched.pop(number)[1] for number in due]
                self._sleeps_until = min((at for at, _ in self._watched.values()), default=math.inf)
                self._wake.wait(self._sleeps_until - now if self._watched else None)
