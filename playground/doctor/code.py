"""The authorization code: too old, already used, or not this server's (RFC 6749 §4.1.2)."""

from __future__ import annotations

from collections.abc import Iterator

from playground.doctor.case import Case
from playground.doctor.diagnosis import AGAIN, CERTAIN, LIKELY, POSSIBLE, UNLIKELY, Diagnosis, Row

_USED = (
    "inactive authorization code",
    "54005",
    "already redeemed",
    "already been used",
    "already used",
)
_EXPIRED = ("expired", "70008")
_EITHER = ("incorrect or expired", "invalid or expired", "invalid or has expired")
_WRONG = (
    "bad_verification_code",
    "invalid authorization code",
    "malformed auth code",
    "code is invalid",
    "bad request",
)
_NOT_VALID = ("code not valid",)  # Keycloak's, of a used code as of one that it never knew
_LIFETIMES = "WSO2 and Okta give a code 300 s, Django OAuth Toolkit 60 s"
_SHORT, _LONG = 60, 300


def look(case: Case) -> Iterator[Diagnosis]:
    """Only where a code was exchanged and the server refused the grant."""
    refused = case.failure.error in ("invalid_grant", "invalid_request", "access_denied")
    if not case.with_code or not (refused or case.says(*_WRONG)) or case.failure.status >= 500:
        return
    if case.earlier() or case.says(*_USED, *_NOT_VALID):
        yield _used(case)
    yield _expired(case)
    yield _foreign(case)


def _age(case: Case) -> float:
    came = case.flow.responded_at if case.flow else 0.0
    sent = case.exchange.started_at if case.exchange else case.failure.at
    return max(0.0, sent - came) if came else 0.0


def _evidence(case: Case) -> tuple[Row, ...]:
    times = len(case.earlier()) + 1
    return (
        Row(name="Age of the code", value=f"{_age(case):.0f} s", note=_LIFETIMES),
        Row(name="Token requests with it", value=str(times)),
    )


def _used(case: Case) -> Diagnosis:
    times = len(case.earlier())
    said = case.says(*_USED)
    sentence = "Something else may have used the code first."
    if times:
        how_often = "once" if times == 1 else f"{times} times"
        sentence = f"The code was sent {how_often} before; it works once."
    elif said:
        sentence = "The server says that the code has been used; something else was faster."
    return Diagnosis(
        cause="code_used",
        likelihood=CERTAIN if said else LIKELY if times else POSSIBLE - 5,
        sentence=sentence,
        evidence=_evidence(case),
        steps=(
            "Authorize again for a new code.",
            "A refused attempt can use a code up too: WSO2 burns it on a wrong callback URL or "
            "verifier, Keycloak ends the client's session on reuse.",
        ),
        remedy=AGAIN,
    )


def _expired(case: Case) -> Diagnosis:
    age, said = _age(case), case.says(*_EXPIRED) and not case.says(*_EITHER)
    by_age = LIKELY if age > _LONG else POSSIBLE if age > _SHORT else UNLIKELY
    return Diagnosis(
        cause="code_expired",
        likelihood=CERTAIN if said and age > _SHORT else max(by_age, LIKELY if said else 0),
        sentence="The code is too old; a code lives for a few minutes at most.",
        evidence=_evidence(case),
        steps=("Authorize again and exchange the code without waiting.",),
        remedy=AGAIN,
    )


def _foreign(case: Case) -> Diagnosis:
    return Diagnosis(
        cause="code_foreign",
        likelihood=POSSIBLE if case.says(*_WRONG, *_NOT_VALID) else UNLIKELY - 5,
        sentence="The server does not know this code: it is another server's or client's, or it is "
        "not valid any more.",
        evidence=(
            Row(name="Authorize Endpoint", value=case.form.authorization_endpoint),
            Row(name="Access Token Endpoint", value=case.exchange.url if case.exchange else ""),
            Row(name="Client that authorized", value=case.asked.get("client_id", "")),
            Row(name="Client that exchanged", value=case.credentials[0]),
        ),
        steps=("Both endpoints must belong to one server, and to one realm or tenant.",),
        remedy=AGAIN,
    )
