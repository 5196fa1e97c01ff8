"""Sign-ins: who is here, in which browser, and which clients know about it."""

import secrets
import time
from dataclasses import dataclass

from sqlalchemy import delete, select

from authserver.store.database import Database
from authserver.store.models import Participant, SignIn
from authserver.store.secrets import digest, opaque

HOURS = 3600
LIFETIME = 12 * HOURS
REMEMBERED = 14 * 24 * HOURS


@dataclass(frozen=True, kw_only=True)
class NewSignIn:
    """A sign-in that has just begun, with the two handles only its browser will hold."""

    sign_in: SignIn
    handle: str
    silent: str


class Sessions:
    """Begins, finds and ends sign-ins."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, username: str, *, remember: bool, before: SignIn | None = None) -> NewSignIn:
        """A sign-in with new handles, whatever the browser held before.

        When the same person signs in again, the `sid` that clients know stays (OIDC Core §2).
        """
        handle, silent, now = secrets.token_urlsafe(32), secrets.token_urlsafe(32), int(time.time())
        again = before is not None and before.username == username
        row = SignIn(
            sid=before.sid if before and again else opaque(),
            opbs=before.opbs if before and again else opaque(),
            handle_digest=digest(handle),
            silent_digest=digest(silent),
            username=username,
            auth_time=now,
            expires_at=now + (REMEMBERED if remember else LIFETIME),
        )
        with self._database.write() as session:
            session.execute(delete(SignIn).where(SignIn.expires_at < now))
            session.merge(row)
        return NewSignIn(sign_in=row, handle=handle, silent=silent)

    def by_handle(self, handle: str) -> SignIn | None:
        """The live sign-in of the browser that holds this handle."""
        with self._database.read() as session:
            return _live(session.scalar(select(SignIn).filter_by(handle_digest=digest(handle))))

    def by_silent(self, handle: str) -> SignIn | None:
        """The same, by the handle that also travels in frames; good for `prompt=none` only."""
        with self._database.read() as session:
            return _live(session.scalar(select(SignIn).filter_by(silent_digest=digest(handle))))

    def join(self, sid: str, client_id: str) -> None:
        """Notes that a client took part; a sign-in that has ended meanwhile is left alone."""
        with self._database.write() as session:
            if session.get(SignIn, sid):
                session.merge(Participant(sid=sid, client_id=client_id))

    def end(self, sid: str) -> list[str]:
        """Ends the sign-in; returns the ids of the clients that must hear of it."""
        with self._database.write() as session:
            rows = session.scalars(select(Participant.client_id).filter_by(sid=sid))
            clients = sorted(rows)
            session.execute(delete(SignIn).where(SignIn.sid == sid))
            return clients


def _live(row: SignIn | None) -> SignIn | None:
    return row if row and row.is_live else None
