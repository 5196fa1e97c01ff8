"""A server below HTTP: it says exactly these bytes, or nothing, at its own pace."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

Talk = Callable[[socket.socket, threading.Event], None]


@contextlib.contextmanager
def raw_server(talk: Talk) -> Iterator[int]:
    """A server on a free port that runs *talk* for every connection; the port."""
    closing = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threads = [threading.Thread(target=_accept, args=(listener, talk, closing))]
        threads[0].start()
        try:
            yield listener.getsockname()[1]
        finally:
            closing.set()
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            threads[0].join()


def _accept(listener: socket.socket, talk: Talk, closing: threading.Event) -> None:
    while not closing.is_set():
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(connection, talk, closing), daemon=True).start()


def _serve(connection: socket.socket, talk: Talk, closing: threading.Event) -> None:
    with connection, contextlib.suppress(OSError):
        talk(connection, closing)


def says(*parts: bytes) -> Talk:
    """Read the request, say these bytes, close."""

    def talk(connection: socket.socket, _closing: threading.Event) -> None:
        connection.recv(65_536)
        for part in parts:
            connection.sendall(part)

    return talk


def drips(start: bytes, drop: bytes, pause: float = 0.05) -> Talk:
    """Say the start, then a drop again and again until the other side has gone."""

    def talk(connection: socket.socket, closing: threading.Event) -> None:
        connection.sendall(start)
        while not closing.wait(pause):
            connection.sendall(drop)

    return talk


def silent(connection: socket.socket, closing: threading.Event) -> None:
    """Accept and say nothing."""
    closing.wait()
