"""The one place from which this server calls others: clients on this machine, nobody else."""

import ipaddress
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3.exceptions

from authserver.oauth.deadline import Deadline, WatchedAdapter

TIMEOUT = (2.0, 3.0)  # seconds to connect, seconds between bytes
DEADLINE = 6.0  # seconds for the whole call
MAX_BYTES = 100_000
_FAULTS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)


class OutboundError(Exception):
    """A call that was not made or not answered; its text says why."""


@dataclass(frozen=True, kw_only=True)
class Outbound:
    """Calls loopback addresses only, trusting the local authority; follows no redirect."""

    authority: Path
    deadline: float = DEADLINE

    def get_json(self, url: str) -> Any:
        """The JSON document at this URL."""
        response = self._send("GET", url, None)
        if response.status_code != 200:
            raise OutboundError(f"{url} answered {response.status_code}")
        try:
            return response.json()
        except (ValueError, RecursionError) as error:
            raise OutboundError(f"{url} did not answer with JSON") from error

    def post_form(self, url: str, fields: dict[str, str]) -> int:
        """Posts a form; returns the status of the answer."""
        return self._send("POST", url, fields).status_code

    def _send(self, method: str, url: str, fields: dict[str, str] | None) -> requests.Response:
        check_is_local(url)
        with Deadline(self.deadline) as deadline, requests.Session() as session:
            session.trust_env = False
            for scheme in ("http://", "https://"):
                session.mount(scheme, WatchedAdapter(deadline.watch))
            try:
                response = session.request(
                    method,
                    url,
                    data=fields,
                    timeout=TIMEOUT,
                    verify=str(self.authority),
                    allow_redirects=False,
                    stream=True,
                )
                response._content = response.raw.read(MAX_BYTES, decode_content=True)
                deadline.check()
            except _FAULTS as error:
                raise OutboundError(
                    f"{url} could not be reached: {type(error).__name__}"
                ) from error
        return response


def check_is_local(url: str) -> None:
    """Raises unless the URL leads to this machine and nowhere else (CWE-918)."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = socket.getaddrinfo(parts.hostname or "", port, type=socket.SOCK_STREAM)
    except (ValueError, OSError, UnicodeError) as error:
        raise OutboundError(f"{url} names no host that is known here") from error
    addresses = [ipaddress.ip_address(str(entry[4][0])) for entry in found]
    if parts.scheme not in ("http", "https") or not all(item.is_loopback for item in addresses):
        raise OutboundError(f"{url} is not on this machine, so it is not called")
