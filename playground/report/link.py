"""A link that fills in the form: every field but the secrets, and nothing that a stranger's link
could use to get at a secret kept here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from playground.fields import BY_NAME, FIELDS, GRANTS
from playground.form import NAMES, Form, Pairs, read
from playground.profiles import SECRETS, Profile
from playground.secret_names import is_sensitive, without_query_secrets
from playground.urls import accepted_origin, origin

LINKED = tuple(name for name in NAMES if name not in SECRETS)
ENDPOINTS = tuple(item.name for item in FIELDS if item.kind == "url")
_OURS = ("redirect_uri", "post_logout_redirect_uri")
_GETS_SECRET = ("token_endpoint", "introspection_endpoint", "revocation_endpoint")


@dataclass(frozen=True, kw_only=True)
class Host:
    """A server that a form leads to: its origin, what for, and whether a profile here knows it."""

    origin: str
    uses: tuple[str, ...]
    known: bool


def parameters(form: Form, *, own: Form) -> list[tuple[str, str]]:
    """The query that reproduces `form`; what `own` (a fresh form of ours) fills in is left out."""
    plain = replace(Form(), **{name: getattr(own, name) for name in _OURS})
    changed = [name for name in LINKED if getattr(form, name) != getattr(plain, name)]
    extra = [(n, v) for n, v in form.extra if not is_sensitive(n)]
    return [
        *((name, _bare(name, getattr(form, name))) for name in changed),
        *(pair for n, v in extra for pair in (("extra_name", n), ("extra_value", v))),
    ]


def _bare(name: str, value: str) -> str:
    """A field's value; of a URL without the keys in its query."""
    return without_query_secrets(value) if name in ENDPOINTS else value


def is_link(given: Mapping[str, str]) -> bool:
    """Whether a query fills in the form, and does not just name a profile."""
    return bool(given) and any(name in given for name in LINKED if name != "profile")


def read_link(
    given: Mapping[str, str], extra: Pairs, *, own: Form, profiles: Mapping[str, Profile]
) -> Form:
    """The form that a link describes, as if it had been typed; it never has a secret in it.

    `own` is a fresh form of ours. A profile's name counts only if every endpoint is that
    profile's: the name stands for the secret that is kept for it.
    """
    typed = {name: given[name] for name in LINKED if name in given}
    if typed.get("grant_type") not in dict(GRANTS):
        typed.pop("grant_type", None)
    plain = replace(Form(), **{name: getattr(own, name) for name in _OURS})
    form = read(typed, [pair for pair in extra if not is_sensitive(pair[0])], kept=plain)
    profile = profiles.get(form.profile)
    if profile and _same_endpoints(form, profile, own):
        return form
    return replace(form, profile="other" if "other" in profiles else "")


def without_secrets(form: Form) -> Form:
    """What is remembered, its secrets left out: they were meant for another server."""
    return replace(form, **dict.fromkeys(SECRETS, ""))  # type: ignore[arg-type]


def may_have_secret(form: Form, profile: Profile, *, ours: set[str]) -> bool:
    """Whether a profile's secret stays at that profile's servers, or with us, if `form` is sent."""
    return _authenticated_at(form) <= _origins(profile) | ours


def may_have_assertion(form: Form, profile: Profile, *, ours: set[str]) -> bool:
    """Whether what our own key signs for the issuer goes nowhere but to the issuer's server.

    Without an issuer it is signed for the endpoint itself. A profile's server may be its
    issuer's wherever it stands, and we may stand in front of it.
    """
    allowed = _origins(profile) | ours | {accepted_origin(form.issuer)}
    return not form.issuer or _authenticated_at(form) <= allowed


def hosts(form: Form, profiles: Sequence[Profile], *, home: str) -> list[Host]:
    """The servers besides us that a form leads to; unknown ones need a second look."""
    known: set[str] = set().union(*(_origins(profile) for profile in profiles))
    uses: dict[str, list[str]] = {}
    for name in ENDPOINTS:
        found = accepted_origin(getattr(form, name))
        if found and found != origin(home):
            uses.setdefault(found, []).append(BY_NAME[name].label)
    return [Host(origin=o, uses=tuple(labels), known=o in known) for o, labels in uses.items()]


def _authenticated_at(form: Form) -> set[str]:
    """The servers that a client proves itself to."""
    return {accepted_origin(getattr(form, name)) for name in _GETS_SECRET} - {""}


def _same_endpoints(form: Form, profile: Profile, own: Form) -> bool:
    filled = profile.form(callback=own.redirect_uri, home="")
    names = [name for name in ENDPOINTS if name not in _OURS]
    return all(getattr(form, name) == getattr(filled, name) for name in names)


def _origins(profile: Profile) -> set[str]:
    values = (profile.values.get(name, "") for name in ENDPOINTS if name not in _OURS)
    return {accepted_origin(value) for value in values} - {""}
