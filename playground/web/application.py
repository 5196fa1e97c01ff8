"""Flask, without what it would find out again for each request."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, Request
from flask.ctx import RequestContext
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import SecurityError
from werkzeug.sansio.http import parse_cookie

from playground.web.security import GuardedResponse

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from werkzeug.routing import MapAdapter

PROBES = ("/healthz", "/readyz")


class QuickRequest(Request):
    """Takes the cookies from where WSGI puts them; Werkzeug goes through all headers."""

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """The browser's cookies."""
        found = parse_cookie(self.environ.get("HTTP_COOKIE"), cls=self.dict_storage_class)
        return cast("ImmutableMultiDict[str, str]", found)


def is_one_of(names: Sequence[str], host: str) -> bool:
    """Whether this Host, with or without a port, has one of these names (RFC 9110 §4.2.3)."""
    name = re.sub(r":\d+$", "", host.lower())
    return any(name == own or (own[:1] == "." and f".{name}".endswith(own)) for own in names)


class Application(Flask):
    """The playground's kind of Flask application."""

    request_class = QuickRequest
    response_class = GuardedResponse

    def request_context(self, environ: WSGIEnvironment) -> RequestContext:
        """Balancers ask for our health by address; whatever Host they say counts as one of ours.

        All other pages refuse a Host that is not (CWE-644).
        """
        if environ.get("PATH_INFO") in PROBES:
            environ["HTTP_HOST"] = self.config["OWN_HOSTS"][0].lstrip(".")
        return super().request_context(environ)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Refuse a Host that is none of ours (CWE-644); Werkzeug's check knows no IPv6 address."""
        if request is not None and not is_one_of(self.config["OWN_HOSTS"], request.host):
            raise SecurityError("this Host is none of ours")
        return super().create_url_adapter(request)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: no function of ours is a coroutine, and Flask asks for each one it calls."""
        return func

    def redirect(self, location: str, code: int = 302) -> GuardedResponse:
        """A redirect with a line for whoever does not follow it; Werkzeug makes a page of it."""
        return GuardedResponse(
            "Go on at the address in Location.\n",
            status=code,
            mimetype="text/plain",
            headers={"Location": location},
        )
