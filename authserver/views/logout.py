"""`/oidc/logout` and `/oidc/checksession`: the end of a sign-in, and the watch over it."""

from dataclasses import asdict
from typing import Any

from authlib.oauth2.base import OAuth2Error
from flask import (
    Blueprint,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)

from authserver.oauth.errors import LOGOUT_DENIED
from authserver.oauth.logout import LogoutPlan, end_sign_in, plan_for
from authserver.security import allow, allow_callback, source_of
from authserver.views.context import (
    clear_cookies,
    csrf_is_right,
    current_sign_in,
    protocol_request,
    the_server,
)
from authserver.views.errors import SIGNED_IN_MEANWHILE, to_retry_page

endpoints = Blueprint("logout", __name__, url_prefix="/oidc")

LOGOUT = "logout"


@endpoints.route("/logout", methods=["GET", "POST"])
def logout() -> Any:
    """A client, or the person, asks to sign out; the request waits here for the answer.

    A client may post it from its own site, without our cookies: the page is a GET of ours.
    """
    if request.method == "POST" and "sessionDataKey" in request.form:
        return decide()
    try:
        checked = the_server().validate_endpoint_request("end_session", protocol_request())
    except OAuth2Error as error:
        return render_template("logout_error.html", message=error.description), 400
    plan = plan_for(checked, protocol_request().parameters)
    key = the_server().store.pending.put(LOGOUT, asdict(plan))
    return redirect(url_for("logout.consent", sessionDataKey=key))


@endpoints.get("/logout/consent")
def consent() -> Any:
    """Asks: Do you want to logout? Who is not signed in is not asked."""
    key = request.args.get("sessionDataKey", "")
    waiting = the_server().store.pending.look(LOGOUT, key)
    if waiting is None:
        return to_retry_page()
    plan = LogoutPlan(**waiting.data)
    if current_sign_in() is None:
        the_server().store.pending.take(LOGOUT, key)
        return _leave(plan, [])
    if plan.redirect_uri:
        allow_callback(plan.redirect_uri)
    client = the_server().query_client(plan.client_id or "")
    return render_template("logout_consent.html", key=key, client=client)


def decide() -> Any:
    """The person said Yes or No."""
    store, sign_in = the_server().store, current_sign_in()
    if not csrf_is_right():
        return to_retry_page(SIGNED_IN_MEANWHILE if sign_in else "")
    waiting = store.pending.take(LOGOUT, request.form["sessionDataKey"])
    if waiting is None:
        return to_retry_page()
    plan = LogoutPlan(**waiting.data)
    if request.form.get("consent") != "approve":
        back = plan.refused("access_denied", LOGOUT_DENIED)
        return redirect(back) if back else redirect(url_for("portal.applications"))
    frames = end_sign_in(the_server(), sign_in) if sign_in else []
    return _leave(plan, frames)


@endpoints.get("/checksession")
def checksession() -> Any:
    """The frame that clients ask whether the person is still here (Session Management §3)."""
    allow("frame-ancestors", "http:", "https:")
    return render_template("checksession.html")


def _leave(plan: LogoutPlan, frames: list[str]) -> Any:
    if plan.target and not frames:
        return clear_cookies(make_response(redirect(plan.target)))
    return logged_out_page(frames, plan.target)


def logged_out_page(frames: list[str], target: str | None) -> Any:
    """The end of the session; frames sign the browser out elsewhere on the way to the target."""
    allow("frame-src", *(source_of(url) for url in frames))
    page = render_template("logged_out.html", frames=frames, target=target)
    return clear_cookies(make_response(page))
