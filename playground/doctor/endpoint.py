"""A wrong endpoint: 404, 405, a redirect, a web page where JSON was expected (RFC 6749 §3.2)."""

from __future__ import annotations

from collections.abc import Iterator

from playground.doctor import words
from playground.doctor.case import Case
from playground.doctor.diagnosis import CERTAIN, LIKELY, Diagnosis, Remedy, Row, Setting, to_form
from playground.doctor.difference import in_words, rows
from playground.doctor.products import APIM, DJANGO, ENTRA, IS, KEYCLOAK, settings
from playground.urls import url_problem
from playground.wire.exchange import Exchange

_WHERE = (
    Setting(product=f"{APIM}, {IS}", where="https://{host}:9443/oauth2/token; the gateway's /token "
            "on 8243 is gone since API Manager 4.0"),
    Setting(product=KEYCLOAK, where="{base}/realms/{realm}/protocol/openid-connect/token; "
            "{base} ends with /auth before release 17"),
    Setting(product=DJANGO, where="{host}/o/token/, with the slash"),
    Setting(product=ENTRA, where="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"),
)  # fmt: skip
_CALLS = {"Introspection": "introspection_endpoint", "Revocation": "revocation_endpoint"}
_STILL_GOOD = ("The code is still good if nothing at that address could read it.",)


def look(case: Case) -> Iterator[Diagnosis]:
    """Only where an answer came to a token request and it is none of OAuth's."""
    if case.exchange is None or case.under_way:
        return
    if case.at_token_calls and (case.exchange.status in (404, 405) or _moved(case.exchange)):
        yield _wrong_call(case, case.exchange)
    if not case.at_token:
        return
    if case.says("https required"):
        yield _https_only(case)
    elif case.says("aadsts900561") or _is_elsewhere(case, case.exchange):
        yield _wrong(case, case.exchange)


def _is_elsewhere(case: Case, exchange: Exchange) -> bool:
    """What the address alone explains, or a web page that came with success."""
    if exchange.status in (404, 405) or _moved(exchange):
        return True
    if case.failure.kind != "ServerMisbehaved":
        return False
    other = _announced(case) not in ("", exchange.url)
    page = exchange.status == 200 and not words.members(exchange)
    return other or _is_front(exchange.url) or page


def evidence(exchange: Exchange) -> tuple[Row, ...]:
    """What was asked and what came."""
    headers = ("Content-Type", "Allow", "Location", "Retry-After")
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


def _wrong(case: Case, exchange: Exchange) -> Diagnosis:
    url, status, announced = exchange.url, exchange.status, _announced(case)
    other = announced and announced != url
    better = announced or case.form.token_endpoint
    return Diagnosis(
        cause="wrong_endpoint",
        likelihood=CERTAIN if other or status in (404, 405) or _is_front(url) else LIKELY,
        sentence=_sentence(exchange),
        evidence=(
            *evidence(exchange),
            *(rows(url, announced, names=("Asked", "Metadata")) if other else ()),
        ),
        steps=(
            "Take token_endpoint from the server's metadata: its issuer, followed by "
            "/.well-known/openid-configuration.",
            *(_STILL_GOOD if case.with_code else ()),
        ),
        settings=_WHERE,
        remedy=Remedy(kind="retry", changes=(("token_endpoint", better),)),
    )


def _moved(exchange: Exchange) -> bool:
    return 300 <= exchange.status < 400


def _wrong_call(case: Case, exchange: Exchange) -> Diagnosis:
    """Introspection and revocation, each at an endpoint of its own (RFC 7662 §2, RFC 7009 §2)."""
    name = _CALLS.get(exchange.purpose, "introspection_endpoint")
    announced = case.metadata.get(name)
    told = announced if isinstance(announced, str) else "not known"
    return Diagnosis(
        cause="wrong_endpoint",
        likelihood=CERTAIN,
        sentence=f"{_sentence(exchange)[:-1]}; the {name.partition('_')[0]} endpoint is another, "
        "or the server has none.",
        evidence=(*evidence(exchange), Row(name=f"{name} of the metadata", value=told)),
        steps=(f"Take {name} from the server's metadata; where it has none, switch it on there.",),
        settings=settings("introspection", case.form) if name.startswith("intro") else (),
        remedy=to_form(name),
    )


def _is_front(url: str) -> bool:
    return url.rstrip("/").endswith(("/authorize", "/auth"))


def _sentence(exchange: Exchange) -> str:
    url, status = exchange.url, exchange.status
    location = exchange.response_header("Location")
    if _is_front(url):
        return (
            "That is the authorization endpoint, a page for people; the token endpoint is another."
        )
    if status == 404:
        return "There is nothing at this address of the server."
    if status == 405:
        return "This address does not take a POST."
    if location:
        how = in_words(url, location)
        return f"The server moves this address ({how}); a token request is never sent on."
    return "What answered is not a token endpoint; it speaks no OAuth."


def _https_only(case: Case) -> Diagnosis:
    return Diagnosis(
        cause="https_required",
        likelihood=CERTAIN,
        sentence="The server insists on https, or it does not see that a proxy speaks it.",
        evidence=evidence(case.exchange) if case.exchange else (),
        steps=("Use the https URL; behind a proxy, let the server trust its headers.",),
        settings=(
            Setting(
                product=KEYCLOAK, where="proxy-headers and hostname; Realm settings, Require SSL"
            ),
        ),
        remedy=Remedy(kind="retry"),
    )
