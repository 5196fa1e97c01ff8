"""The tutorial's second form, wherever a code waits for its exchange."""

from __future__ import annotations

from playground.fields import BY_NAME
from playground.flow import Flow
from playground.mask import mask
from playground.web.frame import presenting
from playground.web.shown import Hole, Shown

_NAMES = ("redirect_uri", "token_endpoint", "client_secret", "token_endpoint_auth_method")


def token_fields(flow: Flow, hole: Hole = str) -> tuple[Shown, ...]:
    """The tutorial's second form; the secret is kept on our side and never written out."""
    kept = flow.form.client_secret
    fields = [
        Shown.of(BY_NAME[name], hole(_value(flow, name)), required=False)
        if name not in ("client_secret", "token_endpoint_auth_method")
        else Shown.of(
            BY_NAME[name],
            "" if name == "client_secret" else _value(flow, name),
            required=False,
            placeholder=hole(f"kept: {mask(kept)}") if kept and name == "client_secret" else "",
        )
        for name in _NAMES
    ]
    verifier = Shown(
        name="code_verifier",
        label="PKCE verifier",
        kind="password",
        value=hole(_value(flow, "code_verifier")),
        help="The secret behind the challenge that this flow began with (RFC 7636).",
        parameter="code_verifier",
        maxlength=200,
    )
    shown = () if presenting() else (verifier,)  # in front of a room the kept one is used
    return (*fields[:3], *shown, *fields[3:])


def _value(flow: Flow, name: str) -> str:
    """As typed last, else as the flow began."""
    if flow.typed is not None:
        return str(getattr(flow.typed, name))
    return flow.code_verifier if name == "code_verifier" else str(getattr(flow.form, name))
