"""Discovery: fills the form in from what a server says of itself, after showing what changes."""

from __future__ import annotations

import secrets
from dataclasses import replace

import msgspec
from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from playground.doctor import difference
from playground.errors import ResponseRefused
from playground.metadata import applied, changes, unknown_scopes
from playground.protocol.discovery import Attempt, Metadata, issuer_problem, search
from playground.web.frame import at_step
from playground.web.lookups import sender, shown_exchanges
from playground.web.memory import profile, remember_form, remembered_form
from playground.web.services import services
from playground.web.trusting import carry
from playground.wire.trust import server_of

pages = Blueprint("discovery", __name__, url_prefix="/playground2/discovery")
_KEPT = "discovery"


@pages.get("")
def show() -> ResponseReturnValue:
    """The question; and the newest answer, until it is taken."""
    attempts = _kept_attempts()
    return _page(attempts, typed=_typed() or remembered_form().issuer)


@pages.post("")
def look() -> ResponseReturnValue:
    """Ask the server. An answer that is no use is explained at once, with the right status."""
    typed = request.form.get("issuer", "").strip()
    ticket = f"discovery-{secrets.token_hex(8)}"
    session[_KEPT] = {"typed": typed[:2000], "ticket": ticket}
    if problem := issuer_problem(typed):
        return _page([], typed=typed, error=problem), 400
    attempts = search(typed, sender(ticket, remembered_form().profile))
    if attempts[-1].metadata is None:
        return _page(attempts, typed=typed), 400 if _foreign(attempts) else 502
    kept = msgspec.msgpack.encode(attempts)
    services().store.put(ticket, kept, services().settings.session_hours * 3600)
    return redirect(url_for("discovery.show"), 303)


@pages.post("/take")
def take() -> ResponseReturnValue:
    """Put what was found into the form."""
    metadata = _found(_kept_attempts())
    if metadata is None:
        raise ResponseRefused(
            sentence="There is no metadata to take any more.",
            advice=("Look the server up again.",),
        )
    form = applied(remembered_form(), metadata)
    if not profile(form.profile).fits(metadata.issuer):
        carry(form.profile, "other", {server_of(u) for u in metadata.endpoints.values() if u})
        form = replace(form, profile="other")
    remember_form(form)
    services().store.delete(_ticket())
    session.pop(_KEPT, None)
    return redirect(url_for("form.show"), 303)


def _page(attempts: list[Attempt], *, typed: str, error: str = "") -> str:
    at_step(6)
    form, metadata = remembered_form(), _found(attempts)
    foreign = None if metadata else _foreign(attempts)
    return render_template(
        "discovery.html",
        typed=typed,
        error=error,
        attempts=attempts,
        metadata=metadata,
        rows=changes(form, metadata) if metadata else [],
        unknown=unknown_scopes(applied(form, metadata), metadata) if metadata else [],
        foreign=foreign,
        difference=difference.parts(foreign.asked, foreign.found) if foreign else (),
        exchanges=shown_exchanges(_ticket()) if attempts else [],
    )


def _found(attempts: list[Attempt]) -> Metadata | None:
    return attempts[-1].metadata if attempts else None


def _foreign(attempts: list[Attempt]) -> Attempt | None:
    """The first document that named another issuer."""
    return next((attempt for attempt in attempts if attempt.found), None)


def _kept() -> dict[str, str]:
    kept = session.get(_KEPT)
    return kept if isinstance(kept, dict) else {}


def _typed() -> str:
    return _kept().get("typed", "")


def _ticket() -> str:
    return _kept().get("ticket", "")


def _kept_attempts() -> list[Attempt]:
    raw = services().store.get(_ticket()) if _ticket() else None
    return msgspec.msgpack.decode(raw, type=list[Attempt]) if raw else []
