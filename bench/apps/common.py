"""What both clients need: a Flask app with Redis sessions, and the server's addresses."""

import os

import redis
from flask import Flask
from flask_session import Session

AUTHORIZE = os.environ["BENCH_SERVER"] + "/authorize"
BACK = os.environ["BENCH_BACK"]


def make_app(name: str) -> Flask:
    """An application whose sessions are kept in Redis, as Flask-Session recommends."""
    app = Flask(name)
    app.config.update(
        SECRET_KEY="bench",
        SESSION_TYPE="redis",
        SESSION_REDIS=redis.Redis.from_url(os.environ["REDIS_URL"]),
        SESSION_PERMANENT=True,
    )
    Session(app)
    return app
