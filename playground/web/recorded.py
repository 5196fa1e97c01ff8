"""A flow's exchanges, read from the store once per request."""

from __future__ import annotations

from flask import g

from playground.explain.reading import Reader, never_shown
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


def reader_of(flow: Flow) -> Reader:
    """A reader that knows every secret of this flow that is in no page, wrong ones included."""
    readers: dict[str, Reader] = g.setdefault("readers", {})
    if flow.id not in readers:
        known = [flow.form.client_secret, flow.form.password]
        for exchange in recorded(flow):
            if exchange.channel == "back":  # the browser carries none of ours
                known += never_shown(exchange)
        readers[flow.id] = Reader(known)
    return readers[flow.id]
