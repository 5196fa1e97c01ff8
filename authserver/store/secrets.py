"""Random values in WSO2's shapes, and the digests under which they are stored."""

import hashlib
import secrets
import string
import uuid

_KEY_ALPHABET = string.ascii_letters + string.digits + "_"


def opaque() -> str:
    """A value that looks like WSO2's UUIDs but has 128 random bits (RFC 6749 §10.10)."""
    return str(uuid.UUID(bytes=secrets.token_bytes(16)))


def consumer_key() -> str:
    """A Consumer Key or Secret: 28 characters, the last one `a`, as WSO2 makes them."""
    return _ending_in_a(28)


def long_secret() -> str:
    """A Consumer Secret of 44 characters, as WSO2 makes them in SHA-256 mode.

    Long enough to sign client assertions with HS256 (RFC 7518 §3.2).
    """
    return _ending_in_a(44)


def _ending_in_a(length: int) -> str:
    return "".join(secrets.choice(_KEY_ALPHABET) for _ in range(length - 1)) + "a"


def digest(value: str) -> str:
    """What is stored in place of a bearer value, so that the database holds none."""
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()
