"""The frame around every page: server, person, step, presenter mode."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, g, request, session, url_for

from playground.explain.diagram import Diagram, of_flow, of_plan
from playground.flow import Flow
from playground.report.redact import without_secrets
from playground.tutorial import TITLES, Seen, Step, observe, steps
from playground.web.browser import owns
from playground.web.filters import Hole
from playground.web.login import signs_out_elsewhere, user_name
from playground.web.memory import remembered_form, remembered_profile
from playground.web.recorded import recorded
from playground.web.security import allow_leaving


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What base.html shows around a page; `step` is the tutorial's, 1 to 9."""

    server_name: str
    user: str
    step: int
    steps: tuple[Step, ...]
    step_title: str
    present: bool
    present_url: str
    diagram: Diagram | None = None


def at_step(number: int, flow: Flow | None = None) -> None:
    """Say where in the tutorial this page is, and which flow it shows."""
    g.step, g.flow = number, flow


def presenting() -> bool:
    """Whether presenter mode is on; `?present=1` or `?present=0` switches it."""
    known: bool | None = g.get("presenting")
    if known is None:
        wish, known = request.args.get("present", ""), bool(session.get("present"))
        if wish in ("0", "1") and known != (wish == "1"):
            session["present"] = known = wish == "1"
        g.presenting = known
    return known


def make_frame(hole: Hole = str) -> Frame:
    """What surrounds the current page; what differs from person to person goes through `hole`."""
    number, flow = g.get("step", 5), g.get("flow")
    present = presenting()
    if signs_out_elsewhere():
        allow_leaving()
    return Frame(
        server_name=remembered_profile(flow).title,
        user=hole(user_name()),
        step=number,
        steps=steps(number, _seen(flow, hole)),
        step_title=TITLES[number - 1],
        present=present,
        present_url=hole(_switch("0" if present else "1", flow)),
        diagram=_diagram(flow, hole),
    )


def _seen(flow: Flow | None, hole: Hole) -> Seen:
    """What this request and the flow show of the tutorial's steps."""
    host = request.host.partition(":")[0].lower()
    seen = observe(host=host, flow=flow, form_open=request.blueprint == "form")
    return Seen(done={number: hole(how) for number, how in seen.done.items()}, remarks=seen.remarks)


def _diagram(flow: Flow | None, hole: Hole) -> Diagram | None:
    """The flow so far and still to come; the form's plan where there is no flow."""
    if flow is None or not owns(flow):
        return of_plan(remembered_form())
    return of_flow(flow, recorded(flow), shown=g.get("exchange", ""), named=hole)


def _switch(wish: str, flow: Flow | None) -> str:
    """This page with presenter mode on or off, with the query that made it but for secrets.

    An answer of a server's that belongs to no flow here is told once more by its parameters, and
    a used one by its flow's page.
    """
    path, given = request.path, without_secrets(request.args.items(multi=True))
    if "answer" in g:
        path, given = url_for("callback.arrive"), g.answer
        if flow is not None and owns(flow):
            path, given = url_for("callback.show", identifier=flow.id), []
    kept = [pair for pair in given if pair[0] != "present"]
    return f"{path}?{urlencode([*kept, ('present', wish)])}"


def register(app: Flask) -> None:
    """Give every template its frame."""
    app.context_processor(lambda: {"frame": make_frame()})
