"""Rows in SQLite: every function is one short transaction of its own."""

from dataclasses import dataclass
from pathlib import Path

from authserver.store.clients import Clients
from authserver.store.consents import Consents
from authserver.store.database import Database
from authserver.store.grants import Grants
from authserver.store.pending import Pending
from authserver.store.sessions import Sessions
from authserver.store.users import Users


@dataclass(frozen=True, kw_only=True)
class Store:
    """One object per kind of row, all on the same database."""

    clients: Clients
    consents: Consents
    grants: Grants
    pending: Pending
    sessions: Sessions
    users: Users


def open_store(path: Path) -> Store:
    """The store in this file; tables are created when missing."""
    database = Database(path)
    return Store(
        clients=Clients(database),
        consents=Consents(database),
        grants=Grants(database),
        pending=Pending(database),
        sessions=Sessions(database),
        users=Users(database),
    )
