"""The application factory: wiring only. `gunicorn app:app` runs it."""

from __future__ import annotations

import sys

from flask import Flask

from playground import profiles, views
from playground.calls import Calls
from playground.conductor import Conductor
from playground.flows import Flows
from playground.identity import Identity
from playground.own_key import OwnKey
from playground.settings import Settings, SettingsError
from playground.store.opening import open_store
from playground.verifier import Verifier
from playground.web import filters, frame, problems
from playground.web.proxies import behind
from playground.web.security import protect
from playground.web.services import Services
from playground.web.sessions import StoreSessionInterface, secret_key
from playground.wire.policy import OutboundPolicy
from playground.wire.transport import Transport
from playground.wire.trust import Trust


def create_app(settings: Settings | None = None) -> Flask:
    """Build the playground from its settings. Raises SettingsError."""
    settings = settings or Settings.from_environment()
    app = Flask(__name__, static_url_path="/playground2/static")
    store = open_store(settings)
    flows = Flows(store, ttl=settings.session_hours * 3600)
    own_key = OwnKey(store)
    transport = Transport(
        policy=OutboundPolicy(loopback=settings.loopback, allowed_hosts=settings.allowed_hosts),
        trust=Trust(ca_file=settings.ca_file),
        deadline=settings.deadline,
        max_response=settings.max_response,
    )
    identity = Identity(Verifier(store), own_key)
    conductor = Conductor(flows=flows, transport=transport, identity=identity, own_key=own_key)
    app.extensions["playground"] = Services(
        settings=settings,
        store=store,
        flows=flows,
        transport=transport,
        conductor=conductor,
        calls=Calls(flows=flows, conductor=conductor, identity=identity),
        own_key=own_key,
        profiles=profiles.load(settings.profiles, embedded=settings.embedded),
    )
    app.session_interface = StoreSessionInterface(app, store)
    protect(app, settings, secret_key(store))
    for part in (filters, frame, problems, views):
        part.register(app)
    behind(app, settings.proxies)
    return app


def __getattr__(name: str) -> Flask:
    """Make `app` when gunicorn asks for it; a wrong setting stops the start with a sentence."""
    if name != "app":
        raise AttributeError(name)
    try:
        return create_app()
    except SettingsError as error:
        sys.exit(f"The playground cannot start: {error}")
