"""Records made by hand, for tests of what only reads them."""

from __future__ import annotations

from typing import Any

from playground.flow import Flow
from playground.form import Form
from playground.wire.exchange import Exchange


def exchange(**facts: Any) -> Exchange:
    """A recorded token request, with these facts instead of the usual ones."""
    usual = {
        "id": "x",
        "purpose": "Token request",
        "channel": "back",
        "sender": "playground",
        "receiver": "authorization server",
        "started_at": 0.0,
        "milliseconds": 1.0,
        "method": "POST",
        "url": "https://as.example/token",
    }
    return Exchange(**usual | facts)


def flow(identifier: str = "f", **form: str) -> Flow:
    """A flow that has only begun, with this form."""
    return Flow(id=identifier, binding="", created_at=0.0, started_on="", form=Form(**form))  # type: ignore[arg-type]
