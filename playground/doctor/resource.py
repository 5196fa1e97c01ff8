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
from playground.wire.exchange import Exchange


def look(case: Case) -> Iterator[Diagnosis]:
    """Only where a request that carried the token failed."""
    if not case.at_resource or case.exchange is None:
        return
    status = case.exchange.status
    if _is_userinfo(case) and status in (401, 403) and "openid" not in case.form.scopes:
        yield _without_openid(case)
    if status == 401:
        yield _expired(case)
        yield _audience(case)
        yield _revoked(case)
    elif status == 404 or status >= 500 or case.failure.kind == "ServerMisbehaved":
        yield _wrong_url(case, status)


def _is_userinfo(case: Case) -> bool:
    return bool(case.exchange) and case.exchange.url == case.form.userinfo_endpoint  # type: ignore[union-attr]


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
    return Diagnosis(
        cause="token_expired",
        likelihood=CERTAIN if over else LIKELY if case.says("expired") else UNLIKELY,
        sentence="The token has expired."
        if over
        else "The token may have expired on the server's clock.",
        evidence=(
            Row(name="Age of the token", value=f"{age:.0f} s"),
            Row(name="Lifetime (expires_in)", value=lifetime),
        ),
        steps=("Refresh the token, or authorize again.",),
        remedy=Remedy(kind="token", label="Back to the token"),
    )


def _audience(case: Case) -> Diagnosis:
    token = case.flow.token if case.flow else None
    view = open_jwt(token.access_token) if token else None
    audience = view.claims.get("aud") if view and view.claims else None
    asked = place(case.exchange.url) if case.exchange else ""
    return Diagnosis(
        cause="audience",
        likelihood=POSSIBLE,
        sentence=f"The token is not meant for {asked}: its audience is another."
        if view
        else "The token is opaque: only the server that issued it can tell what it is for.",
        evidence=(
            Row(name="Audience (aud)", value=str(audience) if audience else "not in the token"),
            Row(name="Asked", value=case.exchange.url if case.exchange else ""),
        ),
        steps=(
            "Ask the authorization server for a token for this API.",
            "Does the API trust this very issuer? A token of another tenant or realm looks genuine "
            "and is refused.",
        ),
        settings=settings("audience", case.form),
        remedy=Remedy(kind="token", label="Back to the token"),
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
    likelihood = POSSIBLE if case.says("revoked", "inactive") else UNLIKELY
    return _dead(likelihood, "The token was revoked, or replaced by a newer one.")


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
        else "This is not the address of the resource; the token may be fine.",
        evidence=(Row(name="Asked", value=case.exchange.url if case.exchange else ""),),
        steps=("Compare the URL with the API's documentation, then try again from the token.",),
        remedy=to_form("resource_endpoint")
        if not _is_userinfo(case)
        else to_form("userinfo_endpoint"),
    )
