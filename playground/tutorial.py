"""The tutorial page's nine steps, in its order and words, ticked by what was observed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from playground.fields import PASSWORD
from playground.flow import Flow

TITLES = (
    "Add the host name to /etc/hosts",
    "Create an application in the Developer Portal",
    "Go to the Production Keys tab",
    "Add the Callback URL, GENERATE KEYS",
    "Click Import Photos",
    "Fill in the form, Authorize",
    "Sign In",
    "Approve Once or Approve Always",
    "Get Access Token",
)
HOST = "wso2is.local"
_SIGN_IN, _APPROVE, _TOKEN = 7, 8, 9
_PORTAL = {
    2: "The server answered this client, so the application is there.",
    3: "It knows the client id, so the keys are there.",
    4: "It answered to this callback, so the callback is registered.",
}
_NO_BROWSER = "Not part of this grant: nobody is asked."


@dataclass(frozen=True, kw_only=True)
class Step:
    """`state` is done, current or todo; `known` says how we know, or why it is not to come."""

    number: int
    title: str
    state: str
    known: str = ""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was observed: for each step that happened, how we know; for others a remark."""

    done: Mapping[int, str]
    remarks: Mapping[int, str]


def steps(current: int, seen: Seen) -> tuple[Step, ...]:
    """The nine steps; what was observed is done, wherever the person stands."""
    return _steps(current, tuple(seen.done.items()), tuple(seen.remarks.items()))


@lru_cache(maxsize=256)
def _steps(
    current: int, done: tuple[tuple[int, str], ...], remarks: tuple[tuple[int, str], ...]
) -> tuple[Step, ...]:
    how, known = dict(done), dict(remarks) | dict(done)
    return tuple(
        Step(
            number=number,
            title=title,
            state="done" if number in how else "current" if number == current else "todo",
            known=known.get(number, ""),
        )
        for number, title in enumerate(TITLES, start=1)
    )


def observe(*, host: str, flow: Flow | None, form_open: bool = False) -> Seen:
    """What the page's address, the flow and its answers tell; nothing is taken on trust."""
    done, remarks = {}, dict[int, str]()
    if host == HOST:
        done[1] = f"Your browser found this page as {HOST}."
    if flow is not None:
        done |= {5: "The form was sent from this browser.", **_of_flow(flow)}
        remarks = _remarks(flow)
    elif form_open:
        done[5] = "The form is open."
    return Seen(done=done, remarks=remarks)


def _of_flow(flow: Flow) -> dict[int, str]:
    if not flow.form.redirecting:
        return _direct(flow)
    done = {6: f"Your browser left for the server at {_clock(flow.created_at)}."}
    if _answered(flow):
        done |= _PORTAL
    if flow.response is not None:
        what = "a code" if flow.code else "a token"
        done[_SIGN_IN] = _signed_in(flow, what)
        done[_APPROVE] = f"The server sent {what}, and it does so only after a yes."
    if flow.exchanged:
        done[_TOKEN] = "The token endpoint answered with an access token."
    elif flow.response is not None and flow.response.access_token:
        done[_TOKEN] = "The token came through the browser."
    return done


def _direct(flow: Flow) -> dict[int, str]:
    """A grant without the browser: the token proves the client, and a password the person."""
    done = {6: f"The form was accepted at {_clock(flow.created_at)}."}
    if flow.exchanged:
        done[2] = done[3] = f"The server accepted {_proof(flow)}."
        done[_TOKEN] = "The token endpoint answered with an access token."
        if flow.form.grant_type == PASSWORD:
            done[_SIGN_IN] = "The server accepted user name and password."
    return done


def _proof(flow: Flow) -> str:
    """What the client showed of itself, in words."""
    method = flow.form.token_endpoint_auth_method
    if method == "none":
        return "the client id; this client has no secret"
    return "the client's signed JWT" if method.endswith("_jwt") else "client id and secret"


def _answered(flow: Flow) -> bool:
    """A server redirects to a callback only when client and callback fit (RFC 6749 §4.1.2.1)."""
    failure = flow.failure
    return flow.response is not None or bool(failure and failure.kind == "AuthorizationFailed")


def _signed_in(flow: Flow, what: str) -> str:
    moment = (flow.claims or {}).get("auth_time")
    if isinstance(moment, int) and 0 < moment < 10**10:
        return f"The id token says: at {_clock(moment)}."
    return f"The server sent {what}, so it knows who you are."


def _remarks(flow: Flow) -> dict[int, str]:
    if not flow.form.redirecting:
        remarks = {4: "Not part of this grant: no callback.", _APPROVE: _NO_BROWSER}
        return remarks if flow.form.grant_type == PASSWORD else {**remarks, _SIGN_IN: _NO_BROWSER}
    if flow.failure and flow.failure.error == "access_denied" and flow.response is None:
        return {_APPROVE: "The server answered access_denied: the answer was no."}
    return {}


def _clock(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%H:%M:%S UTC")
