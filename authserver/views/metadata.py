"""The documents a client may read before it does anything: metadata and keys."""

import json
from typing import Any

from flask import Blueprint, Response, redirect, url_for

from authserver.oauth.metadata import describe
from authserver.views.context import the_server

endpoints = Blueprint("metadata", __name__)


@endpoints.get("/.well-known/openid-configuration")
@endpoints.get("/.well-known/oauth-authorization-server")
@endpoints.get("/.well-known/oauth-authorization-server/oauth2/token")
@endpoints.get("/oauth2/token/.well-known/openid-configuration")
@endpoints.get("/oauth2/oidcdiscovery/.well-known/openid-configuration")
@endpoints.get("/oauth2/token/.well-known/oauth-authorization-server")
def metadata() -> Response:
    """The metadata, the same at every address it is looked for (RFC 8414 §3)."""
    return _document(describe(the_server()))


@endpoints.get("/oauth2/jwks")
def jwks() -> Response:
    """The public keys (RFC 7517 §5)."""
    return _document(the_server().parts.keys.public())


@endpoints.get("/")
def home() -> Any:
    """Nothing lives at the root; the portal does next door."""
    return redirect(url_for("portal.applications"))


def _document(content: dict[str, Any]) -> Response:
    response = Response(json.dumps(content, indent=2), mimetype="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
