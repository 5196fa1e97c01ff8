"""How templates write times, secrets and values."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask

from playground.mask import half, mask

Hole = Callable[[str], str]


def utc(epoch: float) -> str:
    """Seconds since the epoch as a date and time in UTC."""
    try:
        return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return f"{epoch} (no date)"


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A time as pages write it: for machines, for people, and in seconds since the epoch."""

    iso: str
    text: str
    seconds: str


def moment(at: float | Moment, hole: Hole = str) -> Moment:
    """Seconds since the epoch in all three ways."""
    if isinstance(at, Moment):
        return at
    text, seconds = utc(at), str(int(at)) if math.isfinite(at) else "0"
    return Moment(iso=hole(text.replace(" UTC", "Z")), text=hole(text), seconds=hole(seconds))


def pretty(value: object) -> str:
    """JSON, indented, with its own characters."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def fingerprint(digest: str) -> str:
    """A digest in hex as OpenSSL and keytool print it: AB:CD:…."""
    pairs = (digest[at : at + 2].upper() for at in range(0, len(digest), 2))
    return ":".join(pairs)


def pair(value: str) -> tuple[str, str]:
    """An option of a list whose label is its value."""
    return value, value


def register(app: Flask) -> None:
    """Make the filters known to every template."""
    app.add_template_filter(utc, "utc")
    app.add_template_filter(moment, "moment")
    app.add_template_filter(pretty, "pretty")
    app.add_template_filter(mask, "mask")
    app.add_template_filter(half, "half")
    app.add_template_filter(pair, "pair")
    app.add_template_filter(fingerprint, "fingerprint")
