"""Name look-ups that end in time: the system's resolver itself knows no deadline."""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading

Answer = queue.SimpleQueue[list[str] | OSError]


def addresses(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of a host, in the system's order.

    Raises socket.gaierror for an unknown name, TimeoutError when the answer takes too long.
    """
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass
    answer: Answer = queue.SimpleQueue()
    threading.Thread(target=_ask, args=(host, port, answer), name="resolver", daemon=True).start()
    try:
        found = answer.get(timeout=max(0.0, seconds))
    except queue.Empty:
        raise TimeoutError(f"no name server answered for {host}") from None
    if isinstance(found, OSError):
        raise found
    return found


def _ask(host: str, port: int, answer: Answer) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        answer.put(socket.gaierror(socket.EAI_NONAME, str(error)))
    except OSError as error:
        answer.put(error)
    else:
        answer.put(list(dict.fromkeys(str(item[4][0]) for item in found)))
