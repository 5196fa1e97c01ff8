"""`/oauth2/userinfo` (OIDC Core §5.3)."""

import json
from typing import Any

from flask import Blueprint, Response
from joserfc import jwt

from authserver.keys import ALGORITHM
from authserver.oauth.scopes import claims_for
from authserver.oauth.server import Server
from authserver.oauth.token_endpoints import BearerRefusedError
from authserver.views.context import bearer_refusal, require_bearer, the_server

endpoints = Blueprint("userinfo", __name__)


@endpoints.route("/oauth2/userinfo", methods=["GET", "POST"])
def userinfo() -> Response:
    """The claims the token's scopes open, as JSON or, where registered, as a signed JWT."""
    server = the_server()
    try:
        token = require_bearer("openid")
    except BearerRefusedError as error:
        return bearer_refusal(error)
    claims = _claims(server, token)
    client = server.query_client(token["client_id"])
    if client and client.client_metadata.get("userinfo_signed_response_alg") == ALGORITHM:
        return Response(_signed(server, token, claims), mimetype="application/jwt")
    return Response(json.dumps(claims), mimetype="application/json")


def _claims(server: Server, token: dict[str, Any]) -> dict[str, Any]:
    user = server.store.users.get(token["sub"])
    profile = user.profile if user else {}
    return {"sub": token["sub"], **claims_for(token["scope"], profile)}


def _signed(server: Server, token: dict[str, Any], claims: dict[str, Any]) -> str:
    header = {"alg": ALGORITHM, "kid": server.parts.keys.kid}
    addressed = {**claims, "iss": server.issuer, "aud": token["client_id"]}
    return jwt.encode(header, addressed, server.parts.keys.private)
