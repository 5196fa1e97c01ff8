"""What a person has approved for always."""

from sqlalchemy import delete

from authserver.store.database import Database
from authserver.store.models import Consent


def scope_key(scope: str) -> str:
    """A set of scopes as one text, whatever order they came in."""
    return " ".join(sorted(set(scope.split())))


class Consents:
    """Remembers Approve Always per person, client and set of scopes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def remember(self, username: str, client_id: str, scope: str) -> None:
        """Remembers the approval."""
        with self._database.write() as session:
            session.merge(Consent(username=username, client_id=client_id, scope=scope_key(scope)))

    def covers(self, username: str, client_id: str, scope: str) -> bool:
        """Whether exactly these scopes were approved before."""
        with self._database.read() as session:
            return session.get(Consent, (username, client_id, scope_key(scope))) is not None

    def forget_client(self, client_id: str) -> None:
        """Forgets every approval of a client that is going away."""
        with self._database.write() as session:
            session.execute(delete(Consent).where(Consent.client_id == client_id))
