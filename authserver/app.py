"""The factory: reads what is kept on disk, wires the parts together, adds no behaviour."""

from pathlib import Path

from flask import Flask
from flask_wtf import CSRFProtect

from authserver import security, views
from authserver.deployment import read_deployment
from authserver.keys import load_cookie_secret, load_signing_keys
from authserver.oauth.logout import EndSession
from authserver.oauth.outbound import Outbound
from authserver.oauth.registration import Configuration, Registration
from authserver.oauth.server import Parts, Server
from authserver.oauth.token_endpoints import Introspection, Revocation
from authserver.private_files import alone_in
from authserver.seed import plant
from authserver.settings import Settings
from authserver.store import open_store
from authserver.tls import Authority


def create_app(settings: Settings) -> Flask:
    """The authorization server as a WSGI application."""
    directory = settings.data_dir.absolute()
    with alone_in(directory):
        return _create_app(settings, directory)


def _create_app(settings: Settings, directory: Path) -> Flask:
    app = Flask("authserver")
    app.secret_key = load_cookie_secret(directory)
    app.wsgi_app = security.HostCheck(app.wsgi_app)  # type: ignore[method-assign]
    security.protect(app)
    deployment = read_deployment(settings.deployment_file)
    for warning in deployment.warnings:
        app.logger.warning(warning)
    authority = Authority(directory=directory)
    parts = Parts(
        settings=settings,
        deployment=deployment,
        store=open_store(directory / "authserver.sqlite3"),
        keys=load_signing_keys(directory),
        outbound=Outbound(authority=authority.certificate),
    )
    plant(parts.store, settings)
    server = Server(parts)
    for endpoint in (Revocation, Introspection, EndSession, Registration, Configuration):
        server.register_endpoint(endpoint)
    app.extensions["authserver"] = server
    app.jinja_env.globals["playground"] = settings.start_page
    views.register(app, CSRFProtect(app))
    return app
