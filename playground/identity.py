"""Who signed in: what each of a flow's id tokens must say, and that it does say so."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from playground.errors import CheckFailed
from playground.flow import Flow
from playground.form import Form
from playground.own_key import OwnKey
from playground.protocol.authorization import AuthorizationResponse
from playground.protocol.checks import Check, compare, failed
from playground.protocol.id_token import Claims, Expected, check_times, check_type
from playground.protocol.resource import json_object
from playground.protocol.token import TokenResponse
from playground.verifier import KeySource, Verified, Verifier
from playground.wire.exchange import Exchange
from playground.wire.transport import Outgoing

Send = Callable[[Outgoing], Exchange]


class Identity:
    """Verifies the id tokens of flows. Raises CheckFailed where one must not be believed."""

    def __init__(self, verifier: Verifier, own_key: OwnKey) -> None:
        self._verifier = verifier
        self._own_key = own_key

    def of_response(self, flow: Flow, response: AuthorizationResponse, send: Send) -> Verified:
        """The front channel's id token: its hashes are mandatory (OIDC Core §3.2.2.9, §3.3.2)."""
        given = {"at_hash": response.access_token, "c_hash": response.code}
        expected = Expected(
            issuer=flow.form.issuer,
            client_id=flow.form.client_id,
            nonce=flow.nonce,
            max_age=flow.form.max_age,
            acr_values=flow.form.acr_values,
            access_token=response.access_token,
            code=response.code,
            algorithms=_announced(flow.form),
            mandatory=frozenset(name for name, value in given.items() if value),
        )
        return self._check(flow, flow.form, response.id_token, expected, send, endpoint="")

    def of_token(
        self, flow: Flow, form: Form, answer: TokenResponse, send: Send, *, refreshed: bool
    ) -> Verified:
        """The token response's id token; the same person as before (§3.3.3.6, §12.2)."""
        earlier = flow.claims or {}
        expected = Expected(
            issuer=str(earlier.get("iss") or form.issuer),
            client_id=form.client_id,
            nonce=flow.nonce,
            refreshed=refreshed,
            max_age="" if refreshed else form.max_age,
            acr_values="" if refreshed else form.acr_values,
            access_token=answer.access_token,
            code="" if refreshed else flow.code,
            subject=str(earlier.get("sub") or ""),
            algorithms=_announced(form),
        )
        endpoint = form.token_endpoint
        return self._check(flow, form, answer.id_token, expected, send, endpoint=endpoint)

    def of_userinfo(self, flow: Flow, exchange: Exchange, send: Send) -> tuple[Claims, list[Check]]:
        """UserInfo as JSON or as a signed JWT; `sub` is the id token's (OIDC Core §5.3.2–5.3.4)."""
        checks: tuple[Check, ...] = ()
        if exchange.media_type == "application/jwt":
            text = exchange.response_body.decode("ascii", "replace").strip()
            source = self._source(flow, flow.form, flow.form.userinfo_endpoint)
            found = self._verifier.verify_signed(text, source, send)
            data = found.claims
            checks = (*found.checks, *_userinfo_checks(flow.form, found))
        else:
            data = json_object(exchange)
        return data, [*checks, _same_subject(flow, data)]

    def _source(self, flow: Flow, form: Form, endpoint: str) -> KeySource:
        """The keys for what `endpoint` answered; it is empty in the front channel."""
        return KeySource(
            jwks_uri=form.jwks_uri,
            scope=" ".join(flow.trust),
            client_secret=form.client_secret,
            decryption_key=form.id_token_decryption_key or self._own_key.private(),
            over_tls=urlsplit(endpoint).scheme == "https",
        )

    def _check(
        self, flow: Flow, form: Form, token: str, expected: Expected, send: Send, *, endpoint: str
    ) -> Verified:
        if not token:
            return Verified()
        source = self._source(flow, form, endpoint)
        found = self._verifier.verify(token, expected, source, send)
        if wrong := failed(found.checks):
            raise _not_believed(flow, wrong, found.checks)
        return found


def _announced(form: Form) -> tuple[str, ...]:
    """The algorithms for id tokens that the server's metadata names."""
    return tuple(form.id_token_signing_alg_values_supported.split())


def _userinfo_checks(form: Form, signed: Verified) -> list[Check]:
    """A signed answer is no other kind of JWT, and of now; who it names is the issuer and us.

    None of these claims need be there (OIDC Core §5.3.2, RFC 7519 §4.1, RFC 8725 §3.11).
    """
    section, data = "OIDC Core §5.3.2", signed.claims
    times = check_times(data, time.time(), needed=())
    found = [check_type(signed.header), *(replace(c, section="RFC 7519 §4.1") for c in times)]
    if form.issuer and "iss" in data:
        found.append(compare("iss", form.issuer, data["iss"], section))
    if "aud" in data:
        audience = data["aud"] if isinstance(data["aud"], list) else [data["aud"]]
        us = form.client_id if form.client_id in audience else data["aud"]
        found.append(compare("aud", form.client_id, us, section))
    return found


def _same_subject(flow: Flow, data: Claims) -> Check:
    found = data.get("sub")
    if flow.claims and "sub" in flow.claims:
        return compare("sub", str(flow.claims["sub"]), found, "OIDC Core §5.3.2")
    return Check(
        title="sub",
        expected="no id token to compare with",
        found=str(found or "absent"),
        verdict="info" if isinstance(found, str) and found else "fail",
        section="OIDC Core §5.3.2",
    )


def _not_believed(flow: Flow, wrong: list[Check], checks: tuple[Check, ...]) -> CheckFailed:
    names = ", ".join(check.title for check in wrong)
    return CheckFailed(
        sentence=f"The id token is not believed: {names} failed.",
        evidence=tuple(
            (check.title, f"expected {check.expected}; found {check.found or 'nothing'}")
            for check in wrong
        ),
        advice=(
            "No token of this response was kept.",
            "Compare the issuer, the client id and the key set with the server's metadata.",
        ),
        flow_id=flow.id,
        step=9,
        checks=checks,
    )
