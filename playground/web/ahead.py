"""Reads the flow that a page is about together with the session: one round trip, not three."""

from __future__ import annotations

from flask import g, request

from playground.flows import Reading, flow_id
from playground.web.services import services

FLOWS_AT = "/playground2/oauth2client"
FLOW_COOKIE = "playground_flow_"


def read_session(store_id: str) -> bytes | None:
    """The session's record, and ahead of its use what this request will want of a flow."""
    identifier, shown = _wanted()
    with services().store.batch() as batch:
        session = batch.get(store_id)
        if identifier:
            reading = services().flows.read(batch, identifier, exchanges=shown)
    if identifier:
        g.read_ahead = (identifier, reading)
    return session.value


def reading_of(identifier: str) -> Reading | None:
    """What was read of this flow with the session, if it was."""
    name, reading = g.get("read_ahead", ("", None))
    return reading if name == identifier else None


def _wanted() -> tuple[str, bool]:
    """The flow that this request is about, if its cookie came along; whether it only shows it.

    Where something may be sent yet, the exchanges are read when the page is made.
    """
    path = request.path
    if not path.startswith(FLOWS_AT):
        return "", False
    identifier, _, page = path.removeprefix(FLOWS_AT).lstrip("/").partition("/")
    arriving = not identifier
    if arriving:
        identifier = flow_id(request.args.get("state", ""))
    if FLOW_COOKIE + identifier not in request.cookies:
        return "", False
    return identifier, request.method == "GET" and not arriving and page in ("", "token")
