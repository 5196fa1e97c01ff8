"""The tutorial's gateway spelling: /authorize and /token on our own port, while a server runs.

Early API Managers served these on their gateway; here they lead to PLAYGROUND_GATEWAY.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request
from flask.typing import ResponseReturnValue

from playground.urls import add_parameters
from playground.web.security import csrf
from playground.web.services import services
from playground.wire.transport import Outgoing

pages = Blueprint("gateway", __name__)
_CARRIED = ("Authorization", "Content-Type", "Accept")
_RETURNED = ("content-type", "cache-control", "pragma", "www-authenticate")


@pages.route("/authorize", methods=["GET", "POST"])
@csrf.exempt
def authorize() -> ResponseReturnValue:
    """The same request, by the same method, at the server's own endpoint (OIDC Core §3.1.2.1)."""
    status = 307 if request.method == "POST" else 302
    endpoint = add_parameters(_server() + "/oauth2/authorize", request.args.items(True))
    return redirect(endpoint, status)


@pages.post("/token")
@csrf.exempt
def token() -> ResponseReturnValue:
    """Pass the token request on, and the answer back; the flow that sent it records its own."""
    outgoing = Outgoing(
        purpose="Gateway",
        method="POST",
        url=_server() + "/oauth2/token",
        headers=tuple((n, request.headers[n]) for n in _CARRIED if n in request.headers),
        body=request.get_data(),
    )
    answer = services().transport.send(outgoing, record=lambda _: None)
    headers = {n: v for n, v in answer.response_headers if n.lower() in _RETURNED}
    return Response(answer.response_body, status=answer.status, headers=headers)


def _server() -> str:
    gateway = services().settings.gateway
    if not gateway:
        abort(404)
    return gateway.rstrip("/")
