"""Logout, in every direction: from here, by the back channel, by the front channel."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from playground.errors import PlaygroundError, StoreUnavailable
from playground.urls import origin
from playground.web import front
from playground.web.browser import own_flows, owns
from playground.web.frame import at_step
from playground.web.login import forget_login, last_logout, note_logout, signed_in
from playground.web.requests import only_by_get
from playground.web.security import allow_leaving, csrf
from playground.web.services import services

pages = Blueprint("logout", __name__, url_prefix="/playground2")
MAX_TOKEN = 20_000


@pages.post("/logout")
def logout() -> ResponseReturnValue:
    """Sign out here, then at the server where it has an endpoint (RP-Initiated Logout §2)."""
    flow = signed_in()
    leaving = services().sign_out.start(flow, own_flows()) if flow else None
    forget_login()
    if flow or not last_logout():  # in another tab the server may have said more already
        note_logout("here")
    if flow is None or leaving is None:
        return redirect(url_for("logout.done"), 303)
    message = front.redirect_to_server(leaving, purpose="Logout request")
    services().flows.record(flow.id, message)
    return redirect(leaving.url, 303)


@pages.get("/logout/callback")
@only_by_get
def returned() -> ResponseReturnValue:
    """Back from the server's logout; the state must be one of this browser's, once (§3)."""
    flow = services().sign_out.came_back(request.args.get("state", ""), owns)
    services().flows.record(flow.id, front.came_back(purpose="Return from logout"))
    stayed = request.args.get("error") == "access_denied"
    note_logout("stayed" if stayed else "everywhere")
    return redirect(url_for("logout.done"), 303)


@pages.get("/logout")
def done() -> ResponseReturnValue:
    """How the session's last logout ended; who has not signed out is led to the form."""
    outcome = last_logout()
    if not outcome:
        return redirect(url_for("form.show"), 303)
    at_step(9)
    return render_template("signed_out.html", outcome=outcome)


@pages.post("/bclogout")
@csrf.exempt
def back_channel() -> ResponseReturnValue:
    """OIDC Back-Channel Logout §2.5: the server's own POST, answered 200 or 400."""
    token = request.form.get("logout_token", "")
    headers = {"Cache-Control": "no-store"}
    try:
        if not token or len(token) > MAX_TOKEN or len(request.form.getlist("logout_token")) != 1:
            return {"error": "invalid_request"}, 400, headers
        for identifier in services().sign_out.back_channel(token):
            message = front.came_back(purpose="Back-channel logout", by="authorization server")
            services().flows.record(identifier, replace(message, status=200, reason="OK"))
    except StoreUnavailable:
        raise
    except PlaygroundError as error:
        return {"error": "invalid_request", "error_description": str(error)}, 400, headers
    return Response(status=200, headers=headers)


@pages.get("/fclogout")
@only_by_get
def front_channel() -> ResponseReturnValue:
    """OIDC Front-Channel Logout §2: a frame of the server's; acts when iss and sid both match."""
    ended = services().sign_out.front_channel(
        request.args.get("iss", ""), request.args.get("sid", "")
    )
    for flow in ended:
        services().flows.record(flow.id, front.came_back(purpose="Front-channel logout"))
        servers = {origin(url) for url in (flow.form.end_session_endpoint, flow.form.issuer) if url}
        g.frame_ancestors = " ".join(sorted(servers)) or "'none'"
    return render_template("fclogout.html", ended=ended)


@pages.get("/session")
def session_check() -> ResponseReturnValue:
    """Session management: asks the server's frame whether the session changed (§3.1)."""
    at_step(9)
    flow = signed_in()
    if flow is not None and flow.form.check_session_iframe:
        g.frame_src = origin(flow.form.check_session_iframe)
        allow_leaving()
    return render_template("session.html", flow=flow)


@pages.get("/jwks")
def key_set() -> ResponseReturnValue:
    """Our public keys, for private_key_jwt and for id tokens encrypted to us (RFC 7517 §5)."""
    return services().own_key.key_set()
