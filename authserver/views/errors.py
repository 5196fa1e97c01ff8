"""Pages for what went wrong: `oauth2_error.do`, `retry.do` and the plain HTTP errors."""

import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from authserver.oauth.errors import PageError, Refused
from authserver.oauth.messages import with_query
from authserver.oauth.metadata import REGISTRATION_PATH
from authserver.views.context import current_sign_in, the_server

pages = Blueprint("errors", __name__)

ERROR = "error"
JSON_PATHS = ("/oauth2/token", "/oauth2/revoke", "/oauth2/introspect", REGISTRATION_PATH)
MAX_COMPARED = 200  # characters, since time grows with their square and worse
PHOTO_API = "/photos/v1/"
SIGNED_IN_MEANWHILE = "signed.in.meanwhile"
MEANWHILE = "You signed in in another tab meanwhile, so this form is out of date. It was not used."
RETRY = {
    "": (
        "Something went wrong during the authentication process. Please try signing in again.",
        "A sign-in can be answered once and waits 15 minutes. "
        "Go back to the application and begin again there.",
    ),
    SIGNED_IN_MEANWHILE: (MEANWHILE, "Go back to the application and begin again there."),
}
EXPLAINED = {
    "invalid_client": (
        "Cannot find an application associated with the given consumer key.",
        "Compare the Client Id with the Consumer Key on the application's Production Keys tab.",
    ),
    "invalid_callback": (
        "Your application's callback URL does not match with the registered redirect URLs.",
        "Send a registered callback, or add this one to the application and select UPDATE.",
    ),
    "invalid_request": (
        "The authorization request is not complete.",
        "Go back to the application and send the request again with every parameter once.",
    ),
}


@pages.get("/authenticationendpoint/oauth2_error.do")
def oauth2_error() -> Any:
    """Explains a request that has no callback it could be sent back to."""
    code = request.args.get("oauthErrorCode", "")
    kept = the_server().store.pending.look(ERROR, request.args.get("sessionDataKey", ""))
    details = kept.data if kept else {}
    headline, remedy = EXPLAINED.get(code, EXPLAINED["invalid_request"])
    page = render_template(
        "oauth2_error.html",
        code=code if code in EXPLAINED else "invalid_request",
        headline=headline,
        remedy=remedy,
        message=details.get("message"),
        sent=details.get("sent"),
        comparisons=[
            compare(details["sent"], registered) for registered in details.get("registered", [])
        ],
    )
    return page, 400


@pages.get("/authenticationendpoint/retry.do")
def retry() -> Any:
    """Says that this sign-in cannot go on and must be begun again."""
    message, remedy = RETRY.get(request.args.get("status", ""), RETRY[""])
    return _retry_page(message, remedy, step="7")


def _retry_page(message: str, remedy: str, *, step: str = "") -> Any:
    return render_template("retry.html", message=message, remedy=remedy, step=step), 400


def to_error_page(error: PageError) -> Any:
    """The way to the error page; what it shows waits here, so a URL cannot make it say things."""
    details: dict[str, Any] = {"message": error.message}
    if error.mismatch:
        registered = list(error.mismatch.registered)
        details |= {"sent": error.mismatch.sent[:2000], "registered": registered}
    key = the_server().store.pending.put(ERROR, details)
    shown = {"oauthErrorCode": error.code, "oauthErrorMsg": error.message, "sessionDataKey": key}
    return redirect(f"{url_for('errors.oauth2_error')}?{urlencode(shown)}")


def to_retry_page(status: str = "") -> Any:
    """The way to the page that asks to begin again; `status` names the cause, where it is known."""
    retry_url = the_server().parts.deployment.endpoints.retry_url
    return redirect(with_query(retry_url, [("status", status)] if status else []))


def compare(sent: str, registered: str) -> dict[str, Any]:
    """Both texts cut into pieces, each marked when the other has something else there."""
    pieces: dict[str, list[tuple[str, bool]]] = {"registered": [], "sent": []}
    same = 0
    for left, right in _aligned(registered, sent):
        pieces["registered"].append((left, left != right))
        pieces["sent"].append((right, left != right))
        same += len(left) if left == right else 0
    shown = {name: [piece for piece in cut if piece[0]] for name, cut in pieces.items()}
    return {**shown, "ratio": 2 * same / (len(sent) + len(registered))}


def _aligned(left: str, right: str) -> Iterator[tuple[str, str]]:
    """Pieces side by side; a middle too long to be compared in a moment is one piece."""
    start = _agreed(left, right)
    end = _agreed(left[start:][::-1], right[start:][::-1])
    middle_left, middle_right = left[start : len(left) - end], right[start : len(right) - end]
    yield left[:start], right[:start]
    if max(len(middle_left), len(middle_right)) > MAX_COMPARED:
        yield middle_left, middle_right
    else:
        matcher = SequenceMatcher(None, middle_left, middle_right, autojunk=False)
        for _, from_a, to_a, from_b, to_b in matcher.get_opcodes():
            yield middle_left[from_a:to_a], middle_right[from_b:to_b]
    yield left[len(left) - end :], right[len(right) - end :]


def _agreed(left: str, right: str) -> int:
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(left), len(right)))


def register_handlers(app: Flask) -> None:
    """One handler per kind of failure that a view has no answer of its own to."""
    app.register_error_handler(CSRFError, _csrf_failed)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _http_error)


def _csrf_failed(_error: CSRFError) -> Any:
    message, remedy = MEANWHILE, "Go back, reload the page and send the form again."
    if current_sign_in() is None:
        message = (
            "The form did not come back with the cookie it was given: you signed out in another "
            "tab meanwhile, or this browser keeps no cookies for this server."
        )
        remedy = f"Allow cookies for this server. {remedy}"
    return _retry_page(message, remedy)


def _refused(error: Refused) -> Response:
    status, body, headers = error()
    return Response(json.dumps(body), status=status, headers=headers)


def _http_error(error: HTTPException) -> Any:
    plain = error.get_response()
    if error.code and error.code < 400:
        return plain
    response = _http_error_body(error)
    for header in ("Allow", "Retry-After", "Content-Range"):
        if header in plain.headers:
            response.headers[header] = plain.headers[header]
    return response


def _http_error_body(error: HTTPException) -> Response:
    """A page for a person, JSON for clients: the endpoints' own and the photo API's."""
    if request.path.startswith(JSON_PATHS):
        words = error.description or error.name
        return _refused(Refused("invalid_request", words, status=error.code or 500))
    if request.path.startswith(PHOTO_API):
        code = error.name.lower().replace(" ", "_")
        told = {"error": code, "error_description": error.description}
        return Response(json.dumps(told), status=error.code, mimetype="application/json")
    page = render_template("http_error.html", name=error.name, description=error.description)
    return Response(page, status=error.code)
