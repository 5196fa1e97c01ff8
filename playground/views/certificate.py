"""The certificate page: who answered, why it is not trusted yet, and whether you do trust it."""

from __future__ import annotations

import msgspec
from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from playground.errors import InputRefused, ResponseRefused
from playground.flow import Flow
from playground.urls import url_problem
from playground.web.browser import own_flow, owns
from playground.web.frame import at_step
from playground.web.memory import profile, remembered_form
from playground.web.services import services
from playground.web.trusting import distrust, may_save, pins_for, trust
from playground.wire.certificates import Presented
from playground.wire.trust import Pin

pages = Blueprint("certificate", __name__, url_prefix="/playground2/certificate")
_SEEN, _FLOW = "certificate", "certificate_flow"


@pages.get("")
def show() -> ResponseReturnValue:
    """The certificate that was looked at last, and all that are trusted here."""
    flow, seen = _flow(), _seen()
    at_step(flow.failure.step if flow and flow.failure else 6, flow)
    pins = pins_for(_profile_name(flow))
    return render_template(
        "certificate.html",
        seen=seen,
        pins=pins,
        pinned=next((p.fingerprint for p in pins if seen and p.server == seen.server), ""),
        back=_back(flow),
        profile=profile(_profile_name(flow)),
        may_save=may_save(),
    )


@pages.post("")
def look() -> ResponseReturnValue:
    """Shake hands with a server and see what it presents; no request is sent (CWE-918)."""
    url = request.form.get("url", "").strip()
    problem = url_problem(url) or ("" if url.startswith("https://") else "Only https has one.")
    if problem:
        raise InputRefused(sentence=f"No certificate can be looked at: {problem}")
    identifier = request.form.get("flow", "")
    session[_FLOW] = own_flow(identifier).id if identifier else ""
    seen = services().transport.certificate(url)
    session[_SEEN] = msgspec.json.encode(seen).decode()
    return redirect(url_for("certificate.show"), 303)


@pages.post("/trust")
def accept() -> ResponseReturnValue:
    """Trust exactly the certificate that was shown."""
    seen = _seen()
    if seen is None or request.form.get("fingerprint", "") != seen.fingerprint or seen.obstacle:
        raise ResponseRefused(
            sentence="This is not the certificate that was shown last; nothing is trusted.",
            advice=("Look at the server's certificate again.",),
        )
    flow = _flow()
    for_good = request.form.get("keep") == "profile"
    pin = Pin(server=seen.server, certificate=seen.certificate)
    trust(pin, profile=_profile_name(flow) if for_good else "")
    return redirect(_back(flow), 303)


@pages.post("/distrust")
def withdraw() -> ResponseReturnValue:
    """Trust a server's certificate no more."""
    distrust(request.form.get("server", ""), _profile_name(_flow()))
    return redirect(url_for("certificate.show"), 303)


def _seen() -> Presented | None:
    raw = session.get(_SEEN)
    return msgspec.json.decode(raw, type=Presented) if isinstance(raw, str) else None


def _flow() -> Flow | None:
    identifier = session.get(_FLOW)
    flow = services().flows.find(identifier) if identifier else None
    return flow if flow is not None and owns(flow) else None


def _profile_name(flow: Flow | None) -> str:
    return flow.form.profile if flow else remembered_form().profile


def _back(flow: Flow | None) -> str:
    """Where the person goes on: at the step that the certificate stopped."""
    if flow is None:
        return url_for("discovery.show" if session.get("discovery") else "form.show")
    if flow.token is not None:
        return url_for("token.show", identifier=flow.id)
    if not flow.form.redirecting:
        return url_for("token.direct", identifier=flow.id)
    if flow.awaits_exchange:
        return url_for("callback.show", identifier=flow.id)
    return url_for("form.show")
