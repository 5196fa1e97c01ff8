"""Codes and tokens: issued, used once, rotated, revoked."""

import time
from enum import Enum

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from authserver.store.database import Database
from authserver.store.grant_models import AuthorizationCode, Token
from authserver.store.models import SeenAssertion
from authserver.store.secrets import digest

KEPT = 24 * 3600  # seconds a dead code or token stays, so that its reuse is still recognised


class CodeState(Enum):
    """What became of a code when it was presented."""

    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"
    FRESH = "fresh"


class GrantRevokedError(Exception):
    """The approval behind a token was withdrawn while the token was being made."""


class Grants:
    """Codes, and the tokens that come from them or from another grant."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save_code(self, row: AuthorizationCode) -> None:
        """Keeps a new code and drops those that ended long ago."""
        before = time.time() - KEPT
        with self._database.write() as session:
            session.execute(delete(AuthorizationCode).where(AuthorizationCode.expires_at < before))
            session.execute(
                delete(Token).where(Token.expires_at < before, Token.refresh_expires_at < before)
            )
            session.add(row)

    def use_code(self, code: str, client_id: str) -> tuple[CodeState, AuthorizationCode | None]:
        """Uses the code up, whatever the rest of its request is worth.

        A second use revokes all that came from the first (RFC 6749 §4.1.2).
        """
        with self._database.write() as session:
            row = session.get(AuthorizationCode, digest(code))
            if row is None or row.client_id != client_id:
                return CodeState.UNKNOWN, None
            if row.used:
                _revoke(session, row.grant_id)
                return CodeState.USED, row
            row.used = True
            expired = row.expires_at <= time.time()
            return (CodeState.EXPIRED if expired else CodeState.FRESH), row

    def save_token(self, row: Token) -> None:
        """Keeps a new token, unless its grant was revoked in the meantime."""
        with self._database.write() as session:
            withdrawn = select(AuthorizationCode).filter_by(grant_id=row.grant_id, revoked=True)
            if session.scalar(withdrawn):
                raise GrantRevokedError
            session.add(row)

    def by_access_token(self, value: str) -> Token | None:
        """The row of an access token, dead or alive."""
        with self._database.read() as session:
            return session.scalar(select(Token).filter_by(access_digest=digest(value)))

    def by_refresh_token(self, value: str) -> Token | None:
        """The newest row of a refresh token, dead or alive."""
        with self._database.read() as session:
            return _newest(session, digest(value))

    def replace_token(self, refresh_digest: str, row: Token) -> None:
        """Retires a refresh token's newest row and keeps the one that follows it, in one step.

        A refresh token that is used up revokes its whole family (RFC 9700 §4.14.2); one that is
        kept has gone on to a newer row, whoever got there first.
        """
        with self._database.write() as session:
            old = _newest(session, refresh_digest)
            if old and not (old.refresh_used or old.revoked):
                old.refresh_used = old.revoked = True
                session.add(row)
                return
        self.revoke_grant(row.grant_id)
        raise GrantRevokedError

    def revoke_access(self, token_id: int) -> None:
        """Ends one access token's time; its refresh token lives on (RFC 7009 §2.1)."""
        with self._database.write() as session:
            session.execute(update(Token).filter_by(id=token_id).values(expires_at=0))

    def revoke_grant(self, grant_id: str) -> None:
        """Revokes everything that came from one approval."""
        with self._database.write() as session:
            _revoke(session, grant_id)

    def first_sight(self, client_id: str, jti: str, expires_at: int) -> bool:
        """Whether this client assertion is seen for the first time; it is remembered."""
        with self._database.write() as session:
            now = int(time.time())
            session.execute(delete(SeenAssertion).where(SeenAssertion.expires_at < now))
            key = (client_id, digest(jti))
            if session.get(SeenAssertion, key):
                return False
            session.add(SeenAssertion(client_id=key[0], jti_digest=key[1], expires_at=expires_at))
            return True


def _newest(session: Session, refresh_digest: str) -> Token | None:
    query = select(Token).filter_by(refresh_digest=refresh_digest).order_by(Token.id.desc())
    return session.scalars(query).first()


def _revoke(session: Session, grant_id: str) -> None:
    for table in (AuthorizationCode, Token):
        session.execute(update(table).filter_by(grant_id=grant_id).values(revoked=True))
