"""The routes: the only modules that touch Flask's request and session."""

from flask import Flask
from flask_wtf import CSRFProtect

from authserver.views import (
    authorize,
    errors,
    login,
    logout,
    metadata,
    photos,
    portal,
    registration,
    token,
    userinfo,
)

BROWSER_PAGES = (login.pages, errors.pages, portal.pages)
PROTOCOL_ENDPOINTS = (
    authorize.endpoints,  # checks the token itself, since clients may post requests here too
    logout.endpoints,  # likewise
    metadata.endpoints,
    photos.endpoints,
    registration.endpoints,
    token.endpoints,
    userinfo.endpoints,
)


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Adds every route; the pages' forms carry a CSRF token, protocol endpoints have no session."""
    for blueprint in (*BROWSER_PAGES, *PROTOCOL_ENDPOINTS):
        app.register_blueprint(blueprint)
    for blueprint in PROTOCOL_ENDPOINTS:
        csrf.exempt(blueprint)
    csrf.exempt(login.commonauth)  # checks the token itself, to go on where the person is signed in
    errors.register_handlers(app)
