"""PKCE: a challenge that is missing, weak or refused, a verifier that does not fit (RFC 7636)."""

from __future__ import annotations

from collections.abc import Iterator

from oauthlib.oauth2 import WebApplicationClient

from playground.doctor.case import Case
from playground.doctor.diagnosis import (
    AGAIN,
    CERTAIN,
    LIKELY,
    Diagnosis,
    Remedy,
    Row,
)
from playground.doctor.difference import parts
from playground.doctor.products import settings

_WORDS = ("pkce", "code challenge", "code_challenge", "code verifier", "code_verifier", "501481")
_WITH_S256 = Remedy(
    kind="again",
    label="Authorize again with PKCE S256",
    changes=(("code_challenge_method", "S256"),),
)


def look(case: Case) -> Iterator[Diagnosis]:
    """The authorization request's challenge, then the token request's verifier."""
    if case.in_front and case.says(*_WORDS):
        yield _challenge(case)
    if not case.with_code or case.failure.error not in ("invalid_grant", "invalid_request", ""):
        return
    sent, ours = case.sent.get("code_verifier", ""), case.flow.code_verifier if case.flow else ""
    if sent != ours:
        yield _verifier(case, sent, ours)
    elif case.says(*_WORDS) and not case.unread:
        yield _both(case)


def _challenge(case: Case) -> Diagnosis:
    method = case.asked.get("code_challenge_method", "")
    sentences = {
        "": "The server requires PKCE of this client, and the request had no challenge.",
        "plain": "The server does not take the plain challenge; it is too weak.",
        "S256": "The server refuses our PKCE challenge.",
    }
    return Diagnosis(
        cause="pkce",
        likelihood=LIKELY if method == "S256" else CERTAIN,
        sentence=sentences.get(method, sentences["S256"]),
        evidence=(
            Row(name="code_challenge_method", value=method or "not sent"),
            Row(name="code_challenge", value=case.asked.get("code_challenge", "") or "not sent"),
        ),
        steps=("Switch PKCE off, or find out why the server does not take S256.",)
        if method == "S256"
        else ("Authorize again with S256, the only method worth using (RFC 9700 §2.1.1).",),
        settings=settings("pkce", case.form),
        remedy=Remedy(
            kind="again",
            label="Authorize again without PKCE",
            changes=(("code_challenge_method", ""),),
        )
        if method == "S256"
        else _WITH_S256,
    )


def _verifier(case: Case, sent: str, ours: str) -> Diagnosis:
    missing = not sent and ours
    return Diagnosis(
        cause="pkce",
        likelihood=CERTAIN if case.says(*_WORDS) or missing else LIKELY + 10,
        sentence="The token request had no PKCE verifier, and the flow began with a challenge."
        if missing
        else "The PKCE verifier does not fit the challenge that this flow began with.",
        evidence=_compared(case, sent),
        steps=(
            "Use the verifier that this flow began with; it is filled in again below.",
            "A server may use up the code on this attempt, as WSO2 does; then authorize again.",
        ),
        settings=settings("pkce", case.form),
        remedy=Remedy(kind="retry", changes=(("code_verifier", ours),)),
    )


def _compared(case: Case, sent: str) -> tuple[Row, ...]:
    """The challenges, which are public, side by side; the verifiers stay hidden."""
    method = case.asked.get("code_challenge_method", "")
    asked = case.asked.get("code_challenge", "")
    rows = [Row(name="code_challenge_method", value=method or "not sent")]
    if method == "S256" and sent:
        fitting = str(WebApplicationClient("").create_code_challenge(sent, "S256"))
        rows += [
            Row(name="Challenge of the authorization request", value=asked),
            Row(name="Challenge of the verifier that was sent", value=fitting),
        ]
        if asked != fitting:
            rows.append(Row(name="Difference", parts=parts(asked, fitting)))
    rows.append(Row(name="Verifier sent", value=f"{len(sent)} characters" if sent else "none"))
    return tuple(rows)


def _both(case: Case) -> Diagnosis:
    without = not case.asked.get("code_challenge")
    return Diagnosis(
        cause="pkce",
        likelihood=CERTAIN if without else LIKELY,
        sentence="The server wants PKCE, and this flow began without it."
        if without
        else "The server does not accept the verifier, though it fits the challenge we sent.",
        evidence=_compared(case, case.sent.get("code_verifier", "")),
        steps=("Authorize again with S256.",)
        if without
        else (
            "Does the server compute the challenge right? It is BASE64URL(SHA256(verifier)) "
            "without padding (RFC 7636 §4.6); some leave the padding on, use hex or plain base64, "
            "or compare the verifier itself.",
            "Does it keep the challenge with the code, or does anything in between rewrite the "
            "authorization request?",
        ),
        settings=settings("pkce", case.form),
        remedy=_WITH_S256 if without else AGAIN,
    )
