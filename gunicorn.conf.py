"""How gunicorn serves the playground: `gunicorn app:app` reads this file by itself.

Logs carry no query string and no referer, since codes and tokens travel there.
"""

import os
from typing import Any
from urllib.parse import quote

from gunicorn.glogging import Logger


class QuietLogger(Logger):
    """Gunicorn's logger without queries, and with paths that cannot break a line."""

    def atoms(self, *args: Any) -> dict[str, Any]:
        """What the access log may print, the path quoted again."""
        atoms: dict[str, Any] = super().atoms(*args)
        return {**atoms, "U": quote(atoms["U"] or "", encoding="latin-1")}

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log a crash, the request's URL cut before its query."""
        safe = [arg.partition("?")[0] if isinstance(arg, str) else arg for arg in args]
        super().exception(msg, *safe, **kwargs)


_bind = os.environ.get("PLAYGROUND_BIND") or "127.0.0.1"
_host = f"[{_bind}]" if ":" in _bind else _bind
bind = f"{_host}:{os.environ.get('PLAYGROUND_PORT') or 8080}"

worker_class = "gthread"
workers = int(os.environ.get("PLAYGROUND_WORKERS") or 2)
threads = int(os.environ.get("PLAYGROUND_THREADS") or 32)
graceful_timeout = 30  # seconds: longer than any outgoing request may take
limit_request_line = 8190  # bytes: callbacks can be long
control_socket_disable = True  # it would be a file in the home directory

logger_class = QuietLogger
accesslog = "-"
access_log_format = '%(h)s "%(m)s %(U)s %(H)s" %(s)s %(b)s %(M)sms'
