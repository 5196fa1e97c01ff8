"""What a batch does in the SQLite file: a value is the only row of its key, a list has several."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Self

from playground.store import Answer, Value

Opened = Callable[[], AbstractContextManager[sqlite3.Connection]]
_LIVE = "SELECT value FROM entry WHERE key = ? AND expires > ? ORDER BY position"
_COUNT = "SELECT count(*) FROM entry WHERE key = ? AND expires > ?"
_PUT = "INSERT OR REPLACE INTO entry VALUES (?, 0, ?, ?)"
_ADD = """
INSERT INTO entry VALUES (?, 0, ?, ?) ON CONFLICT DO UPDATE
SET value = excluded.value, expires = excluded.expires WHERE entry.expires <= ?
"""
_SWAP = "UPDATE entry SET value = ?, expires = ? WHERE key = ? AND value = ? AND expires > ?"
_TAKE = "DELETE FROM entry WHERE key = ? RETURNING value, expires"
_APPEND = """
INSERT INTO entry SELECT ?1, coalesce(max(position), 0) + 1, ?2, ?3 FROM entry WHERE key = ?1
RETURNING position
"""
_EXTEND = "UPDATE entry SET expires = ? WHERE key = ? AND expires > ?"


class FileBatch:
    """Implements `playground.store.Batch`: operations run when the block ends, in one turn."""

    __slots__ = ("_reading", "_runs", "_writes", "_writing")

    def __init__(self, *, reading: Opened, writing: Opened) -> None:
        self._reading, self._writing = reading, writing
        self._writes = False
        self._runs: list[tuple[Answer[Any], Callable[[sqlite3.Connection], Any]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None and self._runs:
            with self._writing() if self._writes else self._reading() as db:
                for answer, run in self._runs:
                    answer.value = run(db)

    def get(self, key: str) -> Answer[bytes | None]:
        return self._read(lambda db: next(_live(db, key), None))

    def put(self, key: str, value: bytes, ttl: float) -> Answer[None]:
        return self._write(lambda db: _put(db, key, value, ttl))

    def add(self, key: str, value: bytes, ttl: float) -> Answer[bool]:
        return self._write(lambda db: _add(db, key, value, ttl))

    def swap(self, key: str, old: bytes, new: bytes, ttl: float) -> Answer[bool]:
        return self._write(lambda db: _swap(db, key, old, new, ttl))

    def take(self, key: str) -> Answer[bytes | None]:
        return self._write(lambda db: _take(db, key))

    def delete(self, *keys: str) -> Answer[None]:
        return self._write(lambda db: _delete(db, keys))

    def append(self, key: str, value: bytes, ttl: float) -> Answer[int]:
        return self._write(lambda db: _append(db, key, value, ttl))

    def items(self, key: str) -> Answer[list[bytes]]:
        return self._read(lambda db: list(_live(db, key)))

    def count(self, key: str) -> Answer[int]:
        return self._read(lambda db: _count(db, key))

    def _read(self, run: Callable[[sqlite3.Connection], Value]) -> Answer[Value]:
        answer: Answer[Value] = Answer()
        self._runs.append((answer, run))
        return answer

    def _write(self, run: Callable[[sqlite3.Connection], Value]) -> Answer[Value]:
        self._writes = True
        return self._read(run)


def _live(db: sqlite3.Connection, key: str) -> Iterator[bytes]:
    return (row[0] for row in db.execute(_LIVE, (key, time.time())).fetchall())


def _count(db: sqlite3.Connection, key: str) -> int:
    return int(db.execute(_COUNT, (key, time.time())).fetchone()[0])


def _put(db: sqlite3.Connection, key: str, value: bytes, ttl: float) -> None:
    db.execute(_PUT, (key, value, time.time() + ttl))


def _add(db: sqlite3.Connection, key: str, value: bytes, ttl: float) -> bool:
    now = time.time()
    return db.execute(_ADD, (key, value, now + ttl, now)).rowcount == 1


def _swap(db: sqlite3.Connection, key: str, old: bytes, new: bytes, ttl: float) -> bool:
    now = time.time()
    return db.execute(_SWAP, (new, now + ttl, key, old, now)).rowcount == 1


def _take(db: sqlite3.Connection, key: str) -> bytes | None:
    rows = db.execute(_TAKE, (key,)).fetchall()
    return next((value for value, expires in rows if expires > time.time()), None)


def _delete(db: sqlite3.Connection, keys: Iterable[str]) -> None:
    db.executemany("DELETE FROM entry WHERE key = ?", [(key,) for key in keys])


def _append(db: sqlite3.Connection, key: str, value: bytes, ttl: float) -> int:
    now = time.time()
    position = int(db.execute(_APPEND, (key, value, now + ttl)).fetchall()[0][0])
    if position > 1:
        db.execute(_EXTEND, (now + ttl, key, now))
    return position
