"""The form: what to ask the server for; Authorize sends the browser there."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from playground import fields
from playground.errors import InputRefused
from playground.fields import Field
from playground.form import Form, check, fill, open_places, read, shown_grant
from playground.logins import of_session
from playground.mask import mask
from playground.profiles import SECRETS
from playground.protocol import authorization
from playground.report.link import without_secrets
from playground.urls import as_pair
from playground.web import browser, front
from playground.web.doctor import pending_flow
from playground.web.frame import at_step
from playground.web.linked import kept_form, link_hosts, linked_form
from playground.web.memory import (
    as_typed,
    base_url,
    fresh_form,
    own_key_problem,
    profile,
    remember_form,
    remembered_form,
    with_secret,
)
from playground.web.requests import own_origin
from playground.web.security import allow_leaving
from playground.web.services import services
from playground.web.sessions import renew_session
from playground.web.sheets import Sheet
from playground.web.shown import Shown
from playground.web.trusting import lists_for

pages = Blueprint("form", __name__)
PREVIEWED = (
    "response_type client_id scope redirect_uri state nonce code_challenge code_challenge_method "
    "response_mode prompt login_hint max_age acr_values"
).split()


@pages.get("/playground2/oauth2")
def show() -> ResponseReturnValue:
    linked = linked_form()
    if linked is not None:
        return _checked(linked) or _page(linked)
    name = request.args.get("profile", "")
    form = fresh_form(name) if name in services().profiles else remembered_form()
    return _page(form)


@pages.get("/playground2/oauth2.jsp")
@pages.get("/playground2/index.jsp")
def old_addresses() -> ResponseReturnValue:
    return redirect(url_for("form.show"), 302)


@pages.post("/playground2/oauth2")
def submit() -> ResponseReturnValue:
    """Authorize; or show the fields of another grant or server, for pages without scripts.

    Secrets may be among what was typed, so all of it is kept under a new session id.
    """
    renew_session()
    names = request.form.getlist("extra_name")
    extra = list(zip(names, request.form.getlist("extra_value"), strict=False))
    form = fill(read(request.form, extra, kept=kept_form()), request.form)
    action = request.form.get("action", "")
    if action == "profile" and form.profile in services().profiles:
        form = fresh_form(form.profile)
    remember_form(form)
    return _elsewhere(action) or authorize(form)


def _elsewhere(action: str) -> ResponseReturnValue | None:
    """Where a button leads that asks the server for nothing; the fragment keeps the focus.

    Presenter mode is switched with what was typed: `present` is passed on.
    """
    if action in ("profile", "show", "grant"):
        anchor = "f-grant_type" if action == "grant" else None
        mode = request.args.get("present")
        return redirect(url_for("form.show", _anchor=anchor, present=mode), 303)
    return redirect(url_for("discovery.show"), 303) if action == "discovery" else None


def authorize(form: Form) -> ResponseReturnValue:
    """Begin a flow with this form, or show what is wrong with it."""
    return _checked(form) or _start(form)


def _checked(form: Form) -> ResponseReturnValue | None:
    """The page that marks what cannot be sent; None when all of it can."""
    try:
        check(form)
    except InputRefused as error:
        return _page(form, error.fields), error.status
    problem = own_key_problem(form)
    return (_page(form, problem), 400) if problem else None


def _start(
    form: Form, *, asks_after: tuple[str, ...] = (), id_token_hint: str = ""
) -> ResponseReturnValue:
    """Begin a flow and send the browser to the server, or the request straight to it."""
    secret = browser.new_secret()
    sent = with_secret(form)
    flow = services().conductor.begin(
        sent,
        secret=secret,
        kept_secret=sent is not form,
        origin=own_origin(),
        leave=front.redirect_to_server,
        trust=lists_for(form.profile),
        asks_after=asks_after,
        id_token_hint=id_token_hint,
    )
    g.flow = flow
    target = flow.request.url if flow.request else url_for("token.direct", identifier=flow.id)
    response = make_response(redirect(target, 303))
    browser.remember(response, flow, secret)
    return response


def _page(form: Form, errors: dict[str, str] | None = None) -> str:
    """The form's page; it is the same for everybody who has typed the same, secrets apart."""
    at_step(6)
    allow_leaving()
    sheet, away, hosts = Sheet(), pending_flow(), tuple(link_hosts(form))
    kept = tuple((n, sheet.hole(_kept(getattr(form, n)))) for n in SECRETS if getattr(form, n))
    bare, places = without_secrets(form), tuple(open_places(form))
    return sheet.draw(
        "form.html",
        keep=not (errors or hosts or form.extra),
        derived=lambda: _parts(bare, errors or {}, dict(kept)),
        form=bare,
        here=base_url(),
        kept=kept,
        places=places,
        away=sheet.hole(away.id) if away else "",
        link_hosts=hosts,
    )


