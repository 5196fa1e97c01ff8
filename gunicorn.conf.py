"""How gunicorn serves the playground: `gunicorn app:app` reads this file by itself.

Logs carry no query string and no referer, since codes and tokens travel there.
"""

import gc
import sys
from collections.abc import Callable
from datetime import timedelta
from math import ceil
from typing import Any, TypeVar
from urllib.parse import quote

from gunicorn.glogging import Logger
from gunicorn.http import message
from gunicorn.systemd import listen_fds

from playground import starting
from playground.settings import Settings, SettingsError
from playground.wire.gate import PATIENCE

REQUESTS_OF_A_PAGE = 4  # one after the other: metadata has four places; a token and two key sets
Value = TypeVar("Value")


class QuietLogger(Logger):
    """Gunicorn's logger without queries, and with paths that cannot break a line."""

    def access(self, resp: Any, _req: object, environ: dict[str, Any], took: timedelta) -> None:
        """One line, the path quoted again; gunicorn would collect 60 values for these seven.

        A request that could not be read has no path.
        """
        if self.cfg.accesslog:
            self.access_log.info(
                '%s "%s %s %s" %s %s %dms',
                environ.get("REMOTE_ADDR", "-"),
                environ["REQUEST_METHOD"],
                quote(environ.get("PATH_INFO", "-")[:1000], encoding="latin-1"),
                environ["SERVER_PROTOCOL"],
                str(resp.status).partition(" ")[0],
                resp.sent,
                took / timedelta(milliseconds=1),
            )

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Of a request that cannot be read, what is wrong with it, and no word of its own."""
        if msg.startswith("Invalid request"):
            msg = ": ".join(msg.split(": ")[:2])
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log a crash, the request's URL cut before its query."""
        safe = [arg.partition("?")[0] if isinstance(arg, str) else arg for arg in args]
        super().exception(msg, *safe, **kwargs)


def on_starting(server: Any) -> None:
    """Stop here, where it ends the start; a worker that stops would be started over and over."""
    _check_addresses(server.cfg.address)
    _or_stop(lambda: starting.check(_settings))
    for remark in _or_stop(lambda: starting.remarks(_settings)):
        server.log.warning(remark)


def when_ready(server: Any) -> None:
    """Let HUP change nothing where a setting has gone wrong meanwhile: the old workers go on.

    In a hook it would be too late: gunicorn ends where one fails, and its workers with it.
    """
    reload = server.handle_hup

    def handle_hup() -> None:
        try:
            starting.check(Settings.from_environment())
        except SettingsError as error:
            server.log.error("Not reloaded, the old workers go on: %s", error)
        else:
            reload()

    server.handle_hup = handle_hup


def post_worker_init(_worker: object) -> None:
    """Look for garbage seldom, and never among what lives as long as the process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _check_addresses(addresses: list[Any]) -> None:
    """Stop where gunicorn was told to listen elsewhere than the settings say (CWE-918)."""
    handed_over = range(listen_fds(unset_environment=False))
    if not all(_is_ours(address) for address in (*addresses, *handed_over)):
        sys.exit(
            "The playground cannot start: gunicorn was told where to listen (-b, --bind or a "
            "socket), but which servers may be called hangs on PLAYGROUND_BIND; set that instead."
        )


def _is_ours(address: Any) -> bool:
    """A host and port as in the settings; a file or handed-over socket where a proxy uses it."""
    if isinstance(address, tuple):
        return bool(address[0] == _settings.bind.lower())
    return not _settings.private


def _or_stop(read: Callable[[], Value]) -> Value:
    try:
        return read()
    except SettingsError as error:
        sys.exit(f"The playground cannot start: {error}")


_settings = _or_stop(Settings.from_environment)
_host = f"[{_settings.bind}]" if ":" in _settings.bind else _settings.bind
bind = f"{_host}:{_settings.port}"

certfile = str(_settings.certfile) if _settings.certfile else None
keyfile = str(_settings.keyfile) if _settings.keyfile else None

worker_class = "gthread"
workers = _settings.workers
threads = _settings.threads
graceful_timeout = ceil(REQUESTS_OF_A_PAGE * (PATIENCE + _settings.deadline))  # seconds
message.MAX_REQUEST_LINE = 65_534  # gunicorn's own 8190 answers with a bare line, and 0 is endless
limit_request_line = 65_534  # bytes: what is too long for us gets our page
forwarded_allow_ips = ""  # proxies' headers are PLAYGROUND_PROXIES' business, not gunicorn's
secure_scheme_headers: dict[str, str] = {}
control_socket_disable = True  # it would be a file in the home directory

logger_class = QuietLogger
accesslog = "-"
