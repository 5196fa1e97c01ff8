"""A flow's exchanges, read from the store once per request."""

from __future__ import annotations

from flask import g

from playground.flow import Flow
from playground.web.ahead import reading_of
from playground.web.services import services
from playground.wire.exchange import Exchange


def recorded(flow: Flow) -> list[Exchange]:
    """The flow's exchanges in order. Call it when the page is made, not before sending."""
    cache: dict[str, list[Exchange]] = g.setdefault("exchanges", {})
    if flow.id not in cache:
        cache[flow.id] = services().flows.exchanges(flow.id, reading_of(flow.id))
    return cache[flow.id]
