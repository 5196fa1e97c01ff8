"""The pages. Views and `playground.web` alone touch `request`, `session` and templates."""

from __future__ import annotations

from flask import Flask

from playground.views import (
    again,
    callback,
    calls,
    certificate,
    discovery,
    export,
    flows,
    form,
    gateway,
    home,
    logout,
    photos,
    registration,
    token,
    wire,
)


def register(app: Flask) -> None:
    """Add every page to the application."""
    for module in (
        home,
        form,
        again,
        callback,
        token,
        calls,
        photos,
        logout,
        wire,
        export,
        flows,
        gateway,
    ):
        app.register_blueprint(module.pages)
    for module in (discovery, registration, certificate):
        app.register_blueprint(module.pages)
