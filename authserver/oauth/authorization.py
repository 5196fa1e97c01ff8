"""The authorization endpoint: what is asked, who must answer, what goes back (RFC 6749 §3.1)."""

import hashlib
import secrets
import time
from dataclasses import replace
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2.base import OAuth2Error

from authserver.oauth import errors
from authserver.oauth.errors import CallbackMismatch, PageError, Refused
from authserver.oauth.messages import (
    Authentication,
    AuthorizationResponse,
    ServerRequest,
    is_allowed_mode,
)
from authserver.oauth.scopes import is_well_formed
from authserver.oauth.server import Server
from authserver.store.clients import Client, grants_behind
from authserver.store.models import SignIn

RESPONSE_TYPES = (
    "code",
    "token",
    "id_token",
    "id_token token",
    "code id_token",
    "code token",
    "code id_token token",
)
NOT_SUPPORTED = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
}
PASSWORD_LEVEL = "1"


class Ask(Enum):
    """What the person must do before the request can be answered."""

    LOGIN = "login"
    CONSENT = "consent"


class AuthorizationRequest:
    """A request from a known client with a registered callback; the rest is checked later."""

    def __init__(self, server: Server, request: ServerRequest) -> None:
        self.server = server
        self.request = request
        self.client = self._trusted_client()
        self.sent = request.parameters
        self.hinted_subject: str | None = None

    def _trusted_client(self) -> Client:
        """The client, once the callback is proven to be its own; else nothing is sent anywhere."""
        payload = self.request.payload
        for name in ("client_id", "redirect_uri"):
            if name in payload.repeated:
                raise PageError("invalid_request", errors.PAGE_REPEATED.format(name))
        client = self.server.query_client(payload.client_id or "")
        if client is None:
            words = errors.PAGE_UNKNOWN_CLIENT.format(payload.client_id or "")
            raise PageError("invalid_client", words)
        if not payload.redirect_uri:
            raise PageError("invalid_request", errors.PAGE_NO_CALLBACK)
        if not client.check_redirect_uri(payload.redirect_uri):
            mismatch = CallbackMismatch(
                sent=payload.redirect_uri, registered=tuple(client.redirect_uris)
            )
            raise PageError("invalid_callback", errors.PAGE_CALLBACK, mismatch=mismatch)
        return client

    @property
    def scope(self) -> str:
        """The scope asked for, or API Manager's default; empty when it may not be had."""
        return self.client.get_allowed_scope(self.sent.get("scope")) or ""

    @property
    def prompts(self) -> set[str]:
        """The values of `prompt` (OIDC Core §3.1.2.1)."""
        return set(self.sent.get("prompt", "").split())

    def next_step(self, sign_in: SignIn | None, *, answered: bool) -> Ask | AuthorizationResponse:
        """What comes next: the person's turn, or the answer.

        `answered` says that the person has signed in for this very request.
        """
        try:
            self._check()
            if sign_in is None or self._needs_login(sign_in, answered=answered):
                return self._ask(Ask.LOGIN, "login_required", errors.NO_SESSION)
            if self._needs_consent(sign_in):
                return self._ask(Ask.CONSENT, "consent_required", errors.NO_CONSENT)
        except OAuth2Error as error:
            return self.refuse(error)
        return self.answer(sign_in)

    def _ask(self, ask: Ask, error: str, words: str) -> Ask:
        if "none" in self.prompts:
            raise Refused(error, words)
        return ask

    def _check(self) -> None:
        """Whatever can be wrong with a request whose callback is right."""
        repeated = self.request.payload.repeated
        if repeated:
            raise Refused("invalid_request", errors.PAGE_REPEATED.format(repeated[0]))
        for name, error in NOT_SUPPORTED.items():
            if name in self.sent:
                raise Refused(error, f"The parameter {name} is not supported.")
        self._check_types()
        self._check_numbers()
        if not is_well_formed(self.scope):
            raise Refused("invalid_scope", errors.INVALID_SCOPE)
        self.hinted_subject = self._read_hint()
        self._grant()

    def _check_types(self) -> None:
        kind = self.request.payload.response_type
        if not kind:
            raise Refused("invalid_request", "Missing response_type parameter value")
        if kind not in RESPONSE_TYPES:
            raise Refused("unsupported_response_type", "Invalid response_type parameter value")
        mode = self.sent.get("response_mode")
        if mode and not is_allowed_mode(mode, kind):
            raise Refused("invalid_request", f"response_mode {mode} cannot be had for {kind}.")
        deployment = self.server.parts.deployment
        if not all(deployment.allows(grant) for grant in grants_behind(kind)):
            raise Refused("unauthorized_client", errors.GRANT_NOT_TICKED)

    def _check_numbers(self) -> None:
        max_age = self.sent.get("max_age", "0")
        if not (max_age.isascii() and max_age.isdigit() and len(max_age) < 12):
            raise Refused("invalid_request", "max_age must be a whole number of seconds.")
        if "none" in self.prompts and len(self.prompts) > 1:
            raise Refused("invalid_request", "prompt=none goes with no other value.")

    def _grant(self) -> Any:
        grant = self.server.get_authorization_grant(self.request)
        grant.validate_authorization_request()
        return grant

    def _needs_login(self, sign_in: SignIn, *, answered: bool) -> bool:
        if self.hinted_subject and self.hinted_subject != sign_in.username:
            return True
        if answered:
            return False
        return bool(self.prompts & {"login", "select_account"}) or self._is_too_old(sign_in)

    def _is_too_old(self, sign_in: SignIn) -> bool:
        max_age = self.sent.get("max_age")
        return max_age is not None and time.time() - sign_in.auth_time > int(max_age)

    def _read_hint(self) -> str | None:
        """The `sub` of a genuine `id_token_hint` (OIDC Core §3.1.2.1)."""
        hint = self.sent.get("id_token_hint")
        return str(self.server.id_tokens.read_hint(hint)["sub"]) if hint else None

    def _needs_consent(self, sign_in: SignIn) -> bool:
        if "consent" in self.prompts:
            return True
        covers = self.server.store.consents.covers
        return not covers(sign_in.username, self.client.client_id, self.scope)

    def answer(self, sign_in: SignIn) -> AuthorizationResponse:
        """The response to an approved request."""
        asked_level = self.sent.get("acr_values", "").split()
        self.request.authentication = Authentication(
            auth_time=sign_in.auth_time,
            sid=sign_in.sid,
            acr=PASSWORD_LEVEL if asked_level else None,
        )
        user = self.server.store.users.get(sign_in.username)
        try:
            grant = self._grant()
            response = self.server.create_authorization_response(self.request, user, grant=grant)
        except OAuth2Error as error:
            return self.refuse(error)
        self.server.store.sessions.join(sign_in.sid, self.client.client_id)
        return self._finish(response, opbs=sign_in.opbs)

    def refuse(self, error: OAuth2Error) -> AuthorizationResponse:
        """The error, sent to the callback (RFC 6749 §4.1.2.1)."""
        error.redirect_uri = self.sent["redirect_uri"]
        return self._finish(self.server.error_response(self.request, error))

    def deny(self) -> AuthorizationResponse:
        """The person said no."""
        return self.refuse(Refused("access_denied", errors.DENIED))

    def _finish(
        self, response: AuthorizationResponse, *, opbs: str | None = None
    ) -> AuthorizationResponse:
        """Adds `state`, `iss` (RFC 9207 §2) and, for OpenID, `session_state`."""
        added = []
        if self.sent.get("state"):
            added.append(("state", self.sent["state"]))
        if opbs and "openid" in self.scope.split():
            added.append(("session_state", self._session_state(opbs)))
        added.append(("iss", self.server.issuer))
        return replace(response, parameters=(*response.parameters, *added))

    def _session_state(self, opbs: str) -> str:
        origin = origin_of(self.sent["redirect_uri"])
        salt = secrets.token_hex(8)
        text = f"{self.client.client_id} {origin} {opbs} {salt}"
        return f"{hashlib.sha256(text.encode()).hexdigest()}.{salt}"


def origin_of(url: str) -> str:
    """The origin as a browser spells it: no default port, lower case."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}".removesuffix(
        {"http": ":80", "https": ":443"}.get(parts.scheme, " ")
    )
