"""Small readings of the current request that several views share."""

from __future__ import annotations

from flask import request


def own_origin() -> str:
    """Scheme, host and port of ours, as the browser has them; the host name has been checked."""
    return f"{request.scheme}://{request.host}"


def attempt_number() -> int:
    """Which form a token request was typed in, so that a second click sends nothing."""
    number = request.form.get("attempt", "0")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 5 else 0
