"""Server-side sessions in the shared store, and a new session id where a flow begins."""

from __future__ import annotations

import logging
import secrets
from contextlib import suppress
from datetime import timedelta

import msgspec
from flask import Flask, Request, Response, current_app, request, session
from flask_session.base import ServerSideSession, ServerSideSessionInterface

from playground.errors import StoreUnavailable
from playground.store import Store
from playground.web.ahead import read_session
from playground.web.csrf import SEED
from playground.web.services import services

log = logging.getLogger("playground")
COOKIE_NAME = "playground_session"
COOKIE_PATH = "/playground2"
OVERLAP = timedelta(seconds=60)
_FOREVER = 10 * 365 * 86_400.0


class StoreSessionInterface(ServerSideSessionInterface):  # type: ignore[misc]
    """Flask-Session on our store; ids that the store does not know are never adopted."""

    def __init__(self, app: Flask, store: Store) -> None:
        super().__init__(app, key_prefix="session:", permanent=True)
        self._store = store
        app.secret_key = secrets.token_hex(32)  # good for failure pages, until the store answers
        with suppress(StoreUnavailable):
            _share_key(app, store)

    def _retrieve_session_data(self, store_id: str) -> dict[str, object] | None:
        raw = read_session(store_id)
        return msgspec.msgpack.decode(raw, type=dict[str, object]) if raw is not None else None

    def _delete_session(self, store_id: str) -> None:
        self._store.delete(store_id)

    def _upsert_session(
        self, session_lifetime: timedelta, session: ServerSideSession, store_id: str
    ) -> None:
        with self._store.batch() as batch:
            for old, seed in getattr(session, "renewed", {}).items():
                batch.put(old, msgspec.msgpack.encode(seed), OVERLAP.total_seconds())
            raw = msgspec.msgpack.encode(dict(session))
            batch.put(store_id, raw, session_lifetime.total_seconds())

    def open_session(self, app: Flask, request: Request) -> ServerSideSession:
        """An empty session when the store is down; `check_store` then says so on every page.

        Styles and scripts have none: a page brings half a dozen of them. Nor has the probe that is
        to answer whatever the store does.
        """
        if request.path.startswith(f"{app.static_url_path}/") or request.path == "/healthz":
            return self.session_class()
        try:
            return super().open_session(app, request)
        except StoreUnavailable as error:
            session = self.session_class()
            session.unavailable = error
            return session

    def save_session(self, app: Flask, session: ServerSideSession, response: Response) -> None:
        """While the store is down nothing is saved, and no page pretends that it was."""
        if session.sid is None or getattr(session, "unavailable", None) is not None:
            return
        if not session.modified:
            if session.accessed:
                response.headers["Vary"] = "Cookie"
            return
        try:
            super().save_session(app, session, response)
        except StoreUnavailable as error:
            log.warning("a session was not saved: the store is unavailable")
            _say_instead(app, response, error)

    def get_cookie_secure(self, app: Flask) -> bool:
        """Secure exactly where the browser came by https."""
        return request.is_secure

    def renew(self, session: ServerSideSession) -> None:
        """Give the session a new id (CWE-384).

        What stays under the old one for a minute is the CSRF seed alone, so that another tab's
        form that is on its way just now is not turned away. It is replaced in one step, together
        with the new one's first writing: a regenerate that deletes first would turn away whoever
        comes in between.
        """
        renewed = session.__dict__.setdefault("renewed", {})
        renewed[self._get_store_id(session.sid)] = {SEED: session.get(SEED)}
        session.sid = self._generate_sid(self.sid_length)
        session.modified = True


def _say_instead(app: Flask, response: Response, error: StoreUnavailable) -> None:
    """Turn a finished response into the error's page, its headers and policy kept."""
    page = app.make_response(app.handle_user_exception(error))
    response.status_code = page.status_code
    response.content_type = page.content_type
    response.set_data(page.get_data())
    response.headers.pop("Location", None)


def check_store() -> None:
    """Raises StoreUnavailable when the store is down, on every page that needs it."""
    if request.endpoint in ("static", "home.healthz"):
        return
    error, store = getattr(session, "unavailable", None), services().store
    if error is not None:
        store.interrupted = True
        raise error
    if store.interrupted:
        _share_key(current_app, store)


def renew_session() -> None:
    """A new id for the current session."""
    interface = current_app.session_interface
    assert isinstance(interface, StoreSessionInterface)  # noqa: S101 - wired in create_app
    interface.renew(session)


def end_session() -> None:
    """A new id for the current session; the old one is dead at once."""
    current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]


def _share_key(app: Flask, store: Store) -> None:
    """The key that signs CSRF tokens: made once, kept in the store, shared by all workers.

    A store that lost it, as Redis does without persistence, is given the one in use again.
    """
    store.interrupted = False  # from here on it may be interrupted again
    try:
        store.add("secret_key", str(app.secret_key).encode(), _FOREVER)
        app.secret_key = (store.get("secret_key") or b"").decode()
    except StoreUnavailable:
        store.interrupted = True
        raise
