"""The two places where the browser carries a message: away to the server, and back to us."""

from __future__ import annotations

import secrets
import time

from flask import request

from playground.protocol.authorization import AuthorizationRequest
from playground.wire.exchange import Exchange

_WITHHELD = ("cookie", "authorization")


def redirect_to_server(sent: AuthorizationRequest) -> Exchange:
    """The authorization request: our 303 and its Location, which the browser then opens.

    What the server answers to it goes to the browser alone.
    """
    return Exchange(
        id=secrets.token_hex(6),
        purpose="Authorization request",
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


def came_back() -> Exchange:
    """The authorization response, as the browser brought it in the current request.

    Our own answer to it depends on what it says; it is the page that follows.
    """
    protocol = str(request.environ["SERVER_PROTOCOL"])
    lines = [
        " ".join((request.method, request.full_path.rstrip("?"), protocol)),
        *(f"{n}: {v}" for n, v in request.headers if n.lower() not in _WITHHELD),
    ]
    return Exchange(
        id=secrets.token_hex(6),
        purpose="Authorization response",
        channel="front",
        sender="browser",
        receiver="playground",
        started_at=time.time(),
        milliseconds=0.0,
        method=request.method,
        url=request.url,
        request_head="\r\n".join(lines).encode("latin-1", "replace"),
        request_body=request.get_data(cache=True) if request.method == "POST" else b"",
    )
