"""Home: what this is and what will happen; and Reset."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, session, url_for
from flask.typing import ResponseReturnValue

from playground.web.browser import forget, own_ids
from playground.web.doctor import pending_flow
from playground.web.frame import at_step
from playground.web.services import services
from playground.web.sheets import Sheet

pages = Blueprint("home", __name__)


@pages.get("/")
def root() -> ResponseReturnValue:
    return redirect(url_for("home.home"))


@pages.get("/playground2/", strict_slashes=False)
def home() -> ResponseReturnValue:
    at_step(5)
    sheet, away = Sheet(), pending_flow()
    portal = f"{services().settings.embedded.rstrip('/')}/devportal"
    return sheet.draw("home.html", away=sheet.hole(away.id) if away else "", portal=portal)


@pages.post("/playground2/reset")
def reset() -> ResponseReturnValue:
    """Forget the session and every flow of this browser."""
    response = make_response(redirect(url_for("home.home"), 303))
    for identifier in own_ids():
        forget(response, identifier)
    session.clear()
    return response


@pages.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return {"status": "ok"}


@pages.get("/readyz")
def readyz() -> ResponseReturnValue:
    """The store answers too; 503 when it does not."""
    services().store.ping()
    return {"status": "ready"}
