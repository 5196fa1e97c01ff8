"""Where sessions and flows are kept: one small key-value interface, files or Redis behind it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Generic, Protocol, Self, TypeVar

Value = TypeVar("Value")


class Answer(Generic[Value]):
    """What an operation of a batch gave: `value` is there when the batch is done."""

    __slots__ = ("value",)
    value: Value


class Batch(Protocol):
    """Operations on keys with a lifetime in seconds, all done when its `with` block ends.

    They are done one after the other, in one transaction or round trip. Each of them is atomic;
    between two of them others may do theirs. Nothing is done where the block raises. The end of
    the block raises StoreUnavailable when the store cannot be reached or written.
    """

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None: ...

    def get(self, key: str) -> Answer[bytes | None]:
        """The value, or None when absent or expired."""

    def put(self, key: str, value: bytes, ttl: float) -> Answer[None]:
        """Set a value, whatever was there."""

    def add(self, key: str, value: bytes, ttl: float) -> Answer[bool]:
        """Set a value only where there is none; whether this call did it."""

    def swap(self, key: str, old: bytes, new: bytes, ttl: float) -> Answer[bool]:
        """Replace `old` by `new` only if the value still is `old`; whether it was."""

    def take(self, key: str) -> Answer[bytes | None]:
        """Read and delete in one step: of several callers one gets the value."""

    def delete(self, *keys: str) -> Answer[None]:
        """Delete values and lists; absent ones are no error."""

    def append(self, key: str, value: bytes, ttl: float) -> Answer[int]:
        """Add to the end of a list and give it this lifetime; the list's new length."""

    def items(self, key: str) -> Answer[list[bytes]]:
        """A list's values in order; empty when absent."""

    def count(self, key: str) -> Answer[int]:
        """How many values a list has."""


class Store(ABC):
    """Batches, and every operation of theirs by itself.

    `interrupted` is set where the store was away for a moment, and may have come back empty.
    """

    interrupted = False

    @abstractmethod
    def batch(self) -> Batch:
        """A new batch: `with store.batch() as batch: …`."""

    def ping(self) -> None:
        """Write something short-lived. Raises StoreUnavailable when nothing can be written."""
        self.put("ping", b"", 1.0)

    def get(self, key: str) -> bytes | None:
        with self.batch() as batch:
            found = batch.get(key)
        return found.value

    def put(self, key: str, value: bytes, ttl: float) -> None:
        with self.batch() as batch:
            batch.put(key, value, ttl)

    def add(self, key: str, value: bytes, ttl: float) -> bool:
        with self.batch() as batch:
            added = batch.add(key, value, ttl)
        return added.value

    def swap(self, key: str, old: bytes, new: bytes, ttl: float) -> bool:
        with self.batch() as batch:
            swapped = batch.swap(key, old, new, ttl)
        return swapped.value

    def take(self, key: str) -> bytes | None:
        with self.batch() as batch:
            taken = batch.take(key)
        return taken.value

    def delete(self, *keys: str) -> None:
        with self.batch() as batch:
            batch.delete(*keys)

    def append(self, key: str, value: bytes, ttl: float) -> int:
        with self.batch() as batch:
            length = batch.append(key, value, ttl)
        return length.value

    def items(self, key: str) -> list[bytes]:
        with self.batch() as batch:
            found = batch.items(key)
        return found.value

    def count(self, key: str) -> int:
        with self.batch() as batch:
            counted = batch.count(key)
        return counted.value
