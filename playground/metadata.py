"""What a server's metadata changes in the form: shown field by field before it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from playground.fields import AUTH_METHODS, BY_NAME
from playground.form import Form
from playground.protocol.discovery import ENDPOINTS, Metadata
from playground.urls import accepted_origin

ISS = "authorization_response_iss_parameter_supported"
ALGORITHMS = "id_token_signing_alg_values_supported"
METHODS = "token_endpoint_auth_methods_supported"
MAX_KEPT = 4000


@dataclass(frozen=True, kw_only=True)
class Change:
    """One field: what it holds and what it would hold."""

    name: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        """Whether taking the metadata changes the field."""
        return self.left != self.right


def applied(form: Form, metadata: Metadata) -> Form:
    """The form with everything the metadata says; what it leaves out is emptied (RFC 9700 §4.4).

    What was meant for another server must not reach this one: its endpoints, its client secret,
    and the API that took its tokens.
    """
    supported = metadata.supported
    methods = supported.get(METHODS, ())
    kept = form if _same_server(form, metadata) else without_other_server(form, metadata)
    return replace(
        kept,
        **dict(metadata.endpoints),  # type: ignore[arg-type]
        issuer=metadata.issuer,
        authorization_response_iss_parameter_supported="1" if metadata.flags.get(ISS) else "",
        token_endpoint_auth_method=_allowed(
            form.token_endpoint_auth_method, methods, [name for name, _ in AUTH_METHODS]
        ),
        code_challenge_method=_allowed(
            form.code_challenge_method,
            supported.get("code_challenge_methods_supported", ()),
            ("S256", "plain"),
        ),
        scopes_supported=" ".join(supported.get("scopes_supported", ()))[:MAX_KEPT],
        token_endpoint_auth_methods_supported=" ".join(methods)[:MAX_KEPT],
        id_token_signing_alg_values_supported=" ".join(supported.get(ALGORITHMS, ()))[:MAX_KEPT],
    )


def _same_server(form: Form, metadata: Metadata) -> bool:
    """Whether what gets the secret stays where it is; without it, whatever else is known."""
    found = {**metadata.endpoints, "issuer": metadata.issuer}
    known = [name for name in (*ENDPOINTS, "issuer") if getattr(form, name)]
    names = ["token_endpoint"] if form.token_endpoint else known
    return all(
        accepted_origin(getattr(form, n)) == accepted_origin(found.get(n, "")) for n in names
    )


def without_other_server(form: Form, metadata: Metadata) -> Form:
    """The form without what belongs to the server it was about."""
    strange = unknown_scopes(form, metadata)
    scope = " ".join(scope for scope in form.scopes if scope not in strange)
    return replace(form, client_secret="", resource_endpoint="", scope=scope)


def _allowed(current: str, supported: Sequence[str], ours: Sequence[str]) -> str:
    """The current choice where the server allows it, else the first one that both know."""
    if not supported or not current or current in supported:
        return current
    return next((name for name in ours if name in supported), current)


def changes(form: Form, metadata: Metadata) -> list[Change]:
    """Old and new, field by field; fields that are empty before and after are left out."""
    new = applied(form, metadata)
    names = (
        *("issuer", ISS, *ENDPOINTS, "resource_endpoint"),
        *("token_endpoint_auth_method", "code_challenge_method", "scope"),
    )
    rows = [Change(name=_label(n), left=_shown(form, n), right=_shown(new, n)) for n in names]
    return [row for row in rows if row.left or row.right]


def _label(name: str) -> str:
    """The field as the form calls it."""
    return BY_NAME[name].label if name in BY_NAME else name.replace("_", " ").capitalize()


def unknown_scopes(form: Form, metadata: Metadata) -> list[str]:
    """The form's scopes that the server does not list; it may know them all the same."""
    listed = metadata.supported.get("scopes_supported", ())
    return [scope for scope in form.scopes if listed and scope not in listed]


def _shown(form: Form, name: str) -> str:
    value = str(getattr(form, name))
    if name in BY_NAME and BY_NAME[name].kind == "checkbox":
        return "yes" if value else "no"
    return value
