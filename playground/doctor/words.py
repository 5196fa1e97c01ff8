"""What an answer says of itself: an error's members, a page's title, a short text."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs

from playground.foreign_json import parsed_object
from playground.wire.exchange import Exchange

_READ, _SHORT, _MOST = 20_000, 500, 20
_TITLE = re.compile(rb"<title[^>]*>([^<]{1,200})", re.IGNORECASE)
_MEMBERS = ("error", "error_description", "error_hint", "message", "detail")


def of_error(exchange: Exchange) -> str:
    """The words of a refusal; nothing of a page but its title, nothing of a long text."""
    data = parsed_object(exchange.response_body) or {}
    if isinstance(data.get("error"), str):
        return " ".join(str(data[name]) for name in _MEMBERS if name in data)
    if 200 <= exchange.status < 300:
        return ""
    if exchange.response_body.lstrip()[:1] == b"<":
        return title(exchange)
    short = len(exchange.response_body) <= _SHORT
    return exchange.response_body.decode("utf-8", "replace") if short else ""


def members(exchange: Exchange) -> tuple[str, ...]:
    """The names in a JSON object, or in a form that has a token or an error in it."""
    if data := parsed_object(exchange.response_body):
        return tuple(data)[:_MOST]
    form = parse_qs(exchange.response_body[:_READ].decode("utf-8", "replace"))
    return tuple(form)[:_MOST] if "access_token" in form or "error" in form else ()


def title(exchange: Exchange) -> str:
    """The title of the web page that came; empty where none did."""
    found = _TITLE.search(exchange.response_body[:_READ])
    return " ".join(unescape(found[1].decode("utf-8", "replace")).split()) if found else ""
