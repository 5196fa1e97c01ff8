"""Registration: one click makes a client at the server, one click deletes it (RFC 7591, 7592)."""

from __future__ import annotations

import secrets
from dataclasses import replace

import msgspec
from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from playground.errors import InputRefused, ResponseRefused
from playground.fields import AUTH_METHODS
from playground.form import Form, check
from playground.protocol import registration
from playground.protocol.registration import Addresses, Credentials, Registered
from playground.urls import url_problem
from playground.web.frame import at_step
from playground.web.lookups import Send, sender, shown_exchanges
from playground.web.memory import base_url, remember_form, remembered_form
from playground.web.services import services

pages = Blueprint("registration", __name__, url_prefix="/playground2/registration")
_KEPT, _TICKET = "registered", "registration_ticket"
_DELETED = "registration_deleted"
MAX_KEPT = 10


@pages.get("")
def show() -> ResponseReturnValue:
    """What would be registered, and what was."""
    at_step(6)
    form, kept = remembered_form(), _kept()
    known = [s for r in kept for s in (r.client_secret, r.registration_access_token) if s]
    return render_template(
        "registration.html",
        form=form,
        wanted=registration.client_metadata(form, _addresses()),
        registered=kept,
        deleted=session.pop(_DELETED, ""),
        exchanges=shown_exchanges(_ticket(), known),
    )


@pages.post("")
def register() -> ResponseReturnValue:
    """Make a client, and put its id and secret into the form, on our side only."""
    form = remembered_form()
    _check(form)
    outgoing = registration.request(
        form.registration_endpoint,
        registration.client_metadata(form, _addresses()),
        Credentials(
            initial_access_token=request.form.get("initial_access_token", "").strip()[:4000],
            username=request.form.get("username", "").strip()[:500],
            password=request.form.get("password", "")[:500],
        ),
    )
    made = registration.check_response(_send(form)(outgoing), form)
    _keep([made, *_kept()][:MAX_KEPT])
    remember_form(_filled_in(form, made))
    return redirect(url_for("registration.show"), 303)


@pages.post("/delete")
def delete() -> ResponseReturnValue:
    """Delete a client at the server, and take it out of the form."""
    form, wanted = remembered_form(), request.form.get("client_id", "")
    found = next((r for r in _kept() if r.client_id == wanted), None)
    if found is None or not found.deletable:
        raise ResponseRefused(
            sentence="This browser registered no such client that could be deleted.",
            advice=("Delete it at the server itself.",),
        )
    registration.check_deletion(_send(form)(registration.deletion(found)))
    _keep([r for r in _kept() if r != found])
    if form.client_id == found.client_id:
        remember_form(replace(form, client_id="", client_secret=""))
    session[_DELETED] = found.client_id
    return redirect(url_for("registration.show"), 303)


def _check(form: Form) -> None:
    """Raises InputRefused when the form is not fit to be registered."""
    problem = "The metadata that was taken names no registration endpoint."
    if form.registration_endpoint:
        problem = url_problem(form.registration_endpoint)
    if problem:
        raise InputRefused(
            sentence=problem,
            advice=("Look the server's metadata up first; the form has the link under Endpoints.",),
        )
    check(replace(form, client_id=form.client_id or "to be given"))


def _filled_in(form: Form, made: Registered) -> Form:
    method = made.token_endpoint_auth_method
    return replace(
        form,
        client_id=made.client_id,
        client_secret=made.client_secret,
        token_endpoint_auth_method=method
        if method in dict(AUTH_METHODS)
        else form.token_endpoint_auth_method,
    )


def _addresses() -> Addresses:
    here = base_url()
    return Addresses(
        backchannel_logout_uri=f"{here}/bclogout",
        frontchannel_logout_uri=f"{here}/fclogout",
        jwks_uri=f"{here}/jwks",
    )


def _send(form: Form) -> Send:
    return sender(_ticket(), form.profile)


def _ticket() -> str:
    """What this session's requests are recorded under; another one when there is no room left."""
    if _TICKET not in session or not services().flows.has_room(session[_TICKET]):
        session[_TICKET] = f"registration-{secrets.token_hex(8)}"
    return str(session[_TICKET])


def _kept() -> list[Registered]:
    raw = session.get(_KEPT)
    return msgspec.json.decode(raw, type=list[Registered]) if isinstance(raw, str) else []


def _keep(registered: list[Registered]) -> None:
    session[_KEPT] = msgspec.json.encode(registered).decode()
