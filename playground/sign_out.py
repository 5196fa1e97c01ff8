"""Signing out: from here, by the server's message in the back or front channel."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from playground.errors import CheckFailed, FlowUnknown, ResponseRefused
from playground.flow import Flow
from playground.flows import Flows
from playground.logins import Logins, Party
from playground.protocol.checks import failed
from playground.protocol.jwt_view import open_jwt
from playground.protocol.logout import EndSessionRequest, check_logout_token
from playground.store import Store
from playground.trusted import TrustLists
from playground.verifier import KeySource, Verifier
from playground.wire.exchange import Exchange
from playground.wire.transport import Outgoing, Transport

STATE_SECONDS = 600.0
REPLAY_SECONDS = 900.0


@dataclass(frozen=True, kw_only=True)
class SignOut:
    """Ends sessions wherever they are held; an ended flow has no tokens any more."""

    store: Store
    flows: Flows
    logins: Logins
    verifier: Verifier
    transport: Transport
    trust_lists: TrustLists

    def start(self, flow: Flow) -> EndSessionRequest | None:
        """End the local session; the request for the server's, where it has an endpoint."""
        request = self._request(flow)
        self.end(flow.id, "You signed out.")
        return request

    def _request(self, flow: Flow) -> EndSessionRequest | None:
        if not flow.form.end_session_endpoint:
            return None
        state = secrets.token_urlsafe(32)
        self.store.put(_state_key(state), flow.id.encode(), STATE_SECONDS)
        return EndSessionRequest(
            end_session_endpoint=flow.form.end_session_endpoint,
            id_token_hint=flow.token.id_token if flow.token else "",
            client_id=flow.form.client_id,
            post_logout_redirect_uri=flow.form.post_logout_redirect_uri,
            state=state,
        )

    def came_back(self, state: str) -> str:
        """The flow that a return from the server's logout belongs to; each state works once."""
        raw = self.store.take(_state_key(state)) if state else None
        if raw is None:
            raise ResponseRefused(
                sentence="This return from a logout belongs to none that began here.",
                evidence=(("state", "present, but unknown" if state else "missing"),),
                advice=("It may have been used already (OIDC RP-Initiated Logout §3).",),
            )
        return raw.decode()

    def back_channel(self, logout_token: str) -> list[str]:
        """End the sessions a logout token means; their flows. Raises CheckFailed (§2.6)."""
        view = open_jwt(logout_token)
        if view is None or view.claims is None:
            raise CheckFailed(sentence="The logout token is no signed JWT.")
        claims = view.claims
        party = self._party(claims)
        source = KeySource(jwks_uri=party.jwks_uri, scope=" ".join(party.trust), front_channel=True)
        verified, checks = self.verifier.verify_signed(
            logout_token, source, lambda outgoing: self._send(outgoing, party)
        )
        checks += check_logout_token(
            view.header, verified, issuer=party.issuer, client_id=party.client_id
        )
        if wrong := failed(checks):
            names = ", ".join(check.title for check in wrong)
            raise CheckFailed(sentence=f"The logout token is refused: {names}.")
        if not self.store.add(_replay_key(party, str(claims["jti"])), b"1", REPLAY_SECONDS):
            raise CheckFailed(sentence="The logout token is refused: its jti was used before.")
        sid, sub = str(claims.get("sid") or ""), str(claims.get("sub") or "")
        return self._end_all(party.issuer, sid, sub, "The server ended this session.")

    def front_channel(self, issuer: str, sid: str) -> list[str]:
        """End the sessions of this issuer and sid; both must match (Front-Channel Logout §2)."""
        if not issuer or not sid:
            return []
        return self._end_all(issuer, sid, "", "The server ended this session.")

    def end(self, identifier: str, why: str) -> None:
        """End one flow's session: its tokens are gone, what was seen stays readable."""
        try:
            self.flows.update(
                identifier,
                lambda f: replace(f, signed_out=f.signed_out or why, token=None, claims=None),
            )
        except FlowUnknown:
            return

    def _end_all(self, issuer: str, sid: str, sub: str, why: str) -> list[str]:
        """With `sid` exactly that session, with `sub` alone every one of that person."""
        identifiers = self.logins.flows(issuer, sid=sid, sub=sub)
        for identifier in identifiers:
            self.end(identifier, why)
        return identifiers

    def _party(self, claims: dict[str, object]) -> Party:
        """Keys are fetched only for a server that somebody signed in with (PROTOCOL 17)."""
        audience = claims.get("aud")
        names: Sequence[object] = audience if isinstance(audience, list) else [audience]
        found = [self.logins.party(str(claims.get("iss")), str(name)) for name in names[:5]]
        party = next((p for p in found if p is not None), None)
        if party is None:
            raise CheckFailed(sentence="The logout token's iss and aud are of no session here.")
        return party

    def _send(self, outgoing: Outgoing, party: Party) -> Exchange:
        pins = self.trust_lists.pins(party.trust)
        return self.transport.send(outgoing, record=lambda _: None, pinned=pins)


def _state_key(state: str) -> str:
    return "logout:" + sha256(state.encode()).hexdigest()


def _replay_key(party: Party, jti: str) -> str:
    return "jti:" + sha256(f"{party.issuer}\n{jti}".encode()).hexdigest()
