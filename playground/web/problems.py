"""The one place that turns an error into a page: a sentence, evidence, what to do, a way back."""

from __future__ import annotations

import logging
import time
from dataclasses import replace

from flask import Flask, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, SecurityError

from playground.errors import Failure, FlowUnknown, PlaygroundError, StoreUnavailable
from playground.flow import Flow
from playground.protocol.token import TOKEN_STEP
from playground.web.browser import owns
from playground.web.doctor import consult, inquire
from playground.web.frame import at_step
from playground.web.services import services
from playground.web.token_form import token_fields

log = logging.getLogger("playground")
_HTTP_SENTENCES = {
    400: "The browser sent something this page cannot read.",
    404: "There is no page at this address.",
    405: "This address does not take that kind of request.",
    413: "That is more than this page accepts.",
    500: "The playground itself made a mistake; it is not your server's fault.",
}


def register(app: Flask) -> None:
    """Render every error the same way."""
    app.register_error_handler(PlaygroundError, show_error)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(SecurityError, _host)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(ParseException, _unreadable)
    app.register_error_handler(Exception, _bug)


def show_error(error: PlaygroundError) -> ResponseReturnValue:
    """Keep the failure with its flow; after a POST the browser GETs it, so Reload is safe.

    So it does after an authorization response, whose code is then in no address.
    """
    failure = error.as_failure(at=time.time())
    flow = _keep(error, failure) if error.flow_id else None
    if flow is not None and owns(flow):
        inquire(failure, flow)
    carried = request.method == "POST" or request.blueprint == "callback"
    if flow is not None and not error.passing and carried and owns(flow):
        return redirect(url_for("callback.failed", identifier=flow.id), 303)
    return show_failure(failure, flow)


def show_failure(failure: Failure, flow: Flow | None) -> ResponseReturnValue:
    """The failure page with the failure's own status."""
    at_step(failure.step, flow)
    mine = flow if flow is not None and owns(flow) else None
    retry = mine is not None and mine.awaits_exchange and failure.step == TOKEN_STEP
    findings = consult(failure, mine, token_fields(mine) if mine and retry else [])
    page = render_template(
        "failure.html",
        failure=findings.failure,
        flow=mine,
        fields=findings.fields,
        findings=findings,
    )
    return page, failure.status


def _keep(error: PlaygroundError, failure: Failure) -> Flow | None:
    try:
        if error.passing:
            return services().flows.find(error.flow_id)
        return services().flows.update(
            error.flow_id, lambda f: replace(f, failure=failure, typed=g.get("typed", f.typed))
        )
    except (FlowUnknown, StoreUnavailable):
        return None


def _csrf(error: CSRFError) -> ResponseReturnValue:
    failure = Failure(
        kind="CSRFError",
        sentence="This form does not belong to your current session.",
        evidence=(("Reason", str(error.description)),),
        advice=(
            "The session may have ended, or cookies are blocked for this host name.",
            "Go back, reload the page and send the form again.",
        ),
    )
    return show_failure(failure, None)


def _host(error: SecurityError) -> ResponseReturnValue:
    names = ", ".join(services().settings.hosts)
    return (
        f"This playground does not answer to that host name. It answers to: {names}.\n"
        "PLAYGROUND_HOSTS sets the names.\n",
        400,
        {"Content-Type": "text/plain; charset=utf-8"},
    )


def _unreadable(_: ParseException) -> ResponseReturnValue:
    """A body that no browser sends, found out while it is read; nothing of it goes to the log."""
    sentence = "The body of this request cannot be read (RFC 9112 §7.1).\n"
    return sentence, 400, {"Content-Type": "text/plain; charset=utf-8"}


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.get_response()
    status = error.code or 500
    sentence = _HTTP_SENTENCES.get(status, f"The request was refused with status {status}.")
    failure = Failure(
        kind=type(error).__name__,
        sentence=sentence,
        advice=("Go to the start page and take it from there.",),
        status=status,
    )
    response = make_response(show_failure(failure, None))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _bug(error: Exception) -> ResponseReturnValue:
    log.exception("unexpected error at %s", request.path)
    return _http(InternalServerError())
