"""The token: fetched with the tutorial's second form, shown with what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from playground.errors import InputRefused
from playground.fields import AUTH_METHODS, BY_NAME, CLIENT_CREDENTIALS
from playground.flow import Flow
from playground.form import TokenForm, control_problem
from playground.protocol.jwt_view import JwtView, open_jwt
from playground.protocol.token import TOKEN_PURPOSE, TokenResponse
from playground.secret_names import concealed
from playground.urls import url_problem
from playground.web import shown
from playground.web.browser import own_flow
from playground.web.filters import Hole, Moment, moment
from playground.web.frame import at_step
from playground.web.login import note_login
from playground.web.memory import base_url, own_key_problem, remember_secret, secret_for
from playground.web.requests import attempt_number
from playground.web.services import services
from playground.web.sheets import Sheet

pages = Blueprint("token", __name__, url_prefix="/playground2/oauth2client")
MAX_FIELD = 2000


@pages.post("/<identifier>/token")
def get_access_token(identifier: str) -> ResponseReturnValue:
    flow = own_flow(identifier)
    typed = _typed(flow, request.form)
    g.typed = replace(typed, client_secret="")  # what a failure keeps with the flow
    _check(typed, flow)
    exchanged = services().conductor.exchange(flow, typed, attempt=attempt_number())
    remember_secret(exchanged)
    note_login(exchanged)
    return redirect(url_for("token.show", identifier=flow.id), 303)


def exchange_now(flow: Flow) -> ResponseReturnValue:
    """Exchange at once, with what the first form said."""
    typed = TokenForm(
        redirect_uri=flow.form.redirect_uri,
        token_endpoint=flow.form.token_endpoint,
        client_secret=flow.form.client_secret,
        code_verifier=flow.code_verifier,
        token_endpoint_auth_method=flow.form.token_endpoint_auth_method,
    )
    _check(typed, flow)
    note_login(services().conductor.exchange(flow, typed, attempt=0))
    return redirect(url_for("token.show", identifier=flow.id), 303)


@pages.get("/<identifier>/token")
def show(identifier: str) -> ResponseReturnValue:
    flow = own_flow(identifier)
    at_step(9, flow)
    if flow.token is None:
        return redirect(url_for("callback.show", identifier=flow.id), 303)
    sheet = Sheet()
    said = shown.unechoing(flow, sheet.hole)
    return sheet.draw(
        "token.html",
        keep=flow.previous_token is None and not flow.form.extra,
        flow=shown.outline_with_form(flow, sheet.hole),
        here=base_url(),
        token=shown.token(flow.token, said),
        jwts=_jwts(flow, flow.token, said),
        scopes=_scopes(flow),
        revoked=_revoked(flow, sheet.hole),
        id_token_checks=shown.checks(flow.id_token_checks, said),
        refreshed=_refreshed(flow.previous_token, flow.token),
    )


def _jwts(flow: Flow, token: TokenResponse, hole: Hole) -> tuple[tuple[str, shown.Jwt], ...]:
    """Those of the tokens that can be opened in place."""
    opened = (
        ("access token", open_jwt(token.access_token)),
        ("id token", _id_token(token.id_token, flow.id_token)),
    )
    return tuple((label, shown.jwt(view, hole)) for label, view in opened if view)


def _id_token(came: str, signed: str) -> JwtView | None:
    """The id token as it came, or as our key opened it."""
    view, inside = open_jwt(came), open_jwt(signed)
    if view is None or inside is None or came == signed:
        return view
    return replace(inside, kind=f"{inside.kind}; it came {view.kind} and our key opened it")


def _revoked(flow: Flow, hole: Hole) -> tuple[tuple[str, Moment], ...]:
    """Which of the tokens on the page were revoked since they came, and when."""
    since = flow.token.received_at if flow.token else 0.0
    times = {
        str(result.data["revoked"]).replace("_", " "): result.at
        for result in flow.results
        if result.kind == "revocation" and result.at >= since and isinstance(result.data, dict)
    }
    return tuple((kind, moment(at, hole)) for kind, at in times.items())


def _refreshed(old: TokenResponse | None, new: TokenResponse) -> tuple[TokenResponse, ...]:
    """Before and after a refresh; nothing where none was made."""
    return (old, new) if old and old.refresh_token else ()


@pages.get("/<identifier>/direct")
def direct(identifier: str) -> ResponseReturnValue:
    """Grants without a browser step: what will be sent, and the button that sends it."""
    flow = own_flow(identifier)
    at_step(9, flow)
    if flow.token is not None:
        return redirect(url_for("token.show", identifier=flow.id), 303)
    return render_template("direct.html", flow=flow)


@pages.post("/<identifier>/direct")
def fetch_directly(identifier: str) -> ResponseReturnValue:
    flow = own_flow(identifier)
    flow = services().conductor.fetch_token(
        flow, flow.form, _direct_grant(flow), purpose=TOKEN_PURPOSE, attempt=attempt_number()
    )
    note_login(flow)
    return redirect(url_for("token.show", identifier=flow.id), 303)


def _direct_grant(flow: Flow) -> list[tuple[str, str]]:
    """RFC 6749 §4.4.2 for client credentials, §4.3.2 for the password grant."""
    grant = [("grant_type", flow.form.grant_type), ("scope", flow.form.scope)]
    if flow.form.grant_type == CLIENT_CREDENTIALS:
        return grant
    return [*grant, ("username", flow.form.username), ("password", flow.form.password)]


def _typed(flow: Flow, given: Mapping[str, str]) -> TokenForm:
    """The second form as sent; a field that was not on the page is as the flow began."""
    form = flow.form
    endpoint = given.get("token_endpoint", form.token_endpoint).strip()
    kept = flow.typed.token_endpoint if flow.typed else form.token_endpoint
    if endpoint == concealed(kept):
        endpoint = kept
    return TokenForm(
        redirect_uri=given.get("redirect_uri", form.redirect_uri).strip(),
        token_endpoint=endpoint,
        client_secret=given.get("client_secret", "") or secret_for(flow, endpoint),
        code_verifier=given.get("code_verifier", flow.code_verifier).strip(),
        token_endpoint_auth_method=given.get(
            "token_endpoint_auth_method", form.token_endpoint_auth_method
        ).strip(),
    )


def _check(typed: TokenForm, flow: Flow) -> None:
    """Raises InputRefused naming the fields of the second form that cannot be sent."""
    values: dict[str, str] = vars(typed)
    problems = {n: "This is too long." for n, v in values.items() if len(v) > MAX_FIELD}
    for name in ("redirect_uri", "token_endpoint"):
        if problem := url_problem(values[name]):
            problems[name] = f"{BY_NAME[name].label}: {problem}"
    if problem := control_problem(typed.client_secret):
        problems["client_secret"] = f"{BY_NAME['client_secret'].label}: {problem}"
    if typed.token_endpoint_auth_method not in dict(AUTH_METHODS):
        problems["token_endpoint_auth_method"] = "Choose a method from the list."
    problems |= own_key_problem(
        replace(
            flow.form,
            token_endpoint=typed.token_endpoint,
            token_endpoint_auth_method=typed.token_endpoint_auth_method,
        )
    )
    if problems:
        raise InputRefused(
            sentence=" ".join(problems.values()),
            fields=problems,
            advice=("Correct it in the form below; nothing was sent.",),
            flow_id=flow.id,
            step=9,
        )


def _scopes(flow: Flow) -> tuple[tuple[str, str], ...]:
    """Each scope with what became of it: granted, not granted, added by the server."""
    asked = flow.form.scopes
    said = flow.token.scope if flow.token else None
    granted = tuple(shown.unechoed(said, flow).split()) if said is not None else asked
    rows = [(s, "granted" if s in granted else "not granted") for s in asked]
    return (*rows, *((s, "added by the server") for s in granted if s not in asked))
