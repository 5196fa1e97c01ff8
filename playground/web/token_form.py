"""The tutorial's second form, wherever a code waits for its exchange."""

from __future__ import annotations

from playground.fields import BY_NAME
from playground.flow import Flow
from playground.mask import mask
from playground.web.filters import Hole
from playground.web.frame import presenting
from playground.web.shown import Shown


def token_fields(flow: Flow, hole: Hole = str) -> tuple[Shown, ...]:
    """The tutorial's second form; the secret is kept on our side and never written out."""
    kept = flow.form.client_secret
    secret = Shown.of(
        BY_NAME["client_secret"],
        "",
        required=False,
        placeholder=hole(f"kept: {mask(kept)}") if kept else "",
    )
    method = "token_endpoint_auth_method"
    verifier = Shown(
        name="code_verifier",
        label="PKCE verifier",
        kind="password",
        value=hole(_value(flow, "code_verifier")),
        help="The secret behind the challenge that this flow began with (RFC 7636).",
        parameter="code_verifier",
        maxlength=200,
    )
    return (
        *(_plain(name, hole(_value(flow, name))) for name in ("redirect_uri", "token_endpoint")),
        secret,
        *(() if presenting() else (verifier,)),  # in front of a room the kept one is used
        _plain(method, _value(flow, method)),
    )


def _plain(name: str, value: str) -> Shown:
    """A field of the form, which may be left empty here."""
    return Shown.of(BY_NAME[name], value, required=False)


def _value(flow: Flow, name: str) -> str:
    """As typed last, else as the flow began."""
    if flow.typed is not None:
        return str(getattr(flow.typed, name))
    return flow.code_verifier if name == "code_verifier" else str(getattr(flow.form, name))
