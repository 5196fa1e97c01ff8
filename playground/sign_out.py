"""Signing out: from here, by the server's message in the back or front channel."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256

from playground.errors import (
    CheckFailed,
    FlowUnknown,
    InputRefused,
    LimitReached,
    ResponseRefused,
    ServerMisbehaved,
    ServerUnreachable,
)
from playground.flow import Flow
from playground.flows import Flows
from playground.logins import Logins, of_session, same_person
from playground.own_key import OwnKey
from playground.protocol.authorization import UNASKED
from playground.protocol.checks import failed
from playground.protocol.id_token import Claims
from playground.protocol.jwt_view import open_jwt
from playground.protocol.logout import EndSessionRequest, check_logout_token
from playground.store import Store
from playground.trusted import TrustLists
from playground.verifier import KeySource, Verifier, decrypted
from playground.wire.exchange import Exchange
from playground.wire.transport import Outgoing, Transport

STATE_SECONDS = 600.0
REPLAY_SECONDS = 900.0
MAX_FETCHES = 10


@dataclass(frozen=True, kw_only=True)
class Party:
    """The server and client of a session, with the keys that its logout messages need."""

    issuer: str
    client_id: str
    jwks_uri: str
    client_secret: str = field(repr=False)
    trust: tuple[str, ...]


Send = Callable[[Outgoing, Party], Exchange]


@dataclass(frozen=True, kw_only=True)
class SignOut:
    """Ends sessions wherever they are held; an ended flow has no tokens any more."""

    store: Store
    flows: Flows
    logins: Logins
    verifier: Verifier
    transport: Transport
    trust_lists: TrustLists
    own_key: OwnKey

    def start(self, flow: Flow, own: Iterable[Flow]) -> EndSessionRequest | None:
        """End the session in all of this browser's `own` flows that are of it.

        Returns the request for the server's session, where it has an endpoint.
        """
        request = self._request(flow)
        for one in of_session(flow, own):
            self.end(one.id, "You signed out.")
        return request

    def _request(self, flow: Flow) -> EndSessionRequest | None:
        if not flow.form.end_session_endpoint:
            return None
        state = secrets.token_urlsafe(32)
        self.store.put(_state_key(state), flow.id.encode(), STATE_SECONDS)
        return EndSessionRequest(
            end_session_endpoint=flow.form.end_session_endpoint,
            id_token_hint=flow.id_token,
            client_id=flow.form.client_id,
            post_logout_redirect_uri=flow.form.post_logout_redirect_uri,
            state=state,
        )

    def came_back(self, state: str, is_ours: Callable[[Flow], bool]) -> Flow:
        """The flow that a return from the server's logout belongs to; each state works once.

        `is_ours` says whether this browser began the flow, and so its logout. Raises
        ResponseRefused.
        """
        raw = self.store.get(_state_key(state)) if state else None
        flow = self.flows.find(raw.decode()) if raw else None
        if flow is None or not is_ours(flow) or self.store.take(_state_key(state)) is None:
            raise ResponseRefused(
                sentence="This return from a logout belongs to none that began here.",
                evidence=(("state", "present, but of no logout here" if state else "missing"),),
                advice=(
                    "It may have been used already, or have begun in another browser or under "
                    "another host name (OIDC RP-Initiated Logout §3).",
                ),
            )
        return flow

    def back_channel(self, logout_token: str) -> list[str]:
        """End the sessions a logout token means; their flows. Raises CheckFailed (§2.6).

        The token's own words only find flows; it is verified with the keys of each flow's server,
        and ends the flows of those for which it is good (CWE-918).
        """
        logout_token = self._opened(logout_token)
        view = open_jwt(logout_token)
        if view is None or view.claims is None:
            raise CheckFailed(sentence="The logout token is no signed JWT.")
        parties = self._parties(view.claims)
        send = self._sender()
        problems = {p: self._problem(logout_token, p, send) for p in parties}
        good = [party for party, problem in problems.items() if not problem]
        if not good:
            reasons = [*problems.values(), "its iss, aud, sid and sub are of no session here"]
            raise CheckFailed(sentence=f"The logout token is refused: {reasons[0]}.")
        if not self.store.add(_replay_key(good[0], str(view.claims["jti"])), b"1", REPLAY_SECONDS):
            raise CheckFailed(sentence="The logout token is refused: its jti was used before.")
        return self._end_all(flow for party in good for flow in parties[party])

    def _opened(self, logout_token: str) -> str:
        """The signed token, out of its encryption if it came in one (§2.6 (1))."""
        for key in self._decryption_keys():
            with suppress(CheckFailed, InputRefused):
                return decrypted(logout_token, key)[0]
        raise CheckFailed(sentence="The logout token is encrypted, and no key here opens it.")

    def _decryption_keys(self) -> Iterator[str]:
        """Our own key, then those that were pasted for flows."""
        yield self.own_key.private()
        flows = map(self.flows.find, self.logins.with_pasted_key())
        yield from dict.fromkeys(flow.form.id_token_decryption_key for flow in flows if flow)

    def _parties(self, claims: Claims) -> dict[Party, list[Flow]]:
        """The flows that the claims mean, by the server and client they signed in with."""
        sid, sub = (c if isinstance(c := claims.get(n), str) else "" for n in ("sid", "sub"))
        found: dict[Party, list[Flow]] = {}
        for flow in self._found(str(claims.get("iss", "")), sid=sid, sub=sub):
            if not _is_audience(flow.form.client_id, claims):
                continue
            party = Party(
                issuer=str(claims.get("iss", "")),
                client_id=flow.form.client_id,
                jwks_uri=flow.form.jwks_uri,
                client_secret=flow.form.client_secret,
                trust=flow.trust,
            )
            found.setdefault(party, []).append(flow)
        return found

    def _problem(self, logout_token: str, party: Party, send: Send) -> str:
        """Why the token is not good for this server and client; empty when it is."""
        source = KeySource(
            jwks_uri=party.jwks_uri,
            scope=" ".join(party.trust),
            client_secret=party.client_secret,
        )
        try:
            found = self.verifier.verify_signed(
                logout_token, source, lambda outgoing: send(outgoing, party)
            )
        except (LimitReached, ServerUnreachable, ServerMisbehaved) as error:
            return str(error)
        made = check_logout_token(
            found.header, found.claims, issuer=party.issuer, client_id=party.client_id
        )
        return ", ".join(check.title for check in failed((*found.checks, *made)))

    def front_channel(self, issuer: str, sid: str) -> list[Flow]:
        """End the sessions of this issuer and sid; both must match (Front-Channel Logout §2)."""
        flows = self._found(issuer, sid=sid) if issuer and sid else []
        self._end_all(flows)
        return flows

    def _found(self, issuer: str, *, sid: str = "", sub: str = "") -> list[Flow]:
        found = map(self.flows.find, self.logins.flows(issuer, sid=sid, sub=sub))
        return [flow for flow in found if flow is not None]

    def refused(self, flow: Flow, error: str) -> bool:
        """End the session that the flow asks after, if this error says so; whether it did.

        Without an id token the person counts as signed out (OIDC Session Management §3). Of the
        person only the errors of prompt=none speak.
        """
        ended = flow.asks_after if error in UNASKED else ()
        for identifier in ended:
            self.end(identifier, f"Asked again with prompt=none, the server said “{error}”.")
        return bool(ended)

    def answered(self, flow: Flow) -> None:
        """End the session that the flow asks after, if its answer names another person, or none."""
        if flow.awaits_exchange and not flow.claims:
            return  # the id token is still to come
        for asked in filter(None, map(self.flows.find, flow.asks_after)):
            if not same_person(asked, flow):
                self.end(asked.id, "Asked again with prompt=none, the server named somebody else.")

    def end(self, identifier: str, why: str) -> None:
        """End one flow's session: its tokens are gone, what was seen stays readable."""
        with suppress(FlowUnknown):
            self.flows.update(identifier, lambda f: _ended(f, why))

    def _end_all(self, flows: Iterable[Flow]) -> list[str]:
        identifiers = [flow.id for flow in flows]
        for identifier in identifiers:
            self.end(identifier, "The server ended this session.")
        return identifiers

    def _sender(self) -> Send:
        """Sends for one logout token, MAX_FETCHES times; key sets that are kept need no fetch."""
        left = iter(range(MAX_FETCHES))

        def send(outgoing: Outgoing, party: Party) -> Exchange:
            if next(left, None) is None:
                raise LimitReached(sentence=f"{MAX_FETCHES} key sets were fetched for this token")
            pins = self.trust_lists.pins(party.trust)
            return self.transport.send(outgoing, record=lambda _: None, pinned=pins)

        return send


def _ended(flow: Flow, why: str) -> Flow:
    return replace(flow, signed_out=flow.signed_out or why, token=None, id_token="", claims=None)


def _is_audience(client_id: str, claims: Claims) -> bool:
    audience = claims.get("aud")
    return client_id in (audience if isinstance(audience, list) else [audience])


def _state_key(state: str) -> str:
    return "logout:" + sha256(state.encode()).hexdigest()


def _replay_key(party: Party, jti: str) -> str:
    return "jti:" + sha256(f"{party.issuer}\n{jti}".encode()).hexdigest()
