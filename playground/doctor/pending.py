"""A flow that left for the server and has not come back: what was sent, and what may hold it."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from playground.doctor.case import Facts, place
from playground.doctor.diagnosis import (
    AGAIN,
    CERTAIN,
    LIKELY,
    POSSIBLE,
    UNLIKELY,
    Diagnosis,
    Row,
    to_form,
)
from playground.doctor.difference import in_words, rows
from playground.doctor.form_post import blocked, mixed
from playground.doctor.products import settings
from playground.flow import Flow
from playground.urls import origin

CALLBACK_PATH = "/playground2/oauth2client"
_WORDS = {
    "redirect_uri": (
        ("WSO2 says", "Registered callback does not match with the provided url."),
        ("Keycloak says", "Invalid parameter: redirect_uri"),
        ("Entra ID says", "AADSTS50011"),
        ("Google says", "redirect_uri_mismatch"),
    ),
    "client": (
        ("WSO2 says", "Cannot find an application associated with the given consumer key"),
        ("Entra ID says", "AADSTS700016"),
    ),
}


def to_register(flow: Flow) -> tuple[Row, ...]:
    """What was sent of all that a server must have registered, as it was sent."""
    request = flow.request
    if request is None:
        return ()
    pairs = (
        ("Callback URL", "redirect_uri", "Character for character, the slash at the end included."),
        ("Client id", "client_id", ""),
        ("Response type", "response_type", "The grant type must be allowed."),
        ("Scope", "scope", ""),
        ("PKCE", "code_challenge_method", ""),
    )
    return tuple(
        Row(name=label, value=request.get(name), note=note)
        for label, name, note in pairs
        if request.get(name)
    )


def waits_for(flow: Flow, facts: Facts) -> tuple[Diagnosis, ...]:
    """What may hold it, the likeliest first. The server's own page decides between them."""
    return tuple(sorted(_look(flow, facts), key=attrgetter("likelihood"), reverse=True))


def _look(flow: Flow, facts: Facts) -> Iterator[Diagnosis]:
    form = flow.form
    yield from _leads_elsewhere(flow, facts)
    if form.response_mode == "form_post" and mixed(form.authorization_endpoint, form.redirect_uri):
        yield blocked(form.authorization_endpoint, form.redirect_uri, POSSIBLE)
    yield _not_registered(flow)
    yield _unknown_client(flow)
    yield _not_reached(flow)
    yield _wrong_login_host(flow)


def _leads_elsewhere(flow: Flow, facts: Facts) -> Iterator[Diagnosis]:
    sent, ours = flow.form.redirect_uri, flow.started_on + CALLBACK_PATH
    if sent == ours:
        return
    host = place(sent).rpartition(":")[0] or place(sent)
    if origin(sent) != flow.started_on and host in facts.hosts and sent.endswith(CALLBACK_PATH):
        sentence = "It comes back to another host name than it left from, without its cookie: "
        likelihood = LIKELY + 10
    else:
        sentence = "The callback URL does not lead back to this playground: "
        likelihood = CERTAIN
    yield Diagnosis(
        cause="callback_elsewhere",
        likelihood=likelihood,
        sentence=f"{sentence}{in_words(ours, sent)}.",
        evidence=rows(ours, sent, names=("This playground's", "Sent")),
        steps=("Use the callback URL of the address you start from, and register that one.",),
        remedy=to_form("redirect_uri"),
    )


def _not_registered(flow: Flow) -> Diagnosis:
    return Diagnosis(
        cause="redirect_uri",
        likelihood=LIKELY,
        sentence="If its page speaks of a callback or redirect URI: the server does not know ours.",
        evidence=_said("redirect_uri"),
        steps=("Register the callback URL above exactly as it is, then authorize again.",),
        settings=settings("redirect_uri", flow.form),
        remedy=AGAIN,
    )


def _unknown_client(flow: Flow) -> Diagnosis:
    return Diagnosis(
        cause="client_id",
        likelihood=POSSIBLE + 5,
        sentence="If its page speaks of a client, a key or an application: it does not know the "
        "client id.",
        evidence=(Row(name="Client id sent", value=flow.form.client_id), *_said("client")),
        steps=("Copy the client id from the server again. Is it this tenant or realm?",),
        settings=settings("client", flow.form),
        remedy=to_form("client_id"),
    )


def _not_reached(flow: Flow) -> Diagnosis:
    where = place(flow.form.authorization_endpoint)
    return Diagnosis(
        cause="not_reached",
        likelihood=POSSIBLE,
        sentence=f"If the browser shows a page of its own: it cannot reach {where}, or does not "
        "trust its certificate.",
        evidence=(Row(name="Authorize Endpoint", value=flow.form.authorization_endpoint),),
        steps=(
            f"Is the server running on {where}? Open the address by itself.",
            "A self-signed certificate has to be accepted in the browser as well as here.",
        ),
        remedy=to_form("authorization_endpoint"),
    )


def _wrong_login_host(flow: Flow) -> Diagnosis:
    return Diagnosis(
        cause="login_host",
        likelihood=UNLIKELY,
        sentence="If the sign-in page is on another host than you asked: the server does not know "
        "its own name.",
        evidence=(Row(name="Asked", value=place(flow.form.authorization_endpoint)),),
        steps=(
            "Set the server's host name; in WSO2 also [authentication.endpoints] login_url in "
            "deployment.toml, as a full URL.",
        ),
        settings=settings("host", flow.form),
        remedy=AGAIN,
    )


def _said(topic: str) -> tuple[Row, ...]:
    return tuple(Row(name=name, value=words) for name, words in _WORDS[topic])
