"""The login and consent pages of `/authenticationendpoint`, and `/commonauth` behind them."""

from typing import Any
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Response,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_wtf.csrf import CSRFError

from authserver.oauth.logout import end_sign_in
from authserver.oauth.scopes import in_words
from authserver.security import allow_callback
from authserver.store.pending import Waiting
from authserver.views.authorize import CONSENT, LOGIN
from authserver.views.context import (
    csrf_is_right,
    current_sign_in,
    remember_sign_in,
    set_frame_cookies,
    the_server,
)
from authserver.views.errors import SIGNED_IN_MEANWHILE, to_retry_page

pages = Blueprint("login", __name__)

PORTAL = "portal"
FAILURES = {
    "login.fail.message": "Login failed! Please check your username and password and try again.",
    SIGNED_IN_MEANWHILE: "Another person signed in in another tab meanwhile. Sign in here again.",
}


@pages.get("/authenticationendpoint/login.do")
def login() -> Any:
    """Asks for name and password, unless the person has signed in in another tab meanwhile."""
    key = request.args.get("sessionDataKey", "")
    waiting = waiting_for_login(key)
    if waiting is None:
        return to_retry_page()
    failed = request.args.get("authFailure") == "true"
    if current_sign_in() and not failed and "forceAuth" not in request.args:
        return _onward(waiting, key)
    parameters = waiting.data.get("parameters", {})
    if "redirect_uri" in parameters:
        allow_callback(parameters["redirect_uri"])
    typed = session.pop("typed", None)
    message = request.args.get("authFailureMsg", "")
    return render_template(
        "login.html",
        key=key,
        error=FAILURES.get(message, FAILURES["login.fail.message"]) if failed else None,
        username=typed or parameters.get("login_hint", ""),
        client=client_of(parameters),
    )


@pages.post("/commonauth")
def commonauth() -> Any:
    """Checks name and password; the browser gets a new session (CWE-384)."""
    form, store = request.form, the_server().store
    key = form.get("sessionDataKey", "")
    waiting = waiting_for_login(key)
    if waiting is None:
        return to_retry_page()
    name = (form.get("username") or form.get("usernameUserInput", "")).strip()
    if not csrf_is_right():
        return _signed_in_meanwhile(waiting, key, name)
    user = store.users.authenticate(name, form.get("password", ""))
    if user is None:
        return _ask_again(key, name, "login.fail.message")
    before, remember = current_sign_in(), "chkRemember" in form
    if before and before.username != user.username:
        end_sign_in(the_server(), before)
    new = store.sessions.begin(user.username, remember=remember, before=before)
    remember_sign_in(new, remember=remember)
    store.pending.bind(key, new.sign_in.sid)
    return set_frame_cookies(_onward(waiting, key), new, remember=remember)


@pages.get("/authenticationendpoint/oauth2_authz.do", endpoint="consent")
@pages.get("/authenticationendpoint/oauth2_consent.do", endpoint="consent_openid")
def consent() -> Any:
    """Asks whether the application may have what it asks for."""
    key, sign_in = request.args.get("sessionDataKeyConsent", ""), current_sign_in()
    waiting = the_server().store.pending.look(CONSENT, key)
    if waiting is None or sign_in is None or waiting.sid != sign_in.sid:
        return to_retry_page()
    parameters = waiting.data["parameters"]
    client = client_of(parameters)
    if client is None:
        return to_retry_page()
    allow_callback(parameters["redirect_uri"])
    return render_template(
        "consent.html",
        key=key,
        client=client,
        scopes=in_words(parameters.get("scope", "")),
        username=sign_in.username,
        callback=parameters["redirect_uri"],
    )


def _signed_in_meanwhile(waiting: Waiting, key: str, name: str) -> Any:
    """A login form from before a sign-in in another tab: nothing in it is believed."""
    sign_in = current_sign_in()
    if sign_in is None:
        raise CSRFError
    if sign_in.username == name:
        return _onward(waiting, key)
    return _ask_again(key, name, SIGNED_IN_MEANWHILE)


def _ask_again(key: str, name: str, message: str) -> Any:
    session["typed"] = name[:255]
    again = {"sessionDataKey": key, "authFailure": "true", "authFailureMsg": message}
    return redirect(f"{url_for('login.login')}?{urlencode(again)}")


def client_of(parameters: dict[str, str]) -> Any:
    """The client a request came from, if it came from one."""
    return the_server().query_client(parameters.get("client_id", ""))


def waiting_for_login(key: str) -> Waiting | None:
    """The request that this login is for, be it a client's or the portal's."""
    pending = the_server().store.pending
    return pending.look(LOGIN, key) or pending.look(PORTAL, key)


def _onward(waiting: Waiting, key: str) -> Response:
    if waiting.kind == PORTAL:
        the_server().store.pending.take(PORTAL, key)
        target = waiting.data["next"]
    else:
        target = url_for("authorize.authorize", sessionDataKey=key)
    return make_response(redirect(target))
