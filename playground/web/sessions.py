"""Server-side sessions in the shared store, and a new session id where a flow begins."""

from __future__ import annotations

import secrets
from datetime import timedelta

import msgspec
from flask import Flask, current_app, session
from flask_session.base import ServerSideSession, ServerSideSessionInterface

from playground.store import Store

COOKIE_NAME = "playground_session"
COOKIE_PATH = "/playground2"
OVERLAP = timedelta(seconds=60)
_CSRF = "csrf_token"
_FOREVER = 10 * 365 * 86_400.0


class StoreSessionInterface(ServerSideSessionInterface):  # type: ignore[misc]
    """Flask-Session on our store; ids that the store does not know are never adopted."""

    def __init__(self, app: Flask, store: Store) -> None:
        super().__init__(app, key_prefix="session:", permanent=True)
        self._store = store

    def _retrieve_session_data(self, store_id: str) -> dict[str, object] | None:
        raw = self._store.get(store_id)
        return msgspec.msgpack.decode(raw, type=dict[str, object]) if raw is not None else None

    def _delete_session(self, store_id: str) -> None:
        self._store.delete(store_id)

    def _upsert_session(
        self, session_lifetime: timedelta, session: ServerSideSession, store_id: str
    ) -> None:
        raw = msgspec.msgpack.encode(dict(session))
        self._store.put(store_id, raw, session_lifetime.total_seconds())

    def renew(self, session: ServerSideSession) -> None:
        """Give the session a new id (PROTOCOL 28).

        What stays under the old one for a minute is the CSRF seed alone, so that another tab's
        form that is on its way just now is not turned away.
        """
        old = ServerSideSession({_CSRF: session.get(_CSRF)}, sid=session.sid)
        self.regenerate(session)
        self._upsert_session(OVERLAP, old, self._get_store_id(old.sid))


def renew_session() -> None:
    """A new id for the current session."""
    interface = current_app.session_interface
    assert isinstance(interface, StoreSessionInterface)  # noqa: S101 - wired in create_app
    interface.renew(session)


def secret_key(store: Store) -> str:
    """The key that signs CSRF tokens: made once, kept in the store, shared by all workers."""
    store.add("secret_key", secrets.token_hex(32).encode(), _FOREVER)
    return (store.get("secret_key") or b"").decode()
