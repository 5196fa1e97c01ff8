"""Real server processes for tests: started on free ports, awaited, logged, stopped by pid."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
OURS = ("PLAYGROUND_", "AUTHSERVER_", "REDIS_URL", "PORT", "COV_", "PYTEST_")
AMBIENT = ("proxy", "ssl_cert_file", "requests_ca_bundle", "curl_ca_bundle", "gunicorn_cmd_args")
SECONDS = 60  # before a server that does not come up, or does not go, fails the test

# The kernel ends the servers when the test process dies without cleaning up.
LEASH = ["setpriv", "--pdeathsig", "TERM", "--"] if shutil.which("setpriv") else []

running: list["Process"] = []
_given: set[int] = set()


def free_port() -> int:
    """A port nobody uses, below the range that outgoing connections take theirs from."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = 20_000 + worker % 4 * 3_000
    while True:
        port = random.randrange(first, first + 3_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in _given:
                _given.add(port)
                return port


def wait_until(condition: Callable[[], Any], what: str, seconds: float = SECONDS) -> Any:
    """Ask until the answer is true and return it; fail with *what* was awaited otherwise."""
    deadline = time.monotonic() + seconds
    while True:
        if answer := condition():
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {seconds} seconds in vain until {what}.")
        time.sleep(0.02)


def listens(port: int) -> bool:
    """Whether somebody accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def clean_environment(**extra: str) -> dict[str, str]:
    """Our environment without settings of the project, of proxies or of trust, plus *extra*."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(OURS) and not name.lower().endswith(AMBIENT)
    }
    return {**kept, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT), **extra}


class Process:
    """One server process in a group of its own, its output in a file."""

    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        folder: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.name, self.command, self.cwd = name, command, cwd
        self.env = dict(env or clean_environment())
        self.log_file = folder / f"{name}.log"
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id, also after the end."""
        assert self._popen, f"{self.name} was never started"
        return self._popen.pid

    @property
    def alive(self) -> bool:
        """Whether the process has not ended."""
        return self._popen is not None and self._popen.poll() is None

    def log(self, since: int = 0) -> str:
        """What the server has written, from a byte offset on."""
        return self.log_file.read_bytes()[since:].decode(errors="replace")

    def launch(self) -> None:
        """Start the process and wait for nothing."""
        with self.log_file.open("ab") as log:
            self._popen = subprocess.Popen(
                [*LEASH, *self.command],
                env=self.env,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        running.append(self)

    def start(self, ready: Callable[[], Any]) -> None:
        """Start the process and wait until *ready* says yes; its log explains a failure."""
        self.launch()
        try:
            wait_until(lambda: not self.alive or ready(), f"{self.name} answers")
            assert self.alive, f"{self.name} ended at once"
        except BaseException as failure:
            self.stop()
            failure.add_note(f"--- log of {self.name}\n{self.log()[-4000:]}")
            raise

    def signal(self, number: signal.Signals) -> None:
        """Signal the server and everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def wait(self, seconds: float = SECONDS) -> int:
        """Wait for the end and return the exit code, negative for a signal."""
        assert self._popen
        return self._popen.wait(seconds)

    def stop(self) -> None:
        """End the process, politely at first; nothing of its group stays behind."""
        if self.alive:
            self.signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.wait(10)
        self.signal(signal.SIGKILL)
        self.wait()
        if self in running:
            running.remove(self)

    def kill(self) -> None:
        """End the process and its group at once, as a crash would."""
        self.signal(signal.SIGKILL)
        self.wait()


@contextlib.contextmanager
def stopping(process: Process) -> Iterator[Process]:
    """Stop the process at the end of the block."""
    try:
        yield process
    finally:
        process.stop()


def python(*arguments: str) -> list[str]:
    """A command line that runs this interpreter."""
    return [sys.executable, *arguments]
