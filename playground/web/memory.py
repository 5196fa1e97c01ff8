"""What the form remembers between visits, in the session."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from flask import request, session

from playground.flow import Flow
from playground.form import Form, from_memory, to_memory
from playground.profiles import Profile
from playground.report.link import may_have_assertion, may_have_secret
from playground.web.requests import own_origin
from playground.web.services import services

_FORM, _PROFILE = "form", "profile"
DEFAULT_PROFILE = "embedded"


def base_url() -> str:
    """Our own address as the browser has it."""
    return f"{own_origin()}/playground2"


def profile(name: str) -> Profile:
    """A profile by name; the embedded server's when there is no such one."""
    profiles = services().profiles
    return profiles.get(name) or profiles[DEFAULT_PROFILE]


def fresh_form(name: str) -> Form:
    """The form as a profile fills it for this address."""
    here = base_url()
    return profile(name).form(callback=f"{here}/oauth2client", home=here)


def remembered_form() -> Form:
    """The form as typed last; the default callback follows the host name in the address bar."""
    memory = session.get(_FORM)
    if not isinstance(memory, dict):
        return fresh_form(DEFAULT_PROFILE)
    default = fresh_form(str(memory.get("profile", "")))
    form = from_memory(memory, default=default)
    return _on_this_host(form, default)


def _on_this_host(form: Form, default: Form) -> Form:
    """Move a callback of ours that was filled in on another of our host names to this one."""
    moved = {
        name: getattr(default, name)
        for name in ("redirect_uri", "post_logout_redirect_uri")
        if _same_place(getattr(form, name), getattr(default, name))
    }
    return from_memory({**to_memory(form), **moved}, default=form)


def _same_place(kept: str, default: str) -> bool:
    """Whether the two differ in which of our own host names they use, and in nothing else."""
    return any(kept == default.replace(base_url(), f"{o}/playground2", 1) for o in _own_origins())


def _own_origins() -> set[str]:
    """This playground under each of its host names."""
    port = urlsplit(request.host_url).port
    ours = {f"{request.scheme}://{name}" for name in services().settings.hosts}
    return {f"{start}:{port}" if port else start for start in ours}


def remember_form(form: Form) -> None:
    """Keep what was typed, the password excepted."""
    session[_FORM] = to_memory(form)


def remember_secret(flow: Flow) -> None:
    """Keep the secret that a server has just taken for the next flow of this client there."""
    memory, secret = session.get(_FORM), flow.form.client_secret
    if flow.kept_secret or not secret or not isinstance(memory, dict):
        return
    same = all(memory.get(n) == getattr(flow.form, n) for n in ("client_id", "token_endpoint"))
    if same and memory.get("client_secret") != secret:
        session[_FORM] = {**memory, "client_secret": secret}


def remembered_profile(flow: Flow | None) -> Profile:
    """The profile of the flow, else of the form as it stands."""
    if flow is not None:
        return profile(flow.form.profile)
    memory = session.get(_FORM)
    return profile(str(memory.get(_PROFILE, "")) if isinstance(memory, dict) else DEFAULT_PROFILE)


def _kept_secret(form: Form, kept: Profile) -> str:
    """The environment's secret for its own server only; the tutorial's, being public, for all."""
    stays = may_have_secret(form, kept, ours=_own_origins())
    return kept.client_secret() if stays else kept.tutorial_secret


def as_typed(flow: Flow) -> Form:
    """The form that a flow began with, without the secret that its profile added."""
    return replace(flow.form, client_secret="") if flow.kept_secret else flow.form


def secret_for(flow: Flow, token_endpoint: str) -> str:
    """The flow's client secret, as far as it may go there: what was typed may go anywhere."""
    return with_secret(replace(as_typed(flow), token_endpoint=token_endpoint)).client_secret


def with_secret(form: Form) -> Form:
    """The form with the secret that the profile keeps, where none was typed."""
    if form.client_secret:
        return form
    kept = profile(form.profile)
    same_client = form.client_id == kept.values.get("client_id", form.client_id)
    secret = _kept_secret(form, kept) if same_client else ""
    return from_memory({"client_secret": secret}, default=form) if secret else form


def own_key_problem(form: Form) -> dict[str, str]:
    """Why our own key does not sign for this form, at its field; a pasted one may go anywhere."""
    ours = form.token_endpoint_auth_method == "private_key_jwt" and not form.client_private_key
    if not ours or may_have_assertion(form, profile(form.profile), ours=_own_origins()):
        return {}
    sentence = (
        "The playground's own key signs for the issuer, and an endpoint is on another server, "
        "which could use that there. Paste a key of your own, or make a profile of the server."
    )
    return {"client_private_key": sentence}
