"""An id token that is not believed: its key, its algorithm, who it is for (OIDC Core §3.1.3.7)."""

from __future__ import annotations

from collections.abc import Iterator

from playground.doctor.case import Case
from playground.doctor.diagnosis import CERTAIN, LIKELY, Diagnosis, Row, to_form
from playground.doctor.products import settings
from playground.protocol.checks import Check


def look(case: Case) -> Iterator[Diagnosis]:
    """One cause for each kind of check; times, nonce and issuer have their own modules."""
    for check in case.failure.checks:
        if check.verdict != "fail":
            continue
        if check.title == "signature":
            yield _signature(case, check)
        elif check.title in ("aud", "azp"):
            yield _audience(case, check)
        elif check.title in ("at_hash", "c_hash", "sub", "typ"):
            yield _swapped(check)
    if case.exchange and case.form.jwks_uri and case.exchange.url == case.form.jwks_uri:
        yield _no_keys(case)


def _rows(check: Check) -> tuple[Row, ...]:
    return (
        Row(name=f"{check.title} expected", value=check.expected),
        Row(name=f"{check.title} found", value=check.found or "nothing"),
    )


def _signature(case: Case, check: Check) -> Diagnosis:
    by_algorithm = check.found.startswith("alg ")
    none_set = check.found.startswith("none is configured")
    sentence = "None of the server's published keys made this signature."
    if by_algorithm:
        sentence = "The id token is signed in a way that the playground does not accept."
    elif none_set:
        sentence = "There is no key set to verify this id token with."
    return Diagnosis(
        cause="signature",
        likelihood=CERTAIN,
        sentence=sentence,
        evidence=(*_rows(check), Row(name="jwks_uri", value=case.form.jwks_uri or "empty")),
        steps=(
            "Compare the key set's URL with jwks_uri in the server's metadata; it must be this "
            "realm's or tenant's.",
            "Keys that the server rotated a moment ago are fetched anew at most every 30 seconds; "
            "try once more.",
        ),
        settings=settings("algorithm" if by_algorithm else "keys", case.form),
        remedy=to_form("jwks_uri"),
    )


def _audience(case: Case, check: Check) -> Diagnosis:
    return Diagnosis(
        cause="id_token_audience",
        likelihood=CERTAIN,
        sentence="The id token is for another client, or for others beside this one.",
        evidence=(*_rows(check), Row(name="Client id", value=case.form.client_id)),
        steps=("Compare the client id in the form with the server's, character for character.",),
        settings=settings("client", case.form)[:3],
        remedy=to_form("client_id"),
    )


def _swapped(check: Check) -> Diagnosis:
    return Diagnosis(
        cause=f"id_token_{check.title}",
        likelihood=LIKELY,
        sentence=f"The id token does not belong to what came with it: {check.title} differs.",
        evidence=_rows(check),
        steps=(
            "Something between the server and here mixed two answers, or the server is broken. "
            "Do not go on with this one.",
        ),
        remedy=to_form("issuer"),
    )


def _no_keys(case: Case) -> Diagnosis:
    return Diagnosis(
        cause="jwks",
        likelihood=LIKELY,
        sentence="The key set's address gives no keys.",
        evidence=(
            Row(name="jwks_uri", value=case.form.jwks_uri),
            Row(name="Status", value=str(case.exchange.status if case.exchange else "none")),
        ),
        steps=("Take jwks_uri from the server's metadata.",),
        settings=settings("keys", case.form),
        remedy=to_form("jwks_uri"),
    )
