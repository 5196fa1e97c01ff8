"""JSON that others wrote, read so that all of it can be kept and shown (RFC 8259)."""

from __future__ import annotations

import json
import re

MAX_DEPTH = 100
_OPENING = ("{", "[", b"{", b"[")
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


def parse(text: bytes | str) -> object:
    """The value. Raises ValueError for what is no JSON, or is nested deeper than MAX_DEPTH.

    An integer beyond 64 bits becomes the double next to it, which is all that may be relied upon
    (§6); half a surrogate pair becomes U+FFFD (§8.2).
    """
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text))
    try:
        value = json.loads(text, parse_int=_integer)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if "\\u" in text or text.count("[") + text.count("{") > MAX_DEPTH:
        return _sound(value, MAX_DEPTH)
    return value


def parsed(text: bytes | str) -> object:
    """The value; None where `parse` raises."""
    try:
        return parse(text)
    except ValueError:
        return None


def parsed_document(text: bytes | str) -> object:
    """A JSON object or array; None for anything else, found out by its first character."""
    return parsed(text) if text.lstrip()[:1] in _OPENING else None


def parsed_object(text: bytes | str) -> dict[str, object] | None:
    """The members of a JSON object; None for anything else."""
    value = parsed(text)
    return value if isinstance(value, dict) else None


def _integer(digits: str) -> int | float:
    if len(digits) < 19:
        return int(digits)
    known = len(digits) <= 20 and -(2**63) <= int(digits) < 2**64
    return int(digits) if known else float(digits)


def _sound(value: object, depth: int) -> object:
    """The value without halves of surrogate pairs. Raises ValueError where it is too deep."""
    if isinstance(value, str):
        return _HALF_A_PAIR.sub("\ufffd", value)
    if isinstance(value, dict | list) and not depth:
        raise ValueError("nested too deeply")
    if isinstance(value, dict):
        return {_sound(name, depth): _sound(item, depth - 1) for name, item in value.items()}
    return [_sound(item, depth - 1) for item in value] if isinstance(value, list) else value
