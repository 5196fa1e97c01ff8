"""Server-side sessions in the shared store, and a new session id where a flow begins."""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta

import msgspec
from flask import Flask, Request, Response, current_app, request, session
from flask_session.base import ServerSideSession, ServerSideSessionInterface

from playground.errors import StoreUnavailable
from playground.store import Store

log = logging.getLogger("playground")
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

    def open_session(self, app: Flask, request: Request) -> ServerSideSession:
        """An empty session when the store is down; `check_store` then says so on every page."""
        try:
            return super().open_session(app, request)
        except StoreUnavailable as error:
            session = self.session_class()
            session.unavailable = error
            return session

    def save_session(self, app: Flask, session: ServerSideSession, response: Response) -> None:
        """Nothing is saved, and no cookie replaced, while the store is down."""
        if getattr(session, "unavailable", None) is not None:
            return
        try:
            super().save_session(app, session, response)
        except StoreUnavailable:
            log.warning("a session was not saved: the store is unavailable")

    def renew(self, session: ServerSideSession) -> None:
        """Give the session a new id (PROTOCOL 28).

        What stays under the old one for a minute is the CSRF seed alone, so that another tab's
        form that is on its way just now is not turned away. It is replaced in one step: a
        regenerate that deletes first would turn away whoever comes in between.
        """
        old = ServerSideSession({_CSRF: session.get(_CSRF)}, sid=session.sid)
        self._upsert_session(OVERLAP, old, self._get_store_id(old.sid))
        session.sid = self._generate_sid(self.sid_length)
        session.modified = True


def check_store() -> None:
    """Raises StoreUnavailable when this request's session could not be read."""
    error = getattr(session, "unavailable", None)
    if error is not None and request.endpoint not in ("static", "home.healthz"):
        raise error


def renew_session() -> None:
    """A new id for the current session."""
    interface = current_app.session_interface
    assert isinstance(interface, StoreSessionInterface)  # noqa: S101 - wired in create_app
    interface.renew(session)


def end_session() -> None:
    """A new id for the current session; the old one is dead at once."""
    current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]


def secret_key(store: Store) -> str:
    """The key that signs CSRF tokens: made once, kept in the store, shared by all workers."""
    store.add("secret_key", secrets.token_hex(32).encode(), _FOREVER)
    return (store.get("secret_key") or b"").decode()
