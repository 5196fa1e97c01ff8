"""The server's certificate: not trusted, out of date, or for another name (RFC 9525)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from playground.doctor.case import Case
from playground.doctor.diagnosis import CERTAIN, POSSIBLE, RETRY, Diagnosis, Row, Setting
from playground.doctor.products import APIM, IS, KEYCLOAK, settings

_CODE = re.compile(r"\(code (\d+)\)")
_UNTRUSTED, _EXPIRED, _TOO_EARLY, _WRONG_NAME = (18, 19, 20, 21), (10,), (9,), (62, 64)
_EXPORT = (
    "keytool -exportcert -rfc -alias wso2carbon -file wso2.pem \\\n"
    "  -keystore <HOME>/repository/resources/security/wso2carbon.jks -storepass wso2carbon\n"
    "PLAYGROUND_CA_FILE=wso2.pem make playground"
)


def look(case: Case) -> Iterator[Diagnosis]:
    """The verification's own code says which of the three it is."""
    if case.failure.kind != "CertificateRefused":
        return
    found = _CODE.search(dict(case.failure.evidence).get("Verification", ""))
    code = int(found[1]) if found else 0
    if code in _WRONG_NAME:
        yield _wrong_name(case)
    elif code in (*_EXPIRED, *_TOO_EARLY):
        yield _dates(case, early=code in _TOO_EARLY)
        yield _our_clock(case)
    else:
        yield _untrusted(case, self_signed=code == _UNTRUSTED[0])


def _evidence(case: Case) -> tuple[Row, ...]:
    rows = [Row(name="Host name asked for", value=urlsplit(case.url).hostname or "unknown")]
    if case.exchange and case.exchange.address:
        rows.append(Row(name="Address that answered", value=case.exchange.address))
    return tuple(rows)


def _waiting_code(case: Case) -> tuple[str, ...]:
    if case.flow is None or not case.flow.awaits_exchange:
        return ()
    return ("Nothing was sent: the code that waits for its exchange is still good.",)


def _untrusted(case: Case, *, self_signed: bool) -> Diagnosis:
    return Diagnosis(
        cause="certificate_untrusted",
        likelihood=CERTAIN,
        sentence="The server vouches for itself: its certificate is self-signed, as WSO2's is "
        "until you replace it."
        if self_signed
        else "The certificate comes from an authority that the playground does not know.",
        evidence=_evidence(case),
        steps=(
            "See the certificate; if it is your server's, trust exactly that one. Or name its "
            "authority's PEM file in PLAYGROUND_CA_FILE. Verification is never switched off.",
            *_waiting_code(case),
        ),
        settings=(
            Setting(product=f"{APIM}, {IS}", lines=_EXPORT),
            Setting(product=KEYCLOAK, where="https-certificate-file"),
        ),
    )


def _wrong_name(case: Case) -> Diagnosis:
    host = urlsplit(case.url).hostname or "this host"
    return Diagnosis(
        cause="certificate_name",
        likelihood=CERTAIN,
        sentence=f"The certificate is real, but it is not for {host}.",
        evidence=_evidence(case),
        steps=(
            "Use the host name that the certificate is for. WSO2's own certificate is for "
            "localhost alone: not for 127.0.0.1, not for the machine's name.",
            f"Or give the server a certificate whose subject alternative names hold {host}.",
            *_waiting_code(case),
        ),
        settings=settings("host", case.form),
    )


def _dates(case: Case, *, early: bool) -> Diagnosis:
    return Diagnosis(
        cause="certificate_dates",
        likelihood=CERTAIN,
        sentence="The server's certificate is not valid yet."
        if early
        else "The server's certificate has expired.",
        evidence=_evidence(case),
        steps=(
            "Only whoever runs the server can renew it; WSO2's self-signed one lasts 27 months.",
            *_waiting_code(case),
        ),
    )


def _our_clock(case: Case) -> Diagnosis:
    return Diagnosis(
        cause="clock",
        likelihood=POSSIBLE,
        sentence="The clock of the playground's machine is wrong.",
        evidence=(Row(name="Our clock", value=_day(case.facts.now)),),
        steps=("Compare it with your watch; set it by NTP.",),
        remedy=RETRY,
    )


def _day(now: float) -> str:
    return f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M} UTC"
