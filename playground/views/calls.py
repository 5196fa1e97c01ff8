"""With the token: refresh, UserInfo, introspection, revocation, any protected resource."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from playground.calls import token_of
from playground.errors import InputRefused
from playground.flow import Flow, Result
from playground.protocol.token_calls import Credentials
from playground.urls import url_problem
from playground.web.browser import own_flow
from playground.web.frame import at_step
from playground.web.requests import attempt_number
from playground.web.services import services
from playground.web.shown import checks, unechoing
from playground.wire.transport import Outgoing

pages = Blueprint("calls", __name__, url_prefix="/playground2/oauth2client/<identifier>")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
TOKENS = ("access_token", "refresh_token")
MAX_BODY, MAX_HEADERS = 50_000, 20
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,80}: ?[\x20-\x7e]{0,2000}")
_OURS = ("authorization", "host", "content-length", "transfer-encoding", "connection")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A result page: its question and what the answer means."""

    title: str
    meaning: str


KINDS = {
    "userinfo": Kind(
        title="Who signed in?",
        meaning="The UserInfo endpoint answers with claims about the person (OIDC Core §5.3).",
    ),
    "introspection": Kind(
        title="What does the server know of this token?",
        meaning="Introspection is how an API asks whether a token is alive (RFC 7662).",
    ),
    "revocation": Kind(
        title="The token is revoked",
        meaning="The server was told to forget it (RFC 7009). What proves it, if anything does:",
    ),
    "resource": Kind(
        title="What did the resource answer?",
        meaning="A request of your own, with the token in its Authorization header (RFC 6750).",
    ),
}


@pages.post("/refresh")
def refresh(identifier: str) -> ResponseReturnValue:
    services().calls.refresh(own_flow(identifier), attempt=attempt_number())
    return redirect(url_for("token.show", identifier=identifier), 303)


@pages.post("/userinfo")
def userinfo(identifier: str) -> ResponseReturnValue:
    services().calls.userinfo(own_flow(identifier))
    return _to("userinfo", identifier)


@pages.post("/introspect")
def introspect(identifier: str) -> ResponseReturnValue:
    flow = own_flow(identifier)
    services().calls.introspect(flow, _token_kind(), _credentials(flow))
    return _to("introspection", identifier)


@pages.post("/revoke")
def revoke(identifier: str) -> ResponseReturnValue:
    flow = own_flow(identifier)
    services().calls.revoke(flow, _token_kind(), _credentials(flow))
    return _to("revocation", identifier)


@pages.get("/resource")
def resource_form(identifier: str) -> ResponseReturnValue:
    flow = own_flow(identifier)
    at_step(9, flow)
    token_of(flow)
    return render_template("resource.html", flow=flow, methods=METHODS)


@pages.post("/resource")
def resource(identifier: str) -> ResponseReturnValue:
    flow = own_flow(identifier)
    services().calls.resource(flow, _resource_request(flow))
    return _to("resource", identifier)


@pages.get("/result/<kind>")
def result(identifier: str, kind: str) -> ResponseReturnValue:
    flow = own_flow(identifier)
    at_step(9, flow)
    found = flow.result(kind)
    if kind not in KINDS or found is None:
        abort(404)
    return render_template(
        "result.html", flow=flow, result=_without_echo(found, flow), kind=KINDS[kind]
    )


def _without_echo(result: Result, flow: Flow) -> Result:
    """The result without a secret or a password that the server repeats."""
    clean = unechoing(flow, str)
    return replace(
        result,
        data=_cleaned(result.data, clean),
        body=clean(result.body),
        checks=checks(result.checks, clean),
    )


def _cleaned(data: object, clean: Callable[[str], str]) -> object:
    """Parsed JSON with every name and text in it cleaned."""
    if isinstance(data, str):
        return clean(data)
    if isinstance(data, dict):
        return {clean(name): _cleaned(value, clean) for name, value in data.items()}
    return [_cleaned(value, clean) for value in data] if isinstance(data, list) else data


def _to(kind: str, identifier: str) -> ResponseReturnValue:
    return redirect(url_for("calls.result", identifier=identifier, kind=kind), 303)


def _token_kind() -> str:
    kind = request.form.get("token", TOKENS[0])
    return kind if kind in TOKENS else TOKENS[0]


def _credentials(flow: Flow) -> Credentials:
    """The client's own, unless a user name was typed."""
    return Credentials(
        client=services().conductor.client_of(flow.form),
        username=request.form.get("username", "").strip()[:500],
        password=request.form.get("password", "")[:500],
    )


def _resource_request(flow: Flow) -> Outgoing:
    url = request.form.get("url", "").strip()
    method = request.form.get("method", "GET")
    lines = [line for line in request.form.get("headers", "").splitlines() if line.strip()]
    body = request.form.get("body", "")
    if problem := _request_problem(url, method, lines, body):
        raise InputRefused(
            sentence=problem,
            advice=("Correct it and send it again; nothing was sent.",),
            flow_id=flow.id,
            step=9,
        )
    return Outgoing(
        purpose="Protected resource",
        method=method,
        url=url,
        receiver="resource server",
        headers=tuple((n.strip(), v.strip()) for n, _, v in (li.partition(":") for li in lines)),
        body=body.encode(),
        access_token=token_of(flow).access_token,
    )


def _request_problem(url: str, method: str, lines: list[str], body: str) -> str:
    """Why this request cannot be sent, as a sentence; empty when it can."""
    if problem := url_problem(url):
        return problem
    if method not in METHODS:
        return f"The method is one of {', '.join(METHODS)}."
    if len(lines) > MAX_HEADERS or any(not _HEADER.fullmatch(line) for line in lines):
        return f"Headers are lines “Name: value” in ASCII, at most {MAX_HEADERS}."
    if any(line.partition(":")[0].lower() in _OURS for line in lines):
        return f"{', '.join(_OURS)} are set by the playground itself."
    return "The body is too long." if len(body) > MAX_BODY else ""
