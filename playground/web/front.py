"""The two places where the browser carries a message: away to the server, and back to us."""

from __future__ import annotations

import secrets
import time

from flask import request

from playground.protocol.authorization import AuthorizationRequest
from playground.wire.exchange import Exchange


def redirect_to_server(sent: AuthorizationRequest) -> Exchange:
    """The authorization request, as the Location header sends it through the browser."""
    return _front("Authorization request", "GET", sent.url, to="authorization server")


def came_back(status: int = 200) -> Exchange:
    """The authorization response, as the browser brought it in the current request."""
    protocol = str(request.environ["SERVER_PROTOCOL"])
    head = "\r\n".join(
        [
            " ".join((request.method, request.full_path.rstrip("?"), protocol)),
            *(f"{name}: {value}" for name, value in request.headers if name != "Cookie"),
        ]
    )
    body = request.get_data(cache=True) if request.method == "POST" else b""
    return _front(
        "Authorization response",
        request.method,
        request.url,
        to="playground",
        head=head.encode("latin-1", "replace"),
        body=body,
        status=status,
    )


def _front(
    purpose: str,
    method: str,
    url: str,
    *,
    to: str,
    head: bytes = b"",
    body: bytes = b"",
    status: int = 0,
) -> Exchange:
    return Exchange(
        id=secrets.token_hex(6),
        purpose=purpose,
        channel="front",
        sender="browser",
        receiver=to,
        started_at=time.time(),
        milliseconds=0.0,
        method=method,
        url=url,
        request_head=head,
        request_body=body,
        status=status,
    )
