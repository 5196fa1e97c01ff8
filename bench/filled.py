"""Stored flows by the thousand, written as people who walk them leave them."""

from __future__ import annotations

import secrets
import time

from playground.flow import Flow
from playground.flows import Flows
from playground.form import Form
from playground.store import Store
from playground.wire.exchange import Exchange

TTL = 3600.0
SESSION = b"x" * 900


def fill(store: Store, flows: int) -> None:
    """Store so many flows with three exchanges each, and their sessions."""
    keep = Flows(store, ttl=TTL)
    for _ in range(flows):
        keep.create(_flow(), *(_exchange() for _ in range(3)))
        store.put(f"session:{secrets.token_urlsafe(32)}", SESSION, TTL)


def _flow() -> Flow:
    return Flow(
        id=secrets.token_hex(10),
        binding=secrets.token_hex(32),
        created_at=time.time(),
        started_on="http://localhost:8080",
        form=Form(client_id="bench", redirect_uri="http://localhost:8080/playground2/oauth2client"),
        state=secrets.token_urlsafe(32),
        code_verifier=secrets.token_urlsafe(48),
    )


def _exchange() -> Exchange:
    return Exchange(
        id=secrets.token_hex(6),
        purpose="Token request",
        channel="back",
        sender="playground",
        receiver="authorization server",
        started_at=time.time(),
        milliseconds=1.0,
        method="POST",
        url="http://localhost:9999/token",
        request_head=b"x" * 300,
        response_body=b"x" * 300,
    )
