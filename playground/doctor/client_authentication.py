"""Who the client is: an unknown id, a wrong secret, a method the server does not take (§2.3)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote_plus

from playground.doctor.case import Case
from playground.doctor.diagnosis import (
    CERTAIN,
    LIKELY,
    POSSIBLE,
    UNLIKELY,
    Diagnosis,
    Remedy,
    Row,
    to_form,
)
from playground.doctor.products import settings
from playground.fields import AUTH_METHODS

_UNKNOWN = (
    "oauth client could not be found",
    "cannot find an application",
    "application.not.found",
    "aadsts700016",
)
_NONE_SENT = ("no client credentials", "aadsts7000218", "unsupported client authentication")
_WRONG = (
    "client credentials are invalid",
    "client authentication failed",
    "incorrect_client_credentials",
    "invalid client or invalid client credentials",
    "aadsts7000215",
    "aadsts7000222",
)
_TRIED = "cannot authenticate with methods"
_EXPIRED = ("aadsts7000222", "secret is expired", "secret has expired")
_HOW = {
    "client_secret_basic": "Authorization header, Basic",
    "client_secret_post": "client_secret in the body",
    "none": "client_id in the body, no secret",
}


def look(case: Case) -> Iterator[Diagnosis]:
    """Only where the server complains of the client, by code, by status or by words."""
    if case.in_front and (case.failure.error == "invalid_client" or case.says(*_UNKNOWN)):
        yield _unknown(case, str(case.asked.get("client_id", "")))
    if case.at_token_calls and case.failure.server_status in (401, 403):
        yield _not_an_administrator(case)
    if not case.at_token or not _about_client(case):
        return
    if not (wrong_method := list(_methods(case))) and case.method != "none":
        yield _encoding(case) if _is_encoded(case) else _other_method(case)
    yield from wrong_method
    if case.says(*_UNKNOWN):
        yield _unknown(case, case.credentials[0])
    if case.method != "none":
        yield _secret(case)


def _about_client(case: Case) -> bool:
    """Keycloak says unauthorized_client and Auth0 access_denied, both with status 401."""
    if case.failure.error in ("invalid_client", "access_denied"):
        return True
    by_status = case.failure.server_status == 401 and case.failure.error != "invalid_grant"
    return by_status or case.says(*_NONE_SENT, *_WRONG, "aadsts700025")


def _evidence(case: Case) -> tuple[Row, ...]:
    client_id, secret = case.credentials
    allowed = "token_endpoint_auth_methods_supported"
    shown = [
        Row(name="Client id sent", value=client_id or "none"),
        Row(name="Method used", value=f"{case.method}: {_HOW.get(case.method, 'a signed JWT')}"),
        Row(
            name="Methods the server allows",
            value=case.announced_or_why(allowed, "client_secret_basic then (RFC 8414 §2)"),
        ),
    ]
    if secret and "assertion" not in case.method:
        shown.append(Row(name="Secret sent", value=f"{len(secret)} characters"))
    if challenge := case.exchange and case.exchange.response_header("WWW-Authenticate"):
        shown.append(Row(name="WWW-Authenticate", value=challenge))
    return tuple(shown)


def _methods(case: Case) -> Iterator[Diagnosis]:
    allowed = case.announced("token_endpoint_auth_methods_supported")
    if allowed and case.method not in allowed:
        better = next((m for m, _ in AUTH_METHODS if m in allowed), "")
        yield _wrong_method(
            case,
            CERTAIN,
            f"The server does not take {case.method}; its metadata allows {', '.join(allowed)}.",
            better,
        )
    elif case.says("aadsts700025"):
        yield _wrong_method(
            case, LIKELY, "This client is public, and yet it sent a secret.", "none"
        )
    elif case.method == "none":
        yield _wrong_method(
            case,
            CERTAIN if case.says(*_NONE_SENT) else LIKELY,
            "The server wants this client to prove who it is, and no secret was sent.",
            "client_secret_basic",
        )
    elif named := _named_other(case):
        yield _wrong_method(
            case, LIKELY, f"The server speaks of {named}, and {case.method} was used.", named
        )


def _named_other(case: Case) -> str:
    """The method that the server's own words ask for, as Hydra's do; Authlib lists all it tried."""
    if case.says(_TRIED):
        return ""
    others = [m for m, _ in AUTH_METHODS if m != case.method and m != "none"]
    return next((m for m in others if m in case.text), "")


def _wrong_method(case: Case, likelihood: int, sentence: str, better: str) -> Diagnosis:
    changes = (("token_endpoint_auth_method", better),) if better else ()
    return Diagnosis(
        cause="auth_method",
        likelihood=likelihood,
        sentence=sentence,
        evidence=_evidence(case),
        steps=(
            f"Try {better} {_where(case)}." if better else f"Try another method {_where(case)}.",
            "Or change what the server expects of this client.",
        ),
        settings=settings("auth_method", case.form),
        remedy=_remedy(case, "token_endpoint_auth_method", changes),
    )


def _where(case: Case) -> str:
    return "below" if case.with_code else "in the form"


def _remedy(case: Case, field: str, changes: tuple[tuple[str, str], ...] = ()) -> Remedy:
    """The second form where a code waits; else the first one."""
    return Remedy(kind="retry", changes=changes) if case.with_code else to_form(field)


def _other_method(case: Case) -> Diagnosis:
    return Diagnosis(
        cause="auth_method",
        likelihood=UNLIKELY if case.says(*_WRONG) else POSSIBLE,
        sentence="The secret may be right and the server expects another authentication method.",
        evidence=_evidence(case),
        steps=(f"Choose another method {_where(case)}; a server may allow one per client.",),
        settings=settings("auth_method", case.form),
        remedy=_remedy(case, "token_endpoint_auth_method"),
    )


def _unknown(case: Case, client_id: str) -> Diagnosis:
    return Diagnosis(
        cause="client_id",
        likelihood=LIKELY + 10,
        sentence="The server does not know this client id.",
        evidence=(Row(name="Client id sent", value=client_id),),
        steps=(
            "Copy the client id from the server again; look for a missing first or last character.",
            "Is it this server, this tenant or realm, that the application was created at?",
        ),
        settings=settings("client", case.form),
        remedy=to_form("client_id"),
    )


def _secret(case: Case) -> Diagnosis:
    expired = case.says(*_EXPIRED)
    return Diagnosis(
        cause="client_secret",
        likelihood=CERTAIN if expired else LIKELY,
        sentence="The client secret has expired."
        if expired
        else "The client secret is not the one the server has for this client id.",
        evidence=_evidence(case),
        steps=(
            "Copy the secret from the server once more and type it below; the code may still "
            "be good."
            if case.with_code
            else "Copy the secret from the server once more and type it in the form.",
            "A secret that was generated anew makes the old one worthless at once.",
        ),
        settings=settings("client", case.form),
        remedy=_remedy(case, "client_secret"),
    )


def _not_an_administrator(case: Case) -> Diagnosis:
    return Diagnosis(
        cause="token_calls_credentials",
        likelihood=LIKELY,
        sentence="The server does not let these credentials ask about tokens.",
        evidence=_evidence(case),
        steps=("Ask with the client that the token was issued to, or as an administrator.",),
        settings=settings("introspection", case.form),
        remedy=Remedy(kind="token", label="Back to the token"),
    )


def _is_encoded(case: Case) -> bool:
    """Whether form-encoding changes the credentials inside Basic (RFC 6749 §2.3.1)."""
    return case.method == "client_secret_basic" and any(
        quote_plus(part) != part for part in case.credentials
    )


def _encoding(case: Case) -> Diagnosis:
    return Diagnosis(
        cause="encoding",
        likelihood=POSSIBLE,
        sentence="The id or secret has characters that are form-encoded inside Basic, and not "
        "every server decodes them.",
        evidence=_evidence(case),
        steps=("RFC 6749 §2.3.1 asks for the encoding. client_secret_post does without it.",),
        settings=settings("auth_method", case.form),
        remedy=_remedy(
            case,
            "token_endpoint_auth_method",
            (("token_endpoint_auth_method", "client_secret_post"),),
        ),
    )
