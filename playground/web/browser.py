"""Which flows a browser owns: one cookie per flow, so that tabs never overwrite each other."""

from __future__ import annotations

import secrets
import time

from flask import Response, request

from playground.errors import FlowUnknown
from playground.flow import Flow
from playground.web.ahead import FLOW_COOKIE, reading_of
from playground.web.services import services
from playground.web.sessions import COOKIE_PATH


def new_secret() -> str:
    """A flow cookie's value: its birth in milliseconds since the epoch, and 256 random bits."""
    return f"{int(time.time() * 1000)}.{secrets.token_urlsafe(32)}"


def remember(response: Response, flow: Flow, secret: str) -> None:
    """Bind the flow to this browser; past the limit the oldest one is let go."""
    settings = services().settings
    response.set_cookie(
        FLOW_COOKIE + flow.id,
        secret,
        max_age=settings.session_hours * 3600,
        path=COOKIE_PATH,
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    mine = own_ids()
    for identifier in mine[: max(0, len(mine) + 1 - settings.max_flows)]:
        forget(response, identifier)


def own_ids() -> list[str]:
    """The ids of the flows this browser has cookies for, the oldest first."""
    cookies = {k: v for k, v in request.cookies.items() if k.startswith(FLOW_COOKIE)}
    by_age = sorted(cookies, key=lambda name: (cookies[name].partition(".")[0], name))
    return [name.removeprefix(FLOW_COOKIE) for name in by_age]


def owns(flow: Flow) -> bool:
    """Whether this browser holds the flow's cookie."""
    return services().flows.belongs(flow, request.cookies.get(FLOW_COOKIE + flow.id, ""))


def own_flow(identifier: str) -> Flow:
    """The flow, if it is this browser's. Raises FlowUnknown."""
    flow = services().flows.find(identifier, reading_of(identifier))
    if flow is None or not owns(flow):
        raise FlowUnknown(
            sentence="There is no such flow in this browser.",
            evidence=(
                ("Reason", "It has expired, was reset, or belongs to another browser."),
                ("Kept in a browser", how_many_are_kept()),
            ),
            advice=("Start again with Import Photos; the form keeps what you typed.",),
            status=404,
        )
    return flow


def how_many_are_kept() -> str:
    """The sentence for who misses a flow: the oldest ones are let go."""
    limit = services().settings.max_flows
    return f"A browser keeps its {limit} newest flows (PLAYGROUND_MAX_FLOWS)."


def own_flows() -> list[Flow]:
    """This browser's flows, the newest first."""
    found = (services().flows.find(identifier) for identifier in reversed(own_ids()))
    return [flow for flow in found if flow is not None and owns(flow)]


def forget(response: Response, identifier: str) -> None:
    """Delete a flow's cookie, and the flow itself if it is this browser's."""
    flow = services().flows.find(identifier)
    if flow is not None and owns(flow):
        services().flows.delete(identifier)
    response.delete_cookie(FLOW_COOKIE + identifier, path=COOKIE_PATH)
