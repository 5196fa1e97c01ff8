"""`/client-registration/v0.17/register`: clients register themselves (RFC 7591, RFC 7592)."""

from flask import Blueprint, Response, request

from authserver.oauth.metadata import REGISTRATION_PATH
from authserver.oauth.registration import RegistrationRequest
from authserver.oauth.registration_rules import read_json
from authserver.oauth.token_endpoints import BearerRefusedError
from authserver.views.context import bearer_refusal, the_server, to_response

endpoints = Blueprint("registration", __name__, url_prefix=REGISTRATION_PATH)


@endpoints.post("")
def register() -> Response:
    """A new client, with its keys and the token to manage it by."""
    return _answer("client_registration", _metadata())


@endpoints.route("/<client_id>", methods=["GET", "PUT", "DELETE"])
def configuration(client_id: str) -> Response:
    """A registered client as it is, as it shall be, or its end."""
    return _answer("client_configuration", _metadata() if request.method == "PUT" else None)


@endpoints.errorhandler(BearerRefusedError)
def refused(error: BearerRefusedError) -> Response:
    """The challenge (RFC 6750 §3)."""
    return bearer_refusal(error)


def _metadata() -> object:
    """The body, when it is called JSON: no page of another site may send that (RFC 7591 §3.1)."""
    return read_json(request.get_data()) if request.mimetype == "application/json" else None


def _answer(endpoint: str, body: object) -> Response:
    asked = RegistrationRequest(
        method=request.method, url=request.base_url, headers=dict(request.headers), body=body
    )
    return to_response(the_server().create_endpoint_response(endpoint, asked))
