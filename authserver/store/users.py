"""People who can sign in."""

from typing import Any

from werkzeug.security import check_password_hash, generate_password_hash

from authserver.store.database import Database
from authserver.store.models import User

MAX_PASSWORD = 1024


class Users:
    """Finds people and checks their passwords."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._decoy = generate_password_hash("nobody has this password")

    def get(self, username: str) -> User | None:
        """The person with this name."""
        with self._database.read() as session:
            return session.get(User, username)

    def authenticate(self, username: str, password: str) -> User | None:
        """The person, when the password is theirs; equally slow for names nobody has."""
        user = self.get(username)
        expected = user.password_hash if user else self._decoy
        matches = len(password) <= MAX_PASSWORD and check_password_hash(expected, password)
        return user if user and matches else None

    def add(self, username: str, password: str, *, profile: dict[str, Any], is_admin: bool) -> None:
        """Adds a person; one who is there already gets the profile and keeps the password."""
        known = self.get(username)
        row = User(
            username=username,
            password_hash=known.password_hash if known else generate_password_hash(password),
            is_admin=is_admin,
            profile=profile,
        )
        with self._database.write() as session:
            session.merge(row)
