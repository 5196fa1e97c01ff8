"""Past flows of this browser: what came of each, and two of them side by side."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from playground.flow import Flow
from playground.report.compare import Side, compare
from playground.report.story import grant_name, outcome
from playground.web.browser import own_flow, own_flows
from playground.web.filters import utc
from playground.web.frame import at_step
from playground.web.memory import profile
from playground.web.recorded import recorded

pages = Blueprint("flows", __name__, url_prefix="/playground2/flows")
NO_STEP = 0


@dataclass(frozen=True, kw_only=True)
class Past:
    """A flow in the list; `url` is the page it has come to."""

    id: str
    when: float
    server: str
    grant: str
    verdict: str
    outcome: str
    url: str


@pages.get("")
def show() -> ResponseReturnValue:
    """All of them, the newest first."""
    at_step(NO_STEP)
    return render_template("flows.html", flows=[_past(flow) for flow in own_flows()])


@pages.get("/compare")
def side_by_side() -> ResponseReturnValue:
    """Two flows; without both of them named, the list to choose from."""
    left, right = request.args.get("left", ""), request.args.get("right", "")
    if not left or not right:
        return redirect(url_for("flows.show"), 303)
    at_step(NO_STEP)
    sides = (_side(left), _side(right))
    return render_template(
        "compare.html",
        sections=compare(*sides),
        left=_title(sides[0].flow),
        right=_title(sides[1].flow),
        urls=tuple(page_of(side.flow) for side in sides),
        same=left == right,
    )


def page_of(flow: Flow) -> str:
    """The page that a flow has come to."""
    if flow.failure is not None:
        return url_for("callback.failed", identifier=flow.id)
    if flow.token is not None:
        return url_for("token.show", identifier=flow.id)
    endpoint = "callback.show" if flow.request is not None else "token.direct"
    return url_for(endpoint, identifier=flow.id)


def _past(flow: Flow) -> Past:
    verdict, sentence = outcome(flow)
    return Past(
        id=flow.id,
        when=flow.created_at,
        server=profile(flow.form.profile).title,
        grant=grant_name(flow),
        verdict=verdict,
        outcome=sentence,
        url=page_of(flow),
    )


def _side(identifier: str) -> Side:
    flow = own_flow(identifier)
    return Side(
        flow=flow,
        exchanges=recorded(flow),
        server=profile(flow.form.profile).title,
    )


def _title(flow: Flow) -> str:
    return utc(flow.created_at)
