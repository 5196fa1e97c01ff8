"""Scopes: unknown to the server, not granted, or not enough for the resource (RFC 6749 §3.3)."""

from __future__ import annotations

from collections.abc import Iterator

from playground.doctor.case import Case
from playground.doctor.diagnosis import CERTAIN, LIKELY, Diagnosis, Remedy, Row, to_form
from playground.doctor.products import settings
from playground.protocol.resource import challenge

_WORDS = ("invalid_scope", "invalid scope", "scope validation", "70011", "unknown scope")


def look(case: Case) -> Iterator[Diagnosis]:
    """A refused scope at the server, a missing one at the resource."""
    if case.failure.error == "invalid_scope" or (
        (case.in_front or case.at_token) and case.says(*_WORDS)
    ):
        yield _refused(case)
    if case.at_resource and (case.failure.error == "insufficient_scope" or _wanted(case)):
        yield _missing(case)


def _refused(case: Case) -> Diagnosis:
    asked, known = case.form.scopes, case.announced("scopes_supported")
    unknown = [scope for scope in asked if known and scope not in known]
    suspects = unknown or _named(case)
    some = len(suspects) == len(asked) > 1 and not unknown  # Keycloak repeats the whole list
    named = ", ".join(suspects)
    sentence = f"The server does not give the scope {named}."
    if some:
        sentence = f"The server does not give one of the scopes {named}."
    elif not suspects:
        sentence = (
            "The server does not know one of the scopes, or this application may not ask for it."
        )
    return Diagnosis(
        cause="scope",
        likelihood=CERTAIN,
        sentence=sentence,
        evidence=(
            Row(name="Asked for", value=" ".join(asked) or "no scope"),
            Row(
                name="Scopes in the server's metadata",
                value=case.announced_or_why("scopes_supported", "it may know any scope"),
            ),
        ),
        steps=(
            "Ask for less, or give the scope to the application at the server.",
            "Scopes are case-sensitive words with one space between them.",
        ),
        settings=settings("scope", case.form),
        remedy=_with_less(asked, suspects) if suspects else to_form("scope"),
    )


def _named(case: Case) -> list[str]:
    """The scopes that the server's words repeat."""
    words = {word.strip(".,;:'\"()[]“”") for word in case.text.split()}
    return [scope for scope in case.form.scopes if scope.lower() in words]


def _with_less(asked: tuple[str, ...], suspects: list[str]) -> Remedy:
    """The same without the suspects; with openid at least, where that was asked for."""
    rest = " ".join(scope for scope in asked if scope not in suspects)
    if not rest and "openid" in asked and len(asked) > 1:
        rest = "openid"
        label = "Authorize again with openid alone"
    else:
        label = f"Authorize again without {', '.join(suspects)}"
    return Remedy(kind="again", label=label, changes=(("scope", rest),))


def _wanted(case: Case) -> tuple[str, ...]:
    """The scopes that the challenge names (RFC 6750 §3)."""
    header = case.exchange.response_header("WWW-Authenticate") if case.exchange else ""
    return tuple(challenge(header).get("scope", "").split())


def _missing(case: Case) -> Diagnosis:
    token = case.flow.token if case.flow else None
    asked = case.form.scopes
    granted = tuple(token.scope.split()) if token and token.scope is not None else asked
    wanted = _wanted(case)
    missing = [scope for scope in wanted if scope not in granted]
    refused = [scope for scope in missing if scope in asked]
    more = " ".join(dict.fromkeys([*asked, *missing]))
    return Diagnosis(
        cause="scope_missing",
        likelihood=CERTAIN if missing else LIKELY,
        sentence=f"You asked for {', '.join(refused)}, and the server did not grant it."
        if refused
        else "The token lacks a scope that the resource wants.",
        evidence=(
            Row(name="The resource wants", value=" ".join(wanted) or "it does not say"),
            Row(name="Asked for", value=" ".join(asked) or "no scope"),
            Row(name="Granted", value=" ".join(granted) or "no scope"),
        ),
        steps=("Ask for the scope and authorize again; a token's scopes never grow.",)
        if not refused
        else ("Give the scope to the application, or to the person, at the server.",),
        settings=settings("scope", case.form),
        remedy=Remedy(
            kind="again",
            label=f"Authorize again with {' '.join(missing)}",
            changes=(("scope", more),),
        )
        if missing and not refused
        else to_form("scope"),
    )
