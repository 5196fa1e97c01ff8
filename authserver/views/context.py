"""What the views share: the server, the person signed in, requests and replies as plain data."""

import json
from typing import Any

from flask import Response, current_app, g, request, session
from flask_wtf.csrf import validate_csrf
from wtforms.validators import ValidationError

from authserver.oauth.messages import Reply, ServerRequest
from authserver.oauth.server import Server
from authserver.oauth.token_endpoints import BearerRefusedError, check_bearer
from authserver.security import REMEMBERED_SECONDS
from authserver.store.models import SignIn
from authserver.store.sessions import NewSignIn

SILENT_COOKIE = "authserver_silent"
OPBS_COOKIE = "opbs"


def the_server() -> Server:
    """The one authorization server of this application."""
    server: Server = current_app.extensions["authserver"]
    return server


def current_sign_in() -> SignIn | None:
    """The live sign-in of this browser."""
    if "sign_in" not in g:
        handle = session.get("handle")
        sessions = the_server().store.sessions
        g.sign_in = sessions.by_handle(handle) if isinstance(handle, str) else None
    found: SignIn | None = g.sign_in
    return found


def silent_sign_in() -> SignIn | None:
    """The sign-in by the cookie that also travels in frames; good for `prompt=none` only."""
    handle = request.cookies.get(SILENT_COOKIE)
    return the_server().store.sessions.by_silent(handle) if handle else None


def remember_sign_in(new: NewSignIn, *, remember: bool) -> None:
    """Gives this browser a new session that holds the sign-in and nothing of the old one.

    When the same person signs in again, the forms in that person's other tabs stay good.
    """
    before = current_sign_in()
    again = before is not None and before.sid == new.sign_in.sid
    csrf_token = session.get("csrf_token") if again else None
    session.clear()
    if csrf_token:
        session["csrf_token"] = csrf_token
    session["handle"] = new.handle
    session.permanent = remember
    g.sign_in = new.sign_in


def set_frame_cookies(response: Response, new: NewSignIn, *, remember: bool) -> Response:
    """Adds the cookies that frames on other sites need, kept as long as the session's own."""
    max_age = REMEMBERED_SECONDS if remember else None
    response.set_cookie(
        SILENT_COOKIE,
        new.silent,
        max_age=max_age,
        path="/oauth2/authorize",
        secure=True,
        httponly=True,
        samesite="None",
    )
    response.set_cookie(
        OPBS_COOKIE, new.sign_in.opbs, max_age=max_age, secure=True, samesite="None"
    )
    return response


def clear_cookies(response: Response) -> Response:
    """Takes this browser's sign-in away."""
    session.clear()
    g.sign_in = None
    response.delete_cookie(
        SILENT_COOKIE, path="/oauth2/authorize", secure=True, httponly=True, samesite="None"
    )
    response.delete_cookie(OPBS_COOKIE, secure=True, samesite="None")
    return response


def csrf_is_right() -> bool:
    """Whether the form carries its token; for endpoints that other sites may post to as well."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


def protocol_request() -> ServerRequest:
    """This request for the protocol code: the form of a POST, the query of anything else."""
    sent = request.form if request.method == "POST" else request.args
    return ServerRequest(
        method=request.method,
        url=request.base_url,
        headers=dict(request.headers),
        parameters=list(sent.items(multi=True)),
    )


def to_response(reply: Reply) -> Response:
    """The reply as HTTP; nothing here may be stored (RFC 6749 §5.1)."""
    body = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
    return Response(body, status=reply.status, headers=list(reply.headers))


def require_bearer(scope: str) -> dict[str, Any]:
    """The claims of the token this request carries in its header, with this scope."""
    return check_bearer(the_server(), request.headers.get("Authorization"), scope)


def bearer_refusal(error: BearerRefusedError) -> Response:
    """The challenge of a protected resource, with a JSON body when there is something to say."""
    told = {"error": error.error, "error_description": error.words}
    body = json.dumps({name: value for name, value in told.items() if value})
    response = Response(body, status=error.status, mimetype="application/json")
    response.headers["WWW-Authenticate"] = error.challenge
    return response
