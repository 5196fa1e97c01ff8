"""The grant: switched off for the server, or not ticked for the application (RFC 6749 §5.2)."""

from __future__ import annotations

from collections.abc import Iterator

from playground.doctor.case import Case
from playground.doctor.diagnosis import AGAIN, CERTAIN, LIKELY, POSSIBLE, Diagnosis, Row, Setting
from playground.doctor.products import APIM, settings

_WORDS = (
    "grant type",
    "grant_type",
    "authorization grant",
    "requested.grant",
    "flow is disabled",
    "not allowed to initiate",
)
_CODES = ("unsupported_grant_type", "unsupported_response_type")
_TOML_NAMES = ("authorization_code", "implicit", "password", "client_credentials", "refresh_token")


def look(case: Case) -> Iterator[Diagnosis]:
    """unauthorized_client with 401 is Keycloak's word for a wrong secret, not for a grant."""
    failure = case.failure
    unauthorized = failure.error == "unauthorized_client" and failure.server_status != 401
    if not (case.in_front or case.at_token) or case.unread:
        return
    if failure.error in _CODES or unauthorized or case.says(*_WORDS):
        yield _application(case)
        yield _server(case)


def _grants(case: Case) -> tuple[str, ...]:
    """The grants that the request stands on; hybrid stands on two."""
    grant = case.sent.get("grant_type") or case.form.grant_type
    return ("authorization_code", "implicit") if grant == "hybrid" else (grant,)


def _evidence(case: Case) -> tuple[Row, ...]:
    rows = [Row(name="Grant", value=", ".join(_grants(case)))]
    if kind := case.asked.get("response_type"):
        rows.append(Row(name="response_type", value=kind))
    if known := case.announced("grant_types_supported"):
        rows.append(Row(name="Grants in the server's metadata", value=", ".join(known)))
    return tuple(rows)


def _application(case: Case) -> Diagnosis:
    server_wide = case.failure.error in _CODES
    return Diagnosis(
        cause="grant_application",
        likelihood=POSSIBLE if server_wide else LIKELY,
        sentence="This application is not allowed to use this grant type.",
        evidence=_evidence(case),
        steps=(
            "Allow the grant in the application's settings, then authorize again.",
            "At WSO2, Code and Implicit can be ticked only once a callback URL is typed.",
        ),
        settings=settings("grant", case.form),
        remedy=AGAIN,
    )


def _server(case: Case) -> Diagnosis:
    known = case.announced("grant_types_supported")
    missing = [grant for grant in _grants(case) if known and grant not in known]
    likelihood = LIKELY + 5 if case.failure.error in _CODES else POSSIBLE
    return Diagnosis(
        cause="grant_server",
        likelihood=CERTAIN if missing else likelihood,
        sentence="The grant type is switched off for the whole server.",
        evidence=_evidence(case),
        steps=(
            "Look for these lines in deployment.toml with enable = false; set true or remove "
            "them, and restart the server.",
        ),
        settings=tuple(_toml(grant) for grant in _grants(case) if grant in _TOML_NAMES),
        remedy=AGAIN,
    )


def _toml(grant: str) -> Setting:
    return Setting(
        product=APIM,
        where="<APIM_HOME>/repository/conf/deployment.toml",
        lines=f"[oauth.grant_type.{grant}]\nenable = true",
    )
