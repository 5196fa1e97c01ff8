"""A token that the resource does not take: expired, revoked, or for another audience (RFC 6750)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from playground.doctor.case import Case, place
from playground.doctor.diagnosis import (
    AGAIN,
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
from playground.protocol.jwt_view import open_jwt
from playground.protocol.resource import challenge
from playground.wire.exchange import Exchange

_BACK = Remedy(kind="token", label="Back to the token")
_TELLING = ("Allow", "Retry-After")
_ANSWERED = {
    400: (
        "The resource does not like the request itself: something that it wants is missing or odd.",
        "Look at the raw answer below, and at what the API's documentation wants in a request.",
    ),
    405: (
        "The resource does not take a GET at this address.",
        "Send it with the API's own method, under “Any protected resource”.",
    ),
    429: (
        "The resource counts too many requests, and takes none just now.",
        "Wait as long as Retry-After says, or a minute, and try again.",
    ),
}


def look(case: Case) -> Iterator[Diagnosis]:
    """Only where a request that carried the token failed."""
    if not case.at_resource or case.exchange is None:
        return
    status = case.exchange.status
    if _is_userinfo(case) and status in (401, 403) and "openid" not in case.form.scopes:
        yield _without_openid(case)
    if status == 401 and _wants_basic(case.exchange):
        yield _other_scheme(case.exchange)
    elif status == 401:
        yield _expired(case)
        yield _audience(case)
        yield _revoked(case)
    elif status == 403 and not _challenged(case.exchange):
        yield _forbidden(case.exchange)
    elif status in _ANSWERED:
        yield _answered(case, case.exchange)
    elif case.failure.kind == "ServerMisbehaved" and not case.under_way:
        yield _wrong_url(case, status)


def _is_userinfo(case: Case) -> bool:
    return bool(case.exchange) and case.exchange.url == case.form.userinfo_endpoint  # type: ignore[union-attr]


def _challenged(exchange: Exchange) -> bool:
    return bool(challenge(exchange.response_header("WWW-Authenticate")))


def _wants_basic(exchange: Exchange) -> bool:
    """Whether it names a scheme, and Bearer is not among them (RFC 9110 §11.6.1)."""
    header = exchange.response_header("WWW-Authenticate").lower()
    return bool(header) and "bearer" not in header and "dpop" not in header


def _other_scheme(exchange: Exchange) -> Diagnosis:
    header = exchange.response_header("WWW-Authenticate")
    return Diagnosis(
        cause="other_scheme",
        likelihood=LIKELY + 10,
        sentence=f"The resource asks for {header.split()[0]}, and not for a token.",
        evidence=(
            Row(name="WWW-Authenticate", value=header),
            Row(name="Asked", value=exchange.url),
        ),
        steps=(
            "Is this the API's address? A server's page for administrators answers like this.",
            "Or the API is not set up yet to take bearer tokens (RFC 6750 §3).",
        ),
        remedy=to_form("resource_endpoint"),
    )


def _forbidden(exchange: Exchange) -> Diagnosis:
    return Diagnosis(
        cause="forbidden",
        likelihood=LIKELY,
        sentence="The resource refuses and does not say why: a role, a subscription or a scope is "
        "missing, or a filter before it said no.",
        evidence=(Row(name="Asked", value=exchange.url),),
        steps=(
            "Look at the raw answer below: its body may tell more.",
            "May this person, and this application, call the API? A new token alone changes "
            "nothing.",
        ),
        remedy=_BACK,
    )


def _answered(case: Case, exchange: Exchange) -> Diagnosis:
    """The address is right enough to be answered in the words of HTTP (RFC 9110 §15.5)."""
    sentence, step = _ANSWERED[exchange.status]
    found = [Row(name=n, value=v) for n in _TELLING if (v := exchange.response_header(n))]
    return Diagnosis(
        cause="resource_answered",
        likelihood=CERTAIN if exchange.status == 429 else LIKELY,
        sentence=sentence,
        evidence=(Row(name="Asked", value=f"{exchange.method} {exchange.url}"), *found),
        steps=(step, "The token may be fine."),
        remedy=_BACK,
    )


def _without_openid(case: Case) -> Diagnosis:
    return Diagnosis(
        cause="userinfo_openid",
        likelihood=CERTAIN + 1,
        sentence="UserInfo wants a token with the scope openid, and it was not asked for.",
        evidence=(Row(name="Asked for", value=case.form.scope or "no scope"),),
        steps=("Ask for openid and authorize again (OIDC Core §5.3).",),
        settings=settings("scope", case.form)[:2],
        remedy=Remedy(
            kind="again",
            label="Authorize again with openid",
            changes=(("scope", f"openid {case.form.scope}".strip()),),
        ),
    )


def _expired(case: Case) -> Diagnosis:
    token = case.flow.token if case.flow else None
    sent = case.exchange.started_at if case.exchange else case.failure.at
    over = bool(token and token.expires_at is not None and sent >= token.expires_at)
    age = sent - token.received_at if token else 0.0
    lifetime = f"{token.expires_in} s" if token and token.expires_in is not None else "not said"
    said = case.says("expired") and not case.says("revoked", "invalid or expired")
    return Diagnosis(
        cause="token_expired",
        likelihood=CERTAIN if over else LIKELY if said else UNLIKELY,
        sentence="The token has expired."
        if over
        else "The token may have expired on the server's clock.",
        evidence=(
            Row(name="Age of the token", value=f"{age:.0f} s"),
            Row(name="Lifetime (expires_in)", value=lifetime),
        ),
        steps=("Refresh the token, or authorize again.",),
        remedy=_BACK,
    )


def _audience(case: Case) -> Diagnosis:
    """Only a URL of another place tells anything; what another name stands for, the API knows."""
    token = case.flow.token if case.flow else None
    view = open_jwt(token.access_token) if token else None
    found = view.claims.get("aud") if view and view.claims else None
    audience = [str(one) for one in (found if isinstance(found, list) else [found]) if one]
    url = case.exchange.url if case.exchange else ""
    places = [place(one) for one in audience if one.startswith(("http://", "https://"))]
    elsewhere = bool(places) and len(places) == len(audience) and place(url) not in places
    if view is None:
        sentence = "The token is opaque: only the server that issued it can tell what it is for."
    elif elsewhere:
        sentence = f"The token may not be meant for {place(url)}: its audience is another place."
    else:
        sentence = "The API may not know the token's issuer, or want another audience in it."
    return Diagnosis(
        cause="audience",
        likelihood=POSSIBLE if elsewhere else POSSIBLE - 5,
        sentence=sentence,
        evidence=(
            Row(name="Audience (aud)", value=", ".join(audience) or "not in the token"),
            Row(name="Asked", value=url),
        ),
        steps=(
            "Ask the authorization server for a token for this API.",
            "Does the API trust this very issuer? A token of another tenant or realm looks genuine "
            "and is refused.",
        ),
        settings=settings("audience", case.form),
        remedy=_BACK,
    )


def _revoked(case: Case) -> Diagnosis:
    """Certain where this flow revoked this very token, likely where the refresh token."""
    revoked = case.revocations()
    if found := revoked.get(case.authorization.removeprefix("Bearer ")):
        return _dead(CERTAIN + 2, "You revoked this token, in this flow.", found)
    refresh_token = case.flow.token.refresh_token if case.flow and case.flow.token else ""
    if found := revoked.get(refresh_token):
        also = "You revoked the refresh token; the access token has ended with it."
        return _dead(LIKELY + 1, also, found)
    said = case.says("revoked", "inactive", "not active")
    return _dead(
        LIKELY - 5 if said else POSSIBLE + 5, "The token was revoked, or replaced by a newer one."
    )


def _dead(likelihood: int, sentence: str, revocation: Exchange | None = None) -> Diagnosis:
    return Diagnosis(
        cause="token_revoked",
        likelihood=likelihood,
        sentence=sentence,
        evidence=(_row(revocation),) if revocation else (),
        steps=("Signing out, revoking and a reused code end a token. Authorize again.",)
        if revocation is None
        else ("It did what it was for. Authorize again for a new token (RFC 7009 §2).",),
        remedy=AGAIN,
    )


def _row(revocation: Exchange) -> Row:
    at = datetime.fromtimestamp(revocation.started_at, UTC)
    answered = f"{revocation.status} {revocation.reason}".strip()
    return Row(name="Revocation", value=f"at {at:%H:%M:%S} UTC, answered {answered}")


def _wrong_url(case: Case, status: int) -> Diagnosis:
    return Diagnosis(
        cause="wrong_resource",
        likelihood=LIKELY,
        sentence="The resource server broke while it worked on the request."
        if status >= 500
        else "This is not the address of the resource; the token may be fine."
        if status in (200, 404)
        else "The resource is not to be had like this at this address; the token may be fine.",
        evidence=(Row(name="Asked", value=case.exchange.url if case.exchange else ""),),
        steps=("Compare the URL with the API's documentation, then try again from the token.",),
        remedy=to_form("resource_endpoint")
        if not _is_userinfo(case)
        else to_form("userinfo_endpoint"),
    )
