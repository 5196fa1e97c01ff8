"""`make run`: starts both servers, says where they are, and leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.apps import answers
from tests.support.processes import Process, clean_environment, free_port, listens, wait_until


class Run(Process):
    """A `make` command with ports and data of its own."""

    def __init__(self, folder: Path, target: str, **more: str) -> None:
        self.port, self.server_port = free_port(), free_port()
        self.ca_file = folder / "authserver" / "ca.pem"
        env = clean_environment(
            AUTHSERVER_DATA_DIR=str(folder / "authserver"),
            PLAYGROUND_DATA_DIR=str(folder / "playground"),
            PLAYGROUND_WORKERS="1",
        )
        ports = {"PORT": str(self.port), "AUTHSERVER_PORT": str(self.server_port), **more}
        command = ["make", target, *(f"{name}={value}" for name, value in ports.items())]
        super().__init__(f"make-{target}-{self.port}", command, folder=folder, env=env)

    @property
    def playground_answers(self) -> bool:
        """Whether the playground serves its home page."""
        return answers(f"http://localhost:{self.port}/playground2")

    @property
    def server_answers(self) -> bool:
        """Whether the embedded server serves its keys over verified TLS."""
        url = f"https://localhost:{self.server_port}/oauth2/jwks"
        return self.ca_file.exists() and answers(url, self.ca_file)

    def start_and_wait(self) -> None:
        """Start, and wait until everything that was asked for is said to run."""
        self.start(lambda: "Ctrl-C stops." in self.log())

    def run_to_the_end(self) -> int:
        """Start and wait for the end; the exit code."""
        self.launch()
        return self.wait()

    def descendants(self) -> dict[int, str]:
        """All processes below make: process id and command line."""
        parents = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                except OSError:  # it ended meanwhile
                    continue
                parents[int(entry.name)] = (int(fields[1]), command)
        found: dict[int, str] = {}
        level = [self.pid]
        while level:
            level = [pid for pid, (parent, _) in parents.items() if parent in level]
            found |= {pid: parents[pid][1] for pid in level}
        return found


def gone(pids: dict[int, str]) -> bool:
    """Whether none of these processes is left."""
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Prepare a make command: (target, **variables)."""
    runs: list[Run] = []

    def prepare(target: str, **variables: str) -> Run:
        runs.append(Run(tmp_path, target, **variables))
        return runs[-1]

    yield prepare
    for run in runs:
        children = run.descendants() if run.alive else {}
        run.signal(signal.SIGINT)
        run.wait()
        wait_until(lambda children=children: gone(children), "its children are gone")
        run.stop()


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


def test_run_starts_both_and_ctrl_c_stops_both(make: Callable[..., Run]) -> None:
    """Both answer, the person is told everything, and Ctrl-C leaves no process behind."""
    run = make("run")
    run.start_and_wait()
    assert run.playground_answers
    assert run.server_answers
    said = run.log()
    for words in (
        f"http://wso2is.local:{run.port}/playground2",
        f"http://localhost:{run.port}/playground2",
        f"https://localhost:{run.server_port}",
        f"https://localhost:{run.server_port}/devportal",
        "admin / admin",
    ):
        assert words in said
    children = run.descendants()
    assert len(children) >= 4  # the script, the server, gunicorn and its worker
    run.signal(signal.SIGINT)
    run.wait()
    wait_until(lambda: gone(children), "every child is gone")
    assert not listens(run.port)
    assert not listens(run.server_port)
    assert "Traceback" not in run.log()


@pytest.fixture
def under_way(make: Callable[..., Run]) -> Iterator[tuple[Run, socket.socket]]:
    """A playground that was asked to stop while it reads a request, and that request's sender."""
    run = make("playground")
    run.start_and_wait()
    head = (
        "POST /playground2/oauth2client HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", run.port), timeout=60) as sender:
        sender.sendall(head.encode())
        assert b"100 Continue" in sender.recv(1000)
        run.signal(signal.SIGINT)
        wait_until(lambda: "comes to its end" in run.log(), "the delay is explained")
        yield run, sender


def test_ctrl_c_lets_come_to_its_end_what_is_under_way(
    under_way: tuple[Run, socket.socket],
) -> None:
    """The request that was half sent gets its answer; then everything ends."""
    run, sender = under_way
    sender.sendall(b"code=a")
    assert b"HTTP/1.1 303" in sender.recv(1000)
    run.wait()
    assert not listens(run.port)


def test_ctrl_c_again_ends_at_once(under_way: tuple[Run, socket.socket]) -> None:
    """Whoever is in a hurry waits for nobody."""
    run, sender = under_way
    run.signal(signal.SIGINT)
    run.wait()
    assert not sender.recv(1000)


def test_the_hosts_line_is_shown_only_when_it_is_missing(make: Callable[..., Run]) -> None:
    """The one line for /etc/hosts appears when wso2is.local does not lead here."""
    run = make("playground")
    run.start_and_wait()
    shown = bool(re.search(r"^127\.0\.0\.1\s+wso2is\.local$", run.log(), re.MULTILINE))
    assert shown != resolves_here("wso2is.local")


