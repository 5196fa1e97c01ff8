"""Which URLs we accept, and how parameters are joined to them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

import idna

MAX_URL = 4000
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_PLACE = re.compile(r"«([^«»]{1,60})»")
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")


@lru_cache(maxsize=1024)
def url_problem(url: str, *, fragment: bool = False) -> str:
    """Why `url` is no absolute http(s) URL, as a sentence; empty when it is one.

    `fragment` says whether a fragment is allowed (RFC 6749 §3.1.2 forbids it; CWE-601, CWE-93).
    """
    if unfilled(url):
        return unfilled(url)
    if len(url) > MAX_URL:
        return f"This is longer than {MAX_URL} characters."
    if _CONTROL.search(url):
        return "This contains a space, a backslash or a control character; a URL has none."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "This is no valid URL: its host or port is malformed (ports go from 1 to 65535)."
    return _parts_problem(parts, port, fragment_allowed=fragment or "#" not in url)


def unfilled(text: str) -> str:
    """What a person still has to put in place of a profile's «…», as a sentence; else empty."""
    marked = " and ".join(f"«{name}»" for name in places(text))
    return f"Put your own value in place of {marked}." if marked else ""


def places(text: str) -> list[str]:
    """The names between « and », each once."""
    return list(dict.fromkeys(_PLACE.findall(text)))


def _parts_problem(parts: SplitResult, port: int | None, *, fragment_allowed: bool) -> str:
    if parts.scheme not in ("http", "https"):
        return "Only http and https URLs work here; start with https:// or http://."
    if parts.username is not None or parts.password is not None:
        return "A URL with a user name or password in it is not accepted."
    if not parts.hostname or not valid_host(parts.hostname) or port == 0:
        return "This URL has no valid host name; it looks like https://host:port/path."
    return "" if fragment_allowed else "A fragment (#…) is not allowed in this URL."


def valid_host(host: str) -> bool:
    """Whether this is a host name or an address, an IPv6 one without its brackets."""
    try:
        ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        pass
    else:
        return "%" not in host
    name = ascii_host(host).removesuffix(".")
    return len(name) <= 253 and all(_LABEL.fullmatch(label) for label in name.split("."))


def ascii_host(host: str) -> str:
    """The host by the name that requests looks up (RFC 5891); empty where it can be none.

    Python's own codec knows the older rules, by which ß is ss: another host (RFC 5894 §7.2).
    """
    labels = host.lower().split(".")
    try:
        return ".".join(n if n.isascii() else _ascii_label(n) for n in labels)
    except idna.IDNAError:
        return ""


def _ascii_label(label: str) -> str:
    return idna.encode(label, strict=True, std3_rules=True).decode()


def ascii_url(url: str) -> str:
    """The URL with its host as `ascii_host` names it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=_ascii_netloc(parts.netloc)))


def _ascii_netloc(netloc: str) -> str:
    if netloc.isascii():
        return netloc
    host, colon, port = netloc.partition(":")
    name = ascii_host(host)
    return f"{name}{colon}{port}" if name else ""


def add_parameters(url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """Append parameters to the query that `url` already has (RFC 6749 §3.1)."""
    parts = urlsplit(url)
    added = "&".join(as_pair(name, value) for name, value in parameters)
    query = "&".join(piece for piece in (parts.query, added) if piece)
    return urlunsplit(parts._replace(query=query))


def as_pair(name: str, value: str) -> str:
    """A parameter as it stands in a query."""
    return f"{_quoted_name(name)}={quote(value, safe='')}"


@lru_cache(maxsize=256)
def _quoted_name(name: str) -> str:
    return quote(name, safe="")


def accepted_origin(url: str) -> str:
    """The origin of a URL that we accept; empty for any other text."""
    return origin(url) if url and not url_problem(url) else ""


def origin(url: str) -> str:
    """Scheme, host and port of `url`, as browsers write an origin (RFC 6454 §6.1–6.2).

    Empty where the host can be no name.
    """
    parts = urlsplit(url)
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    host = _ascii_netloc(parts.netloc.lower().removesuffix(usual))
    return f"{parts.scheme}://{host}" if host or not parts.netloc else ""
