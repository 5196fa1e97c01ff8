"""Applications as the Developer Portal shows them, and the OAuth clients that are their keys."""

import secrets
import time
from typing import Any

from authlib.oauth2.rfc6749 import ClientMixin
from sqlalchemy import JSON, ForeignKey, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from authserver.store.database import Base, Database
from authserver.store.secrets import opaque

PRODUCTION = "PRODUCTION"
SANDBOX = "SANDBOX"
DEFAULT_SCOPE = "default"  # what API Manager gives to who asks for none
SECRET_METHODS = ("client_secret_basic", "client_secret_post", "client_secret_jwt")
SPOKEN_FOR = ("response_types", "token_endpoint_auth_method")  # by the portal's boxes


class Application(Base):
    """An application of one person."""

    __tablename__ = "applications"

    id: Mapped[str] = mapped_column(primary_key=True, default=opaque)
    name: Mapped[str]
    owner: Mapped[str] = mapped_column(ForeignKey("users.username"), index=True)
    description: Mapped[str] = mapped_column(default="")
    quota: Mapped[str] = mapped_column(default="Unlimited")
    created_at: Mapped[int] = mapped_column(default=lambda: int(time.time()))


class Client(Base, ClientMixin):
    """One key pair of an application; `client_metadata` uses the names of RFC 7591 §2."""

    __tablename__ = "clients"

    client_id: Mapped[str] = mapped_column(primary_key=True)
    client_secret: Mapped[str]
    application_id: Mapped[str] = mapped_column(
        ForeignKey("applications.id", ondelete="CASCADE"), index=True
    )
    key_type: Mapped[str] = mapped_column(default=PRODUCTION)
    issued_at: Mapped[int] = mapped_column(default=lambda: int(time.time()))
    registration_digest: Mapped[str | None]
    client_metadata: Mapped[dict[str, Any]] = mapped_column(JSON)

    @property
    def name(self) -> str:
        """What a person is asked to approve."""
        return str(self.client_metadata.get("client_name") or self.client_id)

    @property
    def redirect_uris(self) -> list[str]:
        """The registered callbacks; only an exact match is one of them (RFC 9700 §2.1)."""
        return list(self.client_metadata.get("redirect_uris", []))

    @property
    def grant_types(self) -> list[str]:
        """The grants that are ticked."""
        return list(self.client_metadata.get("grant_types", []))

    @property
    def is_public(self) -> bool:
        """Whether it may come without its secret (RFC 6749 §2.1)."""
        return self.option("public_client") or self._method == "none"

    @property
    def _method(self) -> str | None:
        return self.client_metadata.get("token_endpoint_auth_method")

    @property
    def auth_methods(self) -> tuple[str, ...]:
        """How it may authenticate: the one way it registered, or every way that fits it."""
        if self._method:
            return (self._method,)
        keyed = self.client_metadata.get("jwks") or self.client_metadata.get("jwks_uri")
        return (
            *SECRET_METHODS,
            *(("private_key_jwt",) if keyed else ()),
            *(("none",) if self.is_public else ()),
        )

    @property
    def settings(self) -> dict[str, Any]:
        """The metadata as the portal shows and changes it, where the boxes have the last word.

        The response types are those of the ticked grants, the methods those that fit the keys.
        """
        told = {n: v for n, v in self.client_metadata.items() if n not in SPOKEN_FOR}
        return {**told, "public_client": self.is_public}

    def option(self, name: str) -> bool:
        """A box of the Advanced Configurations."""
        return bool(self.client_metadata.get(name))

    def seconds(self, name: str) -> int | None:
        """An expiry time of the Advanced Configurations, when one is set."""
        value = self.client_metadata.get(name)
        return value if isinstance(value, int) else None

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str | None, default: str = DEFAULT_SCOPE) -> str | None:
        """The scope asked for, else the default; None when it was not registered (RFC 7591 §2)."""
        asked = (scope or "").split()
        registered = str(self.client_metadata.get("scope") or "").split()
        if registered and not set(asked) <= set(registered):
            return None
        return " ".join(asked) or default

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(self.client_secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in self.auth_methods

    def check_response_type(self, response_type: str) -> bool:
        named = self.client_metadata.get("response_types")
        if named and response_type not in [" ".join(sorted(kind.split())) for kind in named]:
            return False
        return all(grant in self.grant_types for grant in grants_behind(response_type))

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.grant_types


def grants_behind(response_type: str) -> list[str]:
    """The grants that must be ticked for a response type (OIDC Registration §2)."""
    parts = response_type.split()
    code = ["authorization_code"] if "code" in parts else []
    return code + (["implicit"] if {"token", "id_token"} & set(parts) else [])


class Clients:
    """Finds and keeps applications and their keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, client_id: str) -> Client | None:
        """The client with this Consumer Key."""
        with self._database.read() as session:
            return session.get(Client, client_id)

    def keys_of(self, application_id: str, key_type: str) -> Client | None:
        """The production or sandbox keys of an application, once they are generated."""
        with self._database.read() as session:
            query = select(Client).filter_by(application_id=application_id, key_type=key_type)
            return session.scalar(query)

    def applications_of(self, owner: str) -> list[Application]:
        """A person's applications, by name."""
        with self._database.read() as session:
            query = select(Application).filter_by(owner=owner).order_by(Application.name)
            return list(session.scalars(query))

    def application(self, application_id: str, owner: str) -> Application | None:
        """One application, when it is this person's."""
        with self._database.read() as session:
            row = session.get(Application, application_id)
            return row if row and row.owner == owner else None

    def save(self, row: Application | Client) -> None:
        """Adds or updates an application or its keys."""
        with self._database.write() as session:
            session.merge(row)

    def remove(self, client: Client) -> None:
        """Removes one pair of keys; an application without any left goes too."""
        with self._database.write() as session:
            session.execute(delete(Client).filter_by(client_id=client.client_id))
            others = select(Client).filter_by(application_id=client.application_id)
            if session.scalar(others) is None:
                session.execute(delete(Application).filter_by(id=client.application_id))

    def generate(self, row: Client) -> None:
        """Adds the first keys of this type; of several that come at once, one is kept."""
        with self._database.write() as session:
            same = {"application_id": row.application_id, "key_type": row.key_type}
            if session.scalar(select(Client).filter_by(**same)) is None:
                session.add(row)

    def remove_application(self, application_id: str) -> None:
        """Removes an application with its keys."""
        with self._database.write() as session:
            session.execute(delete(Application).where(Application.id == application_id))
