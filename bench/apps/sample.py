"""requests-oauthlib's documentation sample, with its own server's addresses and nothing added.

Its last page calls a resource; the playground's does not, so that it shows the token instead.
"""

from flask import jsonify, redirect, request, session, url_for
from requests_oauthlib import OAuth2Session

from bench.apps.common import AUTHORIZE, BACK, make_app

app = make_app(__name__)
client_id = "bench"
client_secret = "secret"


@app.route("/")
def demo():
    """Step 1: User Authorization."""
    session["delay"] = request.args.get("d", "")
    provider = OAuth2Session(
        client_id, redirect_uri=url_for(".callback", _external=True), scope="default"
    )
    authorization_url, state = provider.authorization_url(AUTHORIZE)
    session["oauth_state"] = state
    return redirect(authorization_url)


@app.route("/callback", methods=["GET"])
def callback():
    """Step 3: Retrieving an access token."""
    provider = OAuth2Session(
        client_id,
        state=session["oauth_state"],
        redirect_uri=url_for(".callback", _external=True),
    )
    token = provider.fetch_token(
        f"{BACK}{session['delay']}/token",
        client_secret=client_secret,
        authorization_response=request.url,
    )
    session["oauth_token"] = token
    return redirect(url_for(".profile"))


@app.route("/profile", methods=["GET"])
def profile():
    """What came."""
    return jsonify(session["oauth_token"])
