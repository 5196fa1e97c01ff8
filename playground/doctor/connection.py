"""No answer at all: nobody listens, the name is unknown, too slow, or not what speaks there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from playground.doctor.case import Case, place
from playground.doctor.diagnosis import (
    CERTAIN,
    LIKELY,
    POSSIBLE,
    RETRY,
    UNLIKELY,
    Diagnosis,
    Remedy,
    Row,
    Setting,
)
from playground.doctor.products import APIM, IS, KEYCLOAK
from playground.protocol.token import TOKEN_PURPOSE

_KINDS = ("ServerUnreachable", "ServerTooSlow", "OutboundRefused", "ServerMisbehaved")
_NO_NAME = re.compile(r"name or service|nodename|no address|temporary failure|getaddrinfo|idna")
_NO_WAY = re.compile(r"no route|unreachable|network is down|host is down|cannot assign")
_WANTS_TLS = re.compile(
    rb"requires tls|plain http request was sent to https|http request to an https server"
    rb"|plain http to an ssl-enabled"
)
_READ = 20_000
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
    """By what the operating system or the TLS library said; or plain HTTP that TLS was told of."""
    where = urlsplit(case.url)
    if _speaks_of_tls(case, where):
        yield _scheme(case, where, CERTAIN)
    if not case.under_way or case.failure.kind not in _KINDS:
        return
    reason = dict(case.failure.evidence).get("Reason", "").lower()
    if case.failure.kind == "OutboundRefused":
        yield _not_allowed(case, where)
    elif "connecting" in reason:
        yield _no_way(where)
    elif case.failure.kind == "ServerTooSlow":
        yield _slow(case, where)
    elif "refused" in reason:
        yield _refused(case, where)
        yield from _container(where)
    elif _NO_NAME.search(reason):
        yield _unknown_name(where)
    elif _NO_WAY.search(reason):
        yield _no_way(where, reason)
    else:
        yield from _spoken(case, where, reason)


def _spoken(case: Case, where: SplitResult, reason: str) -> Iterator[Diagnosis]:
    """Somebody was there, and what came was not what the scheme promises."""
    if where.scheme == "https" and _NOT_TLS.search(reason):
        yield _scheme(case, where, CERTAIN)
    elif where.scheme == "http" and "not http" in reason:
        yield _scheme(case, where, LIKELY)
    elif "content-encoding" in reason:
        yield _unreadable(where)
    else:
        yield _broken(where)
        if where.scheme == "http" and not (case.exchange and case.exchange.status):
            known = _known_as_https(case, where.netloc)
            yield _scheme(case, where, LIKELY + 5 if known else UNLIKELY)


def _known_as_https(case: Case, netloc: str) -> bool:
    """Whether the flow knows this very port by an https URL."""
    form = case.form
    urls = (form.issuer, form.authorization_endpoint, form.userinfo_endpoint, form.jwks_uri)
    return any(url.startswith("https:") and place(url) == netloc for url in urls)


def _speaks_of_tls(case: Case, where: SplitResult) -> bool:
    """Whether a TLS port answered plain HTTP in plain words, as Tomcat, nginx, Apache and Go do."""
    exchange = case.exchange
    if exchange is None or exchange.status != 400 or where.scheme != "http":
        return False
    return bool(_WANTS_TLS.search(exchange.response_body[:_READ].lower()))


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


def _scheme(case: Case, where: SplitResult, likelihood: int) -> Diagnosis:
    wrong, right = ("http", "https") if where.scheme == "http" else ("https", "http")
    better = where._replace(scheme=right).geturl()
    of_code = case.exchange is not None and case.exchange.purpose == TOKEN_PURPOSE
    return Diagnosis(
        cause="scheme",
        likelihood=likelihood,
        sentence=f"{where.netloc} does not speak {wrong}; it may want {right}."
        if likelihood < CERTAIN or right == "http"
        else f"{where.netloc} speaks https, and it was asked over plain http.",
        evidence=(Row(name="URL", value=where.geturl()), Row(name="Try", value=better)),
        steps=("WSO2 speaks https on 9443 and 8243, http on 9763 and 8280.",),
        remedy=Remedy(kind="retry", changes=(("token_endpoint", better),) if of_code else ()),
    )


def _no_way(where: SplitResult, reason: str = "") -> Diagnosis:
    return Diagnosis(
        cause="no_way",
        likelihood=CERTAIN if reason else LIKELY,
        sentence=f"No way leads to {where.hostname}: {reason}."
        if reason
        else f"No connection to {where.netloc} came about in time: nothing was sent yet.",
        evidence=(Row(name="URL", value=where._replace(query="").geturl()),),
        steps=(
            "Is the host up, and is that its address? See from the playground's machine.",
            "A firewall may swallow the packets; a VPN may be down.",
        ),
        remedy=RETRY,
    )


def _slow(case: Case, where: SplitResult) -> Diagnosis:
    took = case.exchange.milliseconds / 1000 if case.exchange else 0
    unsent = case.exchange is not None and not case.exchange.request_head
    return Diagnosis(
        cause="too_slow",
        likelihood=LIKELY,
        sentence=f"{where.netloc} was not ready in time to take the request."
        if unsent
        else f"{where.netloc} took the request and did not finish its answer in time.",
        evidence=(Row(name="Waited", value=f"{took:.1f} s"),) if took else (),
        steps=(
            "Try again in a moment: a server that has just started is slow at first.",
            "If it happens again, look at the server's log: what does it wait for?",
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


def _unreadable(where: SplitResult) -> Diagnosis:
    return Diagnosis(
        cause="encoding_of_answer",
        likelihood=LIKELY,
        sentence=f"The answer of {where.netloc} is not packed as its Content-Encoding says.",
        steps=("Look at the server, or at a proxy before it that packs or unpacks answers.",),
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
