"""Hosts, servers and base URLs as settings name them, brought into the spelling that is compared.

Each function raises ValueError with what is wrong, to follow the name of the setting.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from playground.urls import ascii_host, url_problem, valid_host


def bind_address(text: str) -> str:
    """An address to listen on; an IPv6 one may stand in brackets, as in a URL."""
    return text[1:-1] if text.startswith("[") and text.endswith("]") else text


def own_hosts(names: Sequence[str]) -> tuple[str, ...]:
    """Names as browsers send them in Host; a leading dot stands for whatever ends so."""
    for name in names:
        if not valid_host(bind_address(name).removeprefix(".")):
            raise ValueError(
                f"names {name!r}, which is no host name; it takes names like wso2is.local, "
                "without scheme and port, separated by spaces."
            )
    return tuple(_in_url(name) for name in names)


def servers(names: Sequence[str]) -> tuple[str, ...]:
    """Hosts, or "host:port", that may be called."""
    return tuple(_server(name) for name in names)


def base_url(url: str) -> str:
    """A URL to which paths are added: without a final slash."""
    if url_problem(url) or urlsplit(url).query:
        raise ValueError(
            "must be an http or https URL with a host and without user name, query and fragment, "
            "like https://localhost:9443 (ports go from 1 to 65535)."
        )
    return url.rstrip("/")


def _server(name: str) -> str:
    text = _in_url(name) if _is_ipv6(name) else name
    if "@" in text or url_problem(f"https://{text}") or urlsplit(f"//{text}").netloc != text:
        raise ValueError(
            f"names {name!r}; it takes hosts (or host:port) and no URLs, separated by spaces; "
            "no sign stands for other names, and ports go from 1 to 65535."
        )
    parts = urlsplit(f"//{text}")
    host, port = str(parts.hostname), parts.port
    return _in_url(host) if port is None else f"{_in_url(host)}:{port}"


def _in_url(host: str) -> str:
    """A host in the one spelling that it has in an origin (RFC 6454 §4, RFC 5952)."""
    return f"[{ip_address(bind_address(host))}]" if _is_ipv6(host) else ascii_host(host)


def _is_ipv6(host: str) -> bool:
    try:
        return isinstance(ip_address(bind_address(host)), IPv6Address)
    except ValueError:
        return False
