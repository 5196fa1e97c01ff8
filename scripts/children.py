"""Child processes that serve HTTP: is the port free, does it answer, stop all of them together."""

import contextlib
import errno
import http.client
import os
import select
import signal
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

SECONDS_TO_ANSWER = 60
SECONDS_TO_STOP = 150  # longer than gunicorn.conf.py lets a page under way take
SECONDS_OF_SILENCE = 3


class Stopped:
    """Whether somebody asked us to stop.

    Set by signal handlers, which may interrupt each other and whoever waits: a pipe has no lock
    that one of them could be holding.
    """

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()

    def set(self) -> None:
        """Ask."""
        os.write(self._writer, b".")

    def is_set(self) -> bool:
        """Whether somebody asked."""
        return self.wait(0)

    def wait(self, seconds: float) -> bool:
        """The same, after having waited for it that long."""
        return bool(select.select([self._reader], [], [], seconds)[0])


stopped = Stopped()
hurried = Stopped()  # by Ctrl-C, once more


class ChildError(Exception):
    """A child did not start or did not stay; the message is for the person at the terminal."""


@dataclass(frozen=True, kw_only=True)
class Child:
    """One server in a process group of its own, so that only we hear Ctrl-C."""

    name: str
    url: str
    ca_file: Path | None
    process: subprocess.Popen[bytes]

    @classmethod
    def start(
        cls,
        name: str,
        command: list[str],
        *,
        url: str,
        env: Mapping[str, str],
        ca_file: Path | None = None,
    ) -> "Child":
        """Start the server; it answers at *url* when it is ready."""
        process = subprocess.Popen(command, env=env, start_new_session=True)
        return cls(name=name, url=url, ca_file=ca_file, process=process)

    def wait_until_ready(self) -> None:
        """Return when the server answers, whatever the status, or when we are to stop."""
        for _ in range(SECONDS_TO_ANSWER * 10):
            self.check()
            if stopped.is_set() or self._answers():
                return
            stopped.wait(0.1)
        raise ChildError(f"The {self.name} did not answer within {SECONDS_TO_ANSWER} seconds.")

    def check(self) -> None:
        """Raise ChildError when the process has ended."""
        if (code := self.process.poll()) is not None:
            how = f"with exit code {code}" if code >= 0 else f"by {signal.Signals(-code).name}"
            raise ChildError(f"The {self.name} ended {how}.")

    def signal_group(self, number: signal.Signals) -> None:
        """Signal the server and everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def _answers(self) -> bool:
        parts = urlsplit(self.url)
        host, port = str(parts.hostname), parts.port
        try:
            if parts.scheme == "https":
                context = ssl.create_default_context(cafile=self.ca_file)
                link: http.client.HTTPConnection = http.client.HTTPSConnection(
                    host, port, timeout=2, context=context
                )
            else:
                link = http.client.HTTPConnection(host, port, timeout=2)
            link.request("GET", parts.path or "/")
            link.getresponse()
            link.close()
        except (OSError, http.client.HTTPException):
            return False
        return True


def port_is_taken(port: int, address: str = "127.0.0.1") -> bool:
    """Whether somebody listens on the port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def resolves_to_loopback(name: str, seconds: float = 2) -> bool:
    """Whether the name leads to this machine; no answer in time counts as no."""
    found: list[str] = []

    def look_up() -> None:
        with contextlib.suppress(OSError):
            found.extend(str(entry[4][0]) for entry in socket.getaddrinfo(name, None))

    lookup = threading.Thread(target=look_up, daemon=True)
    lookup.start()
    lookup.join(seconds)
    return any(address.startswith("127.") or address == "::1" for address in found)


def watch(children: Iterable[Child]) -> None:
    """Wait until we are asked to stop. Raises ChildError as soon as a child ends by itself."""
    everyone = list(children)
    while not stopped.wait(0.2):
        for child in everyone:
            child.check()


def stop(children: Iterable[Child]) -> None:
    """Ask every child to finish, then insist."""
    everyone = list(children)
    for child in everyone:
        child.signal_group(signal.SIGTERM)
    _wait_for(everyone, SECONDS_OF_SILENCE)
    if any(child.process.poll() is None for child in everyone):
        print("What is under way comes to its end; Ctrl-C again ends it at once.", flush=True)
        _wait_for(everyone, SECONDS_TO_STOP)
    for child in everyone:
        child.signal_group(signal.SIGKILL)
        child.process.wait()


def _wait_for(children: list[Child], seconds: int) -> None:
    """Return when all of them have ended, when the time is up, or when somebody is in a hurry."""
    for _ in range(seconds * 10):
        if all(child.process.poll() is not None for child in children) or hurried.wait(0.1):
            return


def stop_on_signals() -> None:
    """Let Ctrl-C, SIGTERM and a closed terminal set `stopped`, and another Ctrl-C `hurried`."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _asked_to_stop)


def _asked_to_stop(number: int, _frame: object) -> None:
    if stopped.is_set() and number == signal.SIGINT:
        hurried.set()
    stopped.set()
