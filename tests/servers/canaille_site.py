"""Canaille with a database of its own; tests/servers/canaille.py sets the environment."""

import json
import os
from urllib.parse import urlsplit

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from flask import Flask

ISSUER = urlsplit(os.environ["ISSUER"])
CONFIGURATION = {
    "SECRET_KEY": "only for tests",
    "SERVER_NAME": ISSUER.netloc,
    "PREFERRED_URL_SCHEME": ISSUER.scheme,
    "CANAILLE": {"DATABASE": "sql", "JAVASCRIPT": False, "HTMX": False},
    "CANAILLE_SQL": {"DATABASE_URI": f"sqlite:///{os.environ['DATABASE']}"},
    "CANAILLE_OIDC": {"ACTIVE_JWKS": json.loads(os.environ["KEYS"])},
}


def seed(app: Flask) -> None:
    """Make the users and the clients; a client may ask about its own tokens."""
    with app.app_context(), Backend.instance.session():
        for user in json.loads(os.environ["USERS"]):
            Backend.instance.save(models.User(**user))
        for entry in json.loads(os.environ["CLIENTS"]):
            client = models.Client(**entry)
            Backend.instance.save(client)
            client.audience = [client]
            Backend.instance.save(client)


application = create_app(CONFIGURATION)
seed(application)