def resolves_here(name: str) -> bool:
    """Whether this machine's resolver knows the name as itself."""
    try:
        return socket.gethostbyname(name).startswith("127.")
    except OSError:
        return False


def test_a_second_start_installs_nothing(make: Callable[..., Run]) -> None:
    """With everything installed make only starts."""
    run = make("playground")
    run.start_and_wait()
    assert "Installing" not in run.log()


def test_sigterm_stops_both(make: Callable[..., Run]) -> None:
    """A process manager's SIGTERM ends it as Ctrl-C does, with exit code 0 of the script."""
    run = make("run")
    run.start_and_wait()
    children = run.descendants()
    script = next(pid for pid, command in children.items() if "scripts/run.py" in command)
    os.kill(script, signal.SIGTERM)
    assert run.wait() == 0
    wait_until(lambda: gone(children), "every child is gone")


INTERRUPTED = """
import signal, sys
sys.path.insert(0, "scripts")
import children
seen = set()

def interrupt(frame, event, arg):  # each function once, as soon as it is called
    if event == "call" and frame.f_code not in seen:
        seen.add(frame.f_code)
        signal.raise_signal(signal.SIGTERM)

children.stop_on_signals()
sys.setprofile(interrupt)
children.watch([])
"""


def test_signals_that_interrupt_each_other_stop_it_too() -> None:
    """make passes on a signal that its whole group got, so the script may hear it twice."""
    subprocess.run([sys.executable, "-c", INTERRUPTED], check=True, timeout=30)


def test_a_taken_server_port_leaves_only_the_playground(
    make: Callable[..., Run], taken_port: int
) -> None:
    """A real WSO2 on 9443 is no obstacle: it is named, and the playground runs without ours."""
    run = make("run", AUTHSERVER_PORT=str(taken_port))
    run.start_and_wait()
    assert f"Port {taken_port} is taken, perhaps by a real WSO2." in run.log()
    assert "Starting only the playground." in run.log()
    assert "Embedded server" not in run.log()
    assert run.playground_answers
    assert not any("-m authserver" in command for command in run.descendants().values())


@pytest.mark.parametrize("target", ["run", "playground"])
def test_a_taken_playground_port_is_explained(
    make: Callable[..., Run], taken_port: int, target: str
) -> None:
    """With 8080 taken nothing starts, and the person reads how to choose another port."""
    run = make(target, PORT=str(taken_port))
    assert run.run_to_the_end() != 0
    said = f"Port {taken_port} is taken. Choose another: make {target} PORT={taken_port + 10}"
    assert said in run.log()
    assert "gunicorn" not in run.log()
    assert not listens(run.server_port)


def test_a_taken_server_port_stops_the_server_alone(
    make: Callable[..., Run], taken_port: int
) -> None:
    """`make authserver` has nothing else to start, so it says so and fails."""
    run = make("authserver", AUTHSERVER_PORT=str(taken_port))
    assert run.run_to_the_end() != 0
    another = f"make authserver AUTHSERVER_PORT={taken_port + 1}"
    assert f"Port {taken_port} is taken. Choose another: {another}" in run.log()


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_an_impossible_port_is_refused(make: Callable[..., Run], port: str) -> None:
    """A wrong PORT is named in a sentence."""
    run = make("run", PORT=port)
    assert run.run_to_the_end() != 0
    assert f"PORT must be a number from 1 to 65535, not '{port}'." in run.log()


@pytest.mark.parametrize(
    ("command", "name"), [("-m authserver", "embedded server"), ("gunicorn", "playground")]
)
def test_when_one_dies_the_other_stops(make: Callable[..., Run], command: str, name: str) -> None:
    """A child that dies is named, the other one goes too, and the exit code tells."""
    run = make("run")
    run.start_and_wait()
    children = run.descendants()
    os.kill(min(pid for pid, line in children.items() if command in line), signal.SIGKILL)
    assert run.wait() != 0
    assert f"The {name} ended by SIGKILL." in run.log()
    wait_until(lambda: gone(children), "every child is gone")


def test_playground_alone(make: Callable[..., Run]) -> None:
    """`make playground` starts only the playground."""
    run = make("playground")
    run.start_and_wait()
    assert run.playground_answers
    assert not listens(run.server_port)


def test_authserver_alone(make: Callable[..., Run]) -> None:
    """`make authserver` starts only the embedded server."""
    run = make("authserver")
    run.start_and_wait()
    assert run.server_answers
    assert not listens(run.port)


def test_a_wrong_setting_stops_the_start_with_a_sentence(make: Callable[..., Run]) -> None:
    """What the playground says about a wrong setting reaches the terminal."""
    run = make("playground")
    run.env["PLAYGROUND_SESSION_HOURS"] = "0"
    assert run.run_to_the_end() != 0
    assert "PLAYGROUND_SESSION_HOURS is 0; it must be from 1 to 720." in run.log()
    assert "The playground ended" in run.log()


def test_help_lists_every_command() -> None:
    """A bare `make` explains the project's commands."""
    root = Path(__file__).parents[1]
    listed = subprocess.check_output(["make", "--no-print-directory"], cwd=root, text=True)
    for target in "run playground authserver test lint format bench photos clean".split():
        assert f"make {target} " in listed
