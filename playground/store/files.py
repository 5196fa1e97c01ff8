"""The store of a single machine: one SQLite file, shared by all workers, atomic and durable."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playground.errors import StoreUnavailable

SWEEP_EVERY = 60.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    key TEXT NOT NULL, position INTEGER NOT NULL, value BLOB NOT NULL, expires REAL NOT NULL,
    PRIMARY KEY (key, position)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entry_expires ON entry (expires);
"""
_LIVE = "SELECT value FROM entry WHERE key = ? AND expires > ? ORDER BY position"
_PUT = "INSERT OR REPLACE INTO entry VALUES (?, 0, ?, ?)"
_EXTEND = "UPDATE entry SET expires = ? WHERE key = ?"
_LAST = "SELECT coalesce(max(position), 0) FROM entry WHERE key = ?"


class FileStore:
    """Implements `playground.store.Store` on one SQLite file with a write-ahead log."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._swept = 0.0
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.parent.chmod(0o700)
        with self._reading() as db:
            db.executescript(_SCHEMA)

    def get(self, key: str) -> bytes | None:
        with self._reading() as db:
            row = db.execute(_LIVE, (key, time.time())).fetchone()
        return row[0] if row else None

    def put(self, key: str, value: bytes, ttl: float) -> None:
        with self._transaction() as db:
            db.execute(_PUT, (key, value, time.time() + ttl))

    def add(self, key: str, value: bytes, ttl: float) -> bool:
        with self._transaction() as db:
            if db.execute(_LIVE, (key, time.time())).fetchone():
                return False
            db.execute(_PUT, (key, value, time.time() + ttl))
            return True

    def swap(self, key: str, old: bytes, new: bytes, ttl: float) -> bool:
        with self._transaction() as db:
            row = db.execute(_LIVE, (key, time.time())).fetchone()
            if row is None or row[0] != old:
                return False
            db.execute(_PUT, (key, new, time.time() + ttl))
            return True

    def take(self, key: str) -> bytes | None:
        with self._transaction() as db:
            row = db.execute(_LIVE, (key, time.time())).fetchone()
            db.execute("DELETE FROM entry WHERE key = ?", (key,))
        return row[0] if row else None

    def delete(self, *keys: str) -> None:
        with self._transaction() as db:
            db.executemany("DELETE FROM entry WHERE key = ?", [(key,) for key in keys])

    def append(self, key: str, value: bytes, ttl: float) -> int:
        expires = time.time() + ttl
        with self._transaction() as db:
            position = int(db.execute(_LAST, (key,)).fetchone()[0]) + 1
            db.execute("INSERT INTO entry VALUES (?, ?, ?, ?)", (key, position, value, expires))
            db.execute(_EXTEND, (expires, key))
        return position

    def items(self, key: str) -> list[bytes]:
        with self._reading() as db:
            return [row[0] for row in db.execute(_LIVE, (key, time.time()))]

    def ping(self) -> None:
        self.put("ping", b"", 1.0)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as db:
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
        try:
            yield self._connection()
        except sqlite3.Error as error:
            raise StoreUnavailable(
                sentence="The playground cannot read or write its own files.",
                evidence=(("File", str(self._path)), ("SQLite says", str(error))),
                advice=("Check that the disk is not full and that the folder is writable.",),
                status=503,
            ) from error

    def _connection(self) -> sqlite3.Connection:
        """This thread's and process's connection (a connection must not cross a fork)."""
        if getattr(self._local, "pid", None) != os.getpid():
            self._local.db = self._connect()
            self._local.pid = os.getpid()
        db: sqlite3.Connection = self._local.db
        return db

    def _connect(self) -> sqlite3.Connection:
        descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        os.close(descriptor)
        db = sqlite3.connect(self._path, timeout=10, isolation_level=None, check_same_thread=False)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = OFF")
        return db

    def _sweep(self, db: sqlite3.Connection) -> None:
        """Delete what has expired, at most once a minute and process."""
        now = time.time()
        if now - self._swept > SWEEP_EVERY:
            self._swept = now
            db.execute("DELETE FROM entry WHERE expires <= ?", (now,))
