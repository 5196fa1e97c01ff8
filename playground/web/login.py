"""Who is signed in in this browser, as far as a believed id token says so."""

from __future__ import annotations

from flask import g, session

from playground.flow import Flow
from playground.web.browser import owns
from playground.web.services import services
from playground.web.sessions import end_session, renew_session

_LOGIN, _LOGOUT = "login", "logout"
_NAMES = ("preferred_username", "name", "email", "sub")


def note_login(flow: Flow) -> None:
    """A person signed in: new session id, and the flow becomes the session's login."""
    if flow.claims and session.get(_LOGIN) != flow.id:
        renew_session()
        session[_LOGIN] = flow.id
        session.pop(_LOGOUT, None)


def forget_login() -> None:
    """The person signed out: new session id, no login."""
    end_session()
    session.pop(_LOGIN, None)


def note_logout(outcome: str) -> None:
    """Keep how a logout ended: here alone, everywhere, or the person stayed at the server."""
    session[_LOGOUT] = outcome


def last_logout() -> str:
    """How the session's last logout ended; empty when somebody is signed in, or nobody was."""
    return "" if signed_in() else str(session.get(_LOGOUT, ""))


def signed_in() -> Flow | None:
    """The flow that signed this browser's person in, unless that session has ended."""
    if "login_flow" not in g:
        g.login_flow = _find()
    found: Flow | None = g.login_flow
    return found


def _find() -> Flow | None:
    identifier = session.get(_LOGIN)
    if not isinstance(identifier, str):
        return None
    shown = g.get("flow")
    flow = shown if shown and shown.id == identifier else services().flows.find(identifier)
    return flow if flow and owns(flow) and flow.claims and not flow.signed_out else None


def user_name() -> str:
    """What to call the person, from the id token; empty when nobody is signed in."""
    flow = signed_in()
    claims = (flow.claims if flow else None) or {}
    found = (claims.get(name) for name in _NAMES)
    return next((value[:80] for value in found if isinstance(value, str) and value), "")


def signs_out_elsewhere() -> bool:
    """Whether the header's Sign out button leads to the server, and on to wherever that says."""
    flow = signed_in()
    return flow is not None and bool(flow.form.end_session_endpoint)
