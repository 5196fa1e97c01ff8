"""What can be done with a token: refresh, UserInfo, introspection, revocation, any resource."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from playground.conductor import Conductor
from playground.errors import CheckFailed, InputRefused, PlaygroundError
from playground.flow import Flow, Result
from playground.flows import Flows
from playground.foreign_json import parsed, parsed_object
from playground.identity import Identity
from playground.protocol import resource, token_calls
from playground.protocol.checks import Check, failed
from playground.protocol.token import TOKEN_STEP, TokenResponse
from playground.protocol.token_calls import Credentials
from playground.wire.exchange import Exchange
from playground.wire.transport import Outgoing

Value = TypeVar("Value")
MAX_RESULTS = 30


@dataclass(frozen=True, kw_only=True)
class Calls:
    """Every method raises with the flow's id, and keeps what came as the flow's newest result."""

    flows: Flows
    conductor: Conductor
    identity: Identity

    def refresh(self, flow: Flow, *, attempt: int) -> Flow:
        """Exchange the refresh token for new tokens (RFC 6749 §6)."""
        held = token_of(flow)
        grant = (("grant_type", "refresh_token"), ("refresh_token", held.refresh_token))
        fresh = self.conductor.fetch_token(
            flow, flow.form, grant, purpose="Refresh", attempt=attempt
        )
        return self.flows.update(fresh.id, lambda f: replace(f, token=_carried(f.token, held)))

    def photos(self, flow: Flow) -> Flow:
        """Call the photo API (RFC 6750 §2.1)."""
        url = flow.form.resource_endpoint
        exchange = self.fetch(flow, url, purpose="Get Photos")
        data = _guarded(flow, lambda: resource.json_body(exchange))
        return self._keep(flow, "photos", exchange, data)

    def userinfo(self, flow: Flow) -> Flow:
        """Ask who signed in; `sub` must be the id token's (OIDC Core §5.3.2–5.3.4)."""
        exchange = self.fetch(flow, flow.form.userinfo_endpoint, purpose="UserInfo")
        sender = self.conductor.sender(flow)
        data, checks = _guarded(flow, lambda: self.identity.of_userinfo(flow, exchange, sender))
        if wrong := failed(checks):
            raise CheckFailed(
                sentence=f"The UserInfo answer is not believed: {_why(wrong)}.",
                evidence=tuple((c.title, f"expected {c.expected}; found {c.found}") for c in wrong),
                advice=("Nothing of it was kept (OIDC Core §5.3.2).",),
                flow_id=flow.id,
                step=TOKEN_STEP,
                checks=tuple(checks),
            )
        return self._keep(flow, "userinfo", exchange, data, tuple(checks))

    def introspect(self, flow: Flow, kind: str, credentials: Credentials) -> Flow:
        """Ask the server what it knows of a token (RFC 7662 §2)."""
        url = flow.form.introspection_endpoint
        exchange = self._about(flow, kind, credentials, url, "Introspection")
        data = _guarded(flow, lambda: token_calls.check_introspection(exchange))
        line = Check(
            title="active",
            expected="true for a live token",
            found=str(data["active"]).lower(),
            verdict="ok" if data["active"] else "warn",
            section="RFC 7662 §2.2",
        )
        return self._keep(flow, "introspection", exchange, data, (line,))

    def revoke(self, flow: Flow, kind: str, credentials: Credentials) -> Flow:
        """Make a token invalid, then look whether it is dead (RFC 7009 §2)."""
        exchange = self._about(flow, kind, credentials, flow.form.revocation_endpoint, "Revocation")
        _guarded(flow, lambda: token_calls.check_revocation(exchange))
        proof = self._proof_of_death(flow, kind, credentials)
        return self._keep(flow, "revocation", exchange, {"revoked": kind}, (proof,))

    def fetch(self, flow: Flow, url: str, *, purpose: str) -> Exchange:
        """GET anything with the token; raises what the resource server's refusal means."""
        request = resource.bearer_request(url, token_of(flow).access_token, purpose=purpose)
        return _guarded(flow, lambda: resource.check_answer(self.conductor.send(flow, request)))

    def resource(self, flow: Flow, request: Outgoing) -> Flow:
        """Any protected resource, with the token; whatever it answers is shown."""
        exchange = _guarded(flow, lambda: self.conductor.send(flow, request))
        return self._keep(flow, "resource", exchange, parsed(exchange.response_body))

    def _about(
        self, flow: Flow, kind: str, credentials: Credentials, url: str, purpose: str
    ) -> Exchange:
        held = token_of(flow)
        value = held.refresh_token if kind == "refresh_token" else held.access_token
        if not url or not value:
            raise InputRefused(
                sentence=f"{purpose} needs an endpoint and a token; one of them is missing.",
                advice=("The endpoints are on the form, under Endpoints.",),
                flow_id=flow.id,
                step=TOKEN_STEP,
            )
        return _guarded(
            flow,
            lambda: self.conductor.send(
                flow,
                token_calls.about_token(
                    url, value, kind, credentials, purpose=purpose, audience=flow.form.issuer
                ),
            ),
        )

    def _proof_of_death(self, flow: Flow, kind: str, credentials: Credentials) -> Check:
        """What the server says when asked once more; a token is revoked whether it says or not."""
        try:
            return self._asked_again(flow, kind, credentials)
        except PlaygroundError as error:
            return _death("warn", "a proof that the token is dead", f"none could be had: {error}")

    def _asked_again(self, flow: Flow, kind: str, credentials: Credentials) -> Check:
        """Introspection where there is one, else a call that must fail.

        Only a refresh would try a refresh token; a live one would bring new tokens.
        """
        if flow.form.introspection_endpoint:
            exchange = self._about(
                flow, kind, credentials, flow.form.introspection_endpoint, "Introspection"
            )
            dead = (parsed_object(exchange.response_body) or {}).get("active") is False
            found = "active is false" if dead else f"status {exchange.status}, not said to be dead"
            return _death("ok" if dead else "warn", "introspection says active: false", found)
        if flow.form.userinfo_endpoint and kind == "access_token":
            request = resource.bearer_request(
                flow.form.userinfo_endpoint, token_of(flow).access_token, purpose="Is it dead?"
            )
            status = _guarded(flow, lambda: self.conductor.send(flow, request)).status
            return _death("ok" if status == 401 else "warn", "UserInfo answers 401", str(status))
        able = "introspection or UserInfo" if kind == "access_token" else "introspection"
        return _death(
            "info", "a proof that the token is dead", f"nobody to ask: no {able} endpoint"
        )

    def _keep(
        self,
        flow: Flow,
        kind: str,
        exchange: Exchange,
        data: object,
        checks: tuple[Check, ...] = (),
    ) -> Flow:
        result = Result(
            kind=kind,
            exchange=exchange.id,
            at=exchange.started_at,
            status=exchange.status,
            data=data,
            body=exchange.response_body.decode("utf-8", "replace") if data is None else "",
            checks=checks,
        )
        return self.flows.update(
            flow.id,
            lambda f: replace(f, results=(*f.results, result)[-MAX_RESULTS:], failure=None),
        )