def _parts(form: Form, errors: dict[str, str], kept: dict[str, str]) -> dict[str, object]:
    """The fields by group, and what else follows from what was typed; `kept` notes its secrets."""
    if secret := with_secret(form).client_secret:
        kept = {"client_secret": _kept(secret)} | kept

    def group(name: str) -> list[Shown]:
        return [_shown(item, form, errors, kept) for item in _members(name, form)]

    return {
        "main": group("main"),
        "token": [] if form.redirecting else group("token"),
        "groups": [
            (title, rows, any(shown.error for shown in rows))
            for name, title in fields.GROUPS
            for rows in (group(name),)
        ],
        "extra_error": errors.get("extra", ""),
        "errors": errors,
        "profiles": services().profiles.values(),
        "profile": profile(form.profile),
        "preview": _preview(form),
    }


def _kept(secret: str) -> str:
    return f"kept: {mask(secret)}"


def _members(group: str, form: Form) -> list[Field]:
    members = [f for f in fields.FIELDS if f.group == group and shown_grant(form) in f.grants]
    if group == "endpoints" and form.redirecting and "code" in form.response_types:
        members.insert(1, fields.BY_NAME["token_endpoint"])
    return members


def _shown(item: Field, form: Form, errors: dict[str, str], kept: dict[str, str]) -> Shown:
    """A field with its value; what is secret is never written back into a page."""
    grant, options, parameter = shown_grant(form), item.options, item.parameter
    if item.name == "response_type":
        options = tuple((kind, kind) for kind in fields.RESPONSE_TYPES[grant])
    if item.name == "grant_type":
        parameter = fields.GRANT_SENT_AS.get(grant, "")
    return Shown.of(
        item,
        getattr(form, item.name),
        options=options,
        parameter=parameter,
        error=errors.get(item.name, ""),
        placeholder=kept.get(item.name, ""),
    )


def _preview(form: Form) -> list[dict[str, str]]:
    """The authorization URL's parameters as they stand; random ones are named, not made."""
    if not form.redirecting:
        return []
    request_now = authorization.prepare(
        replace(form, extra=()),
        state="…",
        nonce="…" if authorization.wants_nonce(form) else "",
        code_verifier="",
    )
    values = dict(request_now.parameters)
    fixed = {"state": "…", "nonce": "…", "code_challenge": "…"}
    if shown_grant(form) == fields.CODE:  # the other grants have a field for it
        fixed["response_type"] = form.response_type
    when = {"nonce": "scope openid", "code_challenge": "code_challenge_method"}
    if "code" in form.response_types and form.code_challenge_method:
        values |= {"code_challenge": "…", "code_challenge_method": form.code_challenge_method}
    return [
        {"name": n, "pair": _pair(n, values), "fixed": fixed.get(n, ""), "when": when.get(n, "")}
        for n in PREVIEWED
    ]


def _pair(name: str, values: dict[str, str]) -> str:
    value = values.get(name, "")
    return f"{name}={value}" if value == "…" else as_pair(name, value) if value else ""


@pages.post("/playground2/oauth2client/<identifier>/recheck")
def recheck(identifier: str) -> ResponseReturnValue:
    """Ask again without showing a page: the same request with prompt=none (OIDC Core §3.1.2.1).

    The answer counts for all of this browser's flows of that session (Session Management §3).
    """
    login = browser.own_flow(identifier)
    session = tuple(flow.id for flow in of_session(login, browser.own_flows()))
    form = replace(as_typed(login), prompt="none")
    return _checked(form) or _start(form, asks_after=session, id_token_hint=login.id_token)
