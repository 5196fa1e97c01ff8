"""`/oauth2/authorize`: requests come in, people are asked, answers go out."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import MethodNotAllowed

from authserver.oauth.authorization import Ask, AuthorizationRequest
from authserver.oauth.errors import PageError
from authserver.oauth.messages import AuthorizationResponse, ServerRequest, with_query
from authserver.security import allow_callback
from authserver.store.models import SignIn
from authserver.store.secrets import digest
from authserver.views.context import (
    csrf_is_right,
    current_sign_in,
    protocol_request,
    silent_sign_in,
    the_server,
)
from authserver.views.errors import SIGNED_IN_MEANWHILE, to_error_page, to_retry_page

endpoints = Blueprint("authorize", __name__)

LOGIN, CONSENT = "login", "consent"


@endpoints.route("/oauth2/authorize", methods=["GET", "POST"])
def authorize() -> Any:
    """The authorization endpoint, for the first visit and for the way back from each page.

    Flask adds HEAD to GET, but what reads no answer is given none (RFC 9110 §9.2.1).
    """
    if request.method == "HEAD":
        raise MethodNotAllowed(["GET", "POST"])
    if request.method == "POST" and "sessionDataKeyConsent" in request.form:
        return decide()
    key = request.args.get("sessionDataKey")
    if request.method == "GET" and key:
        return resume(key)
    return begin()


def begin() -> Any:
    """A client's request arrives."""
    try:
        asked = AuthorizationRequest(the_server(), protocol_request())
    except PageError as error:
        return to_error_page(error)
    sign_in = current_sign_in() or (silent_sign_in() if "none" in asked.prompts else None)
    return _continue(asked, sign_in, answered=False, key=None)


def resume(key: str) -> Any:
    """The person comes back from the login page."""
    waiting = the_server().store.pending.look(LOGIN, key)
    if waiting is None:
        return to_retry_page()
    sign_in = current_sign_in()
    answered = sign_in is not None and waiting.sid == sign_in.sid
    try:
        asked = _asked(waiting.data["parameters"])
    except PageError as error:
        return to_error_page(error)
    return _continue(asked, sign_in, answered=answered, key=key)


def decide() -> Any:
    """The person has chosen Approve Once, Approve Always or Deny."""
    store, sign_in = the_server().store, current_sign_in()
    if sign_in is None:
        return to_retry_page()
    if not csrf_is_right():
        return to_retry_page(SIGNED_IN_MEANWHILE)
    waiting = store.pending.take(CONSENT, request.form["sessionDataKeyConsent"])
    if waiting is None or waiting.sid != sign_in.sid:
        return to_retry_page()
    store.pending.drop(waiting.data["login"])
    try:
        asked = _asked(waiting.data["parameters"])
    except PageError as error:
        return to_error_page(error)
    return send(_decision(asked, sign_in, request.form.get("consent")))


def _decision(
    asked: AuthorizationRequest, sign_in: SignIn, choice: str | None
) -> AuthorizationResponse:
    if choice not in ("approve", "approveAlways"):
        return asked.deny()
    if choice == "approveAlways":
        consents = the_server().store.consents
        consents.remember(sign_in.username, asked.client.client_id, asked.scope)
    return asked.answer(sign_in)


def _asked(parameters: dict[str, str]) -> AuthorizationRequest:
    """A request that was put aside, checked anew: its client may have changed meanwhile."""
    again = ServerRequest(
        method="GET", url=request.base_url, headers={}, parameters=list(parameters.items())
    )
    return AuthorizationRequest(the_server(), again)


def _continue(
    asked: AuthorizationRequest, sign_in: SignIn | None, *, answered: bool, key: str | None
) -> Any:
    pending = the_server().store.pending
    step = asked.next_step(sign_in, answered=answered)
    if isinstance(step, AuthorizationResponse):
        pending.drop(digest(key or ""))
        return send(step)
    if step is Ask.LOGIN or sign_in is None:
        key = key or pending.put(LOGIN, {"parameters": asked.sent})
        told = [("sessionDataKey", key), *([("forceAuth", "true")] if sign_in else [])]
        login_url = the_server().parts.deployment.endpoints.login_url
        return redirect(with_query(login_url, told))
    data = {"parameters": asked.sent, "login": digest(key or "")}
    consent_key = pending.put(CONSENT, data, sid=sign_in.sid)
    name = "login.consent_openid" if "openid" in asked.scope.split() else "login.consent"
    return redirect(url_for(name, sessionDataKeyConsent=consent_key))


def send(response: AuthorizationResponse) -> Any:
    """The answer on its way to the callback: a redirect, or a form that posts itself."""
    if response.mode != "form_post":
        return redirect(response.location)
    allow_callback(response.redirect_uri)
    return render_template("form_post.html", response=response)
