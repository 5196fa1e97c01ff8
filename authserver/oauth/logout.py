"""Signing out: who asked, where to go after it, and who must hear of it.

OIDC RP-Initiated Logout §2–3, Back-Channel Logout §2, Front-Channel Logout §2.
"""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oidc.rpinitiated import EndSessionEndpoint, EndSessionRequest
from joserfc import jwt

from authserver.keys import ALGORITHM
from authserver.oauth.errors import printable
from authserver.oauth.messages import ServerRequest, with_query
from authserver.oauth.outbound import OutboundError
from authserver.oauth.server import Server
from authserver.store.clients import Client
from authserver.store.models import SignIn
from authserver.store.secrets import opaque

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_TOKEN_SECONDS = 120
log = logging.getLogger(__name__)
_couriers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="back-channel-logout")


class EndSession(EndSessionEndpoint):
    """Checks a logout request; a hint must be ours, a return address registered."""

    def _validate_id_token_hint(self, id_token_hint: str) -> dict[str, Any]:
        claims: dict[str, Any] = self.server.id_tokens.read_hint(id_token_hint)
        return claims

    def resolve_client_from_id_token_claims(self, id_token_claims: dict[str, Any]) -> Any:
        return self.server.query_client(str(id_token_claims.get("azp")))

    def is_post_logout_redirect_uri_legitimate(self, *_: Any) -> bool:
        """The person is asked before a request without a hint is acted upon (§3)."""
        return True

    def _is_valid_post_logout_redirect_uri(self, client: Client, uri: str) -> bool:
        """A registered return address, or a registered callback as WSO2 has it."""
        own = client.client_metadata.get("post_logout_redirect_uris", [])
        return uri in own or uri in client.redirect_uris

    def validate_request(self, request: ServerRequest) -> EndSessionRequest:
        if request.payload.repeated:
            raise InvalidRequestError("A parameter is repeated.")
        checked = super().validate_request(request)
        if "post_logout_redirect_uri" in request.parameters and not checked.redirect_uri:
            words = "Post logout URI does not match with registered callback URI."
            raise InvalidRequestError(words)
        return checked


@dataclass(frozen=True, kw_only=True)
class LogoutPlan:
    """A checked logout request as it waits for the person's Yes."""

    client_id: str | None
    redirect_uri: str | None
    state: str | None

    def refused(self, error: str, words: str) -> str | None:
        """The return address with the error, when there is one."""
        return self._with([("error", error), ("error_description", printable(words))])

    @property
    def target(self) -> str | None:
        """Where the browser goes after the logout."""
        return self._with([])

    def _with(self, told: list[tuple[str, str]]) -> str | None:
        state = [("state", self.state)] if self.state else []
        return with_query(self.redirect_uri, [*told, *state]) if self.redirect_uri else None


def plan_for(checked: EndSessionRequest, sent: dict[str, str]) -> LogoutPlan:
    """What to do once the person agrees."""
    return LogoutPlan(
        client_id=checked.client.client_id if checked.client else None,
        redirect_uri=sent.get("post_logout_redirect_uri"),
        state=sent.get("state"),
    )


def end_sign_in(server: Server, sign_in: SignIn) -> list[str]:
    """Ends the sign-in, tells the clients' servers, returns the frames that tell the rest."""
    ended = [server.query_client(name) for name in server.store.sessions.end(sign_in.sid)]
    clients = [client for client in ended if client]
    for client in clients:
        if url := client.client_metadata.get("backchannel_logout_uri"):
            token = logout_token(server, client, sign_in)
            _couriers.submit(_deliver, server, str(url), token)
    return [frame for client in clients if (frame := _frame(server, client, sign_in))]


def logout_token(server: Server, client: Client, sign_in: SignIn) -> str:
    """The token that tells a client's server which session has ended (Back-Channel §2.4)."""
    now = int(time.time())
    claims = {
        "iss": server.issuer,
        "sub": sign_in.username,
        "aud": [client.client_id],
        "iat": now,
        "exp": now + LOGOUT_TOKEN_SECONDS,
        "jti": opaque(),
        "sid": sign_in.sid,
        "events": {LOGOUT_EVENT: {}},
    }
    keys = server.parts.keys
    header = {"alg": ALGORITHM, "kid": keys.kid, "typ": "logout+jwt"}
    return jwt.encode(header, claims, keys.private)


def _deliver(server: Server, url: str, token: str) -> None:
    try:
        status = server.parts.outbound.post_form(url, {"logout_token": token})
    except OutboundError as error:
        log.warning("back-channel logout: %s", error)
    else:
        if status not in (200, 204):
            log.warning("back-channel logout: %s answered %s", url, status)


def _frame(server: Server, client: Client, sign_in: SignIn) -> str | None:
    url = client.client_metadata.get("frontchannel_logout_uri")
    told = [("iss", server.issuer), ("sid", sign_in.sid)]
    return with_query(str(url), told) if url else None
