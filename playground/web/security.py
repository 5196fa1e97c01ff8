"""Headers on every response, host names, CSRF (PROTOCOL 27, 30–32)."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect

from playground.settings import Settings
from playground.web.limits import MAX_BODY, MAX_FIELDS, check_fields
from playground.web.sessions import COOKIE_NAME, COOKIE_PATH, check_store

_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; frame-src {frame_src}; form-action {form_action}; "
    "frame-ancestors {frame_ancestors}"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

csrf = CSRFProtect()


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
        TRUSTED_HOSTS=list(settings.hosts),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, which our own policy withholds
    )
    app.before_request(check_store)
    app.before_request(check_fields)
    csrf.init_app(app)
    app.after_request(_add_headers)


def allow_leaving() -> None:
    """Let this page's forms lead to another server.

    Chromium applies form-action to the redirect after a post, and the server is not known yet
    when the page is made.
    """
    g.form_action = "'self' https: http:"


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    policy = _CSP.format(
        form_action=g.get("form_action", "'self'"),
        frame_src=g.get("frame_src", "'none'"),
        frame_ancestors=g.get("frame_ancestors", "'none'"),
    )
    response.headers.setdefault("Content-Security-Policy", policy)
    if "frame_ancestors" in g:
        del response.headers["X-Frame-Options"]
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Cache-Control", "no-cache")
    return response
