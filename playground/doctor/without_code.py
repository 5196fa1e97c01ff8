"""invalid_grant without a code: a refresh token, a password, the client alone (RFC 6749 §5.2)."""

from __future__ import annotations

from collections.abc import Iterator

from playground.doctor.case import Case
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

_USED = ("reuse", "already used", "already been used", "maximum allowed")
_OTHERS = ("don't match", "does not match", "another client", "different client")
_NOT_READY = ("locked", "disabled", "not fully set up", "blocked", "suspended", "must change")


def look(case: Case) -> Iterator[Diagnosis]:
    """Each grant has causes of its own."""
    if case.failure.error != "invalid_grant":
        return
    grant = case.sent.get("grant_type")
    if grant == "refresh_token":
        yield _over(case)
        yield _used(case)
        yield _others(case)
    elif grant == "password":
        yield _person(case)
        yield _not_ready(case)
    elif grant == "client_credentials":
        yield _for_itself(case)


def _over(case: Case) -> Diagnosis:
    sent, revoked = case.sent.get("refresh_token", ""), case.revocations()
    expired = case.says("expired") and not case.says("revoked")
    sentence = "The refresh token is over: it expired, it was revoked, or its session has ended."
    if sent in revoked:
        sentence = "You revoked this refresh token, in this flow."
    elif expired:
        sentence = "The refresh token has expired."
    return Diagnosis(
        cause="refresh_token_over",
        likelihood=CERTAIN if sent in revoked else LIKELY + 10 if expired else LIKELY,
        sentence=sentence,
        evidence=_age(case),
        steps=("Authorize again for a new one.",),
        remedy=AGAIN,
    )


def _age(case: Case) -> tuple[Row, ...]:
    if case.flow is None or case.flow.token is None or case.exchange is None:
        return ()
    age = case.exchange.started_at - case.flow.token.received_at
    return (Row(name="Age of the newest token response", value=f"{max(0.0, age):.0f} s"),)


def _used(case: Case) -> Diagnosis:
    return Diagnosis(
        cause="refresh_token_used",
        likelihood=LIKELY + 5 if case.says(*_USED) else UNLIKELY,
        sentence="The refresh token was used before, and this server lets each be used once.",
        steps=(
            "Authorize again. Where refresh tokens rotate, only the newest one counts "
            "(RFC 9700 §4.14.2).",
        ),
        remedy=AGAIN,
    )


def _others(case: Case) -> Diagnosis:
    return Diagnosis(
        cause="refresh_token_foreign",
        likelihood=LIKELY + 5 if case.says(*_OTHERS) else UNLIKELY - 5,
        sentence="The refresh token belongs to another client, or to another server.",
        evidence=(
            Row(name="Client that sent it", value=case.credentials[0]),
            Row(name="Access Token Endpoint", value=case.exchange.url if case.exchange else ""),
        ),
        steps=("Send it with the client that it was issued to, and to the server it came from.",),
        remedy=AGAIN,
    )


def _person(case: Case) -> Diagnosis:
    return Diagnosis(
        cause="user_credentials",
        likelihood=LIKELY,
        sentence="The user name or the password is wrong.",
        evidence=(Row(name="User name sent", value=case.sent.get("username", "") or "none"),),
        steps=(
            "Type both once more in the form.",
            "Does the server want the user name with a domain, or an e-mail address?",
        ),
        remedy=to_form("username"),
    )


def _not_ready(case: Case) -> Diagnosis:
    return Diagnosis(
        cause="user_not_ready",
        likelihood=LIKELY + 10 if case.says(*_NOT_READY) else UNLIKELY,
        sentence="The account cannot be used like this: it is locked, or wants something more of "
        "the person first.",
        steps=("Sign in on a page of the server's own once; it says what is missing.",),
        remedy=to_form("username"),
    )


def _for_itself(case: Case) -> Diagnosis:
    return Diagnosis(
        cause="client_for_itself",
        likelihood=POSSIBLE,
        sentence="The server does not let this client act for itself.",
        evidence=(Row(name="Client id sent", value=case.credentials[0] or "none"),),
        steps=("Allow client credentials in the application's settings; then try again.",),
        remedy=to_form("client_id"),
    )
