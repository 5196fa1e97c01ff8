"""Flask-WTF's tokens: signed once for a session, checked where something changes (CWE-352)."""

from __future__ import annotations

from functools import lru_cache
from hmac import compare_digest

from flask import Flask, current_app, request, session
from flask_wtf.csrf import CSRFProtect, generate_csrf

SEED = "csrf_token"
_SESSIONS = 4096  # whose tokens a process remembers


class SessionCSRF(CSRFProtect):  # type: ignore[misc]
    """Protects every form; reading a page is let pass before anything else is looked up."""

    def init_app(self, app: Flask) -> None:
        """Protect the application; its templates call `csrf_token()`."""
        super().init_app(app)
        app.jinja_env.globals["csrf_token"] = form_token
        app.context_processor(lambda: {"csrf_token": form_token})

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse a request that changes something and has no token. Raises CSRFError."""
        changes = request.method in current_app.config["WTF_CSRF_METHODS"]
        if changes and not _repeats_token():
            super().protect(apply_exemptions)


def form_token() -> str:
    """The session's token: the same on all of its pages until the session ends."""
    if SEED not in session:
        generate_csrf()
    return _signed(str(current_app.secret_key), str(session[SEED]))


def _repeats_token() -> bool:
    """Whether the form says the very token that its session has; then there is none to check."""
    if SEED not in session or request.mimetype != "application/x-www-form-urlencoded":
        return False
    return compare_digest(request.form.get(SEED, "").encode(), form_token().encode())


@lru_cache(maxsize=_SESSIONS)
def _signed(_key: str, _seed: str) -> str:
    """What Flask-WTF makes of the key and the session's seed, which it looks up by itself."""
    return str(generate_csrf())
