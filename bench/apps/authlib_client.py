"""Authlib's Flask client, as its documentation shows it."""

from authlib.integrations.flask_client import OAuth
from flask import jsonify, redirect, request, session, url_for

from bench.apps.common import AUTHORIZE, BACK, make_app

app = make_app(__name__)
oauth = OAuth(app)
for delay in ("", "/200"):
    oauth.register(
        name=f"server{delay.removeprefix('/')}",
        client_id="bench",
        client_secret="secret",
        access_token_url=f"{BACK}{delay}/token",
        authorize_url=AUTHORIZE,
        client_kwargs={"scope": "default"},
    )


def client():
    """The client of the server that this session uses."""
    return oauth.create_client("server" + session["delay"].removeprefix("/"))


@app.route("/")
def login():
    """Send the browser to the server."""
    session["delay"] = request.args.get("d", "")
    return client().authorize_redirect(url_for("authorize", _external=True))


@app.route("/authorize")
def authorize():
    """Take the code, get the token."""
    session["token"] = client().authorize_access_token()
    return redirect(url_for("profile"))


@app.route("/profile")
def profile():
    """What came."""
    return jsonify(session["token"])
