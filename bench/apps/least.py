"""The least that a flow of six requests costs: forms with CSRF tokens, a record in the store.

The playground's requests, sessions and pages of its size, with the libraries used as they are
documented; nothing is recorded, checked, explained or drawn.
"""

import secrets

import requests
from flask import redirect, request, session, url_for
from flask_wtf.csrf import CSRFProtect, generate_csrf
from requests.adapters import HTTPAdapter

from bench.apps.common import AUTHORIZE, BACK, make_app
from bench.pages import FORM_PAGE, RESULT_PAGE

app = make_app(__name__)
CSRFProtect(app)
pool = requests.Session()
for scheme in ("http://", "https://"):
    pool.mount(scheme, HTTPAdapter(pool_maxsize=64))


@app.get("/form")
def form():
    """A form."""
    return FORM_PAGE.format(csrf=generate_csrf())


@app.post("/form")
def leave():
    """Away to the server."""
    session["state"] = state = secrets.token_urlsafe(32)
    session["delay"] = request.form["delay"]
    callback = url_for(".callback", _external=True)
    query = f"response_type=code&client_id=bench&state={state}&redirect_uri={callback}"
    return redirect(f"{AUTHORIZE}?{query}", 303)


@app.get("/callback")
def callback():
    """Back with a code."""
    if request.args["state"] != session.pop("state"):
        return "another state", 400
    session["code"] = request.args["code"]
    return redirect(url_for(".code"), 303)


@app.get("/code")
def code():
    """The second form."""
    return RESULT_PAGE.format(csrf=generate_csrf(), text=session["code"])


@app.post("/code")
def exchange():
    """The token."""
    grant = {"grant_type": "authorization_code", "code": session.pop("code")}
    answer = pool.post(
        f"{BACK}{session['delay']}/token", data=grant, auth=("bench", "secret"), timeout=15
    )
    session["token"] = answer.json()
    return redirect(url_for(".token"), 303)


@app.get("/token")
def token():
    """What came."""
    return RESULT_PAGE.format(csrf=generate_csrf(), text=session["token"]["access_token"])
