"""The server's own trouble: it broke, it is busy, or its answer is not to be used."""

from __future__ import annotations

from collections.abc import Iterator

from playground.doctor.case import Case
from playground.doctor.diagnosis import AGAIN, LIKELY, POSSIBLE, Diagnosis, Row, Setting
from playground.doctor.products import APIM, IS, KEYCLOAK

_LOGS = (
    Setting(product=f"{APIM}, {IS}", where="repository/logs/wso2carbon.log"),
    Setting(product=KEYCLOAK, where="its standard output"),
)


def look(case: Case) -> Iterator[Diagnosis]:
    """server_error and temporarily_unavailable (RFC 6749 §4.1.2.1), and a status of 5xx."""
    error, status = case.failure.error, case.exchange.status if case.exchange else 0
    if error == "temporarily_unavailable":
        yield _busy(case)
    elif error == "server_error" or (status >= 500 and not case.under_way):
        yield _broke(case, status)
    elif error == "invalid_request" and not case.at_resource and not case.unread:
        yield _malformed(case)


def _busy(case: Case) -> Diagnosis:
    waited = case.says("authentication_expired", "authentication expired")
    return Diagnosis(
        cause="busy",
        likelihood=LIKELY,
        sentence="The sign-in page waited too long and was given up."
        if waited
        else "The server is too busy, or just starting.",
        steps=("Authorize again in a moment.",),
        remedy=AGAIN,
    )


def _broke(case: Case, status: int) -> Diagnosis:
    return Diagnosis(
        cause="server_error",
        likelihood=LIKELY,
        sentence="The server broke while it worked on the request; only its log knows why.",
        evidence=(Row(name="Status", value=str(status)),) if status else (),
        steps=("Look at the server's log at this moment, then try again.",),
        settings=_LOGS,
        remedy=AGAIN,
    )


def _malformed(case: Case) -> Diagnosis:
    shown = case.asked if case.in_front else case.sent
    return Diagnosis(
        cause="malformed",
        likelihood=POSSIBLE,
        sentence="The server misses a parameter, or does not like one.",
        evidence=(Row(name="Sent", value=", ".join(shown)),),
        steps=(
            "Compare the names with the server's documentation; look at extra parameters first.",
        ),
        settings=_LOGS,
        remedy=AGAIN,
    )