def token_of(flow: Flow) -> TokenResponse:
    """The flow's token. Raises CheckFailed when there is none, or none any more."""
    if flow.token is None:
        raise CheckFailed(
            sentence=flow.signed_out or "This flow has no token yet.",
            advice=("Get an access token first.",),
            flow_id=flow.id,
            step=TOKEN_STEP,
        )
    return flow.token


def _why(wrong: list[Check]) -> str:
    """What is wrong with a UserInfo answer; one that cannot be read names nobody either."""
    names = [check.title for check in wrong if check.title != "sub"]
    return f"{', '.join(names)} failed" if names else "it is about somebody else"


def _carried(new: TokenResponse | None, old: TokenResponse) -> TokenResponse | None:
    """What a refresh response leaves out stays as it was (RFC 6749 §6, OIDC Core §12.2)."""
    if new is None or new is old:
        return new
    return replace(
        new,
        refresh_token=new.refresh_token or old.refresh_token,
        id_token=new.id_token or old.id_token,
        scope=new.scope if new.scope is not None else old.scope,
    )


def _death(verdict: str, expected: str, found: str) -> Check:
    return Check(
        title="revoked", expected=expected, found=found, verdict=verdict, section="RFC 7009 §2.2"
    )


def _guarded(flow: Flow, run: Callable[[], Value]) -> Value:
    """Run a step so that what it raises names the flow."""
    try:
        return run()
    except PlaygroundError as error:
        error.flow_id, error.step = flow.id, TOKEN_STEP
        raise
