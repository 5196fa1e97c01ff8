"""The tables of codes and tokens; bearer values are kept as digests only."""

import time

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, TokenMixin
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from authserver.store.clients import Client
from authserver.store.database import Base


class AuthorizationCode(Base, AuthorizationCodeMixin):
    """A code, what it was issued for, and whether it has been used (RFC 6749 §4.1.2)."""

    __tablename__ = "codes"

    code_digest: Mapped[str] = mapped_column(primary_key=True)
    grant_id: Mapped[str] = mapped_column(index=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id", ondelete="CASCADE"))
    username: Mapped[str]
    redirect_uri: Mapped[str]
    scope: Mapped[str]
    nonce: Mapped[str | None]
    code_challenge: Mapped[str | None]
    code_challenge_method: Mapped[str | None]
    sid: Mapped[str | None]
    auth_time: Mapped[int]
    acr: Mapped[str | None]
    expires_at: Mapped[float]
    used: Mapped[bool] = mapped_column(default=False)
    revoked: Mapped[bool] = mapped_column(default=False)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> str | None:
        return self.acr

    def get_amr(self) -> list[str]:
        return []


class Token(Base, TokenMixin):
    """An access token with its refresh token; all that came from one approval share `grant_id`.

    `scope` is what was granted, which the refresh token keeps; the access token, a JWT, says
    itself how much of it it carries (RFC 6749 §6).
    """

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    access_digest: Mapped[str] = mapped_column(unique=True)
    refresh_digest: Mapped[str | None] = mapped_column(index=True)
    grant_id: Mapped[str] = mapped_column(index=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id", ondelete="CASCADE"))
    username: Mapped[str | None]
    scope: Mapped[str]
    sid: Mapped[str | None]
    auth_time: Mapped[int | None]
    acr: Mapped[str | None]
    issued_at: Mapped[int]
    expires_at: Mapped[float]
    refresh_issued_at: Mapped[int]
    refresh_expires_at: Mapped[float]
    revoked: Mapped[bool] = mapped_column(default=False)
    refresh_used: Mapped[bool] = mapped_column(default=False)

    def check_client(self, client: Client) -> bool:
        return self.client_id == client.client_id

    def get_scope(self) -> str:
        return self.scope

    def get_expires_in(self) -> int:
        return int(self.expires_at - self.issued_at)

    def is_expired(self) -> bool:
        return self.expires_at <= time.time()

    def is_revoked(self) -> bool:
        return self.revoked

    @property
    def refresh_is_expired(self) -> bool:
        """Whether the refresh token's time is over."""
        return self.refresh_expires_at <= time.time()
