"""The wire: every message of a flow in order, and each one laid open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, abort, g, render_template, url_for
from flask.typing import ResponseReturnValue

from playground.explain.authority import issued_by
from playground.explain.curl import Curl, as_curl
from playground.explain.kinds import Kind, failed, kind_of
from playground.flow import Flow
from playground.urls import origin
from playground.web.browser import own_flow
from playground.web.frame import at_step
from playground.web.recorded import reader_of, recorded
from playground.web.services import services
from playground.wire.exchange import Exchange

pages = Blueprint("wire", __name__, url_prefix="/playground2/oauth2client/<identifier>/wire")
_LEFT, _BACK = 7, 9


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One line of the list."""

    number: int
    exchange: Exchange
    kind: Kind
    url: str
    failed: bool
    href: str


@pages.get("")
def show(identifier: str) -> ResponseReturnValue:
    flow = _flow(identifier)
    return render_template("wire.html", flow=flow, listed=list(_listed(flow)))


@pages.get("/<name>")
def one(identifier: str, name: str) -> ResponseReturnValue:
    """One exchange: what exactly was on the wire, and why."""
    flow = _flow(identifier)
    listed = list(_listed(flow))
    at = next((i for i, item in enumerate(listed) if item.exchange.id == name), None)
    if at is None:
        abort(404)
    exchange, g.exchange = listed[at].exchange, name
    return render_template(
        "exchange.html",
        flow=flow,
        item=listed[at],
        x=exchange,
        reader=reader_of(flow),
        curl=_curl(flow, exchange),
        before=listed[at - 1] if at else None,
        after=listed[at + 1] if at + 1 < len(listed) else None,
    )


def _flow(identifier: str) -> Flow:
    flow = own_flow(identifier)
    at_step(_LEFT if flow.form.redirecting and flow.response is None else _BACK, flow)
    return flow


def _listed(flow: Flow) -> Iterator[Listed]:
    reader = reader_of(flow)
    for number, exchange in enumerate(recorded(flow), start=1):
        yield Listed(
            number=number,
            exchange=exchange,
            kind=kind_of(exchange),
            url=reader.url(exchange),
            failed=failed(exchange),
            href=url_for("wire.one", identifier=flow.id, name=exchange.id),
        )


def _curl(flow: Flow, exchange: Exchange) -> Curl | None:
    """None for what only this browser can send: its cookie binds the flow."""
    if exchange.channel == "front" and exchange.receiver == "playground":
        return None
    return as_curl(
        exchange,
        client_id=flow.form.client_id,
        authority=_authority(flow, exchange),
        redactor=reader_of(flow).redactor,
    )


def _authority(flow: Flow, exchange: Exchange) -> Path | None:
    """The local authority's file, when it vouches for this server as far as we have seen."""
    settings, server = services().settings, origin(exchange.url)
    file = settings.ca_file.resolve()
    peers = [x.peer for x in recorded(flow) if x.peer and origin(x.url) == server]
    ours = not peers and server == origin(settings.embedded) and file.is_file()
    return file if ours or any(issued_by(file, peer) for peer in peers) else None
