"""`python -m authserver`: the embedded server over TLS, on loopback addresses only."""

import errno
import logging
import os
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from authserver.app import create_app
from authserver.deployment import read_deployment
from authserver.private_files import private_dir
from authserver.settings import ConfigurationError, Settings, from_environment
from authserver.tls import SERVER_NAMES, Authority, Certificate

THREADS = 64
SILENCE = 5.0  # seconds a connection may hold a thread without a word
ACCESS_LOG = '%(h)s "%(m)s %(U)s" %(s)s %(B)s %(L)ss'  # no query: it may hold a code or a state


class Connection(ssl.SSLSocket):
    """Where gunicorn's threads would wait without end, a client that is silent has hung up."""

    def setblocking(self, flag: bool) -> None:
        self.settimeout(SILENCE if flag else 0)

    def do_handshake(self, block: bool = False) -> None:
        self.settimeout(SILENCE)
        with _hung_up():
            super().do_handshake(block)

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        with _hung_up():
            return super().recv(buflen, flags)


@contextmanager
def _hung_up() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise ConnectionResetError(errno.ECONNRESET, "The client was silent.") from error


class Application(BaseApplication):
    """gunicorn, configured from here instead of from a file or the command line."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self.settings = settings
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_app(self.settings)


def main() -> int:
    """Starts the server; a wrong setting is one sentence and exit status 1."""
    os.umask(0o077)
    try:
        settings = from_environment(os.environ)
        read_deployment(settings.deployment_file)
        addresses = _free_addresses(settings.port)
        _make_data_dir(settings)
        authority = Authority(directory=settings.data_dir.absolute())
        certificate = authority.issue(SERVER_NAMES, out=settings.data_dir.absolute())
    except (ConfigurationError, OSError) as error:
        print(f"authserver: {error}", file=sys.stderr)
        return 1
    logging.basicConfig(level=logging.WARNING, format="authserver: %(message)s")
    print(
        f"authserver: {settings.base_url}/devportal (sign in as admin, password admin)", flush=True
    )
    Application(settings, _options(addresses, certificate)).run()
    return 0


def _make_data_dir(settings: Settings) -> None:
    try:
        private_dir(settings.data_dir)
    except OSError as error:
        raise ConfigurationError(
            f"AUTHSERVER_DATA_DIR is {settings.data_dir}, which cannot be a private folder: "
            f"{error.strerror}."
        ) from None


def _options(addresses: list[str], certificate: Certificate) -> dict[str, Any]:
    return {
        "bind": addresses,
        "workers": 1,
        "threads": THREADS,
        "worker_class": "gthread",
        "keyfile": str(certificate.key),
        "certfile": str(certificate.chain),
        "ssl_context": _tls_context,
        "do_handshake_on_connect": False,
        "accesslog": "-",
        "access_log_format": ACCESS_LOG,
        "loglevel": "warning",
        "limit_request_line": 8190,
        "graceful_timeout": 3,
        "control_socket_disable": True,
        "proc_name": "authserver",
    }


def _tls_context(_config: object, make_default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = make_default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = Connection
    return context


def _free_addresses(port: int) -> list[str]:
    """The loopback addresses to listen on; `ConfigurationError` when the port is taken."""
    addresses = [f"127.0.0.1:{port}"]
    if _is_taken(socket.AF_INET, "127.0.0.1", port):
        raise ConfigurationError(
            f"port {port} is taken (by a real WSO2?); stop that, or set AUTHSERVER_PORT."
        )
    if socket.has_ipv6 and not _is_taken(socket.AF_INET6, "::1", port):
        addresses.append(f"[::1]:{port}")
    return addresses


def _is_taken(family: socket.AddressFamily, host: str, port: int) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return family is socket.AF_INET6 or error.errno == errno.EADDRINUSE
    return False


if __name__ == "__main__":
    sys.exit(main())
