"""The tutorial's second form, wherever a code waits for its exchange."""

from __future__ import annotations

from dataclasses import asdict

from playground.fields import BY_NAME
from playground.flow import Flow
from playground.mask import mask
from playground.web.frame import presenting


def token_fields(flow: Flow) -> list[dict[str, object]]:
    """The tutorial's second form; the secret is kept on our side and never written out."""
    kept = flow.form.client_secret
    notes = {"client_secret": f"kept: {mask(kept)}" if kept else ""}
    typed = asdict(flow.typed) if flow.typed else {}
    values = asdict(flow.form) | {"code_verifier": flow.code_verifier} | typed
    names = ("redirect_uri", "token_endpoint", "client_secret", "token_endpoint_auth_method")
    fields: list[dict[str, object]] = [
        {
            **asdict(BY_NAME[name]),
            "value": "" if name == "client_secret" else values[name],
            "placeholder": notes.get(name, ""),
            "required": False,
        }
        for name in names
    ]
    verifier = {
        "name": "code_verifier",
        "label": "PKCE verifier",
        "kind": "password",
        "value": values["code_verifier"],
        "help": "The secret behind the challenge that this flow began with (RFC 7636).",
        "parameter": "code_verifier",
        "maxlength": 200,
    }
    shown = [] if presenting() else [verifier]  # in front of a room the kept one is used
    return [*fields[:3], *shown, *fields[3:]]
