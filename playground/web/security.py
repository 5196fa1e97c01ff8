"""Headers on every response (RFC 9700 §4.2.4, §4.16), host names (CWE-644), CSRF (CWE-352)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request
from werkzeug.urls import iri_to_uri

from playground.settings import Settings
from playground.urls import ascii_url
from playground.web.csrf import SessionCSRF
from playground.web.limits import MAX_BODY, MAX_FIELDS, check_fields, check_length
from playground.web.sessions import COOKIE_NAME, COOKIE_PATH, check_store

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; frame-src {frame_src}; form-action {form_action}; "
    "frame-ancestors {frame_ancestors}"
)
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
_NOBODY = "'none'"

csrf = SessionCSRF()


class GuardedResponse(Response):
    """Has the headers of every page, where the view has set none of that name."""

    def get_wsgi_response(
        self, environ: WSGIEnvironment
    ) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        """The headers are added last, so nothing on the way can lose them.

        Werkzeug takes every Location apart to see whether it is a URI; in ASCII it is one.
        """
        location = self.headers.pop("Location", "")
        body, status, headers = super().get_wsgi_response(environ)
        if location:
            uri = location if location.isascii() else iri_to_uri(ascii_url(location))
            headers.append(("Location", uri))
        given, wish = {name.lower() for name, _ in headers}, g.get
        guards = _guards(
            wish("form_action", "'self'"),
            wish("frame_src", _NOBODY),
            wish("frame_ancestors", _NOBODY),
            "no-cache" if request.endpoint == "static" else "no-store",
        )
        return body, status, headers + [pair for name, pair in guards if name not in given]


@lru_cache(maxsize=256)
def _guards(
    form_action: str, frame_src: str, frame_ancestors: str, stored: str
) -> tuple[tuple[str, tuple[str, str]], ...]:
    """The headers, each under its name in small letters."""
    policy = _CSP.format(
        form_action=form_action, frame_src=frame_src, frame_ancestors=frame_ancestors
    )
    headers = [*_HEADERS, ("Content-Security-Policy", policy), ("Cache-Control", stored)]
    if frame_ancestors == _NOBODY:
        headers.append(("X-Frame-Options", "DENY"))
    return tuple((pair[0].lower(), pair) for pair in headers)


def protect(app: Flask, settings: Settings) -> None:
    """Set the limits and headers that every page has."""
    app.config.update(
        SESSION_COOKIE_NAME=COOKIE_NAME,
        SESSION_COOKIE_PATH=COOKIE_PATH,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        MAX_FORM_PARTS=MAX_FIELDS,
        OWN_HOSTS=settings.hosts,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, which our own policy withholds
    )
    app.before_request(check_store)
    app.before_request(check_length)
    app.before_request(check_fields)
    csrf.init_app(app)


def allow_leaving() -> None:
    """Let this page's forms lead to another server.

    Chromium applies form-action to the redirect after a post, and the server is not known yet
    when the page is made.
    """
    g.form_action = "'self' https: http:"
