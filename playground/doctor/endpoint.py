"""A wrong endpoint: 404, 405, a redirect, a web page where JSON was expected (RFC 6749 §3.2)."""

from __future__ import annotations

from collections.abc import Iterator

from playground.doctor import words
from playground.doctor.case import Case
from playground.doctor.diagnosis import CERTAIN, LIKELY, Diagnosis, Remedy, Row, Setting
from playground.doctor.difference import in_words, rows
from playground.doctor.products import APIM, DJANGO, ENTRA, IS, KEYCLOAK
from playground.urls import url_problem

_WHERE = (
    Setting(product=f"{APIM}, {IS}", where="https://{host}:9443/oauth2/token; the gateway's /token "
            "on 8243 is gone since API Manager 4.0"),
    Setting(product=KEYCLOAK, where="{base}/realms/{realm}/protocol/openid-connect/token; "
            "{base} ends with /auth before release 17"),
    Setting(product=DJANGO, where="{host}/o/token/, with the slash"),
    Setting(product=ENTRA, where="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"),
)  # fmt: skip


def look(case: Case) -> Iterator[Diagnosis]:
    """Only where an answer came to a token request and it is none of OAuth's."""
    exchange = case.exchange
    if exchange is None or not exchange.status or not case.at_token:
        return
    if case.says("https required"):
        yield _https_only(case)
    elif case.failure.kind == "ServerMisbehaved" or case.says("aadsts900561"):
        yield _wrong(case)


def _evidence(case: Case) -> tuple[Row, ...]:
    exchange = case.exchange
    if exchange is None:
        return ()
    headers = ("Content-Type", "Allow", "Location")
    found = [Row(name=n, value=v) for n in headers if (v := exchange.response_header(n))]
    if page := words.title(exchange):
        found.append(Row(name="Title of the page that came", value=page))
    return (
        Row(name="Request", value=f"{exchange.method} {exchange.url}"),
        Row(name="Status", value=f"{exchange.status} {exchange.reason}"),
        *found,
    )


def _announced(case: Case) -> str:
    found = case.metadata.get("token_endpoint")
    return found if isinstance(found, str) and not url_problem(found) else ""


def _wrong(case: Case) -> Diagnosis:
    exchange, announced = case.exchange, _announced(case)
    url, status = (exchange.url, exchange.status) if exchange else ("", 0)
    other = announced and announced != url
    better = announced or case.form.token_endpoint
    return Diagnosis(
        cause="wrong_endpoint",
        likelihood=CERTAIN if other or status in (404, 405) or _is_front(url) else LIKELY,
        sentence=_sentence(case, url, status),
        evidence=(
            *_evidence(case),
            *(rows(url, announced, names=("Asked", "Metadata")) if other else ()),
        ),
        steps=(
            "Take token_endpoint from the server's metadata: its issuer, followed by "
            "/.well-known/openid-configuration.",
            "The code is still good if nothing at that address could read it.",
        ),
        settings=_WHERE,
        remedy=Remedy(kind="retry", changes=(("token_endpoint", better),)),
    )


def _is_front(url: str) -> bool:
    return url.rstrip("/").endswith(("/authorize", "/auth"))


def _sentence(case: Case, url: str, status: int) -> str:
    location = case.exchange.response_header("Location") if case.exchange else ""
    if _is_front(url):
        return (
            "That is the authorization endpoint, a page for people; the token endpoint is another."
        )
    if status == 404:
        return "There is nothing at this address of the server."
    if status == 405:
        return "This address does not take a POST, so it is not the token endpoint."
    if location:
        how = in_words(url, location)
        return f"The server moves this address ({how}); a token request is never sent on."
    if status >= 500:
        return "The server, or a proxy before it, broke while it worked on the request."
    return "What answered is not a token endpoint; it speaks no OAuth."


def _https_only(case: Case) -> Diagnosis:
    return Diagnosis(
        cause="https_required",
        likelihood=CERTAIN,
        sentence="The server insists on https, or it does not see that a proxy speaks it.",
        evidence=_evidence(case),
        steps=("Use the https URL; behind a proxy, let the server trust its headers.",),
        settings=(
            Setting(
                product=KEYCLOAK, where="proxy-headers and hostname; Realm settings, Require SSL"
            ),
        ),
        remedy=Remedy(kind="retry"),
    )
