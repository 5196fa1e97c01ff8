"""requests-oauthlib's session, without what a session is otherwise for: remembering."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import requests
from requests.utils import check_header_validity, default_headers
from requests_oauthlib import OAuth2Session

from playground.wire.adapter import PooledAdapter

_DEFAULTS = {**default_headers(), "User-Agent": "oauth2-playground"}


class BareSession(OAuth2Session):
    """Sends what it is given and nothing else: no cookie is kept, no proxy or .netrc consulted.

    Without an access token it holds nothing of anybody, so everybody can share one.
    """

    def __init__(self, adapter: PooledAdapter, access_token: str = "") -> None:
        token = {"access_token": access_token, "token_type": "Bearer"}
        super().__init__(token=token if access_token else None)
        self.adapter = adapter

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """A request whose body is bytes; there is nothing of the session to be merged into it."""
        prepared = requests.PreparedRequest()
        prepared.method = request.method
        prepared.url = _prepared_url(str(request.url))
        prepared.body = request.data or None
        headers = _merged(_DEFAULTS, request.headers, _length(prepared))
        prepared.headers = headers  # type: ignore[assignment] # plain and quick, merged already
        return prepared

    def merge_environment_settings(self, *_args: Any, **_kwargs: Any) -> Any:
        """Nothing: what is sent is what the flow says, and the adapter knows whom it trusts."""
        return {}

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send, and neither follow a redirect nor keep a cookie (RFC 9700 §4.11)."""
        return self.adapter.send(request, stream=True, timeout=kwargs["timeout"])


def _merged(*several: Mapping[str, str]) -> dict[str, str]:
    """One set of headers; the last one of a name counts, in whatever case it is written."""
    named = {}
    for headers in several:
        for name, value in headers.items():
            check_header_validity((name, value))
            named[name.lower()] = (name, value)
    return dict(named.values())


def _length(request: requests.PreparedRequest) -> dict[str, str]:
    """Content-Length where a body is sent, or could be (RFC 9110 §8.6)."""
    if request.body is None:
        return {} if request.method in ("GET", "HEAD") else {"Content-Length": "0"}
    return {"Content-Length": str(len(request.body))}


def _prepared_url(url: str) -> str:
    """As requests prepares it; what has a query may hold a secret and is not remembered."""
    return _prepare_url(url) if "?" in url else _remembered_url(url)


def _prepare_url(url: str) -> str:
    prepared = requests.PreparedRequest()
    prepared.prepare_url(url, None)
    return str(prepared.url)


_remembered_url = lru_cache(maxsize=256)(_prepare_url)
