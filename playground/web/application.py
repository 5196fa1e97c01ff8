"""Flask, without what it would find out again for each request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from playground.web.security import GuardedResponse


class Application(Flask):
    """The playground's kind of Flask application."""

    response_class = GuardedResponse

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: no function of ours is a coroutine, and Flask asks for each one it calls."""
        return func
