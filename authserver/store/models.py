"""The tables of people, sign-ins and requests in progress."""

import time
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from authserver.store.database import Base


class User(Base):
    """A person; `profile` holds the standard claims (OIDC Core §5.1)."""

    __tablename__ = "users"

    username: Mapped[str] = mapped_column(primary_key=True)
    password_hash: Mapped[str]
    is_admin: Mapped[bool] = mapped_column(default=False)
    profile: Mapped[dict[str, Any]] = mapped_column(JSON)

    def get_user_id(self) -> str:
        """The `sub` of this person."""
        return self.username


class SignIn(Base):
    """One sign-in of one person in one browser; the cookie holds the handle, we its digest."""

    __tablename__ = "sign_ins"

    sid: Mapped[str] = mapped_column(primary_key=True)
    handle_digest: Mapped[str] = mapped_column(unique=True)
    silent_digest: Mapped[str] = mapped_column(unique=True)
    username: Mapped[str] = mapped_column(ForeignKey("users.username"))
    auth_time: Mapped[int]
    opbs: Mapped[str]
    expires_at: Mapped[int]

    @property
    def is_live(self) -> bool:
        """Whether the browser may still use it."""
        return self.expires_at > time.time()


class Participant(Base):
    """A client that got something out of a sign-in and must hear when it ends."""

    __tablename__ = "participants"

    sid: Mapped[str] = mapped_column(
        ForeignKey("sign_ins.sid", ondelete="CASCADE"), primary_key=True
    )
    client_id: Mapped[str] = mapped_column(primary_key=True)


class PendingRequest(Base):
    """A request waiting for a person: what `sessionDataKey` points to."""

    __tablename__ = "pending"

    key_digest: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    sid: Mapped[str | None]
    expires_at: Mapped[int] = mapped_column(index=True)


class Consent(Base):
    """A remembered Approve Always: this person, this client, these scopes."""

    __tablename__ = "consents"

    username: Mapped[str] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)


class SeenAssertion(Base):
    """The `jti` of a client assertion that has been used (RFC 7523 §3)."""

    __tablename__ = "seen_assertions"

    client_id: Mapped[str] = mapped_column(primary_key=True)
    jti_digest: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[int] = mapped_column(index=True)
