"""Leads a flow from step to step: form, request, response, token, resource. Knows no Flask."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from playground.errors import CheckFailed, PlaygroundError, ResponseRefused
from playground.flow import Flow
from playground.flows import Flows, binding, flow_id
from playground.form import Form, TokenForm
from playground.identity import Identity
from playground.logins import Logins
from playground.own_key import OwnKey
from playground.protocol import authorization, token
from playground.protocol.client_auth import Client
from playground.protocol.keys import load_to_sign
from playground.sign_out import SignOut
from playground.trusted import TrustLists
from playground.verifier import Verified
from playground.wire.exchange import Exchange
from playground.wire.transport import Outgoing, Transport

STATE_BYTES = 32
_SIGNED_OUT = ("Signed out", "The session here has ended with it (OIDC Session Management §3).")
Leave = Callable[[authorization.AuthorizationRequest], Exchange]


class Conductor:
    """Every method takes and returns flows; failures are raised with the flow's id in them."""

    def __init__(
        self,
        *,
        flows: Flows,
        transport: Transport,
        identity: Identity,
        own_key: OwnKey,
        trust_lists: TrustLists,
        logins: Logins,
        sign_out: SignOut,
    ) -> None:
        self._flows = flows
        self._transport = transport
        self._identity = identity
        self._own_key = own_key
        self._trust_lists = trust_lists
        self._logins = logins
        self._sign_out = sign_out

    def begin(
        self,
        form: Form,
        *,
        secret: str,
        origin: str,
        leave: Leave,
        kept_secret: bool = False,
        trust: tuple[str, ...] = (),
        asks_after: tuple[str, ...] = (),
        id_token_hint: str = "",
    ) -> Flow:
        """Start a flow for the browser that will hold `secret` (RFC 6749 §10.12, RFC 7636 §4).

        `leave` tells how the browser carries the request away, which is recorded with the flow;
        `asks_after` names the flows of the session that it asks after.
        """
        state = secrets.token_urlsafe(STATE_BYTES)
        nonce = secrets.token_urlsafe(STATE_BYTES) if authorization.wants_nonce(form) else ""
        with_pkce = form.code_challenge_method and "code" in form.response_types
        code_verifier = authorization.new_code_verifier() if with_pkce else ""
        request = None
        if form.redirecting:
            request = authorization.prepare(
                form,
                state=state,
                nonce=nonce,
                code_verifier=code_verifier,
                id_token_hint=id_token_hint,
            )
        flow = Flow(
            id=flow_id(state),
            binding=binding(secret),
            created_at=time.time(),
            started_on=origin,
            form=form,
            kept_secret=kept_secret,
            trust=trust,
            asks_after=asks_after,
            request=request,
            state=state,
            nonce=nonce,
            code_verifier=code_verifier,
        )
        self._flows.create(flow, *([leave(request)] if request else ()))
        return flow

    def receive(
        self,
        flow: Flow,
        parameters: Sequence[tuple[str, str]],
        message: Exchange,
        *,
        response_mode: str,
    ) -> Flow:
        """Take the authorization response that `message` brought; once (RFC 6749 §10.12)."""
        if not self._flows.receive(flow.id, message):
            raise ResponseRefused(
                sentence="This response was already used: its state counts once.",
                evidence=(("Section", "RFC 6749 §10.12"),),
                advice=("Go on from the page it led to, or start a new flow.",),
                flow_id=flow.id,
                passing=True,
            )
        expected = authorization.expected_of(flow.form, flow.state)
        try:
            response, checks = authorization.validate(
                parameters, expected, response_mode=response_mode
            )
            found = self._identity.of_response(flow, response, self.sender(flow))
            front_token = token.from_front_channel(response, received_at=time.time())
        except PlaygroundError as error:
            error.flow_id = flow.id
            if self._sign_out.refused(flow, error.error):
                error.evidence = (*error.evidence, _SIGNED_OUT)
            raise
        return self._keep(
            flow,
            found,
            lambda f: replace(
                f,
                response=response,
                response_checks=tuple(checks),
                responded_at=time.time(),
                token=front_token,
                failure=None,
            ),
        )

    def exchange(self, flow: Flow, typed: TokenForm, *, attempt: int) -> Flow:
        """Exchange the validated response's code for a token (RFC 6749 §4.1.3).

        `attempt` is the number of the form it was typed in: a second click or a reload of the
        same form sends nothing (§4.1.2).
        """
        if flow.response is None or not flow.response.code:
            raise ResponseRefused(
                sentence="This flow has no code to exchange yet.",
                advice=("Authorize first.",),
                flow_id=flow.id,
            )
        grant = token.code_grant(
            flow.response, redirect_uri=typed.redirect_uri, code_verifier=typed.code_verifier
        )
        form = replace(
            flow.form,
            token_endpoint=typed.token_endpoint,
            client_secret=typed.client_secret,
            token_endpoint_auth_method=typed.token_endpoint_auth_method,
        )
        return self.fetch_token(flow, form, grant, purpose=token.TOKEN_PURPOSE, attempt=attempt)

    def fetch_token(
        self,
        flow: Flow,
        form: Form,
        grant: Sequence[tuple[str, str]],
        *,
        purpose: str,
        attempt: int,
    ) -> Flow:
        """Send one token request, once per attempt, and keep the checked answer."""
        refreshed = ("grant_type", "refresh_token") in grant
        if flow.signed_out:
            raise _has_ended(flow, "nothing is sent for it any more")
        try:
            outgoing = token.TokenRequest(
                token_endpoint=form.token_endpoint,
                parameters=tuple(grant),
                client=self.client_of(form),
                purpose=purpose,
                audience=form.issuer,
            ).outgoing()
            if not self._flows.attempt(flow.id, attempt):
                return flow
            answer = token.check_response(self._transmit(flow, outgoing))
            found = self._identity.of_token(
                flow, form, answer, self.sender(flow), refreshed=refreshed
            )
        except PlaygroundError as error:
            error.flow_id, error.step = flow.id, token.TOKEN_STEP
            raise
        return self._keep(
            flow,
            found,
            lambda f: replace(
                f,
                form=replace(form, password="") if form.password else form,  # it was sent once
                kept_secret=f.kept_secret and form.client_secret == f.form.client_secret,
                token=answer,
                exchanged=True,
                previous_token=f.token,
                failure=None,
            ),
        )

    def _keep(self, flow: Flow, found: Verified, change: Callable[[Flow], Flow]) -> Flow:
        """Keep what came and who signed in, unless the session has ended meanwhile.

        Logouts find the flow by every id token of it, from before this one is kept. Raises
        CheckFailed.
        """
        self._logins.remember(flow, found.claims)
        kept = self._flows.update(
            flow.id, lambda f: f if f.signed_out else _identified(change(f), found)
        )
        if kept.signed_out:
            raise _has_ended(kept, "what came was not kept")
        self._sign_out.answered(kept)
        return kept

    def sender(self, flow: Flow) -> Callable[[Outgoing], Exchange]:
        """`send` for one flow, to hand to what fetches on its behalf."""
        return lambda outgoing: self.send(flow, outgoing)

    def send(self, flow: Flow, outgoing: Outgoing) -> Exchange:
        """One request through the seam, recorded with the flow."""
        self._flows.check_room(flow.id)
        return self._transmit(flow, outgoing)

    def _transmit(self, flow: Flow, outgoing: Outgoing) -> Exchange:
        over_tls = outgoing.url.startswith("https:")
        return self._transport.send(
            outgoing,
            record=lambda x: self._flows.record(flow.id, x),
            pinned=self._trust_lists.pins(flow.trust) if over_tls else (),
        )

    def client_of(self, form: Form) -> Client:
        """The client as the form describes it. Raises InputRefused for an unusable key."""
        method, key = form.token_endpoint_auth_method, None
        if method == "private_key_jwt":
            key = load_to_sign(
                form.client_private_key or self._own_key.private(), field="client_private_key"
            )
        return Client(
            client_id=form.client_id,
            client_secret=form.client_secret,
            method=method,
            private_key=key,
        )


def _identified(flow: Flow, found: Verified) -> Flow:
    """The flow with what its newest id token says; as it was, where none came."""
    return replace(
        flow,
        id_token=found.signed or flow.id_token,
        claims=found.claims or flow.claims,
        id_token_checks=found.checks or flow.id_token_checks,
    )


def _has_ended(flow: Flow, so: str) -> CheckFailed:
    return CheckFailed(
        sentence=f"The session has ended; {so}.",
        evidence=(("Ended", flow.signed_out),),
        advice=("Start a new flow to sign in again.",),
        flow_id=flow.id,
        step=token.TOKEN_STEP,
    )
