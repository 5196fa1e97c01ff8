"""Host names, headers and cookies: what holds for every answer of this server."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Response, g

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CSP = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
SESSION_COOKIE = "authserver_session"
REMEMBERED_SECONDS = 14 * 24 * 3600

_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\]|wso2is\.local)(:[0-9]{1,5})?", re.IGNORECASE)


class HostCheck:
    """Answers requests for this machine's own names only (CWE-644)."""

    def __init__(self, application: "WSGIApplication") -> None:
        self.application = application

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        if _HOST.fullmatch(environ.get("HTTP_HOST", "")):
            return self.application(environ, start_response)
        start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"This server answers to the names of this machine only.\n"]


def protect(app: Flask) -> None:
    """Sets the cookie rules and adds the headers to every response."""
    app.config.update(
        SESSION_COOKIE_NAME=SESSION_COOKIE,
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=REMEMBERED_SECONDS,
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=256 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # our Referrer-Policy withholds the header it looks at
    )
    app.after_request(_add_headers)


def allow(directive: str, *sources: str) -> None:
    """Widens the Content-Security-Policy of the page being made."""
    g.setdefault("csp", {}).setdefault(directive, []).extend(sources)


def allow_callback(url: str) -> None:
    """Lets the page's form end at this callback: Chromium checks redirects against it too."""
    allow("form-action", source_of(url))


def source_of(url: str) -> str:
    """The URL's origin as a CSP source; a scheme where CSP has no spelling for the host."""
    parts = urlsplit(url)
    if parts.scheme in ("http", "https") and parts.hostname and ":" not in parts.hostname:
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname}{port}"
    return f"{parts.scheme}:"


def _policy() -> str:
    widened = g.get("csp", {})
    directives = {}
    for name in (*CSP, *(extra for extra in widened if extra not in CSP)):
        base = CSP.get(name, "'none'")
        sources = dict.fromkeys(widened.get(name, []))
        keep = [] if base == "'none'" and sources else [base]
        directives[name] = " ".join([*keep, *sources])
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _add_headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _policy()
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers.setdefault("Cache-Control", "no-store")
    if "frame-ancestors" not in g.get("csp", {}):
        response.headers["X-Frame-Options"] = "DENY"
    return response
