"""Requests in progress, kept here so that nothing but a one-time key travels."""

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, update

from authserver.store.database import Database
from authserver.store.models import PendingRequest
from authserver.store.secrets import digest, opaque

LIFETIME = 900  # seconds a person may take


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What was put aside, and the sign-in that has picked it up since."""

    kind: str
    data: dict[str, Any]
    sid: str | None


class Pending:
    """Puts requests aside and takes them up again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, kind: str, data: dict[str, Any], *, sid: str | None = None) -> str:
        """Puts a request aside and returns the key to it."""
        key, now = opaque(), int(time.time())
        with self._database.write() as session:
            session.execute(delete(PendingRequest).where(PendingRequest.expires_at < now))
            session.add(
                PendingRequest(
                    key_digest=digest(key), kind=kind, data=data, sid=sid, expires_at=now + LIFETIME
                )
            )
        return key

    def look(self, kind: str, key: str) -> Waiting | None:
        """The request under this key, left where it is."""
        with self._database.read() as session:
            return _waiting(session.get(PendingRequest, digest(key)), kind)

    def take(self, kind: str, key: str) -> Waiting | None:
        """The request under this key, for the one caller who takes it first."""
        with self._database.write() as session:
            row = session.get(PendingRequest, digest(key))
            found = _waiting(row, kind)
            if found:
                session.delete(row)
            return found

    def drop(self, key_digest: str) -> None:
        """Ends a request that has been answered, known here by its key's digest."""
        with self._database.write() as session:
            session.execute(delete(PendingRequest).filter_by(key_digest=key_digest))

    def bind(self, key: str, sid: str) -> None:
        """Notes which sign-in answered the request."""
        with self._database.write() as session:
            session.execute(
                update(PendingRequest).filter_by(key_digest=digest(key)).values(sid=sid)
            )


def _waiting(row: PendingRequest | None, kind: str) -> Waiting | None:
    if row is None or row.kind != kind or row.expires_at < time.time():
        return None
    return Waiting(kind=row.kind, data=dict(row.data), sid=row.sid)
