"""The application factory: wiring only. `gunicorn app:app` runs it."""

from __future__ import annotations

import sys

from flask import Flask

from playground import starting, views
from playground.errors import StoreUnavailable
from playground.settings import Settings, SettingsError
from playground.web import filters, frame, listening, logs, presenter, problems, sheets
from playground.web.application import Application
from playground.web.proxies import behind
from playground.web.security import protect
from playground.web.sessions import StoreSessionInterface
from playground.wiring import wire

GIVE_UP = 3  # gunicorn ends; after any other status it starts the worker over and over


def create_app(settings: Settings | None = None) -> Flask:
    """Build the playground from its settings. Raises SettingsError."""
    settings = settings or Settings.from_environment()
    services = wire(settings)
    app = Application(__name__, static_url_path="/playground2/static")
    app.extensions["playground"] = services
    app.session_interface = StoreSessionInterface(app, services.store)
    protect(app, settings)
    for part in (filters, frame, presenter, sheets, problems, views):
        part.register(app)
    listening.guard(app, settings)
    behind(app, settings.proxies)
    logs.register(app, settings)
    return app


def __getattr__(name: str) -> Flask:
    """Make `app` when gunicorn asks for it; a wrong setting stops the start with a sentence."""
    if name != "app":
        raise AttributeError(name)
    try:
        return create_app()
    except (SettingsError, StoreUnavailable) as error:
        print(f"The playground cannot start: {error}", file=sys.stderr, flush=True)
        sys.exit(1 if starting.has_passed() else GIVE_UP)


if __name__ == "__main__":
    sys.exit("Start the playground with `make run`, or with `gunicorn app:app` in this folder.")
