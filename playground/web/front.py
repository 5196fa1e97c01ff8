"""The two places where the browser carries a message: away to the server, and back to us."""

from __future__ import annotations

import secrets
import time
from typing import Protocol

from flask import request

from playground.web.requests import own_origin
from playground.wire.exchange import Exchange

_WITHHELD = ("cookie", "authorization")


class Carried(Protocol):
    """A request that a redirect makes the browser carry."""

    @property
    def url(self) -> str:
        """Where it leads, parameters included."""


def redirect_to_server(sent: Carried, *, purpose: str = "Authorization request") -> Exchange:
    """Our 303 and its Location, which the browser then opens.

    What the server answers to it goes to the browser alone.
    """
    return Exchange(
        id=secrets.token_hex(6),
        purpose=purpose,
        channel="front",
        sender="playground",
        receiver="authorization server",
        started_at=time.time(),
        milliseconds=0.0,
        method="GET",
        url=sent.url,
        status=303,
        reason="See Other",
        response_headers=(("Location", sent.url),),
    )


def came_back(*, purpose: str = "Authorization response", by: str = "browser") -> Exchange:
    """A message of the server's, as the current request brought it.

    Our own answer to it depends on what it says; it is the page that follows.
    """
    protocol, target = str(request.environ["SERVER_PROTOCOL"]), _target()
    lines = [
        " ".join((request.method, target, protocol)),
        *(f"{n}: {v}" for n, v in request.headers if n.lower() not in _WITHHELD),
    ]
    return Exchange(
        id=secrets.token_hex(6),
        purpose=purpose,
        channel="front" if by == "browser" else "back",
        sender=by,
        receiver="playground",
        started_at=time.time(),
        milliseconds=0.0,
        method=request.method,
        url=own_origin() + target,
        request_head="\r\n".join(lines).encode("latin-1", "replace"),
        request_body=request.get_data(cache=True) if request.method == "POST" else b"",
    )


def _target() -> str:
    """Path and query as they stood in the request line, as far as the server tells."""
    raw = str(request.environ.get("RAW_URI", ""))
    return raw if raw.startswith("/") and raw.isascii() else request.full_path.rstrip("?")
