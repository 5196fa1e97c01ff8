"""Small readings of the current request that several views share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import request
from flask.typing import ResponseReturnValue

Given = ParamSpec("Given")


def own_origin() -> str:
    """Scheme, host and port of ours, as the browser has them; the host name has been checked."""
    return f"{request.scheme}://{request.host}"


def attempt_number() -> int:
    """Which form a token request was typed in, so that a second click sends nothing."""
    number = request.form.get("attempt", "0")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 5 else 0


def only_by_get(view: Callable[Given, ResponseReturnValue]) -> Callable[Given, ResponseReturnValue]:
    """A page that uses something up is opened by GET alone; HEAD is safe (RFC 9110 §9.2.1)."""

    @wraps(view)
    def page(*args: Given.args, **kwargs: Given.kwargs) -> ResponseReturnValue:
        return "" if request.method == "HEAD" else view(*args, **kwargs)

    return page
