"""The store of a single machine: one SQLite file, shared by all workers, atomic and durable.

Every batch is one transaction. Connections are lent, not kept per thread: a hundred
threads need no more of them than work on the file at the same moment. A store is made in the
process that uses it; SQLite's connections must not cross a fork.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playground.errors import StoreUnavailable
from playground.store import Store
from playground.store.rows import FileBatch

SWEEP_EVERY = 60.0
SWEEP_ROWS = 2000
LENDABLE = 8
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    key TEXT NOT NULL, position INTEGER NOT NULL, value BLOB NOT NULL, expires REAL NOT NULL,
    PRIMARY KEY (key, position)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entry_expires ON entry (expires);
"""
_SWEEP = """
DELETE FROM entry WHERE (key, position) IN
(SELECT key, position FROM entry WHERE expires <= ? ORDER BY expires LIMIT ?)
"""


class FileStore(Store):
    """The store on one SQLite file with a write-ahead log."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._giving = threading.Lock()
        self._turn = threading.Lock()
        self._gate = -1
        self._swept = 0.0
        with self._reading() as db:
            db.executescript(_SCHEMA)

    def batch(self) -> FileBatch:
        return FileBatch(reading=self._reading, writing=self._writing)

    def close(self) -> None:
        """Close every connection; the next operation opens one again."""
        while self._idle:
            self._idle.pop().close()
        if self._gate >= 0:
            os.close(self._gate)
            self._gate = -1

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A connection in a transaction; writers queue up, for SQLite's own waiting is unfair."""
        with self._explained(), self._turn, _locked(self._queue()), self._lent() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                self._sweep(db)
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._explained(), self._lent() as db:
            yield db

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreUnavailable(
                sentence="The playground cannot read or write its own files.",
                evidence=(("File", str(self._path)), ("Reason", str(error))),
                advice=("Check that the disk is not full and that the folder is writable.",),
                status=503,
            ) from error

    @contextmanager
    def _lent(self) -> Iterator[sqlite3.Connection]:
        """An idle connection, else a new one; it goes back unless the store is full of them."""
        try:
            db = self._idle.pop()
        except IndexError:
            db = self._connect()
        try:
            yield db
        finally:
            self._give_back(db)

    def _give_back(self, db: sqlite3.Connection) -> None:
        with self._giving:
            if len(self._idle) < LENDABLE:
                self._idle.append(db)
                return
        db.close()

    def _queue(self) -> int:
        """The file that the writers of all processes queue up at (opened under `_turn`)."""
        if self._gate < 0:
            flags = os.O_CREAT | os.O_RDWR | os.O_CLOEXEC
            self._gate = os.open(self._path.with_suffix(".lock"), flags, 0o600)
        return self._gate

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path.parent.chmod(0o700)
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        db = sqlite3.connect(self._path, timeout=10, isolation_level=None, check_same_thread=False)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        return db

    def _sweep(self, db: sqlite3.Connection) -> None:
        """Delete what has expired, a bounded number of rows once a minute and process."""
        now = time.time()
        if now - self._swept > SWEEP_EVERY:
            removed = db.execute(_SWEEP, (now, SWEEP_ROWS)).rowcount
            self._swept = now if removed < SWEEP_ROWS else 0.0


@contextmanager
def _locked(descriptor: int) -> Iterator[None]:
    """Hold the lock of a file; the kernel gives it back when the process dies."""
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
