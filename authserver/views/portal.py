"""The Developer Portal: applications, and the keys with which they become OAuth clients."""

import json
import time
from collections.abc import Iterable
from functools import wraps
from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)

from authserver.oauth.logout import end_sign_in
from authserver.oauth.messages import with_query
from authserver.oauth.metadata import ENDPOINTS
from authserver.oauth.registration_rules import BROWSER_GRANTS, SECONDS
from authserver.store.clients import PRODUCTION, SANDBOX, Application, Client
from authserver.store.secrets import consumer_key, opaque
from authserver.views.context import current_sign_in, the_server
from authserver.views.login import PORTAL
from authserver.views.logout import logged_out_page
from authserver.views.portal_forms import (
    GRANT_LABELS,
    QUOTAS,
    TICKED_AT_FIRST,
    KeysForm,
    read_application,
    read_keys,
)

pages = Blueprint("portal", __name__, url_prefix="/devportal")

TABS = {"productionkeys": PRODUCTION, "sandboxkeys": SANDBOX}
SHOWN_ENDPOINTS = {
    "authorization_endpoint": "Authorize Endpoint",
    "token_endpoint": "Token Endpoint",
    "revocation_endpoint": "Revoke Endpoint",
    "userinfo_endpoint": "User Info Endpoint",
}
TAB_NAMES = {"productionkeys": "Production Keys", "sandboxkeys": "Sandbox Keys"}


def signed_in(view: Any) -> Any:
    """Sends a visitor to the login page first, and back here after it."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        sign_in = current_sign_in()
        if sign_in is None:
            target = request.path if request.method == "GET" else url_for("portal.applications")
            key = the_server().store.pending.put(PORTAL, {"next": target})
            login_url = the_server().parts.deployment.endpoints.login_url
            return redirect(with_query(login_url, [("sessionDataKey", key)]))
        g.username = sign_in.username
        return view(*args, **kwargs)

    return guarded


@pages.get("/", strict_slashes=False)
@pages.get("/applications")
@signed_in
def applications() -> Any:
    """The applications of the person signed in."""
    found = the_server().store.clients.applications_of(g.username)
    return render_template("portal_list.html", applications=found)


@pages.route("/applications/create", methods=["GET", "POST"])
@signed_in
def create() -> Any:
    """Add New Application."""
    form = read_application(request.form)
    if request.method == "GET" or form.problems:
        problems = form.problems if request.method == "POST" else ()
        page = render_template("portal_new.html", form=form, problems=problems, quotas=QUOTAS)
        return page, 400 if problems else 200
    row = Application(
        id=opaque(),
        name=form.name,
        owner=g.username,
        description=form.description,
        quota=form.quota,
    )
    the_server().store.clients.save(row)
    return redirect(url_for("portal.keys", application_id=row.id, tab="productionkeys"))


@pages.get("/applications/<application_id>")
@signed_in
def application(application_id: str) -> Any:
    """An application opens on its production keys."""
    return redirect(url_for("portal.keys", application_id=application_id, tab="productionkeys"))


@pages.route("/applications/<application_id>/<tab>", methods=["GET", "POST"])
@signed_in
def keys(application_id: str, tab: str) -> Any:
    """Production Keys or Sandbox Keys: GENERATE KEYS at first, UPDATE from then on."""
    found, key_type = _application(application_id), TABS.get(tab) or abort(404)
    client = the_server().store.clients.keys_of(found.id, key_type)
    if request.method == "GET":
        return _keys_page(found, tab, client, _current(client))
    form = read_keys(request.form)
    if form.problems:
        return _keys_page(found, tab, client, form), 400
    _save_keys(found, key_type, client, form)
    flash("The settings are saved." if client else "The keys are generated.")
    return redirect(url_for("portal.keys", application_id=found.id, tab=tab))


@pages.post("/applications/<application_id>/delete")
@signed_in
def delete(application_id: str) -> Any:
    """Removes an application; its keys, its tokens and what was approved go with it."""
    found, store = _application(application_id), the_server().store
    for key_type in TABS.values():
        if client := store.clients.keys_of(found.id, key_type):
            store.consents.forget_client(client.client_id)
    store.clients.remove_application(found.id)
    flash(f"{found.name} is deleted.")
    return redirect(url_for("portal.applications"))


@pages.post("/logout")
@signed_in
def logout() -> Any:
    """Signs out of the portal, which is signing out of this server."""
    sign_in = current_sign_in()
    frames = end_sign_in(the_server(), sign_in) if sign_in else []
    return logged_out_page(frames, None)


def _application(application_id: str) -> Application:
    found = the_server().store.clients.application(application_id, g.username)
    return found or abort(404)


def _current(client: Client | None) -> KeysForm:
    metadata = client.settings if client else {"grant_types": list(TICKED_AT_FIRST)}
    return KeysForm(metadata=metadata, problems=())


def _keys_page(found: Application, tab: str, client: Client | None, form: KeysForm) -> str:
    base, jwks = the_server().parts.settings.base_url, form.metadata.get("jwks")
    allows = the_server().parts.deployment.allows
    return render_template(
        "portal_keys.html",
        application=found,
        tabs=TAB_NAMES,
        tab=tab,
        client=client,
        values={**form.metadata, **_typed(SECONDS)},
        problems=form.problems,
        jwks_text=request.form.get("jwks", json.dumps(jwks, indent=2) if jwks else ""),
        grants={name: label for name, label in GRANT_LABELS.items() if allows(name)},
        needs_callback=BROWSER_GRANTS,
        seconds=SECONDS,
        endpoints={label: base + ENDPOINTS[name] for name, label in SHOWN_ENDPOINTS.items()},
    )


def _typed(names: Iterable[str]) -> dict[str, str]:
    """What was typed, be it readable or not."""
    return {name: request.form[name] for name in names if name in request.form}


def _save_keys(found: Application, key_type: str, client: Client | None, form: KeysForm) -> None:
    """Grants that are switched off have no box on the page, and stay as they were."""
    allows = the_server().parts.deployment.allows
    unseen = [grant for grant in client.grant_types if not allows(grant)] if client else []
    kept = client.settings if client else {"client_name": found.name}
    chosen = {name: value for name, value in form.metadata.items() if value}
    metadata = {name: value for name, value in kept.items() if name not in form.metadata} | chosen
    metadata["grant_types"] = list(dict.fromkeys([*form.metadata["grant_types"], *unseen]))
    clients = the_server().store.clients
    keep = clients.save if client else clients.generate
    keep(
        Client(
            client_id=client.client_id if client else consumer_key(),
            client_secret=client.client_secret if client else consumer_key(),
            application_id=found.id,
            key_type=key_type,
            issued_at=client.issued_at if client else int(time.time()),
            registration_digest=client.registration_digest if client else None,
            client_metadata=metadata,
        )
    )
