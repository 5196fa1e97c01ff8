"""Small readings of the current request that several views share."""

from __future__ import annotations

from flask import request


def attempt_number() -> int:
    """Which form a token request was typed in, so that a second click sends nothing."""
    number = request.form.get("attempt", "0")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 5 else 0
