"""An id token that is not believed: its key, its algorithm, who it is for (OIDC Core §3.1.3.7)."""

from __future__ import annotations

from collections.abc import Iterator

from playground.doctor.case import Case
from playground.doctor.diagnosis import CERTAIN, LIKELY, Diagnosis, Row, to_form
from playground.doctor.products import settings
from playground.protocol.checks import Check

_UNSIGNED = ("alg none", "alg None")
_USERINFO = "OIDC Core §5.3.2"
_SIGN_IT = (
    "Have the server sign this client's id tokens with one of its keys: RS256 is what every server "
    "can do.",
)
_NO_JWT = ("Look at the id token as it came: is it cut, opaque, or another kind of token?",)
_KEY_SET = (
    "Compare the key set's URL with jwks_uri in the server's metadata; it must be this "
    "realm's or tenant's.",
    "Keys that the server rotated a moment ago are fetched anew at most every 30 seconds; "
    "try once more.",
)


def look(case: Case) -> Iterator[Diagnosis]:
    """One cause for each kind of check; times, nonce and issuer have their own modules."""
    for check in case.failure.checks:
        if check.verdict != "fail":
            continue
        if check.title == "signature":
            yield _signature(case, check)
        elif check.title in ("aud", "azp"):
            yield _audience(case, check)
        elif check.title in ("at_hash", "c_hash", "sub"):
            yield _swapped(check)
        elif check.title == "typ":
            yield _another_kind(check)
    if case.exchange and case.form.jwks_uri and case.exchange.url == case.form.jwks_uri:
        yield _no_keys(case)


def _rows(check: Check) -> tuple[Row, ...]:
    return (
        Row(name=f"{check.title} expected", value=check.expected),
        Row(name=f"{check.title} found", value=check.found or "nothing"),
    )


def _signature(case: Case, check: Check) -> Diagnosis:
    sentence, steps, topic = _about_signature(check)
    return Diagnosis(
        cause="signature",
        likelihood=CERTAIN,
        sentence=sentence,
        evidence=(*_rows(check), Row(name="jwks_uri", value=case.form.jwks_uri or "empty")),
        steps=steps,
        settings=settings(topic, case.form),
        remedy=to_form("jwks_uri"),
    )


def _about_signature(check: Check) -> tuple[str, tuple[str, ...], str]:
    """The sentence, the steps, and the topic of the products' settings."""
    if check.found in _UNSIGNED:
        return "The id token is not signed: its alg is none.", _SIGN_IT, "algorithm"
    if check.found.startswith("alg "):
        sentence = "The id token is signed in a way that the playground does not accept."
        return sentence, _SIGN_IT, "algorithm"
    if check.found == "something else":
        return "What came as the id token is no signed JWT.", _NO_JWT, ""
    if check.found.startswith("HMAC "):
        sentence = "The id token is signed with the client secret, and that is too short for it."
        return sentence, _SIGN_IT, "algorithm"
    if check.found.startswith("none is configured"):
        return "There is no key set to verify this id token with.", _KEY_SET, "keys"
    return "None of the server's published keys made this signature.", _KEY_SET, "keys"


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
    absent = check.found in ("", "absent")
    return Diagnosis(
        cause=f"id_token_{check.title}",
        likelihood=CERTAIN if absent else LIKELY,
        sentence=_about_swap(check, absent=absent),
        evidence=_rows(check),
        steps=(f"The server must send {check.title} ({check.section}).",)
        if absent
        else (
            "Something between the server and here mixed two answers, or the server is broken. "
            "Do not go on with this one.",
        ),
        remedy=to_form("issuer"),
    )


def _about_swap(check: Check, *, absent: bool) -> str:
    whose = "The UserInfo answer" if check.section == _USERINFO else "The id token"
    if absent:
        return f"{whose} has no {check.title}."
    if check.title == "sub":
        return f"{whose} is about somebody else, or its sub is no usable string."
    return f"The id token does not belong to what came with it: {check.title} differs."


def _another_kind(check: Check) -> Diagnosis:
    return Diagnosis(
        cause="id_token_typ",
        likelihood=CERTAIN,
        sentence=f"This JWT is no id token: it says that it is of the type {check.found}.",
        evidence=_rows(check),
        steps=(
            "An access token is at+jwt, a logout token logout+jwt. See what the server puts where "
            "the id token belongs (RFC 8725 §3.11).",
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
