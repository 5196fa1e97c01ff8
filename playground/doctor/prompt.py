"""Nobody could be asked: prompt=none, a sign-in that is too old, a person who said no."""

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
    Remedy,
    Row,
)
from playground.doctor.products import settings
from playground.protocol.authorization import UNASKED

_WHY = {
    "login_required": "nobody is signed in at the server",
    "consent_required": "the person has not approved this application yet",
    "interaction_required": "the server has something to show",
    "account_selection_required": "the person must choose an account",
}
_ADMIN = (
    "90094",
    "65001",
    "admin consent",
    "administrator",
    "assigned",
    "policy",
    "verify your",
    "verified",
    "locked",
    "blocked",
    "disabled",
    "suspended",
    "permission",
    "not authorized",
    "unauthorized",
    "not allowed",
    "role",
)
_BY_PERSON = (
    "denied the consent",
    "user denied",
    "resource owner denied",
    "declined",
    "cancel",
    "65004",
)


def look(case: Case) -> Iterator[Diagnosis]:
    """The errors of OIDC Core §3.1.2.6, access_denied, and a failed auth_time check."""
    if case.in_front and case.failure.error in UNASKED:
        yield _not_allowed_to_ask(case) if _is_silent(case) else _sign_in_failed(case)
    if case.in_front and (case.failure.error == "access_denied" or case.says("65004")):
        yield _denied(case)
        yield _policy(case)
    if case.failed("auth_time"):
        yield _too_old(case)


def _is_silent(case: Case) -> bool:
    return "none" in case.asked.get("prompt", "").split()


def _not_allowed_to_ask(case: Case) -> Diagnosis:
    return Diagnosis(
        cause="prompt_none",
        likelihood=CERTAIN,
        sentence=f"The request says prompt=none, and {_WHY[case.failure.error]}.",
        evidence=(Row(name="prompt", value=case.asked.get("prompt", "")),),
        steps=("Let the server show its pages: leave prompt to the server.",),
        settings=settings("approval", case.form) if "consent" in case.failure.error else (),
        remedy=Remedy(
            kind="again", label="Authorize again without prompt=none", changes=(("prompt", ""),)
        ),
    )


def _sign_in_failed(case: Case) -> Diagnosis:
    return Diagnosis(
        cause="sign_in_failed",
        likelihood=LIKELY,
        sentence="The person did not get through the sign-in page.",
        evidence=(Row(name="prompt", value=case.asked.get("prompt", "") or "not sent"),),
        steps=("Authorize again; WSO2's first user is admin with the password admin.",),
        remedy=AGAIN,
    )


def _by_policy(case: Case) -> bool:
    return case.says(*_ADMIN) and not case.says(*_BY_PERSON)


def _denied(case: Case) -> Diagnosis:
    by_person = case.says(*_BY_PERSON)
    told = bool(case.failure.error_description)
    otherwise = UNLIKELY if _by_policy(case) else POSSIBLE + 5 if told else LIKELY
    return Diagnosis(
        cause="denied",
        likelihood=CERTAIN if by_person else otherwise,
        sentence="The person pressed Deny."
        if by_person
        else "The person said no, or closed the approval.",
        steps=("Nothing is broken. Authorize again and choose Approve.",),
        settings=settings("consent", case.form)[:1],
        remedy=AGAIN,
    )


def _policy(case: Case) -> Diagnosis:
    return Diagnosis(
        cause="policy",
        likelihood=LIKELY + 10 if _by_policy(case) else POSSIBLE - 10,
        sentence="The server's policy says no for this person or this application.",
        steps=(
            "Ask whoever runs the server: the person may have to be assigned to the application, "
            "hold a role, confirm an address, or be approved by an administrator.",
        ),
        settings=settings("consent", case.form),
        remedy=AGAIN,
    )


def _too_old(case: Case) -> Diagnosis:
    return Diagnosis(
        cause="max_age",
        likelihood=CERTAIN,
        sentence="The sign-in is older than Max age allows, later than now, or of unknown age.",
        evidence=(Row(name="max_age", value=f"{case.asked.get('max_age', '')} s"),),
        steps=("Sign in again; a server that ignores max_age sends no auth_time.",),
        remedy=Remedy(
            kind="again", label="Authorize again with prompt=login", changes=(("prompt", "login"),)
        ),
    )
