"""Pieces of pages that look the same for everybody who sees the same: drawn once, kept.

`{% call cached('name', value, …) %}…{% endcall %}` draws its body once for equal values. The
body may read nothing else that changes, and the values may hold nothing secret.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from markupsafe import Markup

MOST = 1000
LONGEST = 16_000  # characters


class Fragments:
    """What was drawn, per process; all of it is forgotten when there is too much of it."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[object, ...], Markup] = {}

    def cached(self, *key: object, caller: Callable[[], Any]) -> Markup:
        """The body for this key; drawn anew where the key cannot be compared."""
        try:
            found = self._drawn.get(key)
        except TypeError:
            return Markup(caller())  # noqa: S704 - a template's own, escaped output
        if found is None:
            found = Markup(caller())  # noqa: S704
            self._keep(key, found)
        return found

    def _keep(self, key: tuple[object, ...], drawn: Markup) -> None:
        if len(drawn) > LONGEST:
            return
        if len(self._drawn) >= MOST:
            self._drawn.clear()
        self._drawn[key] = drawn


class SharedModules(Template):
    """Templates whose macros are made once: no template here has globals of its own.

    Jinja compares the globals at every import, which costs more than many a macro.
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


def register(app: Flask) -> None:
    """Make `cached` known to every template."""
    app.jinja_env.template_class = SharedModules
    app.add_template_global(Fragments().cached, "cached")
