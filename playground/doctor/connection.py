"""No answer at all: nobody listens, the name is unknown, too slow, or not what speaks there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from playground.doctor.case import Case
from playground.doctor.diagnosis import CERTAIN, LIKELY, POSSIBLE, RETRY, Diagnosis, Row, Setting
from playground.doctor.products import APIM, IS, KEYCLOAK

_KINDS = ("ServerUnreachable", "ServerTooSlow", "OutboundRefused", "ServerMisbehaved")
_NO_NAME = re.compile(r"name or service|nodename|no address|temporary failure|getaddrinfo|idna")
_NOT_TLS = re.compile(r"wrong.version.number|record layer|unknown.protocol|http.request|packet len")
_PORTS = (
    Setting(
        product=f"{APIM}, {IS}",
        where="https on 9443; start it with bin/api-manager.sh or "
        "bin/wso2server.sh, which takes a minute or two",
    ),
    Setting(
        product=f"{APIM}'s gateway", where="8243 https, 8280 http; /token there only up to 3.2"
    ),
    Setting(product=KEYCLOAK, where="8443 https, 8080 http in start-dev"),
    Setting(product="Embedded server", where="make run starts it too"),
)


def look(case: Case) -> Iterator[Diagnosis]:
    """By what the operating system or the TLS library said; only where no status came."""
    exchange = case.exchange
    if exchange is None or exchange.status or case.failure.kind not in _KINDS:
        return
    where, reason = urlsplit(exchange.url), _reason(case)
    if case.failure.kind == "OutboundRefused":
        yield _not_allowed(case, where)
    elif case.failure.kind == "ServerTooSlow":
        yield _slow(case, where)
    elif "refused" in reason:
        yield _refused(case, where)
        yield from _container(where)
    elif _NO_NAME.search(reason):
        yield _unknown_name(where)
    elif where.scheme == "https" and _NOT_TLS.search(reason):
        yield _scheme(where, "https", "http", CERTAIN)
    elif where.scheme == "http":
        yield _scheme(where, "http", "https", LIKELY)
    else:
        yield _broken(where)


def _reason(case: Case) -> str:
    said = dict(case.failure.evidence).get("Reason", "")
    return f"{said} {case.failure.sentence}".lower()


def _refused(case: Case, where: SplitResult) -> Diagnosis:
    port = where.port or {"https": 443, "http": 80}[where.scheme]
    return Diagnosis(
        cause="connection_refused",
        likelihood=CERTAIN,
        sentence=f"Nobody listens on {where.hostname}:{port}. Is the server running on {port}?",
        evidence=(
            Row(name="Host and port", value=f"{where.hostname}:{port}"),
            Row(
                name="Address",
                value=(case.exchange.address if case.exchange else "") or "not connected",
            ),
        ),
        steps=(
            f"See who listens: ss -ltnp 'sport = :{port}'.",
            "Start the server, wait until its log says that it is up, and try again here.",
        ),
        settings=_PORTS,
        remedy=RETRY,
    )


def _container(where: SplitResult) -> Iterator[Diagnosis]:
    if where.hostname in ("localhost", "127.0.0.1", "::1"):
        yield Diagnosis(
            cause="container",
            likelihood=POSSIBLE,
            sentence=f"If the playground runs in a container, {where.hostname} is the container "
            "itself, not your machine.",
            steps=(
                "Use the server's host name in the container network, or run the container with "
                "--network host.",
            ),
            remedy=RETRY,
        )


def _unknown_name(where: SplitResult) -> Diagnosis:
    return Diagnosis(
        cause="host_unknown",
        likelihood=CERTAIN,
        sentence=f"The playground's machine does not know the host name {where.hostname}.",
        evidence=(Row(name="Host name", value=where.hostname or ""),),
        steps=(
            "Compare the spelling.",
            "Your browser's machine may know the name although this one does not: the token "
            "request goes from here.",
        ),
        settings=(
            Setting(
                product="/etc/hosts",
                where="for a server on this machine",
                lines=f"127.0.0.1   {where.hostname}",
            ),
        ),
        remedy=RETRY,
    )


def _scheme(where: SplitResult, wrong: str, right: str, likelihood: int) -> Diagnosis:
    better = where._replace(scheme=right).geturl()
    return Diagnosis(
        cause="scheme",
        likelihood=likelihood,
        sentence=f"{where.netloc} does not speak {wrong}; it may want {right}.",
        evidence=(Row(name="URL", value=where.geturl()), Row(name="Try", value=better)),
        steps=("WSO2 speaks https on 9443 and 8243, http on 9763 and 8280.",),
        remedy=RETRY,
    )


def _slow(case: Case, where: SplitResult) -> Diagnosis:
    took = case.exchange.milliseconds / 1000 if case.exchange else 0
    return Diagnosis(
        cause="too_slow",
        likelihood=LIKELY,
        sentence=f"{where.netloc} took the request and did not finish its answer in time.",
        evidence=(Row(name="Waited", value=f"{took:.1f} s"),),
        steps=(
            "Try again in a moment: a server that has just started is slow at first.",
            "If the host cannot be reached at all, a firewall may swallow the packets.",
        ),
        remedy=RETRY,
    )


def _not_allowed(case: Case, where: SplitResult) -> Diagnosis:
    return Diagnosis(
        cause="outbound_policy",
        likelihood=CERTAIN,
        sentence=f"The playground's own policy does not let it call {where.hostname}.",
        evidence=tuple(Row(name=n, value=v) for n, v in case.failure.evidence),
        steps=case.failure.advice,
        remedy=RETRY,
    )


def _broken(where: SplitResult) -> Diagnosis:
    return Diagnosis(
        cause="connection_broken",
        likelihood=LIKELY,
        sentence=f"{where.netloc} took the connection and dropped it before the answer was there.",
        evidence=(Row(name="URL", value=where._replace(query="").geturl()),),
        steps=(
            "Try again once; if it happens twice, look at the server's log.",
            "A proxy in between may close connections that it does not like.",
        ),
        remedy=RETRY,
    )
