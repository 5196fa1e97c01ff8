"""The callback: takes the authorization response, shows what came back and whether to trust it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from playground.errors import FlowUnknown, ResponseRefused
from playground.flow import Flow
from playground.flows import flow_id
from playground.mask import half, mask
from playground.protocol.authorization import AuthorizationResponse, check_repeats
from playground.report.redact import without_secrets
from playground.views.token import exchange_now
from playground.web import front, shown
from playground.web.ahead import reading_of
from playground.web.browser import how_many_are_kept, own_flow, owns
from playground.web.doctor import waiting
from playground.web.filters import moment
from playground.web.frame import at_step
from playground.web.login import note_login
from playground.web.problems import show_failure
from playground.web.requests import only_by_get, own_origin
from playground.web.security import allow_leaving, csrf
from playground.web.services import services
from playground.web.sheets import Sheet
from playground.web.token_form import token_fields
from playground.wire.exchange import Exchange

pages = Blueprint("callback", __name__, url_prefix="/playground2/oauth2client")
Pairs = Sequence[tuple[str, str]]
MAX_PARAMETERS = 50


@pages.get("")
@only_by_get
def arrive() -> ResponseReturnValue:
    """response_mode=query brings parameters; with none, the fragment may hold them."""
    given = [pair for pair in request.args.items(multi=True) if pair[0] != "present"]
    if not given:
        at_step(6)
        return render_template("fragment.html")
    return _receive(given, "query")


@pages.post("")
@csrf.exempt
def arrive_by_post() -> ResponseReturnValue:
    """response_mode=form_post: this cross-site POST has no cookie, so park it and come again."""
    given = list(request.form.items(multi=True))[:MAX_PARAMETERS]
    ticket = services().flows.park(given, front.came_back())
    return redirect(url_for("callback.resume", ticket=ticket), 303)


@pages.get("/resume/<ticket>")
@only_by_get
def resume(ticket: str) -> ResponseReturnValue:
    """The second half of form_post, now with the browser's cookies; works once."""
    parked = services().flows.unpark(ticket)
    if parked is None:
        raise FlowUnknown(
            sentence="This address works once, and it has been used.",
            advice=("Go on from the page it led to, or start a new flow.",),
            status=404,
        )
    given, message = parked
    return _receive(given, "form_post", message)


@pages.post("/fragment")
def arrive_by_fragment() -> ResponseReturnValue:
    """response_mode=fragment: a small script read the fragment and posts it to us."""
    return _receive(list(request.form.items(multi=True)), "fragment")


def _receive(
    given: Pairs, response_mode: str, message: Exchange | None = None
) -> ResponseReturnValue:
    parameters = [pair for pair in given if pair[0] != "csrf_token"]
    g.answer = without_secrets(parameters)
    check_repeats(parameters)
    flow = _flow_of(dict(parameters))
    flow = services().conductor.receive(
        flow, parameters, message or front.came_back(), response_mode=response_mode
    )
    note_login(flow)
    if flow.form.exchange_at_once and flow.code:
        return exchange_now(flow)
    return redirect(url_for("callback.show", identifier=flow.id), 303)


def _flow_of(given: dict[str, str]) -> Flow:
    """The flow that this state belongs to, if it is this browser's (RFC 6749 §10.12)."""
    state = given.get("state", "")
    identifier = flow_id(state)
    flow = services().flows.find(identifier, reading_of(identifier)) if state else None
    if flow is None:
        raise ResponseRefused(
            sentence="This response belongs to no flow: its state is missing or unknown.",
            evidence=(
                ("state", "present, but unknown" if state else "missing"),
                *((("Limit", how_many_are_kept()),) if state else ()),
                *((n, given[n]) for n in ("error", "error_description") if given.get(n)),
            ),
            advice=(
                "It may be old, already reset, or made by somebody else (RFC 6749 §10.12).",
                "Start a new flow from the form.",
            ),
        )
    if not owns(flow):
        g.answer = without_secrets(given.items(), kept="state")  # of no use without the cookie
        raise _stranger(flow)
    return flow


def _stranger(flow: Flow) -> ResponseRefused:
    here = own_origin()
    if here != flow.started_on:
        return ResponseRefused(
            sentence="The flow began under another host name, so its cookie did not come along.",
            evidence=(("Began on", flow.started_on), ("Came back to", here)),
            advice=(
                f"Open {flow.started_on}/playground2 and start there, or use a callback URL that "
                f"begins with {flow.started_on}.",
            ),
        )
    return ResponseRefused(
        sentence="This response belongs to another browser's flow.",
        evidence=(("Cookie of the flow", "missing"), ("Section", "RFC 6749 §10.12")),
        advice=(
            "Start a new flow in this browser.",
            "If it is your own: cookies for this host name may be blocked or were deleted.",
        ),
    )


@pages.get("/<identifier>")
def show(identifier: str) -> ResponseReturnValue:
    """What came back, and the tutorial's second form."""
    flow = own_flow(identifier)
    at_step(9, flow)
    if flow.response is None:
        return _not_back(flow)
    if flow.signed_out:
        allow_leaving()
    sheet = Sheet()
    return sheet.draw(
        "callback.html",
        flow=shown.outline(flow, sheet.hole),
        code=_code(flow, sheet) if flow.code else None,
        brought=_brought(flow.response),
        signed_out=flow.signed_out,
        received=moment(flow.responded_at, sheet.hole),
        awaits_exchange=flow.awaits_exchange,
        has_token=flow.token is not None,
        fields=token_fields(flow, sheet.hole) if flow.awaits_exchange else (),
        checks_made=shown.checks(flow.response_checks, sheet.hole),
        parameters=shown.parameters(flow, sheet.hole),
    )


def _code(flow: Flow, sheet: Sheet) -> shown.Hidden:
    """The code, masked by half; in front of a room by more."""
    return shown.hidden(flow.code, sheet.hole, mask if sheet.presenting else half)


def _brought(response: AuthorizationResponse) -> str:
    """What came through the browser, in words."""
    parts = (
        ("an authorization code", response.code),
        ("an access token", response.access_token),
        ("an id token", response.id_token),
    )
    *first, last = [words for words, value in parts if value]
    return f"{', '.join(first)} and {last}" if first else last


def _not_back(flow: Flow) -> ResponseReturnValue:
    """Nothing came back: what was sent, or why it was refused."""
    if flow.failure is not None:
        return redirect(url_for("callback.failed", identifier=flow.id), 303)
    if flow.request is None:
        return redirect(url_for("token.direct", identifier=flow.id), 303)
    at_step(7, flow)
    return render_template("waiting.html", flow=flow, **waiting(flow))


@pages.get("/<identifier>/failure")
def failed(identifier: str) -> ResponseReturnValue:
    """The flow's newest failure, with its status and, where it helps, the form to correct."""
    flow = own_flow(identifier)
    if flow.failure is None:
        return redirect(url_for("callback.show", identifier=flow.id), 303)
    return show_failure(flow.failure, flow)
