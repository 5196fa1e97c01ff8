"""The issuer: what the form says against what the server calls itself (RFC 9207, OIDC Core §2)."""

from __future__ import annotations

from collections.abc import Iterator

from playground.doctor.case import Case
from playground.doctor.diagnosis import CERTAIN, POSSIBLE, Diagnosis, to_form
from playground.doctor.difference import in_words, rows
from playground.doctor.products import settings

_ABSENT = ("", "absent")


def look(case: Case) -> Iterator[Diagnosis]:
    """`iss` in the response, in the id token, or `issuer` in the metadata is another one."""
    pair = _pair(case)
    if pair is None:
        return
    expected, found = pair
    if found in _ABSENT:
        yield _silent(case, expected)
        return
    yield _other(case, expected, found)
    yield _mixed_up(case, expected, found)


def _pair(case: Case) -> tuple[str, str] | None:
    for check in case.failure.checks:
        if check.title in ("iss", "issuer") and check.verdict == "fail":
            return check.expected, check.found
    evidence = {name.lower(): value for name, value in case.failure.evidence}
    about = "9207" in evidence.get("section", "") or "issuer" in case.failure.sentence.lower()
    if about and "expected" in evidence and "found" in evidence:
        return evidence["expected"], evidence["found"]
    return None


def _other(case: Case, expected: str, found: str) -> Diagnosis:
    template = "{tenantid}" in expected or "{tenantid}" in found
    how = "{tenantid} stands for a tenant's GUID" if template else in_words(expected, found)
    return Diagnosis(
        cause="issuer",
        likelihood=CERTAIN,
        sentence=f"The server calls itself by another name than the form does: {how}.",
        evidence=rows(expected, found, names=("Expected", "Found")),
        steps=(
            "If you know the found one: put it into the form's Issuer, exactly so, and "
            "authorize again.",
            "If it has http where https is expected, or an inner host name, a proxy hides the "
            "server's real address; set the server's host name.",
        ),
        settings=settings("issuer", case.form),
        remedy=to_form("issuer"),
    )


def _mixed_up(case: Case, expected: str, found: str) -> Diagnosis:
    return Diagnosis(
        cause="mix_up",
        likelihood=POSSIBLE,
        sentence="The answer comes from another server than the one that was asked.",
        evidence=rows(expected, found, names=("Expected", "Found")),
        steps=(
            "Nothing of the answer was used, and no code or token was sent on.",
            "If you do not know the found one, start anew and look at the address bar while "
            "you sign in (RFC 9700 §4.4).",
        ),
        remedy=to_form("issuer"),
    )


def _silent(case: Case, expected: str) -> Diagnosis:
    return Diagnosis(
        cause="issuer",
        likelihood=CERTAIN,
        sentence="The response does not say who it comes from, and the form says that this "
        "server always does.",
        evidence=rows(expected, "", names=("Expected", "Found"))[:1],
        steps=(
            "Untick “Responses carry iss”, unless the server's metadata announces it.",
            "Keycloak sends it since release 23; WSO2 does not.",
        ),
        settings=settings("issuer", case.form)[:3],
        remedy=to_form("authorization_response_iss_parameter_supported"),
    )
