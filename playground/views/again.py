"""Once more: a new flow from an earlier one's form, with what the doctor changes in it."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from playground.form import read
from playground.views.form import authorize as authorize_with
from playground.web.browser import own_flow
from playground.web.memory import as_typed, remember_form
from playground.web.sessions import renew_session

pages = Blueprint("again", __name__, url_prefix="/playground2/oauth2client/<identifier>/again")
CHANGEABLE = ("scope", "code_challenge_method", "response_mode", "prompt")


@pages.post("")
def authorize(identifier: str) -> ResponseReturnValue:
    """Authorize with the flow's form; no posted change can lead its secret elsewhere."""
    flow = own_flow(identifier)
    changes = {name: request.form[name] for name in CHANGEABLE if name in request.form}
    form = read(changes, flow.form.extra, kept=as_typed(flow))
    renew_session()
    remember_form(form)
    return authorize_with(form)
