"""Pages that look alike are drawn once; what differs from person to person is filled in.

A view says what a page is made of: its shape, which is all that the template may read, and holes
in it, which are texts that the template writes and never looks into. Pages of equal shapes have
equal markup around their holes, so templates run once for each shape; every text is escaped when
it is filled in.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from flask import Flask, current_app, render_template, request
from jinja2 import Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from markupsafe import escape

from playground.web.csrf import form_token
from playground.web.frame import make_frame, presenting

MOST = 300
LONGEST = 200_000  # characters
_MARK = f"hole{secrets.token_hex(8)}n{{}}z"  # unguessable, and the same in text and in URLs
_HOLE = re.compile(_MARK.replace("{}", r"(\d+)"))
_NAME = "playground-sheets"


@dataclass(frozen=True)
class Cut:
    """Markup cut at its holes: the pieces, and the number of the text after each but the last."""

    pieces: tuple[str, ...]
    order: tuple[int, ...]

    @classmethod
    def of(cls, markup: str) -> Cut:
        """Cut it."""
        found = _HOLE.split(markup)
        return cls(tuple(found[::2]), tuple(map(int, found[1::2])))

    def filled(self, texts: list[str]) -> str:
        """The whole page, every text escaped."""
        safe = _escaped(texts)
        parts = [""] * (len(self.pieces) + len(self.order))
        parts[::2] = self.pieces
        parts[1::2] = [safe[number] for number in self.order]
        return "".join(parts)


def _escaped(texts: list[str]) -> list[str]:
    """Each text escaped; all in one go, unless a text has our separator in it."""
    together = str(escape("\0".join(texts))).split("\0")
    return together if len(together) == len(texts) else [str(escape(text)) for text in texts]


class Sheet:
    """One page in the making."""

    def __init__(self) -> None:
        self.presenting = presenting()
        self._texts: list[str] = []

    def hole(self, text: str) -> str:
        """A stand-in for a text, for the template to write; nothing for nothing."""
        if not text:
            return ""
        self._texts.append(text)
        return _mark(len(self._texts) - 1)

    def draw(
        self,
        template: str,
        *,
        keep: bool = True,
        derived: Callable[[], Mapping[str, object]] = dict,
        **shape: object,
    ) -> str:
        """The page. `derived` makes what follows from the shape alone; it runs where it must.

        Without `keep`, and in presenter mode, nothing of the page is kept.
        """
        csrf = self.hole(form_token())
        frame = make_frame(self.hole)
        key = (template, request.root_path, frame, *shape.values())
        drawn: dict[object, Cut] = current_app.extensions[_NAME]
        keep = keep and not self.presenting
        cut = drawn.get(key) if keep else None
        if cut is None:
            made = render_template(
                template, frame=frame, csrf_token=lambda: csrf, **shape, **derived()
            )
            cut = Cut.of(made)
            if keep and len(made) < LONGEST:
                _make_room(drawn)
                drawn[key] = cut
        return cut.filled(self._texts)


@lru_cache(maxsize=1000)
def _mark(number: int) -> str:
    return _MARK.format(number)


def _make_room(drawn: dict[object, Cut]) -> None:
    if len(drawn) >= MOST:
        drawn.clear()


class SharedModules(Template):
    """Templates whose macros are made once: no template here has globals of its own.

    Jinja compares the globals at every import, which costs more than many a macro.
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


def register(app: Flask) -> None:
    """Give the application a place for what was drawn."""
    app.jinja_env.template_class = SharedModules
    app.extensions[_NAME] = {}
