"""Where sessions and flows are kept: one small key-value interface, files or Redis behind it."""

from __future__ import annotations

from typing import Protocol


class Store(Protocol):
    """Atomic operations on keys with a lifetime in seconds.

    Every method raises StoreUnavailable when the store cannot be reached or written.
    """

    def get(self, key: str) -> bytes | None:
        """The value, or None when absent or expired."""

    def put(self, key: str, value: bytes, ttl: float) -> None:
        """Set a value, whatever was there."""

    def add(self, key: str, value: bytes, ttl: float) -> bool:
        """Set a value only where there is none; whether this call did it."""

    def swap(self, key: str, old: bytes, new: bytes, ttl: float) -> bool:
        """Replace `old` by `new` only if the value still is `old`; whether it was."""

    def take(self, key: str) -> bytes | None:
        """Read and delete in one step: of several callers one gets the value."""

    def delete(self, *keys: str) -> None:
        """Delete values and lists; absent ones are no error."""

    def append(self, key: str, value: bytes, ttl: float) -> int:
        """Add to the end of a list and give it this lifetime; the list's new length."""

    def items(self, key: str) -> list[bytes]:
        """A list's values in order; empty when absent."""

    def count(self, key: str) -> int:
        """How many values a list has."""

    def ping(self) -> None:
        """Do nothing, successfully, if the store can be read and written."""
