"""Holds whatever server runs us to loopback, where the settings take it to be there (CWE-918)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import Flask

from playground.settings import Settings, is_loopback

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_REFUSAL = """\
By PLAYGROUND_BIND ({bind}) only this machine can reach the playground, but the server that runs it
listens on {address}, so nothing is answered. Start `gunicorn app:app` in the project's folder, or
set PLAYGROUND_BIND to the address that your server listens on: then PLAYGROUND_ALLOWED_SERVERS says
what may be called.
"""


def guard(app: Flask, settings: Settings) -> None:
    """Refuse what came in elsewhere than on loopback, where nobody else is to reach us.

    Which servers may be called hangs on that, and not every server reads gunicorn.conf.py, which
    listens where the settings say.
    """
    if settings.private:
        app.wsgi_app = LoopbackOnly(app.wsgi_app, settings.bind)  # type: ignore[method-assign]


class LoopbackOnly:
    """A WSGI application as far as it is served on loopback."""

    def __init__(self, application: WSGIApplication, bind: str) -> None:
        self._application = application
        self._bind = bind

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        address = str(environ.get("SERVER_NAME", ""))
        if _is_here(address):
            return self._application(environ, start_response)
        start_response("503 Service Unavailable", [("Content-Type", "text/plain; charset=utf-8")])
        return [_REFUSAL.format(bind=self._bind, address=address).encode()]


_is_here = lru_cache(maxsize=8)(is_loopback)
