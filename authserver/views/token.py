"""`/oauth2/token`, `/oauth2/revoke`, `/oauth2/introspect`."""

from flask import Blueprint, Response

from authserver.oauth.token_endpoints import NO_STORE
from authserver.views.context import protocol_request, the_server, to_response

endpoints = Blueprint("token", __name__)


@endpoints.post("/oauth2/token")
def token() -> Response:
    """Exchanges a grant for tokens (RFC 6749 §3.2)."""
    return to_response(the_server().answer_token_request(protocol_request()))


@endpoints.post("/oauth2/revoke")
def revoke() -> Response:
    """Ends a token (RFC 7009)."""
    return to_response(the_server().create_endpoint_response("revocation", protocol_request()))


@endpoints.post("/oauth2/introspect")
def introspect() -> Response:
    """Says whether a token is good and what it may do (RFC 7662)."""
    return to_response(the_server().create_endpoint_response("introspection", protocol_request()))


@endpoints.after_request
def _never_stored(response: Response) -> Response:
    for name, value in NO_STORE[1:]:
        response.headers[name] = value
    return response
